"""What each column of a table is for, guessed from its name *and* its contents, with the evidence stated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.folder_names import SPLIT_WORDS
from jupyter_clinagent.study.data.group_names import MOST_EACH, is_group
from jupyter_clinagent.study.data.nameless import answers, numbers_cases

MOST_CLASSES = 50
LEAST_NUMBERS = 0.5
"""Coordinates are numbers in more than this share of their cells; the others can't be read, which has to be said."""
_NOTHING = frozenset(["", "nan", "na", "n/a", "none", "null", "-", "<na>"])
_DECIMAL_COMMA, _THOUSANDS = r"[-+]?\d+,\d+", r"[-+]?[1-9]\d?,\d{3}"
"""No image is a hundred thousand pixels wide, so “123,456” is no number of thousands."""

_LABEL = re.compile(
    r"^(dx|labels?|class(es)?(_?names?)?|diagnos\w*|diagnose|befund|target|categor(y|ies)|findings?|patholog(y|ies)|disease|outcome"
    r"|ground_?truth|gt|y|one_hot|.*_(label|class|diagnosis))$"
)
_IDENTIFIER = re.compile(
    r"(patient|subject|person|last|first|full|sur|family|given)[_ ]?names?$|^names?$|nachname"
    r"|birth|^dob$|geburt|phone|e-?mail|address|ssn|^mrn$"
)
_BOX = re.compile(
    r"^(bbox\w*|box\w*|[xy][_ ]?(min|max|[12]|center|centre)|top|bottom|left|right"
    r"|(bbox|box)?_?(width|height|w|h|x|y)|xmin|ymin|xmax|ymax)$"
)
_MASK = re.compile(r"mask|segmentation")
_SEX = re.compile(r"^(.*_)?(sex|gender|geschlecht)$")
_AGE = re.compile(r"^(.*_)?(age|alter)(_?(approx|years?|group))?$")
_SITE = re.compile(r"locali[sz]ation|^location|anatom|^site|_site|body_?part|^region|lokalisation|körper")
_CONFOUNDER = re.compile(
    r"drain|tube|ruler|marker|hair|device|scanner|hospital|cent(er|re)$|manufacturer|pacemaker|projection|^view|position|metal|cast$|^ink"
)
_SEX_VALUES = frozenset(
    ["m", "f", "w", "male", "female", "man", "woman", "unknown", "u", "o", "other", "männlich", "weiblich", "n/a", "na"]
)


class Column(NamedTuple):
    """A column with what its guess needs: lower-case name, the non-empty cells, and their counts."""

    key: str
    given: pd.Series
    counts: pd.Series
    rows: int

    @property
    def distinct(self) -> int:
        """Number of different values."""
        return len(self.counts)

    @property
    def numeric(self) -> float:
        """Share of the cells that are numbers."""
        numbers = pd.to_numeric(self.counts.index.to_series(), errors="coerce").notna().to_numpy()
        return float(self.counts[numbers].sum() / len(self.given)) if len(self.given) else 0.0

    @property
    def words(self) -> set[str]:
        """The values in lower case."""
        return {str(value).lower() for value in self.counts.index}


def _is_split(column: Column) -> bool:
    return 1 < column.distinct <= MOST_CLASSES and column.words <= SPLIT_WORDS.keys()


def _is_group(column: Column) -> bool:
    personal = bool(_IDENTIFIER.search(column.key)) and column.distinct >= 3 and column.distinct * MOST_EACH >= column.rows
    return personal or is_group(column.key, column.counts, column.rows)


def _is_box(column: Column) -> bool:
    return bool(_BOX.match(column.key)) and share_of_numbers(column.given) > LEAST_NUMBERS


def _is_label(column: Column) -> bool:
    return bool(_LABEL.match(column.key)) and _categorical(column)


def _categorical(column: Column) -> bool:
    few = 2 <= column.distinct <= min(MOST_CLASSES, max(2, len(column.given) // 2))
    return few and (column.numeric < 0.5 or column.distinct <= 10)


def _is_mark(column: Column) -> bool:
    """“1” or nothing: a tick in some rows."""
    return column.distinct == 1 and len(column.given) < column.rows and column.words <= _MARKS and not _LABEL.match(column.key)


def _is_age(column: Column) -> bool:
    return bool(_AGE.match(column.key)) and column.numeric > 0.5


def _is_sex(column: Column) -> bool:
    return bool(_SEX.match(column.key)) or (column.distinct in (2, 3) and column.words <= _SEX_VALUES)


_RULES: tuple[tuple[str, Callable[[Column], bool], str], ...] = (
    ("split", _is_split, "all values are names of partitions"),
    ("group", lambda c: numbers_cases(c.key, c.counts), "has no name; many numbered ids, which recur"),
    ("label", lambda c: answers(c.key, c.counts), "has no name; its values are answers"),
    # Before constants: images of one patient alone are one group, not as many as there are images.
    ("group", _is_group, "named like an id of patients, lesions or studies, and its values recur or number the rows"),
    ("other", _is_mark, "the same mark in some rows, nothing in the others"),
    ("ignored", lambda c: c.distinct < 2, "empty or the same in every row"),
    ("ignored", lambda c: bool(_IDENTIFIER.search(c.key)), "named like personal data; neither used nor shown"),
    ("box", _is_box, "named like box coordinates, and numbers"),
    ("mask", lambda c: bool(_MASK.search(c.key)) and not _categorical(c), "named like masks"),
    ("sex", _is_sex, "named sex or gender, or its values are"),
    ("age", _is_age, "named age, and numbers"),
    ("label", _is_label, "named like a diagnosis or class, with few distinct values"),
    ("site", lambda c: bool(_SITE.search(c.key)), "named like a place on the body"),
    (
        "confounder",
        lambda c: bool(_CONFOUNDER.search(c.key)) and _categorical(c),
        "named like a device or circumstance, with few distinct values",
    ),
)

_OLDEST = 120
"""Years."""
_MARKS = frozenset(["1", "1.0", "x", "yes", "y", "true", "ja", "j", "oui", "+"])
_MAY_BE_LABELS = frozenset(["label", "confounder", "ignored", "other"])
"""Of columns with these roles, values that mean “not known” are no values but missing."""


def describe_columns(frame: pd.DataFrame, table: str, image_column: str | None, files: pd.Series) -> list[ColumnFacts]:
    """Role, counts and evidence of every column of one table.

    Values are only listed for columns with few of them, never for ids, names and numbers.

    Parameters
    ----------
    files
        The file that each row's cell in ``image_column`` names, missing where it names none.
    """
    found = [_describe(frame[name], str(name), table, files if name == image_column else None) for name in frame.columns]
    return _mark_aliases(frame, _without_sizes(found))


def _without_sizes(columns: list[ColumnFacts]) -> list[ColumnFacts]:
    """A width and a height alone are the image's size: a box takes four columns, or one that holds it all."""
    boxes = [column for column in columns if column.role == "box"]
    if len(boxes) >= 4 or any("box" in column.name.lower() for column in boxes):
        return columns
    return [column.model_copy(update={"role": "other", "evidence": ""}) if column in boxes else column for column in columns]


def _describe(cells: pd.Series, name: str, table: str, files: pd.Series | None) -> ColumnFacts:
    given = cells.dropna()
    column = _column(name, given, len(cells))
    role, evidence = _role(column)
    if role in _MAY_BE_LABELS:
        given = given[~given.isin(not_known(column.counts.index))]
        column = _column(name, given, len(cells))
        role, evidence = _role(column)
    if files is not None:
        role, evidence = "image", f"{files[given.index].notna().mean():.0%} of its cells name an image file"
    unit = "months" if role == "age" and as_numbers(given).max() > _OLDEST else ""
    shown = _shown_values(column) if role not in ("image", "group", "box", "mask", "age") else {}
    facts = {"name": name, "table": table, "role": role, "evidence": evidence, "values": shown, "unit": unit}
    return ColumnFacts(**facts, distinct=column.distinct, missing=len(cells) - len(given))


def _column(name: str, given: pd.Series, rows: int) -> Column:
    return Column(name.lower().strip().replace(" ", "_"), given, given.value_counts(), rows)


def _role(column: Column) -> tuple[str, str]:
    return next(((role, why) for role, fits, why in _RULES if fits(column)), ("other", ""))


def _shown_values(column: Column) -> dict[str, int]:
    if _IDENTIFIER.search(column.key) or column.distinct > MOST_CLASSES or not (_categorical(column) or column.distinct == 1):
        return {}
    return {str(value): int(count) for value, count in column.counts.items()}


def _mark_aliases(frame: pd.DataFrame, columns: list[ColumnFacts]) -> list[ColumnFacts]:
    """Turn columns that map one-to-one to the best label candidate into aliases of it."""
    label = next((column for column in columns if column.role == "label"), None)
    if label is None:
        return columns
    return [_alias(frame, column, label) if _is_alias(frame, column, label) else column for column in columns]


def _is_alias(frame: pd.DataFrame, column: ColumnFacts, label: ColumnFacts) -> bool:
    if (
        column.name == label.name
        or column.role not in ("label", "other", "confounder", "site")
        or column.distinct != label.distinct
    ):
        return False
    return one_to_one(frame[column.name], frame[label.name])


def one_to_one(left: pd.Series, right: pd.Series) -> bool:
    """Whether two columns name the same thing in other words."""
    pairs = pd.DataFrame({"left": left, "right": right}).dropna().drop_duplicates()
    return len(pairs) > 1 and pairs["left"].is_unique and pairs["right"].is_unique


def _alias(frame: pd.DataFrame, column: ColumnFacts, label: ColumnFacts) -> ColumnFacts:
    return column.model_copy(update={"role": "alias", "evidence": f"maps one-to-one to {label.name}"})


def is_named_like_label(name: str) -> bool:
    """Whether a column is named like a diagnosis or class, whatever it holds."""
    return bool(_LABEL.match(name.lower().strip().replace(" ", "_")))


def is_blank(cells: pd.Series) -> pd.Series:
    """Whether each cell holds nothing, or a word for nothing."""
    return cells.isna() | cells.astype(str).str.strip().str.lower().isin(_NOTHING)


def share_of_numbers(cells: pd.Series) -> float:
    """Share of the cells that are numbers, of those that hold anything."""
    given = cells[~is_blank(cells)]
    return float(as_numbers(given).notna().mean()) if len(given) else 0.0


def as_numbers(cells: pd.Series) -> pd.Series:
    """Numbers, also with a decimal comma; missing where a cell is none, and where “12,345” in all of them may mean thousands."""
    text = cells.astype(str).str.strip()
    comma, thousands = text.str.fullmatch(_DECIMAL_COMMA), text.str.fullmatch(_THOUSANDS)
    decimal = bool((comma & ~thousands).any())
    return pd.to_numeric(cells.where(~comma, text.str.replace(",", ".")) if decimal else cells, errors="coerce")


def is_identifier(name: str) -> bool:
    """Whether a column is named like personal data (names, birth dates, addresses)."""
    return bool(_IDENTIFIER.search(name.lower().strip().replace(" ", "_")))


def is_categorical(cells: pd.Series) -> bool:
    """Whether a column has few distinct values, so that it could be a label or a confounder."""
    given = cells.dropna()
    return _categorical(Column("", given, given.value_counts(), len(cells)))

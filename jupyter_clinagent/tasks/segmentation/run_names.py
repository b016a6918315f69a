"""Which column of a table of runs says what is outlined, whatever it is called: one that differs within an image."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.readers import names_person
from jupyter_clinagent.study.data.roles import MOST_CLASSES, one_to_one
from jupyter_clinagent.study.data.tables import Table
from jupyter_clinagent.tasks.segmentation.legend import Legend

MOST_NUMBERS, EACH = 20, 2.0
"""More numbers than this measure something; a value that names a structure recurs in so many images, on average."""
VARIES, RUNS_ON, GIVEN = 0.02, 0.95, 0.5
"""Share of the images with several rows that have to differ in a name; that count 1, 2, 3; of the rows that have to bear one."""
_NEVER = frozenset(["image", "split", "box", "sex", "age", "ignored"])
_MEASURE = re.compile(
    r"(width|height|breite|höhe|hoehe|area|fläche|flaeche|size|größe|groesse|spacing|count|anzahl|score|confid|date|datum|time|zeit"
    r"|^id$|[_ ]id$|uid|patient|split|fold)", re.I
)  # fmt: skip
_NAMES = re.compile(r"class|klass|label|categor|kategor|typ|organ|struct|strukt|tissue|gewebe|anatom", re.I)
_COUNTS = re.compile(r"lesion|läsion|laesion|instan|num|(^|[_ ])n[ro]$|id(x|ex)|obje[ck]t|[ck]ompon|nodul|part|teil", re.I)
_NUMBERED = re.compile(r"^(\D*?)[\s_#.-]*(\d+)(?:\.0+)?$")
_AFTER_FILE = " _-:#|"


@dataclass(frozen=True)
class Naming:
    """What each row outlines (missing where nothing says it), or None where all rows outline one thing; and what was assumed."""

    names: pd.Series | None
    said: list[str]


@dataclass(frozen=True)
class _Cells:
    """A column's cells in the rows that name an image, without those that mean “not known”."""

    facts: ColumnFacts
    given: pd.Series
    files: pd.Series
    outlined: pd.Series

    @property
    def numbers(self) -> pd.Series | None:
        """The cells as numbers, where all are numbers after the same word; else None."""
        parts = self.given.astype(str).str.extract(_NUMBERED)
        if parts[1].isna().any() or parts[0].nunique() > 1:
            return None
        return parts[1].astype(int)

    @property
    def per_image(self) -> pd.core.groupby.SeriesGroupBy:
        return self.given.groupby(self.files[self.given.index])

    @property
    def several(self) -> int:
        """Images with several rows."""
        return int((self.per_image.size() > 1).sum())

    @property
    def few(self) -> bool:
        """Whether its values are few, are no measurements and recur from image to image."""
        most = MOST_CLASSES if pd.to_numeric(self.given, errors="coerce").isna().any() else MOST_NUMBERS
        if not 2 <= self.given.nunique() <= most or (self.numbers is None and most == MOST_NUMBERS):
            return False
        recurring = self.files[self.given.index].groupby(self.given).nunique().mean() >= EACH
        return bool(recurring) and len(self.given.index.intersection(self.outlined)) >= GIVEN * len(self.outlined)

    @property
    def differs(self) -> bool:
        """Whether rows of one image differ in it: what describes a whole image never does."""
        return self.several > 0 and int((self.per_image.nunique() > 1).sum()) >= max(1.0, VARIES * self.several)

    @property
    def counts_up(self) -> bool:
        """Whether it numbers the findings of each image 1, 2, 3 …, however many there are, and its name doesn't say otherwise."""
        numbers = self.numbers
        if numbers is None or _NAMES.search(self.facts.name):
            return False
        if self.facts.role == "group":
            return True
        each = [sorted(cells) for _, cells in numbers.groupby(self.files[numbers.index])]
        running = [cells == list(range(cells[0], cells[0] + len(cells))) and cells[0] == numbers.min() for cells in each]
        listed = len({len(cells) for cells in each}) == 1 or len(self.given) > len(self.given.index.intersection(self.outlined))
        return sum(running) >= RUNS_ON * len(each) and (not listed or bool(_COUNTS.search(self.facts.name)))


def names_of(table: Table, runs: str, outlined: pd.Index, legend: Legend) -> Naming:
    """What the rows of a table outline; ``outlined`` are the rows whose cell in column ``runs`` outlines something."""
    cells = [_cells(table, c, outlined) for c in table.columns if _may_name(c, table, runs)]
    few = [one for one in cells if one.few]
    rows = [one for one in few if one.differs]
    readers = [one for one in rows if names_person(one.facts.name)]
    counting = [one for one in rows if one not in readers and one.counts_up]
    naming = _distinct([one for one in rows if one not in readers and one not in counting])
    naming = naming or [one for one in cells if one.facts.role == "label"][:1]
    said = [_say_readers(table, one) for one in readers] + ([] if naming else [_say_counting(table, one) for one in counting])
    if naming:
        return Naming(_named(naming[0].given, naming[0].facts.name, legend), [*said, _say_named(table, naming)])
    if (ends := _ends(table)) is not None:
        said.append(f"What is outlined stands behind the name of the image in the column “{table.image_column}” of {table.name}.")
        return Naming(_named(ends, str(table.image_column).split("_")[-1], legend), said)
    return Naming(None, [*said, *_say_unclear(table, few)])


def _may_name(column: ColumnFacts, table: Table, runs: str) -> bool:
    if column.name in (table.image_column, runs) or column.role in _NEVER:
        return False
    return column.role == "label" or bool(_NAMES.search(column.name)) or not _MEASURE.search(column.name)


def _cells(table: Table, column: ColumnFacts, outlined: pd.Index) -> _Cells:
    given = table.frame.loc[table.files.notna(), column.name].dropna().astype(str)
    return _Cells(column, given[~given.isin(not_known(given.unique()))], table.files, outlined)


def _distinct(naming: list[_Cells]) -> list[_Cells]:
    """The likeliest first; of several that say the same, one with words."""
    kept: list[_Cells] = []
    for one in sorted(naming, key=_doubt):
        same = next((k for k, other in enumerate(kept) if one_to_one(one.given, other.given)), None)
        if same is None:
            kept.append(one)
        elif kept[same].numbers is not None:
            kept[same] = one
    return kept


def _doubt(one: _Cells) -> tuple[bool, bool, bool]:
    return one.facts.role != "label", not _NAMES.search(one.facts.name), one.numbers is not None


def _named(cells: pd.Series, column: str, legend: Legend) -> pd.Series:
    """Numbers are called by their column, or by what a legend says of them."""
    whole = pd.to_numeric(cells, errors="coerce")
    if whole.isna().any() or (whole % 1 != 0).any():
        return cells
    return whole.astype(int).map(lambda number: legend.get(number, f"{column} {number}"))


def _ends(table: Table) -> pd.Series | None:
    """What stands behind the file's name in each cell of the image column (“scan7.jpg_2”); None where nothing does."""
    rows = table.files.notna()
    cells = table.frame.loc[rows, table.image_column].astype(str).str.replace("\\", "/").str.split("/").str[-1]
    names = [PurePosixPath(file).name for file in table.files[rows]]
    ends = [_end(cell, name) for cell, name in zip(cells, names, strict=True)]
    return pd.Series(ends, index=cells.index, dtype=object) if ends and all(ends) and len(set(ends)) > 1 else None


def _end(cell: str, name: str) -> str:
    return cell[len(name) :].strip(_AFTER_FILE) if cell.lower().startswith(name.lower()) else ""


# ------------------------------------------------------------------ what is said
def _say_named(table: Table, naming: Sequence[_Cells]) -> str:
    first = f"“{naming[0].facts.name}” of {table.name} says what is outlined"
    others = " and ".join(f"“{one.facts.name}”" for one in naming[1:])
    if not others:
        return f"The column {first}."
    return f"It is assumed that the column {first}; {others} could be meant, too: if so, keep only that column in the table."


def _say_counting(table: Table, one: _Cells) -> str:
    return (
        f"The column “{one.facts.name}” of {table.name} seems to number the findings of each image, so all outlines count as one "
        "structure; if it says what is outlined, call it “class”."
    )


def _say_readers(table: Table, one: _Cells) -> str:
    return f"The column “{one.facts.name}” of {table.name} seems to say who outlined; what any of them outlined counts."


def _say_unclear(table: Table, few: Sequence[_Cells]) -> list[str]:
    """Where no image has two rows, a column of the image can't be told from one of the outline."""
    unclear = [f"“{one.facts.name}”" for one in few if not one.several]
    if not unclear:
        return []
    return [
        f"{table.name} has one row for each image, so {', '.join(unclear)} can't be told to say what is outlined; all outlines "
        "count as one structure. If a column does say it, call it “class”."
    ]

"""Where the findings stand: a column for each, or several in one cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.finding.inventory import Inventory, image_rows, rows_by_file

YES, NO, UNCERTAIN = 1, 0, -1
_WORDS = {
    YES: "1 1.0 yes y true t positive pos present ja j vorhanden + x",
    NO: "0 0.0 no n false f negative neg absent nein none fehlt -",
    UNCERTAIN: "-1 -1.0 uncertain unclear unsure maybe possible possibly equivocal indeterminate fraglich unklar unsicher ?",
}
_CODES = {word: code for code, words in _WORDS.items() for word in words.split()}
_ABSENCE = re.compile(
    r"^(no_?findings?|normal|healthy|unremarkable|kein(e|_)?_?befunde?|ohne_?befund|unauff.llig|gesund|none|negative)$"
)
_SEPARATED = re.compile(r"\s*[|;]\s*")
_ROLES = ("label", "other", "confounder", "alias", "ignored", "site")
LEAST = 2
"""Fewer columns of yes and no are no set of findings."""
MOST = 40
"""More different findings in the cells of a column are free text."""


@dataclass(frozen=True)
class FoundFindings:
    """What a table says of each finding and image.

    Attributes
    ----------
    codes
        One column for each finding, indexed by file: 1 yes, 0 no, -1 uncertain, NaN not mentioned.
    rows
        Metadata of the images, indexed by file.
    source
        The columns, in words.
    spent
        Columns of the table that have been used up.
    never
        Findings of which no image says yes.
    """

    codes: pd.DataFrame
    rows: pd.DataFrame
    source: str
    spent: list[str]
    never: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def find_findings(inventory: Inventory) -> FoundFindings | None:
    """Columns of findings of the tables beside the images; cells with several findings go first. None where there are none."""
    if not inventory.image_tables:
        return None
    rows = image_rows(inventory)
    named = {c.name: c for table in inventory.image_tables for c in table.columns if c.role in _ROLES}
    cells = rows_by_file(inventory, inventory.image_tables[0])
    listed = next((name for name in named if name in cells.columns and _lists_several(cells[name])), None)
    if listed is not None:
        return _from_cells(rows, cells[listed], listed)
    columns = [name for name, column in named.items() if name in rows.columns and _is_finding(rows[name], column)]
    return _from_columns(rows, columns) if len(columns) >= LEAST else None


def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().lower())


# ------------------------------------------------------------------ a column each
def _is_finding(cells: pd.Series, column: ColumnFacts) -> bool:
    """Only yes, no, uncertain and nothing, and not only nothing."""
    given = {str(cell).strip().lower() for cell in cells.dropna()}
    given -= {value.lower() for value in not_known(given)} - set(_CODES)
    said = {_CODES.get(value) for value in given}
    return None not in said and (YES in said or NO in said)


def _from_columns(rows: pd.DataFrame, columns: Sequence[str]) -> FoundFindings:
    codes = pd.DataFrame({name: rows[name].map(_code) for name in columns}, index=rows.index).astype(float)
    absence = [name for name in columns if _ABSENCE.match(_key(name))]
    findings = [name for name in columns if name not in absence]
    for name in absence:
        said_none = codes[name] == YES
        codes.loc[said_none, findings] = codes.loc[said_none, findings].fillna(NO)
    said = [f"“{name}” says that there is no finding at all; it is none itself." for name in absence]
    only_yes = [name for name in findings if not (codes[name] == NO).any()]
    if only_yes:
        codes[only_yes] = codes[only_yes].fillna(NO)
        said.append(f"No image says no to {', '.join(only_yes)}, so an empty cell there means no.")
    return _without_never(
        FoundFindings(codes[findings], rows, f"a column for each finding ({', '.join(findings)})", list(columns), said=said)
    )


def _code(cell: object) -> float:
    return float(_CODES.get(str(cell).strip().lower(), float("nan"))) if isinstance(cell, str) else float("nan")


# ------------------------------------------------------------------ several in a cell
def _lists_several(cells: pd.Series) -> bool:
    given = cells.dropna().astype(str)
    if not given.str.contains(r"[|;]").any():
        return False
    parts = {_key(part) for cell in given for part in _SEPARATED.split(cell)}
    return LEAST <= len(parts) <= MOST


def _from_cells(rows: pd.DataFrame, cells: pd.Series, column: str) -> FoundFindings:
    """“Effusion|Mass”: what a cell doesn't list is not there; rows of one image are joined; an empty cell says nothing."""
    parts: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for file, cell in cells.items():
        if isinstance(cell, str):
            found = [part for part in _SEPARATED.split(cell.strip()) if part]
            names |= {_key(part): part for part in found if _key(part) not in names}
            parts.setdefault(str(file), set()).update(_key(part) for part in found)
    findings = sorted(key for key in names if not _ABSENCE.match(key))
    listed = [file for file in rows.index if str(file) in parts]
    codes = pd.DataFrame(
        {names[key]: [float(key in parts[str(file)]) for file in listed] for key in findings}, index=pd.Index(listed, name="file")
    ).reindex(rows.index)
    said = [f"“{column}” lists the findings of an image; what a cell does not list is taken for absent."]
    return _without_never(FoundFindings(codes, rows, f"the cells of “{column}”", [column], said=said))


def _without_never(found: FoundFindings) -> FoundFindings:
    """A finding that no image shows can't be learnt; it is named."""
    never = [str(name) for name in found.codes.columns if not (found.codes[name] == YES).any()]
    kept = found.codes.drop(columns=never)
    return FoundFindings(kept, found.rows, found.source, found.spent, never, found.said)

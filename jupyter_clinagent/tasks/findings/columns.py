"""Findings with a column each: yes, no, uncertain, or nothing.

An empty cell says nothing of its finding: it is *not mentioned*, which is neither yes nor no, and what it counts as is a
policy of the specification. There are two exceptions, both said as assumptions: where no image says no to a finding, its
empty cells mean no (a cross is all that such a table knows); and an image that says “No Finding” has none of those that it
does not speak of. So it is with CheXpert: of its empty cells only those beside “No Finding” are known, the others are left
out unless the clinician counts them as negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.tasks.findings.found import NO, UNCERTAIN, YES, FoundFindings, says_nothing_found
from jupyter_clinagent.tasks.findings.listed import find_listed

LEAST = 2
"""Fewer columns of yes and no are no set of findings."""
_WORDS = {
    YES: "1 1.0 yes y true t positive pos present ja j vorhanden + x",
    NO: "0 0.0 no n false f negative neg absent nein none fehlt -",
    UNCERTAIN: "-1 -1.0 uncertain unclear unsure maybe possible possibly equivocal indeterminate borderline fraglich unklar "
    "unsicher vielleicht ? u",
}
_CODES = {word: code for code, words in _WORDS.items() for word in words.split()}
_ROLES = ("label", "other", "confounder", "alias", "ignored", "site")


def find_findings(inventory: Inventory, least: int = LEAST) -> FoundFindings | None:
    """Findings of the tables beside the images; cells that list several go first. None where there are none, or fewer columns."""
    if not inventory.image_tables:
        return None
    rows = image_rows(inventory)
    if listed := find_listed(inventory, rows):
        return listed
    named = {c.name: c for table in inventory.tables for c in table.columns if c.role in _ROLES}
    columns = [name for name, column in named.items() if name in rows.columns and _is_finding(rows[name], column)]
    return _from_columns(inventory, rows, columns) if len(columns) >= least else None


def _is_finding(cells: pd.Series, column: ColumnFacts) -> bool:
    """Only yes, no, uncertain and nothing, and not only nothing."""
    given = {str(cell).strip().lower() for cell in cells.dropna()}
    given -= {value.lower() for value in not_known(given)} - set(_CODES)
    said = {_CODES.get(value) for value in given}
    return None not in said and (YES in said or NO in said)


def _from_columns(inventory: Inventory, rows: pd.DataFrame, columns: Sequence[str]) -> FoundFindings:
    read = {name: _read(inventory, rows, name) for name in columns}
    codes, contradictions = pd.DataFrame({name: one[0] for name, one in read.items()}), {n: one[1] for n, one in read.items()}
    absence = [name for name in columns if says_nothing_found(name)]
    findings = [name for name in columns if name not in absence]
    said = [*_say_contradictions(contradictions), *(_fill_absence(codes, name, findings) for name in absence)]
    only_yes = [name for name in findings if not (codes[name] == NO).any() and codes[name].isna().any()]
    if only_yes:
        codes[only_yes] = codes[only_yes].fillna(NO)
        said.append(f"No image says no to {', '.join(only_yes)}, so an empty cell there means no.")
    source = f"a column for each finding ({', '.join(findings)})"
    return FoundFindings(codes[findings], rows, "columns", source, list(columns), said=said)


def _code(cell: object) -> float:
    return float(_CODES.get(str(cell).strip().lower(), float("nan"))) if isinstance(cell, str) else float("nan")


def _read(inventory: Inventory, rows: pd.DataFrame, name: str) -> tuple[pd.Series, int]:
    """Code of each image, and of how many images the rows contradict each other: of those it is not known."""
    parts = [t.frame[name].map(_code).groupby(t.files) for t in inventory.image_tables if name in t.frame.columns]
    told = pd.concat([part.agg(set) for part in parts]) if parts else pd.Series(dtype=object)
    every = told.groupby(level=0).agg(lambda sets: {code for one in sets for code in one if code == code})
    joined = rows[name].map(_code).astype(float)
    clashing = every.index[every.map(len) > 1]
    joined.loc[joined.index.isin(clashing)] = float("nan")
    return joined, len(clashing)


def _say_contradictions(contradictions: Mapping[str, int]) -> list[str]:
    listed = ", ".join(f"{name} ({number} image{'s' * (number != 1)})" for name, number in contradictions.items() if number)
    return [f"Rows of one image contradict each other, so it is taken for not known there: {listed}."] if listed else []


def _fill_absence(codes: pd.DataFrame, name: str, findings: Sequence[str]) -> str:
    """An image without any finding has none of those that it does not speak of; what it does speak of counts."""
    none = codes[name] == YES
    codes.loc[none, findings] = codes.loc[none, findings].fillna(NO)
    both = int((codes.loc[none, findings] == YES).any(axis=1).sum())
    said = f"“{name}” says that there is no finding at all; it is none itself."
    return f"{said} {both} images say it beside a finding: the finding counts." if both else said

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

from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.tasks.findings.found import NO, NOT_KNOWN, UNCERTAIN, YES, FoundFindings, says_nothing_found
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
    cells = {name: _cells(inventory, rows, name) for name in named if name in rows.columns}
    columns = {name: one for name, one in cells.items() if _is_finding(one)}
    return _from_columns(rows, columns) if len(columns) >= least else None


def _cells(inventory: Inventory, rows: pd.DataFrame, name: str) -> pd.Series:
    """All that is written in a column, by file: an image may have several rows, and several tables."""
    parts = [t.frame[name].set_axis(t.files)[t.files.notna().to_numpy()] for t in inventory.image_tables if name in t.frame]
    return pd.concat(parts) if parts else rows[name]


def _is_finding(cells: pd.Series) -> bool:
    """Only yes, no, uncertain and nothing, and not only nothing."""
    given = {str(cell).strip().lower() for cell in cells.dropna()}
    given -= {value.lower() for value in not_known(given)} - set(_CODES)
    said = {_CODES.get(value) for value in given}
    return None not in said and (YES in said or NO in said)


def _from_columns(rows: pd.DataFrame, columns: Mapping[str, pd.Series]) -> FoundFindings:
    written = {name: cells.map(_code).astype(float) for name, cells in columns.items()}
    read = {name: _joined(one) for name, one in written.items()}
    codes = pd.DataFrame({name: one[0].reindex(rows.index) for name, one in read.items()}, index=rows.index)
    contradictions = {name: one[1] for name, one in read.items()}
    absence = [name for name in columns if says_nothing_found(name)]
    findings = [name for name in columns if name not in absence]
    said = [*_say_contradictions(contradictions), *(_fill_absence(codes, name, findings) for name in absence)]
    # A no that another row contradicts is a no all the same: such a table knows more than crosses.
    refused = [name for name in findings if (codes[name] == NO).any() or (written[name] == NO).any()]
    only_yes = [name for name in findings if name not in refused and codes[name].isna().any()]
    if only_yes:
        codes[only_yes] = codes[only_yes].fillna(NO)
        said.append(f"No image says no to {', '.join(only_yes)}, so an empty cell there means no.")
    source = f"a column for each finding ({', '.join(findings)})"
    return FoundFindings(codes[findings], rows, "columns", source, list(columns), said=said)


def _code(cell: object) -> float:
    return float(_CODES.get(str(cell).strip().lower(), float("nan"))) if isinstance(cell, str) else float("nan")


def _joined(written: pd.Series) -> tuple[pd.Series, int]:
    """The one code that the rows of an image tell, and of how many images they contradict each other: it is not known there."""
    told = written.dropna().groupby(level=0).agg(["min", "max"])
    clashing = told["min"] != told["max"]
    return told["min"].mask(clashing, NOT_KNOWN), int(clashing.sum())


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

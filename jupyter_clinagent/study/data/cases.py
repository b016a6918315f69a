"""Cases: sets of images that could get one answer (a patient, a lesion, one breast), as a data folder tells them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from jupyter_clinagent.facts import CaseFacts, MixedLabels
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.study.data.group_names import names_patients
from jupyter_clinagent.study.data.inventory import DICOM_PATIENT, FILE_NAME, PATIENT_FOLDER, Inventory

APART = " / "
"""Between the values of several columns that name a case together."""
_CALLED = {
    "patient": re.compile(r"patient|subject|person|proband", re.I),
    "lesion": re.compile(r"lesion|läsion|laesion|nodule|mole|tumou?r", re.I),
    "study": re.compile(r"stud(y|ie)|exam|untersuchung|visit|encounter|episode", re.I),
    "video": re.compile(r"video|clip|sequence", re.I),
    "slide": re.compile(r"slide", re.I),
    "specimen": re.compile(r"specimen|biops", re.I),
    "eye": re.compile(r"\beye|auge", re.I),
    "breast": re.compile(r"breast|brust", re.I),
    "case": re.compile(r"case|fall", re.I),
}
_SIDE = re.compile(
    r"((image|breast|eye) ?)?(laterality|side|seite|eye|auge|breast|left or right( (breast|eye|side|knee|hand))?)", re.I
)
_SIDES = frozenset(words_in("eyes.left", "eyes.right", "eyes.left_short", "eyes.right_short"))
MOST_VALUES = 50
"""More different values are no classes."""
_EYES = frozenset(["os", "od"])


def case_facts(inventory: Inventory, rows: pd.DataFrame, groups: Sequence[str], labels: Sequence[str]) -> list[CaseFacts]:
    """Whatever holds several images somewhere, the coarsest first.

    Parameters
    ----------
    rows
        One row for each image, indexed by file, with the columns of every table.
    groups, labels
        What could say which images belong together, best first, and what could be the label.
    """
    known = [[group] for group in groups] + [[group, side] for group in groups[:1] for side in _sides(rows)]
    found = [_described(columns, _numbers(inventory, rows, columns), rows, labels) for columns in known]
    return [facts for facts in found if facts.several and facts.cases > 1]


def _sides(rows: pd.DataFrame) -> list[str]:
    named = [str(name) for name in rows.columns if _SIDE.fullmatch(re.sub(r"[_\W]+", " ", str(name)).strip())]
    return [name for name in named if (values := _plain(rows[name])) and values <= _SIDES]


def _plain(cells: pd.Series) -> set[str]:
    return {str(value).strip().lower() for value in cells.dropna().unique()}


def _numbers(inventory: Inventory, rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """The number of each image's case, int64 (N,); -1 where nobody tells it. Fast, for tables of a million rows."""
    numbers = np.zeros(len(rows), dtype=np.int64)
    known = np.ones(len(rows), dtype=bool)
    for name in columns:
        codes, values = pd.factorize(_ids(inventory, rows, name))
        known &= codes >= 0
        numbers = numbers * max(len(values), 1) + codes
    numbers[~known] = -1
    return np.asarray(numbers)


def _described(columns: Sequence[str], numbers: np.ndarray, rows: pd.DataFrame, labels: Sequence[str]) -> CaseFacts:
    sizes = np.unique(numbers[numbers >= 0], return_counts=True)[1]
    mixed = {name: found for name in labels if name in rows and (found := _mixed(numbers, rows[name]))}
    called = _called(columns, rows)
    return CaseFacts(name=called, columns=list(columns), cases=len(sizes), several=int((sizes > 1).sum()), mixed=mixed)


def _called(columns: Sequence[str], rows: pd.DataFrame) -> str:
    """What a case of the last of these columns is called; empty where the data don't say."""
    if len(columns) == 1 and (columns[0] == DICOM_PATIENT or names_patients(columns[0])):
        return "patient"
    if columns[0] in (FILE_NAME, PATIENT_FOLDER) and len(columns) == 1:
        return ""
    told = next((name for name, pattern in _CALLED.items() if pattern.search(columns[-1].replace("_", " "))), "")
    if len(columns) == 1:
        return told
    return "eye" if _plain(rows[columns[-1]]) & _EYES else told or "side"


def differing(inventory: Inventory, rows: pd.DataFrame, columns: Sequence[str], known: pd.DataFrame) -> dict[str, int]:
    """In how many cases of these columns the images differ, by column of ``known`` (numbers by file, NaN where not known)."""
    numbers = _numbers(inventory, rows, columns)
    told = known.loc[rows.index][numbers >= 0].groupby(numbers[numbers >= 0])
    counts = (told.max() > told.min()).sum()
    return {str(name): int(number) for name, number in counts.items() if number}


def _mixed(numbers: np.ndarray, labels: pd.Series) -> list[MixedLabels]:
    """Which values stand together on the images of one case, the most frequent first; a bit for each value tells them apart."""
    codes, values = pd.factorize(labels, sort=True)
    told = (numbers >= 0) & (codes >= 0)
    if not told.any() or len(values) > MOST_VALUES:
        return []
    pairs = pd.unique(numbers[told] * len(values) + codes[told])
    case = pd.factorize(pairs // len(values))[0]
    sets, counts = np.unique(np.bincount(case, weights=2.0 ** (pairs % len(values))).astype(np.int64), return_counts=True)
    together = {tuple(str(v) for k, v in enumerate(values) if one >> k & 1): int(n) for one, n in zip(sets, counts, strict=True)}
    several = [MixedLabels(values=list(names), cases=number) for names, number in together.items() if len(names) > 1]
    return sorted(several, key=lambda one: -one.cases)


def case_ids(inventory: Inventory, rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The case of each image by file; missing where one of the columns says nothing of it, KeyError without such a column."""
    parts = [_ids(inventory, rows, name) for name in columns]
    known = np.logical_and.reduce([part.notna().to_numpy() for part in parts])
    joined = parts[0].astype(str)
    for part in parts[1:]:
        joined = joined + APART + part.astype(str)
    return joined.astype(object).where(known, None)


def _ids(inventory: Inventory, rows: pd.DataFrame, name: str) -> pd.Series:
    if name == FILE_NAME:
        return pd.Series(inventory.parsed.groups if inventory.parsed else {}, dtype=object).reindex(rows.index)
    if name == DICOM_PATIENT:
        return pd.Series(inventory.headers.patients, dtype=object).reindex(rows.index)
    return rows[name].astype(object)

"""Columns that say which images belong together: ids of patients, lesions, examinations."""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.lang.grammar import words_in

_PERSON = (
    r"((anon\w*_)?(patient(en|in|s)?|pat|subject|subj|participant|person(en)?|individual|proband(en)?|teilnehmer|"
    r"mother|mutter|infant|baby|newborn|neonate|child|kind|twin|animal|tier|dog|hund|cat|katze|horse|pferd)"
    r"(_(or|and)_\w+)?)"
)
_PART = (
    r"((case|fall|nodule|mole|ulcer|polyp|lesion|läsion|laesion|exam|examination|untersuchung|study|studie|video|clip)s?"
    r"(_(or|and)_\w+)?)"
)
_OTHER_PART = r"(visit|encounter|episode|sequence|specimen|biopsy|slide|(study|series)_?instance|series)"
_ID, _NUMBER = r"_?(id|uid|key|identifier|kennung)", r"_?(no|nr|num|number|nummer|index|idx)"

_PATIENT_ID = re.compile(rf"({_PERSON}|pt)({_ID}|{_NUMBER}|_?(code|pseudonym))|(id|no|nr)_{_PERSON}|mrn|pid")
_PART_ID = re.compile(rf"({_PART}|{_OTHER_PART}){_ID}|(case|fall){_NUMBER}|(\w*_)?group_?id")
_PATIENT = re.compile(_PERSON)
_LOOSE = re.compile(rf"{_PART}({_NUMBER})?|(?!age_)(\w*_)?group")
_NUMBERED = re.compile(r"tumou?r|specimen|biopsy|biopsie|slide|block|sample|probe|präparat|praeparat")
"""Names that may also mean a finding: they take values such as “T17”, a letter and a number, that recur."""
_PERSONAL_NAME = re.compile(r"\w*(patient|subject|person|last|full|sur|family)_?names?|\w*nachname")
_UNKNOWN = frozenset(
    ["anonymous", "anonymized", "anonymised", "anonym", "anonymisiert", "anon", "unknown", "unbekannt", "removed", "redacted",
     "n/a", "na", "nan", "none", "null", "-", "?"]
)  # fmt: skip
_FLAGS = frozenset(
    [
        "0",
        "1",
        "0.0",
        "1.0",
        "control",
        "patient",
        *words_in("answers_in_data.yes", "answers_in_data.no", "answers_in_data.yes_short"),
    ]
)
LEAST_IN_CLASS, NEARLY_ALL = 3, 0.9
MOST_EACH, LEAST_IDS = 50, 10
"""A column that may be a grade or an arm counts as ids with at most so many rows for each value, or at least so many values."""


def is_group(name: str, counts: pd.Series, rows: int) -> bool:
    """Whether a column says which images belong together.

    An id of patients, lesions or examinations does at any number of them, even where all rows bear the same one: of few
    patients a model can't be judged, and that has to be said. Names that may also mean a grade, an arm or a running number
    (``study``, ``risk_group``, ``lesion_no``) need as many values as ids have.

    Parameters
    ----------
    name
        Of the column.
    counts
        Rows by value.
    rows
        Rows of the table.
    """
    key = _plain(name)
    if not any(named.fullmatch(key) for named in (_PATIENT_ID, _PART_ID, _PATIENT, _PERSONAL_NAME, _LOOSE)):
        return bool(_NUMBERED.fullmatch(key)) and _are_numbered(counts)
    values = {str(value).strip().lower() for value in counts.index} - _UNKNOWN
    if _PATIENT_ID.fullmatch(key) or _PART_ID.fullmatch(key):
        return bool(values)
    if _PATIENT.fullmatch(key):
        return not values <= _FLAGS
    if _PERSONAL_NAME.fullmatch(key):
        return len(values) > 1
    return bool(_LOOSE.fullmatch(key)) and (len(values) >= LEAST_IDS or (len(values) >= 3 and len(values) * MOST_EACH >= rows))


def _are_numbered(counts: pd.Series) -> bool:
    """Whether there are many values, nearly all of a letter and a number, which recur."""
    coded = [value for value in map(str, counts.index) if re.fullmatch(r"[^\W\d_]{1,6}[-_ ]?\d+", value)]
    return len(counts) >= LEAST_IDS and len(coded) >= NEARLY_ALL * len(counts) and bool(1 < counts.mean() <= MOST_EACH)


def _plain(name: str) -> str:
    return re.sub(r"[\s.\-/#]+", "_", name.lower()).strip("_")


def names_patients(name: str) -> bool:
    """Whether a column is named like ids of patients, which stand above lesions and examinations."""
    return bool(_PATIENT_ID.fullmatch(_plain(name)) or _PATIENT.fullmatch(_plain(name)))


def may_be_else(name: str) -> bool:
    """Whether a name may also mean an arm, a source or a running number (``study``, ``group``), and is no id for sure."""
    key = _plain(name)
    return not any(named.fullmatch(key) for named in (_PATIENT_ID, _PART_ID, _PATIENT, _PERSONAL_NAME))


def restarts(ids: pd.Series, patients: pd.Series) -> bool:
    """Whether a column numbers the lesions or visits of each patient anew, so that the same number may be another's."""
    pairs = pd.DataFrame({"id": ids, "patient": patients}).dropna().drop_duplicates()
    return bool(pairs["id"].duplicated().any() and pairs["patient"].duplicated().any())


def in_one_group_each(groups: pd.Series, classes: pd.Series) -> bool:
    """Whether nearly all images of each class are in one group: such groups are the classes once more, and no patients.

    Classes of one or two images count for nothing.
    """
    pairs = pd.DataFrame({"group": groups, "class": classes}).dropna()
    several = [one["group"].value_counts(normalize=True) for _, one in pairs.groupby("class") if len(one) >= LEAST_IN_CLASS]
    return len(several) > 1 and all(shares.iloc[0] >= NEARLY_ALL for shares in several)

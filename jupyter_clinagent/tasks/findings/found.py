"""What was found of several findings for each image, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from jupyter_clinagent.study.data.tables import Table

YES, NO, UNCERTAIN, NOT_KNOWN = 1, 0, -1, -2
"""``NOT_KNOWN`` is told, unlike an empty cell: no policy makes it yes or no."""
MOST = 40
"""More different findings in the cells of one column are free text."""
_ABSENCE = re.compile(
    r"^(no_?(acute_?)?(findings?|abnormalit(y|ies)|diseases?)|normal|healthy|unremarkable|kein(e|_)?_?(befunde?|auff.lligkeit(en)?)"
    r"|ohne_?befund|o\.?b\.?|unauff.llig|normalbefund|gesund|none|nil|negative|nad)$"
)
_SUSPECTED = re.compile(
    r"^(v\.\s?a\.?|va(?=$)|verdacht|verd.chtig|susp\.|suspected|suspicious|suspicion|suspizi.se?)(?![^\W_])"
    r"[\s_:]*((auf|for|of)(?![^\W_]))?[\s_:.]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FoundFindings:
    """What a table says of each finding and image.

    Attributes
    ----------
    codes
        One column for each finding, indexed by file: 1 yes, 0 no, -1 uncertain, -2 not known, NaN not mentioned.
    rows
        Metadata of the images, indexed by file.
    layout
        ``columns``: one for each finding; ``cells``: one column whose cells list them;
        ``rows``: one column, and a row for each finding of an image.
    source
        The columns, in words.
    spent
        Columns of the table that have been used up.
    said
        What had to be assumed, and what contradicts itself.
    unread
        Columns that say yes and no, but too much else to be findings.
    named_so
        Whether the column that lists them is named like findings.
    crosses
        Findings to which no image says no, so that their empty cells have been read as one.
    """

    codes: pd.DataFrame
    rows: pd.DataFrame
    layout: Literal["columns", "cells", "rows"]
    source: str
    spent: list[str]
    said: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    named_so: bool = True
    crosses: list[str] = field(default_factory=list)


def key_of(text: str) -> str:
    """Lower case, blanks and dashes alike, so that spelling makes no new finding.

    Examples
    --------
    >>> key_of(" Pleural-Effusion"), key_of("pleural_effusion")
    ('pleural_effusion', 'pleural_effusion')
    """
    return re.sub(r"[\s_-]+", "_", text.strip().lower())


def spellings(names: Iterable[str]) -> dict[str, list[str]]:
    """Every spelling of each name, by the first of them.

    Examples
    --------
    >>> spellings(["Pleural Effusion", "mass", "pleural_effusion"])
    {'Pleural Effusion': ['Pleural Effusion', 'pleural_effusion'], 'mass': ['mass']}
    """
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(key_of(name), []).append(name)
    return {names[0]: names for names in found.values()}


def written_in(table: Table, column: str) -> list[pd.Series]:
    """The cells of a table's column in the rows that name an image, by file; nothing where it has no such column."""
    return [table.frame[column].set_axis(table.files)[table.files.notna().to_numpy()]] if column in table.frame else []


def says_nothing_found(name: str) -> bool:
    """Whether a column or an entry stands for the absence of all findings, and is none itself.

    Examples
    --------
    >>> [says_nothing_found(name) for name in ("No Finding", "kein Befund", "normal", "nodule")]
    [True, True, True, False]
    """
    return bool(_ABSENCE.match(key_of(name)))


def without_suspicion(text: str) -> str | None:
    """What an entry suspects, without the words for it; None where it is no suspicion.

    Examples
    --------
    >>> [without_suspicion(text) for text in ("V.a. Erguss", "suspected", "mass?", "mass")]
    ['Erguss', '', 'mass', None]
    """
    bare = re.sub(r"\s*(\?|\(\?\))\s*$", "", text)
    rest = _SUSPECTED.sub("", bare)
    return rest if rest != text else None

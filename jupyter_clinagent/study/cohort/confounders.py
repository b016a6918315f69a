"""Which images show a confounder: from a column of yes and no, or from the masks that outline it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from jupyter_clinagent.lang.grammar import words_in

_YES = frozenset(
    ["1", "1.0", *words_in("answers_in_data.yes", "answers_in_data.yes_short", "answers_in_data.present", "answers_in_data.with")]
)
_NO = frozenset(
    ["0", "0.0", *words_in("answers_in_data.no", "answers_in_data.no_short", "answers_in_data.absent", "answers_in_data.without")]
)


def presence(cells: pd.Series) -> pd.Series:
    """True, False or None for each cell.

    Words of yes and no are read as such. Of two other values the rarer one counts as the confounder; more than two say
    nothing that could be taken out of a picture.
    """
    words = cells.map(lambda cell: str(cell).strip().casefold(), na_action="ignore")
    counts = words.value_counts()
    if counts[counts.index.isin(_YES | _NO)].sum() >= 0.9 * counts.sum():
        return _mapped(words, dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False))
    rarer_first = sorted(counts.index, key=lambda word: (counts[word], word))
    return _mapped(words, dict(zip(rarer_first, (True, False), strict=True)) if len(counts) == 2 else {})


def _mapped(words: pd.Series, meaning: Mapping[str, bool]) -> pd.Series:
    return pd.Series([meaning.get(word) for word in words], index=words.index, dtype=object)


def confounder_values(rows: pd.DataFrame, name: str, masked: Mapping[str, Mapping[str, str]], files: pd.Series) -> pd.Series:
    """Whether each image shows the confounder, by image id.

    Parameters
    ----------
    rows
        Metadata, indexed by image id.
    name
        A column, or a folder of masks: an image without a mask then counts as one without the confounder.
    masked
        Mask file by image file, by folder.
    files
        File of each image id.
    """
    if name in rows.columns:
        return presence(rows[name])
    if name in masked:
        return files.map(lambda file: file in masked[name]).astype(object)
    return _mapped(files, {})

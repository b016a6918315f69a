"""One spelling for what several people typed differently: “Melanoma”, “melanoma ” and “MELANOMA”; “1” and “1.0”."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import pandas as pd

from jupyter_clinagent.study.data.roles import is_categorical


def with_one_spelling(frame: pd.DataFrame, table: str, image_column: str | None, problems: list[str]) -> pd.DataFrame:
    """Columns of few values with the most frequent spelling of each; which were taken for which is said.

    Names of images are left alone: there, capital letters may tell two files apart.
    """
    columns = [name for name in frame.columns if name != image_column and is_categorical(frame[name])]
    changes = {name: changed for name in columns if (changed := usual_spellings(frame[name].dropna()))}
    problems += [f"{table}, “{name}”: {say(changed)}." for name, changed in changes.items()]
    return frame.assign(**{name: frame[name].map(lambda cell, to=to: to.get(cell, cell)) for name, to in changes.items()})


def usual_spellings(written: Iterable[str]) -> dict[str, str]:
    """The most frequent spelling by each other one; of equally frequent ones the first counts."""
    spellings = defaultdict(list)
    for value, _ in Counter(written).most_common():
        spellings[_key(value)].append(value)
    return {other: usual for usual, *others in spellings.values() for other in others}


def _key(value: str) -> str:
    """Small letters, one blank between words; a whole number without decimals."""
    plain = " ".join(value.split()).casefold()
    return re.sub(r"(?<=\d)[.,]0+$", "", plain) if re.fullmatch(r"[+-]?\d+[.,]0+", plain) else plain


def say(changed: dict[str, str]) -> str:
    """What is taken for what, without a point at the end."""
    homes = defaultdict(list)
    for other, usual in changed.items():
        homes[usual].append(f"“{other}”")
    taken = {usual: f"{', '.join(others)} {'is' if len(others) == 1 else 'are'}" for usual, others in homes.items()}
    return "; ".join(f"{others} taken for “{usual}”" for usual, others in taken.items())

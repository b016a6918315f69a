"""One spelling for what several people typed differently: “Melanoma”, “melanoma ” and “MELANOMA”; “1” and “1.0”."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import pandas as pd

from jupyter_clinagent.study.data.group_names import is_group
from jupyter_clinagent.study.data.roles import is_categorical, is_identifier
from jupyter_clinagent.study.data.slips import slips_among


def with_one_spelling(frame: pd.DataFrame, table: str, image_column: str | None, problems: list[str]) -> pd.DataFrame:
    """Columns of few values with the most frequent spelling of each; which were taken for which is said.

    Names of images are left alone: there, capital letters may tell two files apart.
    """
    columns = [name for name in frame.columns if name != image_column and is_categorical(frame[name])]
    changes = {name: changed for name in columns if (changed := usual_spellings(frame[name].dropna()))}
    problems += [f"{table}, “{name}”: {say(changed)}." for name, changed in changes.items()]
    return _without_slips(_changed(frame, changes), table, columns, problems)


def _changed(frame: pd.DataFrame, changes: dict[str, dict[str, str]]) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].map(lambda cell, to=to: to.get(cell, cell)) for name, to in changes.items()})


def _without_slips(frame: pd.DataFrame, table: str, columns: Iterable[str], problems: list[str]) -> pd.DataFrame:
    """Slips of the keyboard are what was meant; what may be one and is no rarity stays, and both are said with counts. No ids."""
    changes: dict[str, dict[str, str]] = {}
    for name in columns:
        counts = frame[name].value_counts()
        if is_identifier(name) or is_group(name, counts, len(frame)):
            continue
        slips = slips_among({str(value): int(count) for value, count in counts.items()})
        changes |= {name: slips.meant} if slips.meant else {}
        problems += [_say_slip(table, name, one, to, counts) for one, to in slips.meant.items()]
        problems += [_say_doubtful(table, name, one, other, counts) for one, other in slips.doubtful]
    return _changed(frame, changes)


def _say_slip(table: str, column: str, slip: str, meant: str, counts: pd.Series) -> str:
    rows = counts.sum()
    return f"{table}, “{column}”: “{slip}” ({counts[slip]} of {rows} rows) is taken for a slip of “{meant}” ({counts[meant]})."


def _say_doubtful(table: str, column: str, one: str, other: str, counts: pd.Series) -> str:
    return (
        f"{table}, “{column}”: “{one}” ({counts[one]} of {counts.sum()} rows) and “{other}” ({counts[other]}) are spelt nearly "
        "alike and stay two values; if one is a slip, correct the table."
    )


def usual_spellings(written: Iterable[str]) -> dict[str, str]:
    """The most frequent spelling by each other one; of equally frequent ones the first counts."""
    spellings = defaultdict(list)
    for value, _ in Counter(written).most_common():
        spellings[plain(value)].append(value)
    return {other: usual for usual, *others in spellings.values() for other in others}


def plain(value: str) -> str:
    """Small letters, one blank between words; a whole number without decimals."""
    text = " ".join(value.split()).casefold()
    return re.sub(r"(?<=\d)[.,]0+$", "", text) if re.fullmatch(r"[+-]?\d+[.,]0+", text) else text


def say(changed: dict[str, str]) -> str:
    """What is taken for what, without a point at the end."""
    homes = defaultdict(list)
    for other, usual in changed.items():
        homes[usual].append(f"“{other}”")
    taken = {usual: f"{', '.join(others)} {'is' if len(others) == 1 else 'are'}" for usual, others in homes.items()}
    return "; ".join(f"{others} taken for “{usual}”" for usual, others in taken.items())

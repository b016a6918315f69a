"""Tables that name a left and a right image in each row and say something of each (both eyes): read as two rows.

Where nothing is said of each side, nobody knows which of them a row describes; see :mod:`.second_images`.
"""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.lang.grammar import any_of, words_in
from jupyter_clinagent.study.data.matching import FileIndex

_MEANT = {word: side for side in ("left", "right") for word in words_in(f"eyes.{side}")}
_SIDE = re.compile(rf"(?<![^\W_])({any_of(_MEANT)})(?![^\W_])", re.I)
NAMED = 0.5
"""Each of the two columns names as many different images as more than this share of its rows."""


def with_both_sides(frame: pd.DataFrame, name: str, index: FileIndex, assumed: list[str]) -> pd.DataFrame:
    """The table with a row for each side, where each of its rows names an image of both and speaks of each; else as it is.

    What stands in a column of one side (“Left-Keywords”) goes with the image of that side.

    Parameters
    ----------
    assumed
        Gets a sentence about it: what stands in other columns is known of the person alone.
    """
    pairs = _pairs(frame)
    images = [pair for pair in pairs.values() if all(_names_images(frame[one], index) for one in pair.values())]
    if len(images) != 1 or len(pairs) == 1:
        return frame
    column = "side" if "side" not in frame.columns else "side of the image"
    named = " and ".join(f"“{one}”" for one in images[0].values())
    assumed.append(
        f"Each row of {name} names two images ({named}) and is read as two. Columns without a side speak of the person, and "
        "which side they mean is not told: learn them by “one answer per patient”."
    )
    return pd.concat([_of_side(frame, pairs, side).assign(**{column: side}) for side in ("left", "right")], ignore_index=True)


def _names_images(cells: pd.Series, index: FileIndex) -> bool:
    return int(cells.map(index.find).nunique()) > NAMED * len(cells)


def _pairs(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Columns that differ only by the side in their names: by the common name, side and column."""
    found: dict[str, dict[str, str]] = {}
    for column in map(str, frame.columns):
        sides = _SIDE.findall(column)
        if len(sides) == 1 and (common := re.sub(r"[\W_]+", " ", _SIDE.sub(" ", column)).strip()):
            found.setdefault(common, {})[_MEANT[sides[0].lower()]] = column
    return {common: sides for common, sides in found.items() if len(sides) == 2}


def _of_side(frame: pd.DataFrame, pairs: dict[str, dict[str, str]], side: str) -> pd.DataFrame:
    others = [sides[other] for sides in pairs.values() for other in sides if other != side]
    return frame.drop(columns=others).rename(columns={sides[side]: common for common, sides in pairs.items()})

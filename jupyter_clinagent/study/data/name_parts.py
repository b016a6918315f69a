"""Parts of file names as columns (``40_0_2_20170116.jpg``), where nothing else says anything of the images.

What the parts mean stands in a text beside them (``[age]_[gender]_[race]_[date].jpg``), or nobody knows and it has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from jupyter_clinagent.facts import UNNAMED_PART
from jupyter_clinagent.study.data.name_endings import find_name_endings
from jupyter_clinagent.study.data.paths import stem_of

FEWEST_PARTS, MOST_PARTS = 3, 8
MOST_VALUES, LEAST_EACH = 12, 3
"""One part at least has two to so many values, each in so many names."""
_FIELD = r"(?:\[[^\]\n]{1,30}\]|<[^>\n]{1,30}>|\{[^}\n]{1,30}\})"
_TEMPLATE = re.compile(rf"[\w-]{{0,20}}{_FIELD}(?:[\w-]{{1,12}}{_FIELD})+")
"""“[age]_[sex]”, “SOB_<class>_<type>-<year>”: what stands between the fields stands in the names, too."""


def parts_of_names(images: Sequence[str], texts: Iterable[str]) -> pd.DataFrame | None:
    """A table with the column ``image`` and one for each part; None where names are not made of such parts.

    Parameters
    ----------
    texts
        Those that describe the data.
    """
    template = next((found for text in texts for found in _TEMPLATE.finditer(text)), None)
    if template is not None:
        named = [name.strip("[]<>{} ") for name in re.findall(_FIELD, template[0])]
        return _table(images, _written(template[0]), named)
    return None if find_name_endings(images) else _unnamed(images)


def _unnamed(images: Sequence[str]) -> pd.DataFrame | None:
    counts = {len(stem_of(image).split("_")) for image in images}
    if len(counts) != 1 or not FEWEST_PARTS <= (number := counts.pop()) <= MOST_PARTS:
        return None
    named = [UNNAMED_PART.format(place) for place in range(1, number + 1)]
    table = _table(images, re.compile("_".join(["(.*?)"] * (number - 1) + ["(.*)"])), named)
    return table if table is not None and any(_may_be_label(table[name]) for name in table.columns[1:]) else None


def _written(template: str) -> re.Pattern[str]:
    """How a name is made by a template: a group for each field, which ends where the next letters of the template begin.

    Examples
    --------
    >>> _written("SOB_<class>_<type>-<patient>").fullmatch("SOB_B_A-2500-1").groups()
    ('B', 'A', '2500-1')
    """
    *others, last = (re.escape(piece) for piece in re.split(_FIELD, template))
    return re.compile("(.*?)".join(others) + "(.*)" + last)


def _table(images: Sequence[str], written: re.Pattern[str], names: Sequence[str]) -> pd.DataFrame | None:
    """What each name says, of those with a cell for each of these names; None where fewer than nine in ten have."""
    parts = {image: found.groups() for image in images if (found := written.fullmatch(stem_of(image)))}
    fitting = {image: cells for image, cells in parts.items() if all(cells)}
    if len(fitting) < 0.9 * len(images) or len(set(names)) < len(names):
        return None
    cells = pd.DataFrame(list(fitting.values()), columns=list(names), dtype=object)
    cells.insert(0, "image", list(fitting))
    return cells


def _may_be_label(cells: pd.Series) -> bool:
    counts = cells.value_counts()
    return 2 <= len(counts) <= MOST_VALUES and int(counts.min()) >= LEAST_EACH

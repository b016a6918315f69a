"""Labels at the end of file names (``CHNCXR_0001_0.png``, ``CHNCXR_0340_1.png``), where nothing else labels the images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from jupyter_clinagent.study.data.matching import without_digits
from jupyter_clinagent.study.data.paths import stem_of

MOST_ENDINGS, LEAST_EACH = 10, 3
"""Two to so many values, each at the end of at least so many names."""
_LAST = re.compile(r"(.+)[ _-]([^\W_]+)")


def find_name_endings(images: Sequence[str]) -> dict[str, str]:
    """The last part of each image's name, where all names are alike but for their numbers and end in one of a few values.

    Where a name recurs with several endings (``10_left``, ``10_right``) these number its views and are no labels.

    Returns
    -------
    dict[str, str]
        By image; empty where the endings could not be labels.
    """
    found = {image: _LAST.fullmatch(stem_of(image)) for image in images}
    parts = {image: (match[1], match[2]) for image, match in found.items() if match is not None}
    if len(parts) < len(images) or len({start for start, _ in parts.values()}) < len(images):
        return {}
    endings = Counter(ending for _, ending in parts.values())
    alike = len({without_digits(start) for start, _ in parts.values()}) == 1
    few = 2 <= len(endings) <= MOST_ENDINGS and min(endings.values()) >= LEAST_EACH
    return {image: ending for image, (_, ending) in parts.items()} if alike and few else {}

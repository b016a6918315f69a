"""Which images belong together, by id and by looks: what no partition may part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.cohort import Looks
from jupyter_clinagent.study.cohort.duplicates import all_pairs, exact_duplicates, joined_groups, near_duplicates
from jupyter_clinagent.study.cohort.groups import Groups, group_images
from jupyter_clinagent.study.cohort.scenes import Scenes, find_scenes
from jupyter_clinagent.study.cohort.splitting import Split
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.readings import Readings, read_all
from jupyter_clinagent.study.showing.comparing_display import ComparingDisplay


@dataclass(frozen=True)
class Linked:
    """Readable rows with their ``group``; ``joined`` numbers groups that share a duplicate or a scene alike."""

    rows: pd.DataFrame
    groups: Groups
    joined: pd.Series
    readings: Readings
    near: np.ndarray
    scenes: Scenes

    def looks(self, split: Split) -> Looks:
        """What the audit needs."""
        files = list(self.readings.table.index)
        exact = exact_duplicates(self.readings)
        return Looks(self.readings, self.near, exact, files, split.crossing_groups, split.crossing_images, self.scenes)


def link_images(inventory: Inventory, rows: pd.DataFrame, group: str | None, to_split: bool = True) -> Linked:
    """Read every image, group them, and find duplicates; where nothing groups them, also those of one scene.

    Parameters
    ----------
    to_split
        False: nobody will split them, so scenes are not looked for.

    Raises
    ------
    BadInput
        No image can be read, or the group column isn't there.
    """
    readings = read_all(inventory.folder, [str(file) for file in rows.index])
    rows = rows.loc[[file for file in rows.index if file not in readings.broken]]
    if not len(rows):
        raise BadInput(f"None of the {len(readings.broken)} labelled images can be read: {_reasons(readings.broken)}.")
    groups = group_images(inventory, rows, group)
    near = near_duplicates(readings)
    alike = all_pairs(readings, near)
    scenes = Scenes.none()
    if to_split and groups.source is None:
        scenes = find_scenes(inventory.folder, readings, alike, ComparingDisplay(len(rows)))
        groups = groups._replace(said=[*groups.said, scenes.said])
    together = np.concatenate([alike, scenes.pairs])
    joined = pd.Series(joined_groups(groups.ids.tolist(), together), index=rows.index)
    return Linked(rows.assign(group=groups.ids), groups, joined, readings, near, scenes)


def _reasons(broken: dict[str, str]) -> str:
    return "; ".join(f"{reason} ({number})" for reason, number in Counter(broken.values()).most_common(3))

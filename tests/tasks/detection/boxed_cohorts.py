"""A cohort of wrist phantoms with boxes: the smallest real thing that detection can work on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.phantoms.wrist_files import few_boxed

COLUMNS = ["image", "class", "x_min", "y_min", "x_max", "y_max"]


class WristCohort:
    """Satisfies BoxedCohortLike; test rows are sealed.

    ``boxed`` is the share of the training images that somebody looked at with a pen in hand: ``penned``.
    """

    classes: Sequence[str] = ["fracture"]

    def __init__(self, n: int = 120, seed: int = 1, size: int = 96, difficulty: str = "easy", boxed: float = 1.0) -> None:
        made = phantoms.KINDS["wrist"](n=n, seed=seed, size=size, difficulty=difficulty)
        self.phantoms = {p.image_id: p for p in made}
        patients = list(dict.fromkeys(p.lesion_id for p in made))
        drawn = np.random.default_rng(seed).choice(["train", "validation", "test"], len(patients), p=[0.6, 0.2, 0.2])
        part = dict(zip(patients, drawn, strict=True))
        parts = [str(part[p.lesion_id]) for p in made]
        train = [k for k, name in enumerate(parts) if name == "train"]
        penned = set(train) if boxed == 1 else few_boxed(made, train, boxed, seed)
        self.penned = {made[k].image_id for k in penned}
        rows = [self._row(p, parts[k], k in penned or parts[k] == "validation") for k, p in enumerate(made)]
        self.table = pd.DataFrame(rows)
        self.boxes = self._boxes([row["image"] for row in rows if row["boxed"]])

    def _row(self, p: phantoms.Phantom, part: str, boxed: bool) -> dict[str, object]:
        finding = p.box is not None
        sealed = part == "test"
        return {
            "image": p.image_id,
            "label": None if sealed else (FINDING if finding else NO_FINDING),
            "group": p.lesion_id,
            "partition": part,
            "boxed": None if sealed else (boxed or not finding),
        }

    def _boxes(self, ids: list[str]) -> pd.DataFrame:
        found = [(image, "fracture", *map(float, self.phantoms[image].box)) for image in ids if self.phantoms[image].box]
        return pd.DataFrame(found, columns=COLUMNS)

    def read(self, image: str) -> np.ndarray:
        return self.phantoms[image].image

    def truth(self, ids: list[str]) -> list[Boxes]:
        """Every box, sealed or not, in original pixels."""
        return [Boxes.of([self.phantoms[image].box] if self.phantoms[image].box else []) for image in ids]

    def groups(self, partition: str) -> np.ndarray:
        return self.table.loc[self.table["partition"] == partition, "group"].to_numpy()

"""A cohort of phantoms: the smallest real thing that imaging can work on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent import phantoms


class PhantomCohort:
    """Satisfies CohortLike; test rows are sealed, so their labels are missing. Counts how often it is read."""

    def __init__(self, n: int = 150, kind: str = "triage", difficulty: str = "easy", size: int = 96) -> None:
        self.phantoms = {p.image_id: p for p in phantoms.KINDS[kind](n=n, seed=1, size=size, difficulty=difficulty)}
        self.classes = sorted({p.label for p in self.phantoms.values()})
        groups = sorted({p.lesion_id for p in self.phantoms.values()})
        drawn = np.random.default_rng(0).choice(["train", "validation", "test"], len(groups), p=[0.6, 0.2, 0.2])
        partition = dict(zip(groups, drawn, strict=True))
        self.table = pd.DataFrame(
            {
                "image": p.image_id,
                "label": None if partition[p.lesion_id] == "test" else p.label,
                "group": p.lesion_id,
                "partition": partition[p.lesion_id],
            }
            for p in self.phantoms.values()
        )
        self.reads = 0

    def read(self, image: str) -> np.ndarray:
        self.reads += 1
        return self.phantoms[image].image

    def truth(self, ids: list[str]) -> np.ndarray:
        return np.array([self.classes.index(self.phantoms[image].label) for image in ids])

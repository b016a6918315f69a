"""A cohort of phantoms: the smallest real thing that imaging can work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from jupyter_clinagent import phantoms
from jupyter_clinagent.imaging.reliance import ConfoundedScores


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


class Film(NamedTuple):
    """A radiograph with or without a drain; ``mask`` outlines the drain for some."""

    pixels: np.ndarray
    label: str
    group: str
    drain: bool
    mask: np.ndarray | None = None


class ConfoundedCohort:
    """Satisfies ConfoundedCohortLike; the confounder is called ``drain``."""

    def __init__(self, classes: list[str], parts: Mapping[str, Sequence[Film]]) -> None:
        self.classes = classes
        self.films = {f"{part}-{number}": film for part, films in parts.items() for number, film in enumerate(films)}
        parted = [(image, film, image.split("-")[0]) for image, film in self.films.items()]
        self.table = pd.DataFrame(
            {"image": i, "label": None if p == "test" else f.label, "group": f"{p}-{f.group}", "partition": p}
            for i, f, p in parted
        )

    def read(self, image: str) -> np.ndarray:
        return self.films[image].pixels

    def confounder(self, name: str) -> pd.Series:
        assert name == "drain"
        return pd.Series({i: f.drain for i, f in self.films.items() if not i.startswith("test")}, dtype=object)

    def mask(self, image: str, confounder: str) -> np.ndarray | None:
        return self.films[image].mask

    def confounded(self, ids: list[str], score: np.ndarray) -> ConfoundedScores:
        """Scores of the first class with what is known of the images."""
        films = [self.films[image] for image in ids]
        label = np.array([film.label == self.classes[0] for film in films])
        drain, groups = np.array([film.drain for film in films]), np.array([film.group for film in films])
        return ConfoundedScores(label, drain, score, groups, "drain")


def chest_cohort(
    seed: int,
    train: int,
    validation: int,
    test: int,
    size: int,
    *,
    masks: int = 100,
    test_rates: tuple[float, float] = (0.5, 0.5),
) -> ConfoundedCohort:
    """Chest phantoms: drains give the answer away in training and validation, and by default not in the test part."""
    rates = {"train": (train, 0.85, 0.05), "validation": (validation, 0.85, 0.05), "test": (test, *test_rates)}
    parts: dict[str, list[Film]] = {}
    for number, (part, (n, positive, negative)) in enumerate(rates.items()):
        made = phantoms.chest(n, 1000 * seed + number, size, drain_positive=positive, drain_negative=negative)
        outlined = {p.image_id for p in [p for p in made if p.drain][:masks]}
        parts[part] = [
            Film(p.image, p.label, p.patient_id, p.drain, p.drain_mask if p.image_id in outlined else None) for p in made
        ]
    return ConfoundedCohort(["pneumothorax", "no finding"], parts)

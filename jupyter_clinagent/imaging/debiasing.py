"""Training that takes a confounder's power away: it is put where it doesn't belong, and taken away where it does.

By what is known of the confounder:

- labels and some masks: :func:`transplant`. Real confounders are cut out and laid over images that have none.
- labels only, and a shape that can be drawn: :func:`paste`.
- labels only: :class:`GroupBalanced` sampling, which belongs to the other two as well: it alone knows the confounders that no
  mask outlines and no drawing resembles.

Each is seeded and described by its ``spec``, so that a training with it replays exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import ConfoundedCohortLike
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.imaging.augment import ImageTransform
from jupyter_clinagent.imaging.drawing import SHAPES
from jupyter_clinagent.imaging.preprocessing import Preprocessing

MOST_DONORS = 100
"""Confounders that are cut out at most: more teach nothing new."""
FEWEST_DONORS = 3
TRANSPLANTED = {"other": 0.6, "linked": 0.3}
PASTED = {"other": 0.85, "linked": 0.15}
"""Share of the confounder-free training images that get one: of the class that usually shows it (linked), and of the others.
What is drawn is less like the real one, so that it takes more of a contrast."""
TAKEN_AWAY = 0.5
"""Share of the draws in which a masked image of the linked class is shown with its confounder painted over."""
TURN, ZOOM, SHIFT, STRENGTH = 12.0, (0.9, 1.1), 0.06, (0.7, 1.3)
"""Degrees, scale, share of the side, and factor of the grey levels by which a transplant varies."""
_SEEN = 0.1


class Debiasing:
    """A training transform that changes the confounder in a picture, then augments it; see :func:`transplant`, :func:`paste`.

    Parameters
    ----------
    then
        The augmentation that follows.
    rates
        Probability, by image id, that the picture gets a confounder.
    draw
        What lays one over a uint8 RGB picture.
    cleaned
        Pictures (uint8 RGB) with the confounder painted over, by image id; shown in :data:`TAKEN_AWAY` of the draws.
    spec
        Full description, for the recipe.
    """

    def __init__(
        self,
        then: ImageTransform,
        rates: Mapping[str, float],
        draw: Callable[[np.ndarray, np.random.Generator], np.ndarray],
        cleaned: Mapping[str, np.ndarray],
        spec: dict[str, Any],
    ) -> None:
        self.then, self.rates, self.draw, self.cleaned = then, dict(rates), draw, dict(cleaned)
        self.spec = {**spec, "then": then.spec}
        self.rng = np.random.default_rng(0)

    @property
    def symmetries(self) -> Any:
        """Those of the augmentation."""
        return self.then.symmetries

    @property
    def confounder(self) -> str:
        """What it works against."""
        return str(self.spec["confounder"])

    def reseed(self, seed: int) -> None:
        """Start the random sequence anew."""
        self.rng = np.random.default_rng(seed)
        self.then.reseed(seed)

    def __call__(self, image: np.ndarray, image_id: str = "") -> np.ndarray:
        """Draw one variant of the training image with this id: uint8 RGB of the same shape."""
        chance = self.rng.random()
        if image_id in self.cleaned and chance < TAKEN_AWAY:
            image = self.cleaned[image_id]
        elif chance < self.rates.get(image_id, 0.0):
            image = self.draw(image, self.rng)
        return self.then(image, image_id)


# ------------------------------------------------------------------ labels and masks
def transplant(cohort: ConfoundedCohortLike, confounder: str, then: ImageTransform, *, crop: float = 1.0) -> Debiasing:
    """Cut real confounders out along their masks and lay them over training images that have none.

    A transplant is what the picture differs by from itself with the confounder painted over (Telea 2004). It is turned,
    shifted, scaled, mirrored, made fainter or stronger, and added to :data:`TRANSPLANTED` of the images without a confounder;
    masked images of the class that usually shows it appear painted over in half of the draws.

    Parameters
    ----------
    cohort
        Gives the confounder of the training images and the masks of some.
    then
        The augmentation that follows; pictures are ``then.spec["size"]``.
    crop
        As in the data module.

    Raises
    ------
    BadInput
        Fewer than :data:`FEWEST_DONORS` training images with the confounder have a mask, or it doesn't vary.
    """
    known = _training(cohort, confounder)
    preprocessing = Preprocessing(_size(then), crop)
    donors = dict(_donors(cohort, confounder, known, preprocessing))
    if len(donors) < FEWEST_DONORS:
        raise BadInput(
            f"Only {len(donors)} training images with {confounder} have a mask that fits; at least {FEWEST_DONORS} are needed. "
            "Without masks, debiasing.paste works with labels alone."
        )
    spec = {
        "pipeline": "transplant",
        "confounder": confounder,
        "donors": _digest(donors),
        "rates": TRANSPLANTED,
        "taken_away": TAKEN_AWAY,
        "variation": [TURN, ZOOM, SHIFT, STRENGTH],
    }
    linked = _linked(known)
    residuals = [donor.residual for donor in donors.values()]
    cleaned = {image: donor.cleaned for image, donor in donors.items() if known["label"][image] == linked}
    return Debiasing(then, _rates(known, linked, TRANSPLANTED), _Transplanter(residuals), cleaned, spec)


@dataclass(frozen=True)
class _Donor:
    """A picture with its confounder painted over (uint8), and what the confounder added to it (int16), both (H, W, 3)."""

    cleaned: np.ndarray
    residual: np.ndarray


def _donors(
    cohort: ConfoundedCohortLike, confounder: str, known: pd.DataFrame, preprocessing: Preprocessing
) -> Iterator[tuple[str, _Donor]]:
    found = 0
    for image in sorted(known.index[known["confounder"]]):
        mask = cohort.mask(image, confounder) if found < MOST_DONORS else None
        if mask is None:
            continue
        small = preprocessing.apply(np.repeat(mask.astype(np.uint8)[..., None] * 255, 3, axis=2))[..., 0] > 255 * _SEEN
        if small.any():
            found += 1
            picture = preprocessing.apply(cohort.read(image))
            cleaned = inpaint(picture, small)
            yield image, _Donor(cleaned, picture.astype(np.int16) - cleaned)


def inpaint(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Paint over what the mask (bool, shape (H, W)) covers and a pixel around it: uint8 RGB of the same shape.

    Telea's fast marching (2004), with the grain of the picture added, or the smooth patch would itself be a sign.
    """
    region = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    smooth = cv2.inpaint(np.ascontiguousarray(image), region, 2, cv2.INPAINT_TELEA)
    grain = image.astype(np.float32) - cv2.GaussianBlur(image, (0, 0), 1.0)
    outside = grain[region == 0]
    spread = float(outside.std()) if len(outside) else 0.0
    noise = np.random.default_rng(int(region.sum())).normal(0, spread, image.shape[:2])[..., None]
    painted = np.clip(np.round(smooth + noise), 0, 255).astype(np.uint8)
    return np.where(region[..., None] > 0, painted, image)


class _Transplanter:
    """Lays a random residual, varied, over a picture."""

    def __init__(self, residuals: list[np.ndarray]) -> None:
        self.residuals = residuals

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        residual = self.residuals[int(rng.integers(len(self.residuals)))].astype(np.float32)
        if rng.random() < 0.5:
            residual = residual[:, ::-1]
        height, width = residual.shape[:2]
        turned = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-TURN, TURN), rng.uniform(*ZOOM))
        shift = np.array([[0, 0, rng.uniform(-SHIFT, SHIFT) * width], [0, 0, rng.uniform(-SHIFT, SHIFT) * height]])
        moved = cv2.warpAffine(np.ascontiguousarray(residual), turned + shift, (width, height))
        return np.asarray(np.clip(np.round(image + rng.uniform(*STRENGTH) * moved), 0, 255), dtype=np.uint8)


# ------------------------------------------------------------------ labels only
def paste(cohort: ConfoundedCohortLike, confounder: str, then: ImageTransform, *, shape: str = "tube") -> Debiasing:
    """Draw something like the confounder over training images that have none; best with :class:`GroupBalanced` sampling.

    Parameters
    ----------
    shape
        What it looks like, one of :data:`~jupyter_clinagent.imaging.drawing.SHAPES`.

    Raises
    ------
    BadInput
        The confounder doesn't vary in the training images.
    """
    known = _training(cohort, confounder)
    spec = {"pipeline": "paste", "confounder": confounder, "shape": shape, "rates": PASTED}
    return Debiasing(then, _rates(known, _linked(known), PASTED), SHAPES[shape], {}, spec)


class GroupBalanced:
    """Sampling in which every class shows the confounder equally often.

    Parameters
    ----------
    power
        1 draws all cells of class and confounder equally often, 0 as they come.

    Raises
    ------
    BadInput
        The confounder doesn't vary in the training images.
    """

    def __init__(self, cohort: ConfoundedCohortLike, confounder: str, power: float = 1.0) -> None:
        known = _training(cohort, confounder)
        self._shown = known["confounder"]
        self.power = power
        self.spec = {"sampling": "group balanced", "confounder": confounder, "power": power}

    @property
    def confounder(self) -> str:
        """What it works against."""
        return str(self.spec["confounder"])

    def strata(self, ids: list[str], labels: np.ndarray) -> np.ndarray:
        """Cell of class and confounder of each image (N,): twice the class index, plus one with the confounder."""
        return np.asarray(2 * labels + self._shown.reindex(ids).fillna(False).to_numpy(dtype=bool))


# ------------------------------------------------------------------ what is known of the training images
def _training(cohort: ConfoundedCohortLike, confounder: str) -> pd.DataFrame:
    """``label`` and ``confounder`` (bool) of the training images that have both, indexed by image."""
    table = cohort.table.set_index("image")
    rows = table[table["partition"] == "train"]
    known = pd.DataFrame({"label": rows["label"], "confounder": cohort.confounder(confounder).reindex(rows.index)}).dropna()
    if known["confounder"].nunique() < 2:
        raise BadInput(f"{confounder} is the same in all training images, so a model can't be freed from it.")
    return known.astype({"confounder": bool})


def _linked(known: pd.DataFrame) -> str:
    """The class that shows the confounder most often."""
    return str(known.groupby("label")["confounder"].mean().idxmax())


def _rates(known: pd.DataFrame, linked: str, rates: Mapping[str, float]) -> dict[str, float]:
    free = known[~known["confounder"]]
    return {str(image): rates["linked" if label == linked else "other"] for image, label in free["label"].items()}


def _size(then: ImageTransform) -> tuple[int, int]:
    width, height = then.spec["size"]
    return int(width), int(height)


def _digest(donors: Mapping[str, _Donor]) -> str:
    content = hashlib.sha256()
    for image, donor in donors.items():
        content.update(image.encode() + donor.residual.tobytes())
    return content.hexdigest()

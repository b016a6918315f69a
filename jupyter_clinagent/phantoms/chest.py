"""Chest radiograph phantoms: the sign of a pneumothorax and a chest drain, drawn independently of each other.

The drain gives the answer away as often as ``drain_positive`` and ``drain_negative`` say, so that a model's reliance on
it can be measured. Body, sign, drain and noise each come from a random sequence of their own: :attr:`ChestPhantom.twin`
is the same picture with the drain taken out or put in, and nothing else changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.drains import draw_drain
from jupyter_clinagent.phantoms.phantom import Difficulty, Phantom

POSITIVE, NEGATIVE = "pneumothorax", "no finding"
PREVALENCE = 0.4
_RIBS = 8


@dataclass(frozen=True)
class ChestPhantom(Phantom):
    """A phantom with its drain; :attr:`mask` is the gap between lung and chest wall.

    Attributes
    ----------
    drain
        Whether a drain is in the picture.
    drain_mask
        Where it is (or, in the twin, would be), bool of shape (size, size).
    twin
        The counterfactual: the same picture with the drain taken out, or put in. uint8 RGB.
    """

    drain: bool
    drain_mask: np.ndarray
    twin: np.ndarray

    @property
    def patient_id(self) -> str:
        """The group: a patient may have two films."""
        return self.lesion_id


@dataclass(frozen=True)
class _Sign:
    """How plainly a pneumothorax shows: depth of the gap (of the lung's radius), brightness of the
    pleural line, how much darker the gap is, and the share of the vessels that are missing in it."""

    depth: tuple[float, float]
    line: tuple[float, float]
    darker: float
    faded: float


_SIGNS: dict[str, _Sign] = {
    "easy": _Sign(depth=(0.15, 0.34), line=(8, 18), darker=4, faded=0.75),
    "hard": _Sign(depth=(0.12, 0.30), line=(6, 14), darker=3, faded=0.65),
}


class _Lung(NamedTuple):
    """Centre and radii in pixels, the squared elliptic distance of each pixel (1 on the border), and the side (-1, 1)."""

    centre: np.ndarray
    radii: np.ndarray
    distance: np.ndarray
    side: int


def chest(
    n: int = 400,
    seed: int = 0,
    size: int = 128,
    difficulty: Difficulty = "easy",
    *,
    drain_positive: float = 0.85,
    drain_negative: float = 0.05,
    style: str = "tube",
) -> list[ChestPhantom]:
    """Chest radiographs, :data:`PREVALENCE` of the patients with a pneumothorax.

    Parameters
    ----------
    n
        Pictures; a patient has one or two.
    seed
        The same seed gives the same pictures, byte for byte.
    size
        Width and height in pixels.
    difficulty
        ``hard``: a smaller gap and a fainter pleural line.
    drain_positive, drain_negative
        Probability of a drain with and without a pneumothorax; 0.5 and 0.5 balance all four groups.
    style
        Make of the drains, one of :data:`~jupyter_clinagent.phantoms.drains.STYLES`.
    """
    made: list[ChestPhantom] = []
    for patient in range(n):
        rng = np.random.default_rng([seed, patient])
        ill = bool(rng.random() < PREVALENCE)
        about = {"age": int(rng.integers(18, 90)), "sex": "F" if rng.random() < 0.45 else "M"}
        for film in range(1 + int(rng.random() < 0.25)):
            key = [seed, patient, film]
            drain = bool(np.random.default_rng([*key, 4]).random() < (drain_positive if ill else drain_negative))
            made.append(_film(key, len(made), ill, drain, about, size, _SIGNS[difficulty], style))
        if len(made) >= n:
            break
    return made[:n]


def _film(
    key: list[int], number: int, ill: bool, drain: bool, about: dict[str, int | str], size: int, sign: _Sign, style: str
) -> ChestPhantom:
    body, gap = _body(np.random.default_rng([*key[:2], 1]), np.random.default_rng([*key, 2]), ill, size, sign)
    tube = draw_drain((size, size), np.random.default_rng([*key, 3]), style)
    light = np.random.default_rng([*key, 5])
    gain, shift = light.normal(1, 0.08), light.normal(0, 8)
    noise = light.normal(0, 6.0, (size, size)).astype(np.float32)
    pictures = [_rgb(gain * exposed + shift + noise) for exposed in (body, body + tube.light)]
    return ChestPhantom(
        image=pictures[int(drain)],
        mask=gap,
        label=POSITIVE if ill else NEGATIVE,
        lesion_id=f"P{key[1] + 1:05d}",
        image_id=f"CXR_{number + 1:05d}",
        age=int(about["age"]),
        sex=str(about["sex"]),
        localization="chest",
        drain=drain,
        drain_mask=tube.mask,
        twin=pictures[1 - int(drain)],
    )


def _rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(np.clip(np.round(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


# ------------------------------------------------------------------ the body
def _body(
    anatomy: np.random.Generator, view: np.random.Generator, ill: bool, size: int, sign: _Sign
) -> tuple[np.ndarray, np.ndarray]:
    """Grey levels of a chest (size, size), and the gap of the pneumothorax (empty where there is none).

    ``anatomy`` is the patient's, ``view`` the film's.
    """
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    lungs = [_lung(x, y, side, anatomy, view) for side in (-1, 1)]
    grey = 165 + 14 * _clouds(anatomy, size) - _sides(x)
    for lung in lungs:
        grey -= (82 + view.normal(0, 5)) * _inside(lung)
    grey += _heart(x, y, anatomy) + _ribs(x, y, lungs, anatomy)
    vessels = _vessels(lungs, anatomy, size)
    # The draws below are made for the healthy too, so that the sign alone differs.
    lung, depth, strength = lungs[int(view.integers(2))], view.uniform(*sign.depth), view.uniform(*sign.line)
    gap, line = _collapse(lung, x, y, depth)
    if ill:
        vessels = vessels * (1 - sign.faded * gap)
        grey = grey - sign.darker * gap + strength * line
    return grey + vessels, (gap > 0.5) & ill


def _lung(x: np.ndarray, y: np.ndarray, side: int, anatomy: np.random.Generator, view: np.random.Generator) -> _Lung:
    centre = np.array([0.5 + 0.215 * side, 0.49]) + anatomy.normal(0, 0.010, 2) + view.normal(0, 0.008, 2)
    radii = np.array([0.165, 0.335]) * anatomy.normal(1, 0.05, 2)
    distance = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2
    return _Lung(centre, radii, distance, side)


def _inside(lung: _Lung, steepness: float = 11.0) -> np.ndarray:
    """1 in the lung, 0 outside, with a soft border."""
    return np.asarray(1 / (1 + np.exp(np.clip(steepness * (lung.distance - 1), -30, 30))))


def _collapse(lung: _Lung, x: np.ndarray, y: np.ndarray, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """The gap and the pleural line of a lung that has sunk towards its hilum by ``depth`` of its radius."""
    centre = lung.centre + lung.radii * depth * np.array([-0.45 * lung.side, 0.45])
    radii = lung.radii * (1 - 0.55 * depth)
    sunk = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2
    within = lung.distance < 0.97
    gap = within / (1 + np.exp(np.clip(18 * (1 - sunk), -30, 30)))
    return gap, within * np.exp(-(((sunk - 1) / 0.07) ** 2))


def _clouds(rng: np.random.Generator, size: int) -> np.ndarray:
    return np.asarray(cv2.resize(rng.normal(0, 1, (5, 5)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC))


def _sides(x: np.ndarray) -> np.ndarray:
    """Air beside the chest."""
    return np.asarray(120 / (1 + np.exp(np.clip(60 * (0.47 - np.abs(x - 0.5)), -30, 30))))


def _heart(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    width = rng.uniform(0.10, 0.15)
    shape = ((x - 0.55) / width) ** 2 + ((y - 0.66) / 0.16) ** 2
    return np.asarray(45 / (1 + np.exp(np.clip(8 * (shape - 1), -30, 30))))


def _ribs(x: np.ndarray, y: np.ndarray, lungs: list[_Lung], rng: np.random.Generator) -> np.ndarray:
    first, step = 0.17 + rng.normal(0, 0.012), 0.083 + rng.normal(0, 0.002)
    layer = np.zeros_like(x)
    for lung in lungs:
        arch = 0.30 * (x - lung.centre[0]) * lung.side + 1.4 * (x - lung.centre[0]) ** 2
        phase = (y - arch - first) / step
        near = (np.abs(x - lung.centre[0]) < 0.21) & (phase > -0.5) & (phase < _RIBS - 0.5)
        layer += near * np.exp(-(((phase - np.round(phase)) * step / 0.011) ** 2))
    return 13 * layer


def _vessels(lungs: list[_Lung], rng: np.random.Generator, size: int) -> np.ndarray:
    """Branching lines from each hilum to the lung's border."""
    layer = np.zeros((size, size), np.float32)
    for lung in lungs:
        hilum = lung.centre - lung.radii * np.array([0.7 * lung.side, 0.0])
        for angle in rng.uniform(0, 2 * np.pi, 22):
            end = lung.centre + 0.97 * lung.radii * np.array([np.cos(angle), np.sin(angle)])
            _vessel(layer, hilum, end, rng, size)
    inside = np.maximum(*(_inside(lung, 30.0) for lung in lungs))
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.006 * size) * inside)


def _vessel(layer: np.ndarray, start: np.ndarray, end: np.ndarray, rng: np.random.Generator, size: int) -> None:
    way = np.linspace(0, 1, 6)[:, None]
    points = start + way * (end - start) + rng.normal(0, 0.012, (6, 2)) * way * (1.5 - way)
    cv2.polylines(layer, [np.round(points * size * 16).astype(np.int32)], False, float(rng.uniform(24, 46)), 1, cv2.LINE_AA, 4)

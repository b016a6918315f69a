"""Dermoscopic phantoms: seven lesion kinds that differ by the signs dermatologists look for.

A lesion is drawn once (shape, colours, structures, in coordinates relative to its centre) and photographed one to three
times (angle, zoom, light, hairs, noise), so that pictures of one lesion resemble each other and no one else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty, Phantom

SKIN = np.array([212.0, 172.0, 150.0])
SITES = ("back", "lower extremity", "upper extremity", "trunk", "abdomen", "face", "chest")


@dataclass(frozen=True)
class Signs:
    """How strongly a kind of lesion shows each sign."""

    darkening: tuple[float, float, float] = (95.0, 85.0, 75.0)
    """What the lesion takes away from the skin's red, green and blue."""
    irregular: float = 0.05
    """Amplitude of the border's waves, relative to the radius."""
    variegated: float = 6.0
    """Contrast of patches of colour."""
    edge: float = 12.0
    """Steepness of the border."""
    dots: float = 0.0
    """White dots (milia) a lesion."""
    flecks: float = 0.0
    """Scales a lesion."""
    vessels: float = 0.0
    """Arborising vessels a lesion."""
    lacunae: float = 0.0
    """Red lagoons a lesion."""
    pale_centre: float = 0.0
    """How white the centre is, 0 … 1."""
    veil: float = 0.0
    """Strength of a blue-whitish veil, 0 … 1."""


SIGNS = {
    "akiec": Signs(darkening=(25, 70, 60), irregular=0.10, variegated=8, edge=5, flecks=14),
    "bcc": Signs(darkening=(30, 55, 40), irregular=0.08, edge=8, vessels=6),
    "bkl": Signs(darkening=(75, 80, 95), irregular=0.08, variegated=7, edge=22, dots=12),
    "df": Signs(darkening=(75, 75, 70), edge=7, pale_centre=0.9),
    "mel": Signs(darkening=(120, 105, 85), irregular=0.20, variegated=24, edge=12, veil=0.8),
    "nv": Signs(),
    "vasc": Signs(darkening=(40, 110, 90), edge=10, lacunae=8),
}
SHARES = {"nv": 0.40, "mel": 0.15, "bkl": 0.15, "bcc": 0.10, "akiec": 0.08, "vasc": 0.06, "df": 0.06}
AGES = {"nv": 45, "mel": 62, "bkl": 64, "bcc": 67, "akiec": 68, "vasc": 52, "df": 51}


def dermoscopy(n: int = 400, seed: int = 0, size: int = 128, difficulty: Difficulty = "easy") -> list[Phantom]:
    """Seven kinds, as unequal as in a clinic: akiec, bcc, bkl, df, mel, nv, vasc.

    Parameters
    ----------
    n
        Pictures; one to three show the same lesion.
    seed
        The same seed gives the same pictures, byte for byte.
    size
        Width and height in pixels.
    difficulty
        ``hard``: the signs of a kind are faint and vary, light and noise vary more.
    """
    return _series(SHARES, n, seed, size, difficulty)


def triage(n: int = 400, seed: int = 0, size: int = 128, difficulty: Difficulty = "easy") -> list[Phantom]:
    """Melanoma (mel, 30 %) and nevus (nv); parameters as in :func:`dermoscopy`."""
    return _series({"mel": 0.3, "nv": 0.7}, n, seed, size, difficulty)


def _series(shares: dict[str, float], n: int, seed: int, size: int, difficulty: Difficulty) -> list[Phantom]:
    rng = np.random.default_rng([seed, n])
    labels = np.repeat(list(shares), _quota(n, list(shares.values())))
    phantoms: list[Phantom] = []
    number = 0
    for label in shares:
        left = int((labels == label).sum())
        while left:
            views = min(left, int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])))
            phantoms += _lesion(label, views, f"PHL_{seed:03d}{number:05d}", rng, size, difficulty)
            left, number = left - views, number + 1
    order = rng.permutation(len(phantoms))
    return [replace(phantoms[i], image_id=f"PHI_{seed:03d}{k:05d}") for k, i in enumerate(order)]


def _quota(n: int, shares: list[float]) -> list[int]:
    ends = np.rint(np.cumsum(shares) / np.sum(shares) * n).astype(int)
    return [int(count) for count in np.diff(ends, prepend=0)]


def _lesion(label: str, views: int, lesion_id: str, rng: np.random.Generator, size: int, difficulty: Difficulty) -> list[Phantom]:
    signs, seed = _expressed(SIGNS[label], rng, difficulty), int(rng.integers(2**31))
    age = int(np.clip(rng.normal(AGES[label], 14) // 5 * 5, 5, 85))
    sex, site = str(rng.choice(["female", "male"])), str(rng.choice(SITES))
    pictures = [_photograph(signs, seed, rng, size, difficulty) for _ in range(views)]
    return [Phantom(image, mask, label, lesion_id, "", age, sex, site) for image, mask in pictures]


def _expressed(signs: Signs, rng: np.random.Generator, difficulty: Difficulty) -> Signs:
    """The signs of one lesion: on the way from an ordinary nevus to its kind, far in easy ones, anywhere in hard ones."""
    share = rng.uniform(0.8, 1.1) if difficulty == "easy" else rng.uniform(0.1, 0.65)
    values: dict[str, Any] = {}
    for field in fields(Signs):
        plain, full = np.array(getattr(Signs(), field.name)), np.array(getattr(signs, field.name))
        mixed = plain + share * (full - plain)
        values[field.name] = tuple(float(v) for v in mixed) if mixed.ndim else float(mixed)
    return Signs(**values)


# ------------------------------------------------------------------ drawing
def _photograph(
    signs: Signs, seed: int, rng: np.random.Generator, size: int, difficulty: Difficulty
) -> tuple[np.ndarray, np.ndarray]:
    """One picture of the lesion that ``seed`` fixes, from an angle and in a light that ``rng`` draws."""
    lesion = np.random.default_rng(seed)
    rough = 2.0 if difficulty == "hard" else 1.0
    x, y = _coordinates(rng, size)
    inside, mask = _shape(x, y, signs, lesion)
    colour = np.array(signs.darkening) + lesion.normal(0, 10 * rough) + lesion.normal(0, 4 * rough, 3)
    image = _float(SKIN + lesion.normal(0, 8) + lesion.normal(0, 4, 3)) + 5 * _clouds(lesion, x, y)[..., None]
    image -= inside[..., None] * _float(colour * lesion.uniform(0.7, 1.05))
    image -= (inside * _clouds(lesion, x, y))[..., None] * _float(signs.variegated * np.array([1.0, 1.0, 0.5]))
    veil = np.clip(_clouds(lesion, x, y) - 0.2, 0, 1) * inside * np.float32(signs.veil)
    image += veil[..., None] * (_float([95.0, 110.0, 150.0]) - image)
    centre = inside * np.exp(-(x**2 + y**2) / np.float32(0.18)) * np.float32(signs.pale_centre)
    image += centre[..., None] * (_float([235.0, 215.0, 205.0]) - image)
    _structures(image, x, y, signs, lesion)
    return _developed(image, rng, rough), mask


def _float(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def _coordinates(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Lesion coordinates of every pixel: the border is about one away from the origin."""
    angle, radius = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.24, 0.32)
    centre = size / 2 + rng.normal(0, size * 0.04, 2)
    u = (np.arange(size, dtype=np.float32)[None, :] - np.float32(centre[0])) / np.float32(radius)
    v = (np.arange(size, dtype=np.float32)[:, None] - np.float32(centre[1])) / np.float32(radius)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return u * cos - v * sin, u * sin + v * cos


def _shape(x: np.ndarray, y: np.ndarray, signs: Signs, lesion: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How much each pixel is inside (0 … 1), and whether it is: an ellipse with a wavy border."""
    stretch = np.float32(lesion.uniform(0.82, 1.2))
    across, along = x * stretch, y / stretch
    table = _float(np.linspace(-np.pi, np.pi, 721))
    waves = sum(signs.irregular * lesion.uniform(0.4, 1) * np.cos(k * table + lesion.uniform(0, 6.28)) for k in (2, 3, 5))
    reach = _float(1 + waves)[np.rint((np.arctan2(along, across) + np.pi) * (720 / (2 * np.pi))).astype(np.intp)]
    distance = np.hypot(across, along) / reach
    return 1 / (1 + np.exp(np.clip((distance - 1) * np.float32(signs.edge), -30, 30))), distance < 1


def _clouds(lesion: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smooth noise of unit contrast that is fixed to the lesion."""
    grid = cv2.resize(lesion.normal(0, 1, (7, 7)).astype(np.float32), (28, 28), interpolation=cv2.INTER_CUBIC)
    columns, rows = ((axis * 6 + 13.5).astype(np.float32) for axis in (x, y))
    return np.asarray(cv2.remap(grid, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def _structures(image: np.ndarray, x: np.ndarray, y: np.ndarray, signs: Signs, lesion: np.random.Generator) -> None:
    """Round and branching structures, drawn in place at positions fixed to the lesion."""
    unit = 1 / max(float(np.hypot(x[0, 1] - x[0, 0], y[0, 1] - y[0, 0])), 1e-6)
    pixel = _locator(x, y)
    for count, colour, radius in (
        (signs.lacunae, (150.0, 35.0, 60.0), 0.16),
        (signs.dots, (238.0, 228.0, 205.0), 0.05),
        (signs.flecks, (232.0, 214.0, 200.0), 0.07),
    ):
        for _ in range(lesion.poisson(count)):
            place = pixel(*_within(lesion))
            cv2.circle(image, place, max(1, round(radius * unit * lesion.uniform(0.6, 1.3))), colour, -1, cv2.LINE_AA)
    for _ in range(lesion.poisson(signs.vessels)):
        path = np.cumsum(np.vstack([_within(lesion), lesion.normal(0, 0.16, (6, 2))]), axis=0)
        points = np.array([pixel(*point) for point in path], dtype=np.int32)
        cv2.polylines(image, [points], False, (165.0, 50.0, 55.0), max(1, round(0.03 * unit)), cv2.LINE_AA)


def _within(lesion: np.random.Generator) -> tuple[float, float]:
    angle, distance = lesion.uniform(0, 2 * np.pi), 0.8 * np.sqrt(lesion.random())
    return float(distance * np.cos(angle)), float(distance * np.sin(angle))


def _locator(x: np.ndarray, y: np.ndarray) -> Callable[[float, float], tuple[int, int]]:
    """From lesion coordinates back to a pixel (column, row)."""
    steps = np.array([[x[0, 1] - x[0, 0], x[1, 0] - x[0, 0]], [y[0, 1] - y[0, 0], y[1, 0] - y[0, 0]]], dtype=float)
    inverse, origin = np.linalg.inv(steps), np.array([x[0, 0], y[0, 0]], dtype=float)

    def pixel(at_x: float, at_y: float) -> tuple[int, int]:
        column, row = inverse @ (np.array([at_x, at_y]) - origin)
        return round(float(column)), round(float(row))

    return pixel


def _developed(image: np.ndarray, rng: np.random.Generator, rough: float) -> np.ndarray:
    """Hairs, light, focus and noise of one photograph."""
    size = len(image)
    for _ in range(rng.poisson(3)):
        start = rng.uniform(0, size, 2)
        end = start + rng.normal(0, size / 2, 2)
        cv2.line(image, tuple(start.astype(int).tolist()), tuple(end.astype(int).tolist()), (62.0, 48.0, 42.0), 1, cv2.LINE_AA)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.6 + 0.4 * rough))
    light = rng.uniform(1 - 0.06 * rough, 1 + 0.06 * rough) * (1 + rng.normal(0, 0.015 * rough, 3))
    noise = rng.standard_normal(image.shape, dtype=np.float32) * 3 * rough
    return np.clip(image * light.astype(np.float32) + noise, 0, 255).astype(np.uint8)

"""Wrist phantoms: radiographs of radius, ulna and hand, half of them with a fracture, all with lines that are none.

A fracture is a jagged dark line from one cortex to the other, with a step in both. What looks like one: growth plates
(straight, near the joint, in the young), canals of vessels (smooth, inside the bone) and folds of the skin (straight, on
beyond the bone). All coordinates are shares of the picture's size, y pointing from the hand to the elbow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty, Phantom

FRACTURE, NO_FRACTURE = "fracture", "no fracture"
SHIFT = 6
"""Bits behind the point in the coordinates that OpenCV draws with."""
MARGIN = 0.03
"""A box reaches this far beyond the line: what a radiologist draws."""


@dataclass(frozen=True)
class Look:
    """How plainly a difficulty shows fractures, and how many lines are none."""

    depth: tuple[float, float]
    """Brightness that a fracture takes away, of 255."""
    step: tuple[float, float]
    """By how much the fragments are displaced."""
    jagged: tuple[float, float]
    """Amplitude of the teeth."""
    canals: int
    folds: int
    """The most canals and folds in a picture."""
    distraction: tuple[float, float]
    """Brightness that such a line takes away."""
    noise: float


LOOKS = {
    "easy": Look((55, 80), (0.012, 0.022), (0.010, 0.018), 2, 1, (20, 40), 4.0),
    "hard": Look((40, 65), (0.004, 0.014), (0.010, 0.018), 4, 2, (30, 55), 7.0),
}


@dataclass(frozen=True)
class Bone:
    """A long bone: its axis at the joint, half its width, how far it widens there, and where it ends."""

    x: float
    half: float
    flare: float
    end: float


@dataclass(frozen=True)
class Patient:
    """What all pictures of a patient share; ``break_at`` is None, or bone, place, slope and step of the fracture."""

    name: str
    age: int
    sex: str
    side: str
    bones: tuple[Bone, Bone]
    brightness: float
    fracture: tuple[int, float, float, float] | None
    seed: int


def wrist(n: int = 400, seed: int = 0, size: int = 128, difficulty: Difficulty = "easy") -> list[Phantom]:
    """Fracture (half of them) and no fracture; ``lesion_id`` is the patient, ``localization`` the side.

    Parameters
    ----------
    n
        Pictures; one or two show the same patient.
    seed
        The same seed gives the same pictures, byte for byte.
    size
        Width and height in pixels.
    difficulty
        ``hard``: fractures are as faint as the more numerous lines that are none, and hardly displaced.
    """
    rng, look = np.random.default_rng([seed, n, 7]), LOOKS[difficulty]
    phantoms: list[Phantom] = []
    number = 0
    while len(phantoms) < n:
        patient = _patient(f"PWP_{seed:03d}{number:05d}", number % 2 == 0, rng, look)
        views = min(int(rng.choice([1, 2], p=[0.6, 0.4])), n - len(phantoms))
        for _ in range(views):
            image, mask = _radiograph(patient, look, rng, size)
            label = NO_FRACTURE if patient.fracture is None else FRACTURE
            name = f"PWI_{seed:03d}{len(phantoms):05d}"
            phantoms.append(Phantom(image, mask, label, patient.name, name, patient.age, patient.sex, patient.side))
        number += 1
    return phantoms


def _patient(name: str, broken: bool, rng: np.random.Generator, look: Look) -> Patient:
    age, sex = int(rng.integers(4, 80)), str(rng.choice(["female", "male"]))
    wide = rng.normal(1.0 if sex == "male" else 0.94, 0.05)
    radius = Bone(0.43 + rng.normal(0, 0.01), 0.075 * wide, 0.55, 0.46 + rng.normal(0, 0.015))
    ulna = Bone(0.62 + rng.normal(0, 0.01), 0.048 * wide, 0.35, 0.49 + rng.normal(0, 0.015))
    which, place = int(rng.random() > 0.7), rng.uniform(0.07, 0.34)
    step = rng.uniform(*look.step) * rng.choice([-1, 1])
    fracture = (which, float(place), float(rng.uniform(-0.5, 0.5)), float(step)) if broken else None
    side, brightness = str(rng.choice(["left", "right"])), float(rng.normal(0, 8))
    return Patient(name, age, sex, side, (radius, ulna), brightness, fracture, int(rng.integers(2**31)))


# ------------------------------------------------------------------ drawing
class _Film:
    """A picture that shapes are drawn into, in a position and light of its own."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.values = size, np.full((size, size), 22.0, np.float32)
        angle, zoom = np.deg2rad(rng.normal(0, 5)), rng.normal(1.0, 0.04)
        self.turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self.place = np.array([0.5, 0.5]) + rng.normal(0, 0.02, 2)

    def points(self, path: np.ndarray) -> np.ndarray:
        """Pixels (n, 2) of points of the anatomy, with :data:`SHIFT` bits behind the point."""
        where = (path - 0.5) @ self.turn.T + self.place
        return np.asarray(np.rint(where * self.size * 2**SHIFT), dtype=np.int32)

    def area(self, path: np.ndarray) -> np.ndarray:
        """How much of each pixel lies inside a closed path, 0 … 1."""
        canvas = np.zeros((self.size, self.size), np.uint8)
        cv2.fillPoly(canvas, [self.points(path)], 255, cv2.LINE_AA, SHIFT)
        return canvas.astype(np.float32) / 255

    def line(self, path: np.ndarray, width: float, blur: float = 0.0) -> np.ndarray:
        """How much of each pixel an open path of this width covers, 0 … 1."""
        canvas = np.zeros((self.size, self.size), np.uint8)
        cv2.polylines(canvas, [self.points(path)], False, 255, max(1, round(width * self.size)), cv2.LINE_AA, SHIFT)
        soft = cv2.GaussianBlur(canvas, (0, 0), blur * self.size) if blur else canvas
        return np.asarray(soft, dtype=np.float32) / 255


def _radiograph(patient: Patient, look: Look, rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """One picture of the patient and where the fracture is."""
    film, anatomy = _Film(size, rng), np.random.default_rng(patient.seed)
    film.values += 32 * cv2.GaussianBlur(film.area(_forearm()), (0, 0), 0.015 * size)
    _hand(film, anatomy)
    inside = np.zeros((size, size), np.float32)
    for k, bone in enumerate(patient.bones):
        broken = patient.fracture if patient.fracture and patient.fracture[0] == k else None
        inside = np.maximum(inside, _draw_bone(film, bone, broken, patient, anatomy))
    mask = _break(film, patient, look, rng)
    _distract(film, patient, look, inside, rng)
    image = _exposed(film, look, rng)
    if patient.side == "left":
        return image, mask
    return np.ascontiguousarray(image[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])


def _forearm() -> np.ndarray:
    return np.array(
        [
            (0.30, 1.2),
            (0.31, 0.7),
            (0.27, 0.45),
            (0.22, 0.25),
            (0.2, -0.1),
            (0.82, -0.1),
            (0.79, 0.25),
            (0.74, 0.45),
            (0.73, 0.7),
            (0.76, 1.2),
        ]
    )


def _hand(film: _Film, anatomy: np.random.Generator) -> None:
    """Eight carpal bones in two rows, and five metacarpals."""
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    for k in range(8):
        x, y = 0.36 + 0.1 * (k % 4) + anatomy.normal(0, 0.008), 0.39 - 0.085 * (k // 4) + anatomy.normal(0, 0.006)
        reach = 1 + 0.12 * np.cos(3 * turn + anatomy.uniform(0, 6.28))
        path = np.column_stack([x + 0.052 * reach * np.cos(turn), y + 0.045 * reach * np.sin(turn)])
        film.values += 52 * film.area(path) + 16 * film.line(np.vstack([path, path[:1]]), 0.008)
    for k in range(5):
        x = 0.3 + 0.1 * k
        spread = 0.35 * (x - 0.5)
        path = np.array([(x - 0.026, 0.25), (x + 0.026, 0.25), (x + 0.02 + spread, -0.1), (x - 0.02 + spread, -0.1)])
        film.values += 55 * film.area(path)


def _outline(bone: Bone, fracture: tuple[int, float, float, float] | None) -> tuple[np.ndarray, np.ndarray]:
    """Left and right cortex (n, 2) from the joint to the elbow; the far side of a fracture is displaced."""
    along = np.linspace(0, 1.2 - bone.end, 60)
    half = bone.half * (1 + bone.flare * np.exp(-((along / 0.09) ** 2)) - 0.45 * np.exp(-along / 0.012))
    shift = np.where(along < fracture[1], fracture[3], 0.0) if fracture else np.zeros(60)
    centre = bone.x + shift + 0.01 * np.sin(4 * along)
    return np.column_stack([centre - half, bone.end + along]), np.column_stack([centre + half, bone.end + along])


def _draw_bone(
    film: _Film, bone: Bone, fracture: tuple[int, float, float, float] | None, patient: Patient, anatomy: np.random.Generator
) -> np.ndarray:
    left, right = _outline(bone, fracture)
    inside = film.area(np.vstack([left, right[::-1]]))
    film.values += (78 + patient.brightness) * cv2.GaussianBlur(inside, (0, 0), 0.006 * film.size)
    grain = cv2.resize(anatomy.normal(0, 1, (24, 24)).astype(np.float32), (film.size, film.size), interpolation=cv2.INTER_CUBIC)
    film.values += 7 * grain * inside
    for cortex in (left, right):
        film.values += 34 * film.line(cortex, 0.014, 0.004)
    if patient.age < 17:
        _growth_plate(film, left, right, inside)
    return inside


def _growth_plate(film: _Film, left: np.ndarray, right: np.ndarray, inside: np.ndarray) -> None:
    """A straight dark line with a dense edge across the bone, near the joint."""
    ends = np.array([left[3], right[3]])
    film.values -= 42 * inside * film.line(ends, 0.012, 0.004)
    film.values += 26 * inside * film.line(ends + np.array([0, 0.016]), 0.010, 0.004)


def _break(film: _Film, patient: Patient, look: Look, rng: np.random.Generator) -> np.ndarray:
    """Draw the fracture line and return its region."""
    if patient.fracture is None:
        return np.zeros((film.size, film.size), bool)
    which, place, slope, _ = patient.fracture
    left, right = _outline(patient.bones[which], patient.fracture)
    row = int(np.argmin(np.abs(left[:, 1] - left[0, 1] - place)))
    across = np.linspace(left[row, 0] - 0.004, right[row, 0] + 0.004, 9)
    centre = (left[row, 0] + right[row, 0]) / 2
    teeth = rng.uniform(*look.jagged) * np.where(np.arange(9) % 2, 1, -1) * rng.uniform(0.4, 1, 9)
    path = np.column_stack([across, left[row, 1] + slope * (across - centre) + teeth])
    film.values -= rng.uniform(*look.depth) * 1.6 * film.line(path, 0.009, 0.005)
    return np.asarray(film.line(path, 2 * MARGIN) > 0.5)


def _distract(film: _Film, patient: Patient, look: Look, inside: np.ndarray, rng: np.random.Generator) -> None:
    """Canals inside the bones and folds of the skin across everything."""
    for _ in range(int(rng.integers(1, look.canals + 1))):
        bone = patient.bones[int(rng.random() > 0.6)]
        angle, length = rng.uniform(-1.2, 1.2), bone.half * rng.uniform(0.5, 1.1)
        t = np.linspace(-1, 1, 9)[:, None]
        middle = np.array([bone.x + rng.uniform(-0.3, 0.3) * bone.half, bone.end + rng.uniform(0.06, 0.4)])
        bend = rng.uniform(-0.012, 0.012) * np.column_stack([t**2, t**2])
        path = middle + length * t * np.array([np.cos(angle), np.sin(angle)]) + bend
        film.values -= rng.uniform(*look.distraction) * inside * 1.6 * film.line(path, 0.009, 0.005)
    for _ in range(int(rng.integers(0, look.folds + 1))):
        y, tilt = rng.uniform(0.45, 0.95), rng.uniform(-0.25, 0.25)
        path = np.column_stack([np.linspace(0.2, 0.85, 9), y + tilt * np.linspace(-1, 1, 9) * 0.3])
        film.values -= 0.8 * rng.uniform(*look.distraction) * 1.6 * film.line(path, 0.009, 0.005)


def _exposed(film: _Film, look: Look, rng: np.random.Generator) -> np.ndarray:
    """Focus, exposure and noise of one picture as uint8 RGB."""
    values = cv2.GaussianBlur(film.values, (0, 0), rng.uniform(0.5, 0.9) * film.size / 192 + 0.1)
    values = values * rng.uniform(0.85, 1.15) + rng.normal(0, 5)
    values += rng.standard_normal(values.shape, dtype=np.float32) * look.noise
    grey = np.clip(values, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)

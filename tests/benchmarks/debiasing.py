"""Reliance on a chest drain: plainly trained (ERM), freed with labels only, freed with labels and masks.

::

    python -m tests.benchmarks.debiasing [--only phantoms|pneumonia] [--seeds 0 1 2] [--steps 150 100] [--data FOLDER]

``phantoms``: a drain in 85 % of the pneumothoraces and 5 % of the others, 100 of them outlined; tested where drain and
pneumothorax are independent. ``pneumonia``: real radiographs with drains planted at the same rates, in two styles of which
only one is outlined; tested on drains of the other. Training is measured in steps, on one thread. Prints every figure; exits
with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from jupyter_clinagent import phantoms
from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, debiasing, reliance, training
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.data.filenames import parse_groups
from tests.imaging.cohorts import ConfoundedCohort, Film, chest_cohort

SIZE = (96, 96)
TRAINING_IMAGES, VALIDATION_IMAGES, TEST_IMAGES = 1200, 300, 600
RATES = (0.85, 0.05)
OUTLINED, NOT_GIVEN = "tube", "pigtail"
MASKS = 100
ARMS = ("erm", "labels", "masks")


class Found(NamedTuple):
    """Reliance and AUROC without the drain, of one model on the test part."""

    reliance: float
    auroc: float


def main() -> int:
    """Run the chosen comparisons; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["phantoms", "pneumonia"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, nargs=2, default=[150, 100], help="of ERM, and of what follows it")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data" / "chest_xray_pneumonia")
    options = parser.parse_args()
    torch.set_num_threads(1)
    broken: list[str] = []
    for name in [options.only] if options.only else ["phantoms", "pneumonia"]:
        found = [_seed(name, seed, options.steps, options.data) for seed in options.seeds]
        broken += judged(name, found)
    print("\n".join(broken) or "every promise kept")
    return 1 if broken else 0


def judged(name: str, found: Sequence[dict[str, Found]]) -> list[str]:
    """Means over the seeds, and which promises they break."""
    rely = {arm: float(np.mean([seed[arm].reliance for seed in found])) for arm in ARMS}
    auroc = {arm: float(np.mean([seed[arm].auroc for seed in found])) for arm in ARMS}
    for arm in ARMS:
        print(f"{name}, mean of {len(found)} seeds, {arm:7s} reliance {rely[arm]:.3f}, AUROC without drain {auroc[arm]:.4f}")
    kept = {
        "masks: reliance at most a third of ERM's": rely["masks"] <= rely["erm"] / 3,
        "masks: AUROC without drain within .01 of ERM's": auroc["masks"] >= auroc["erm"] - 0.01,
        "labels only: reliance at most half of ERM's": rely["labels"] <= rely["erm"] / 2,
    }
    return [f"{name}: broken promise: {promise}" for promise, good in kept.items() if not good]


def _seed(name: str, seed: int, steps: Sequence[int], data: Path) -> dict[str, Found]:
    if name == "phantoms":
        cohort = chest_cohort(seed, TRAINING_IMAGES, VALIDATION_IMAGES, TEST_IMAGES, SIZE[0], masks=MASKS)
    else:
        cohort = planted_cohort(data, seed)
    erm = _trained(cohort, "erm", steps[0], seed, None)
    found = {"erm": _found(name, "erm", seed, cohort, erm)}
    for arm in ARMS[1:]:
        found[arm] = _found(name, arm, seed, cohort, _trained(cohort, arm, steps[1], seed, erm[0]))
    return found


def _trained(
    cohort: ConfoundedCohort, arm: str, steps: int, seed: int, start: ImageClassifier | None
) -> tuple[ImageClassifier, CohortDataModule, float]:
    began = time.monotonic()
    plain = augment.radiograph(SIZE)
    if arm == "erm":
        data = CohortDataModule(cohort, SIZE, plain, balance=0.5)
    else:
        change = debiasing.transplant if arm == "masks" else debiasing.paste
        data = CohortDataModule(cohort, SIZE, change(cohort, "drain", plain), sampling=debiasing.GroupBalanced(cohort, "drain"))
    model = ImageClassifier(cohort.classes, trainable="half", start=start)
    with tempfile.TemporaryDirectory() as folder:
        training.fit(model, data, steps=steps, checkpoint_dir=folder, metric="auroc", seed=seed)
    return model, data, time.monotonic() - began


def _found(
    name: str, arm: str, seed: int, cohort: ConfoundedCohort, trained: tuple[ImageClassifier, CohortDataModule, float]
) -> Found:
    model, data, seconds = trained
    parts = []
    for part in ("validation", "test"):
        ids, scores = model.predict_proba(data, part)  # type: ignore[arg-type]
        shown = cohort.confounded(ids, scores[:, 0])
        parts.append((reliance.reliance(shown), reliance.auroc_without(shown)))
    told = " | ".join(f"reliance {r.value:.3f} [{r.low:.3f}, {r.high:.3f}], AUROC without drain {a.value:.4f}" for r, a in parts)
    print(f"{name} seed {seed} {arm:7s} {seconds:4.0f} s: validation {told}".replace(" | ", "; test ", 1), flush=True)
    return Found(float(parts[1][0].value or 0), float(parts[1][1].value or 0))


# ------------------------------------------------------------------ drains planted on real radiographs
def planted_cohort(data: Path, seed: int) -> ConfoundedCohort:
    """Paediatric radiographs, patients in one part only, drains of two styles; the test drains are all of the style not given."""
    files = [path.relative_to(data).as_posix() for path in sorted(data.rglob("*.jp*g"))]
    groups = parse_groups(files)
    assert groups is not None
    of_patient: dict[str, list[str]] = {}
    for file in files:
        of_patient.setdefault(groups.groups.get(file, file), []).append(file)
    patients = np.random.default_rng(seed).permutation(sorted(of_patient))
    parts: dict[str, list[Film]] = {}
    wanted = {"test": TEST_IMAGES, "validation": VALIDATION_IMAGES, "train": TRAINING_IMAGES}
    left = iter(patients)
    for part, number in wanted.items():
        chosen: list[tuple[str, str]] = []
        while len(chosen) < number and (patient := next(left, None)) is not None:
            chosen += [(file, str(patient)) for file in of_patient[patient][:2]]
        parts[part] = _planted(data, chosen, part, seed)
    return ConfoundedCohort(["PNEUMONIA", "NORMAL"], parts)


def _planted(data: Path, chosen: list[tuple[str, str]], part: str, seed: int) -> list[Film]:
    images = [Preprocessing((192, 192)).apply(read_image(data / file)) for file, _ in chosen]
    ill = np.array(["PNEUMONIA" in file for file, _ in chosen])
    rates = (0.5, 0.5) if part == "test" else RATES
    second = np.ones(len(chosen), bool) if part == "test" else np.arange(len(chosen)) % 2 == 1
    films: list[Film] = []
    by_style = {
        style: phantoms.plant_confounder(images, ill, *rates, seed=seed * 10 + len(part), style=style)
        for style in (OUTLINED, NOT_GIVEN)
    }
    masked = 0
    for row, (_, patient) in enumerate(chosen):
        planted = by_style[NOT_GIVEN if second[row] else OUTLINED]
        give = bool(planted.drain[row]) and not second[row] and masked < MASKS
        masked += give
        label = "PNEUMONIA" if ill[row] else "NORMAL"
        films.append(Film(planted.images[row], label, patient, bool(planted.drain[row]), planted.masks[row] if give else None))
    return films


if __name__ == "__main__":
    sys.exit(main())

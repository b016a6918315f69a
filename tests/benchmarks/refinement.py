"""What each idea of the playbook's refinement gains per minute, on melanoma against nevus (HAM10000); the test part stays sealed.

::

    python -m tests.benchmarks.refinement [--data ../shared/data/ham10000] [--steps 150] [--seed 0]

A half-frozen model is trained first; each idea then goes on from it for as many steps. Time is that of the processor, so
that what else runs on the machine does not count. Prints AUROC on validation, the gain with its paired interval, the
minutes and the gain per minute, the highest first.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, training
from jupyter_clinagent.study import Study
from jupyter_clinagent.tasks.classification.predictions import Predictions

SIZE, FINER = (128, 96), (192, 128)
GENTLE = 3e-4


@dataclass(frozen=True)
class Arm:
    """An idea as what it changes of data, augmentation and model; ``trains`` is False where only the views change."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    trains: bool = True


GENTLY = {"learning_rate": GENTLE}
ARMS = (
    Arm("a closer look", trains=False),
    Arm("longer training", model=GENTLY | {"mean_weights": False}),
    Arm("mean of the weights", model=GENTLY | {"mean_weights": True}),
    Arm("stronger augmentation", strength=1.8),
    Arm("blended images", model=GENTLY | {"mixup": 0.2}),
    Arm("every class equally often", {"balance": 1.0}, GENTLY),
    Arm("finer images", {"size": FINER}, GENTLY),
)


def main() -> None:
    """Train the first model and every arm, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data" / "ham10000")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        print(*measured(options.data.resolve(), Path(folder), options.steps, options.seed), sep="\n")


def measured(data: Path, folder: Path, steps: int, seed: int) -> list[str]:
    """One line for each arm, the highest gain per minute first."""
    study = Study(folder / "study", data=data, seed=seed)
    cohort = study.load_cohort(label="dx", classes={"mel": ["mel"], "nv": ["nv"]}, group="lesion_id")
    first = ImageClassifier(cohort.classes, trainable="half")
    module = CohortDataModule(cohort, SIZE, augment.dermoscopy(SIZE), balance=0.5)
    training.fit(first, module, steps=2 * steps, checkpoint_dir=folder / "first", metric="auroc", seed=seed)
    before = judged(first, module)
    print("the first model:", before.estimates(cohort.classes, [0], None, seed)["auroc"], flush=True)
    rows = []
    for arm in ARMS:
        minutes, after = tried(arm, first, cohort, folder, steps, seed)
        gain = after.gain_over(before, "auroc", 1000, seed)
        rows.append(
            (float(gain.value or 0) / minutes, f"{arm.name}: {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]", minutes)
        )
        print(f"{rows[-1][1]} in {minutes:.2f} min", flush=True)
    return [f"{rate:+.5f} a minute  {text} in {minutes:.2f} min" for rate, text, minutes in sorted(rows, reverse=True)]


def tried(arm: Arm, first: ImageClassifier, cohort: Any, folder: Path, steps: int, seed: int) -> tuple[float, Predictions]:
    """Minutes of the processor that an arm takes, its judging included, and its predictions on validation."""
    began = time.process_time()
    size = arm.data.get("size", SIZE)
    module = CohortDataModule(
        cohort, train_transform=augment.dermoscopy(size, arm.strength), **{"size": size, "balance": 0.5} | arm.data
    )
    if arm.trains:
        model = ImageClassifier(cohort.classes, trainable="all", start=first, **arm.model)
        training.fit(model, module, steps=steps, checkpoint_dir=folder / arm.name, metric="auroc", seed=seed)
    else:
        model = first.looking_closer()
    after = judged(model, module)
    return (time.process_time() - began) / 60, after


def judged(model: ImageClassifier, module: CohortDataModule) -> Predictions:
    """Predictions on validation as a study judges them."""
    images, scores = model.predict_proba(module, "validation")
    groups = module.cohort.table.set_index("image").loc[images, "group"].to_numpy(dtype=object)
    return Predictions(images, groups, module.labels("validation"), np.asarray(scores, dtype=float), model.decision_weights)


if __name__ == "__main__":
    main()

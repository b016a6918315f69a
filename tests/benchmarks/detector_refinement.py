"""What each idea of the playbook's refinement gains per minute on hard wrist phantoms; the test part stays sealed.

::

    python -m tests.benchmarks.detector_refinement [--n 600] [--steps 120] [--seeds 0 1 2]

A detector is trained in the first experiment's way; each idea then goes on from it with every layer free for as many steps, as
its cell does. Proposing boxes anew is tried with boxes on a tenth of the images, where it goes on from a detector that had
learnt from a first proposal. Time is that of the processor. Prints, for each idea, the gain in mAP50 on validation with its
paired interval for each seed, and the mean gain per minute.
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

from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, augment, training
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection import metrics as detection_metrics
from jupyter_clinagent.tasks.detection.pseudo_boxes import rank_pseudo_boxes
from tests.tasks.detection.boxed_cohorts import WristCohort

SIZE, FINER, FEW = (96, 96), (128, 128), 0.1
GENTLE = 5e-4


@dataclass(frozen=True)
class Arm:
    """An idea as what it changes of data and detector; ``weak``: tried where boxes are few."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    weak: bool = False


ARMS = (
    Arm("longer training"),
    Arm("every layer free", model={"learning_rate": 1e-3}),
    Arm("finer images", {"size": FINER}, {"new_anchors": True}),
    Arm("stronger augmentation", strength=1.5),
    Arm("two negatives for each positive", {"negatives": 2 / 3}),
    Arm("pseudo-boxes as they were", weak=True),
    Arm("pseudo-boxes ranked anew", weak=True),
)


def main() -> None:
    """Train the first detectors and every arm for each seed, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=600)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    gains: dict[str, list[float]] = {arm.name: [] for arm in ARMS}
    minutes: dict[str, list[float]] = {arm.name: [] for arm in ARMS}
    for seed in options.seeds:
        for weak in (False, True):
            trial = Trial(WristCohort(options.n, seed + 1, 128, "hard", FEW if weak else 1.0), options.steps, seed)
            print(f"seed {seed}, {'few' if weak else 'all'} boxes, the first detector: {trial.before_value:.3f}", flush=True)
            for arm in (arm for arm in ARMS if arm.weak == weak):
                gain, spent = trial.tried(arm)
                print(f"  {arm.name}: {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] in {spent:.2f} min", flush=True)
                gains[arm.name].append(float(gain.value or 0))
                minutes[arm.name].append(spent)
    rates = sorted(((np.mean(gains[name]) / np.mean(minutes[name]), name) for name in gains), reverse=True)
    for rate, name in rates:
        print(f"{rate:+.4f} a minute  {name}: {np.mean(gains[name]):+.3f} in {np.mean(minutes[name]):.2f} min")


class Trial:
    """A cohort and its first detector, judged on the validation part."""

    def __init__(self, cohort: WristCohort, steps: int, seed: int) -> None:
        self.cohort, self.steps, self.seed, self.pseudo = cohort, steps, seed, None
        data = self.prepared()
        self.first = self._fitted(FindingDetector(cohort.classes), data, stages=_staged(steps))
        self.classifier = self.first.classifier
        if len(data.boxed_rows("train")) < np.sum(data.labels("train") == 1):
            self.pseudo = rank_pseudo_boxes(self.first, self.classifier, data)
            self.first = self._fitted(
                FindingDetector(cohort.classes, trainable="all", start=self.first), self.prepared(), steps=steps
            )
        self.before = self.judged(self.first, self.prepared())

    @property
    def before_value(self) -> float:
        """MAP50 of the first detector on validation."""
        return detection_metrics.score("map50", self._truth(), self.before) or 0.0

    def prepared(self, strength: float = 1.0, size: tuple[int, int] = SIZE, negatives: float = 0.5) -> BoxDataModule:
        """The cohort as an experiment sees it."""
        views = augment.radiograph_boxes(size, strength)
        return BoxDataModule(self.cohort, size=size, train_transform=views, negatives=negatives, pseudo_boxes=self.pseudo)

    def tried(self, arm: Arm) -> tuple[Any, float]:
        """Gain in mAP50 on validation, and minutes of the processor."""
        began = time.process_time()
        data = self.prepared(arm.strength, **arm.data)
        if arm.name == "pseudo-boxes ranked anew":
            data.pseudo_boxes = rank_pseudo_boxes(self.first, self.classifier, data)
        options = {"learning_rate": GENTLE} | arm.model
        model = FindingDetector(self.cohort.classes, trainable="all", start=self.first, **options)
        after = self.judged(self._fitted(model, data, steps=self.steps), data)
        spent = (time.process_time() - began) / 60
        groups = self.cohort.groups("validation")
        return detection_metrics.paired_difference("map50", self._truth(), self.before, after, groups), spent

    def judged(self, model: FindingDetector, data: BoxDataModule) -> list[Boxes]:
        """Boxes on validation in original pixels."""
        return model.predict_boxes(data, "validation")[1]

    def _truth(self) -> list[Boxes]:
        return self.cohort.truth(self.prepared().ids("validation"))

    def _fitted(self, model: FindingDetector, data: BoxDataModule, **how: Any) -> FindingDetector:
        with tempfile.TemporaryDirectory() as folder:
            training.fit(model, data, checkpoint_dir=Path(folder), metric="map50", seed=self.seed, threads=1, **how)
        return model


def _staged(steps: int) -> list[dict[str, int]]:
    """The first experiment: the backbone is tuned on labels, then the heads learn on its maps, which is cheaper."""
    return [{"steps": steps, "total_steps": steps}, {"steps": 3 * steps, "total_steps": 3 * steps}]


if __name__ == "__main__":
    main()

"""What is promised of detection and weak supervision, on wrist phantoms and on real radiographs of limbs.

::

    python -m tests.benchmarks.detection [--only wrist|fracture|weak|weak-fracture] [--seeds 0 1 2] [--minutes M] [--data FOLDER]

``wrist``: all boxes, easy; then, on hard wrists, with the plan for negatives and from images with a box alone.
``fracture``: the real films, split by source film, the same comparison. ``weak``: hard wrists with boxes on 5 % of the
training images; boxes only, teacher, student, all boxes, each in the same time, the last two going on from the teacher; a
student that is no better than its teacher on validation is not kept.
``weak-fracture``: the same on the real films with 5 % of the films boxed. Every figure is of test images that nothing was
chosen on; exits with 1 where a promise is broken. Nothing else should run on the machine meanwhile, or with ``--threads 1``
on the core that this is pinned to.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Estimate
from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, augment, training
from jupyter_clinagent.imaging.boxes import Boxes, intersection_over_union, listed
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.tasks.detection import metrics
from jupyter_clinagent.tasks.detection.pseudo_boxes import rank_pseudo_boxes
from tests.tasks.detection.boxed_cohorts import COLUMNS, WristCohort

WRIST_SIZE = (128, 128)
FRACTURE_SIZE, FRACTURE_WINDOW = (384, 512), (128, 128)
"""What the playbook chooses for these films in ten minutes."""
BOXED = 0.05
ROUNDS, WINDOWED_ROUNDS = 3, 2
"""The student ranks the boxes anew, and goes on; all rounds together take as long as any other detector."""


class Fractures:
    """The real films: published boxes, source films as groups, a split that keeps films together. Satisfies BoxedCohortLike.

    ``boxed``: share of the training films whose boxes are known.
    """

    classes = ("fracture",)

    def __init__(self, folder: Path, boxed: float = 1.0, seed: int = 0) -> None:
        coco, groups = (
            json.loads((folder / "annotations.json").read_text(encoding="utf-8")),
            pd.read_csv(folder / "groups.csv", comment="#"),
        )
        names = {image["id"]: image["file_name"] for image in coco["images"]}
        rows = [(names[a["image_id"]], "fracture", *_corners(a["bbox"])) for a in coco["annotations"]]
        self.folder, self.every = folder, pd.DataFrame(rows, columns=COLUMNS)
        part = groups["group_split"].replace({"valid": "validation"})
        finding = groups["file_name"].isin(self.every["image"])
        films = groups.loc[part == "train", "radiograph_group"].unique()
        known = np.random.default_rng(seed).choice(films, max(1, round(boxed * len(films))), replace=False)
        penned = (part == "validation") | ((part == "train") & groups["radiograph_group"].isin(known))
        self.table = pd.DataFrame(
            {
                "image": groups["file_name"],
                "label": np.where(part == "test", None, np.where(finding, FINDING, NO_FINDING)),
                "group": groups["radiograph_group"],
                "partition": part,
                "boxed": np.where(part == "test", None, penned | ~finding),
            }
        )
        self.boxes = self.every[self.every["image"].isin(groups.loc[penned, "file_name"])].reset_index(drop=True)

    def read(self, image: str) -> np.ndarray:
        return read_image(self.folder / "images" / image)

    def truth(self, ids: list[str]) -> list[Boxes]:
        return listed(self.every, ids, self.classes)

    def groups(self, partition: str) -> np.ndarray:
        return self.table.loc[self.table["partition"] == partition, "group"].to_numpy()


class Part:
    """A cohort of fewer images: what training on the boxed part alone sees."""

    def __init__(self, cohort: Any, images: set[str]) -> None:
        self.classes, self.boxes, self.read = cohort.classes, cohort.boxes, cohort.read
        kept = cohort.table["image"].isin(images) | (cohort.table["partition"] != "train")
        self.table = cohort.table[kept].reset_index(drop=True)


def _corners(box: list[float]) -> tuple[float, float, float, float]:
    x, y, width, height = box
    return x, y, x + width, y + height


# ------------------------------------------------------------------ training and judging
def prepared(cohort: Any, size: tuple[int, int], window: tuple[int, int] | None = None, **options: Any) -> BoxDataModule:
    views = augment.radiograph_boxes(window or size)
    return BoxDataModule(cohort, size=size, window=window, train_transform=views, **options)


def trained(model: FindingDetector, data: BoxDataModule, minutes: float, seed: int) -> FindingDetector:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = training.fit(model, data, seconds=60 * minutes, checkpoint_dir=folder, metric="map50", seed=seed)
    steps = ", ".join(f"{s['name']} {s['steps']} steps ({_text(s['value'])})" for s in result.stages)
    print(f"    {time.monotonic() - began:.0f} s: {steps}", flush=True)
    return model


def found_by(model: FindingDetector, data: BoxDataModule) -> list[Boxes]:
    return model.predict_boxes(data, "test")[1]


def on_validation(model: FindingDetector, cohort: Any, data: BoxDataModule) -> float:
    """MAP50 on the validation part."""
    return metrics.score("map50", cohort.truth(data.ids("validation")), model.predict_boxes(data, "validation")[1]) or 0.0


def report(name: str, cohort: Any, data: BoxDataModule, found: list[Boxes]) -> dict[str, Estimate]:
    figures = metrics.estimates(metrics.METRICS, cohort.truth(data.ids("test")), found, cohort.groups("test"))
    print(f"  {name}: " + ", ".join(f"{metric} {shown(estimate)}" for metric, estimate in figures.items()), flush=True)
    return figures


def difference(cohort: Any, data: BoxDataModule, before: list[Boxes], after: list[Boxes]) -> Estimate:
    return metrics.paired_difference("map50", cohort.truth(data.ids("test")), before, after, cohort.groups("test"))


def shown(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"not estimable ({estimate.reason})"
    interval = "" if estimate.low is None else f" [{estimate.low:.3f}, {estimate.high:.3f}]"
    return f"{estimate.value:.3f}{interval}"


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


# ------------------------------------------------------------------ the promises
def with_and_without_negatives(
    cohort: Any, size: tuple[int, int], minutes: float, seed: int, window: tuple[int, int] | None = None
) -> float:
    """Figures with the plan for negatives, and its gain (paired) over the same detector that sees images with a box alone."""
    found = {}
    for name, negatives in (("negatives by plan", 0.5), ("no negatives", 0.0)):
        data = prepared(cohort, size, window, negatives=negatives)
        model = trained(FindingDetector(cohort.classes, trainable="all"), data, minutes, seed)
        found[name] = found_by(model, data)
        report(name, cohort, data, found[name])
    gain = difference(cohort, data, found["no negatives"], found["negatives by plan"])
    print(f"  plan minus none: map50 {shown(gain)}", flush=True)
    return gain.value or 0.0


def wrist(options: argparse.Namespace, minutes: float) -> list[str]:
    gains, broken = [], []
    for seed in options.seeds:
        print(f"wrist phantoms, easy, all boxes, seed {seed}", flush=True)
        cohort = WristCohort(options.n or 800, seed + 1, WRIST_SIZE[0])
        data = prepared(cohort, WRIST_SIZE)
        found = found_by(trained(FindingDetector(cohort.classes), data, minutes, seed), data)
        if (report("all boxes", cohort, data, found)["map50"].value or 0) < 0.90:
            broken.append(f"wrist, seed {seed}: map50 below .90")
        print(f"wrist phantoms, hard, all boxes, seed {seed}", flush=True)
        hard = WristCohort(options.n or 800, seed + 1, WRIST_SIZE[0], "hard")
        gains.append(with_and_without_negatives(hard, WRIST_SIZE, minutes, seed))
    print(f"mean gain by the plan for negatives: {np.mean(gains):+.3f}")
    return broken + ([] if np.mean(gains) > 0 else ["wrist: broken promise: negatives by plan are a gain"])


def fracture(options: argparse.Namespace, minutes: float) -> list[str]:
    gains = []
    for seed in options.seeds:
        print(f"real films, all boxes, seed {seed}", flush=True)
        gains.append(with_and_without_negatives(Fractures(options.data), FRACTURE_SIZE, minutes, seed, FRACTURE_WINDOW))
    print(f"mean gain by the plan for negatives: {np.mean(gains):+.3f}")
    return []


def weakly(
    full: Any, weak: Any, size: tuple[int, int], minutes: float, seed: int, penned: set[str], window: tuple[int, int] | None
) -> dict[str, list[Boxes]]:
    """Test boxes of four detectors: boxed part alone, teacher, student, all boxes."""
    data, alone, every = (prepared(cohort, size, window) for cohort in (weak, Part(weak, penned), full))
    found: dict[str, list[Boxes]] = {}
    _, few = _first(weak.classes, alone, minutes, seed)
    found["boxes only"] = found_by(few, alone)
    same = data.window and data.few_negatives  # nothing but windows of the boxed images teaches either
    classifier, teacher = (None, few) if same else _first(weak.classes, data, minutes, seed)
    found["teacher"] = found_by(teacher, data)
    everything = trained(FindingDetector(weak.classes, trainable="all", start=teacher), every, minutes, seed)
    student, tried = teacher, [(on_validation(teacher, full, data), teacher)]
    for _ in range(rounds := WINDOWED_ROUNDS if window else ROUNDS):
        pseudo = rank_pseudo_boxes(student, classifier, data)
        print(f"    {_well_placed(pseudo, full):.0%} of {len(pseudo)} pseudo-boxes overlap the truth by half", flush=True)
        more = prepared(weak, size, window, pseudo_boxes=pseudo)
        student = trained(FindingDetector(weak.classes, trainable="all", start=student), more, minutes / rounds, seed)
        tried.append((on_validation(student, full, data), student))
    _, kept = max(tried, key=lambda one: one[0])  # as the ledger keeps a student only if it is better on validation
    found["student"], found["all boxes"] = found_by(kept, data), found_by(everything, data)
    for name, boxes in found.items():
        report(name, full, data, boxes)
    print(f"  student minus boxes only: map50 {shown(difference(full, data, found['boxes only'], found['student']))}", flush=True)
    return found


def _first(
    classes: tuple[str, ...], data: BoxDataModule, minutes: float, seed: int
) -> tuple[ImageClassifier | None, FindingDetector]:
    """What the playbook begins with: every layer at once on windows; else heads on a backbone tuned by labels before."""
    if data.window:
        return None, trained(FindingDetector(classes, trainable="all"), data, minutes, seed)
    heads = trained(FindingDetector(classes), data, minutes / 2, seed)
    classifier = None if data.few_negatives else heads.classifier
    return classifier, trained(FindingDetector(classes, trainable="all", start=heads), data, minutes / 2, seed)


def _well_placed(pseudo: pd.DataFrame, full: Any) -> float:
    truth = full.truth(list(pseudo["image"]))
    boxes = listed(pseudo, list(pseudo["image"]), full.classes)
    if not boxes:
        return float("nan")
    return float(
        np.mean([intersection_over_union(b.corners, t.corners).max(initial=0) >= 0.5 for b, t in zip(boxes, truth, strict=True)])
    )


def weak(options: argparse.Namespace, minutes: float) -> list[str]:
    def cohorts(seed: int) -> tuple[Any, Any, set[str]]:
        size, n = WRIST_SIZE[0], options.n or 900
        full = WristCohort(n, seed + 1, size, "hard")
        few = WristCohort(n, seed + 1, size, "hard", boxed=BOXED)
        return full, few, few.penned

    return _weak_over_seeds("hard wrist phantoms", cohorts, WRIST_SIZE, options, minutes, promised=True)


def weak_fracture(options: argparse.Namespace, minutes: float) -> list[str]:
    def cohorts(seed: int) -> tuple[Any, Any, set[str]]:
        few = Fractures(options.data, BOXED, seed)
        penned = set(few.boxes["image"]) | set(few.table.loc[few.table["label"] == NO_FINDING, "image"])
        return Fractures(options.data), few, penned

    return _weak_over_seeds("real films", cohorts, FRACTURE_SIZE, options, minutes, promised=False, window=FRACTURE_WINDOW)


def _weak_over_seeds(
    name: str,
    cohorts: Callable[[int], Any],
    size: tuple[int, int],
    options: argparse.Namespace,
    minutes: float,
    *,
    promised: bool,
    window: tuple[int, int] | None = None,
) -> list[str]:
    values = []
    for seed in options.seeds:
        full, few, penned = cohorts(seed)
        data = prepared(full, size)
        print(f"{name}, boxes on {len(few.boxes['image'].unique())} images, seed {seed}", flush=True)
        found, truth = weakly(full, few, size, minutes, seed, penned, window), full.truth(data.ids("test"))
        values.append({arm: metrics.score("map50", truth, boxes) for arm, boxes in found.items()})
    means = pd.DataFrame(values).mean()
    print(f"{name}, mean map50 over {len(values)} seeds: " + ", ".join(f"{arm} {value:.3f}" for arm, value in means.items()))
    broken = {
        "student at least .10 above boxes only": means["student"] < means["boxes only"] + 0.10,
        "student at least 90 % of all boxes": means["student"] < 0.9 * means["all boxes"],
    }
    return [f"{name}: broken promise: {text}" for text, is_broken in broken.items() if is_broken and promised]


BENCHMARKS: dict[str, tuple[Callable[[argparse.Namespace, float], list[str]], float]] = {
    "wrist": (wrist, 5.0),
    "fracture": (fracture, 10.0),
    "weak": (weak, 4.0),
    "weak-fracture": (weak_fracture, 5.0),
}


def main() -> int:
    """Run the chosen benchmarks one after the other; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(BENCHMARKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--minutes", type=float, help="for each detector, instead of the promised ones")
    parser.add_argument("--n", type=int, help="phantoms, instead of the usual number")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data" / "fracture_boxes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    broken: list[str] = []
    for name in [options.only] if options.only else list(BENCHMARKS):
        run, minutes = BENCHMARKS[name]
        broken += run(options, options.minutes or minutes)
    print("\n".join(broken) or "every promise kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

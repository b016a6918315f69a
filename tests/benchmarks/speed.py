"""How much faster, as ratios on this machine: ``python -m tests.benchmarks.speed``. Nothing here is a timed test."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from sklearn.metrics import roc_auc_score

from jupyter_clinagent import phantoms
from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, explanation, metrics
from jupyter_clinagent.imaging.reading import read_image

IMAGES = 64
SIZE = (224, 224)


class Folder:
    """A cohort of phantom photographs on disk."""

    def __init__(self, folder: Path, n: int) -> None:
        phantoms.write("triage", folder, n=n, size=512)
        table = pd.read_csv(folder / "metadata.csv")
        self.folder, self.classes = folder, ["mel", "nv"]
        self.table = pd.DataFrame(
            {"image": table["image_id"], "label": table["dx"], "group": table["lesion_id"], "partition": "train"}
        )

    def read(self, image: str) -> np.ndarray:
        return read_image(self.folder / "images" / f"{image}.jpg")


class FromNormalised(torch.nn.Module):
    """As the grad-cam package wants it."""

    def __init__(self, model: ImageClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.head(self.model.embed_normalised(x))


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The fastest of several runs after one that does not count."""
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Print one line for each comparison."""
    print(f"Grad-CAM, ours against the grad-cam package: {grad_cam():.1f} times faster")
    print(f"images from the cache against decoding them again: {cache():.0f} times faster")
    print(f"1000 bootstrap draws of AUROC, all at once against scikit-learn in a loop: {bootstrap():.0f} times faster")


def grad_cam() -> float:
    """64 images at 224 pixels."""
    model = ImageClassifier(["a", "b"], trainable="all").eval()
    torch.nn.init.normal_(model.head.weight)
    images = np.random.default_rng(0).integers(0, 255, (IMAGES, *SIZE, 3), dtype=np.uint8)
    theirs = GradCAM(FromNormalised(model), [model.backbone.second])
    x, targets = model.normalised(torch.from_numpy(images)), [ClassifierOutputTarget(0)] * IMAGES
    return seconds(lambda: theirs(x, targets)) / seconds(lambda: explanation.grad_cam(model, images, 0))


def cache() -> float:
    """200 photographs of 512 pixels at a working size of 128x96."""
    with tempfile.TemporaryDirectory() as folder:
        cohort = Folder(Path(folder), 200)
        data = CohortDataModule(cohort)
        again = seconds(lambda: [data.preprocessing.apply(cohort.read(image)) for image in data.ids("train")])
        return again / seconds(lambda: np.array(data.images("train")))


def bootstrap() -> float:
    """1000 draws of 600 images, a tenth of it timed for scikit-learn."""
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 600), rng.random(600)
    proba, draws = np.column_stack([1 - score, score]), [rng.integers(0, 600, 600) for _ in range(100)]
    loop = 10 * seconds(lambda: [roc_auc_score(y[d], score[d]) for d in draws], 1)
    return loop / seconds(lambda: metrics.estimate("auroc", y, proba, np.arange(600), positive=1))


if __name__ == "__main__":
    main()

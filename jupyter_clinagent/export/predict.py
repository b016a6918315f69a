"""Scores for images from a bundle: onnxruntime, numpy and OpenCV only."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.export.unpack import unpacked
from jupyter_clinagent.imaging.inference import OnnxClassifier
from jupyter_clinagent.imaging.reading import EXTENSIONS, is_dicom, read_image

BATCH = 32


def predict(bundle: Path, images: Iterable[Path], output: Path) -> tuple[int, list[str]]:
    """Write ``image, predicted, score_<class>…, above_operating_point``.

    Parameters
    ----------
    bundle
        What ``export`` wrote.
    images
        Image files, or folders of them.
    output
        The CSV to write.

    Returns
    -------
    tuple[int, list[str]]
        How many rows were written, and a line for each image that could not be read.
    """
    files = list(_files(images))
    if not files:
        raise BadInput("None of these paths is an image or a folder of images.")
    refused: list[str] = []
    with unpacked(bundle) as (root, _), output.open("w", encoding="utf-8", newline="") as table:
        model = OnnxClassifier(root / "model")
        writer = csv.writer(table)
        writer.writerow(["image", "predicted", *(f"score_{c}" for c in model.classes), "above_operating_point"])
        rows = 0
        for start in range(0, len(files), BATCH):
            for path, scores in _scored(model, files[start : start + BATCH], refused):
                writer.writerow([str(path), model.decide(scores), *(f"{s:.6f}" for s in scores), _above(scores, model)])
                rows += 1
    return rows, refused


def _scored(model: OnnxClassifier, batch: list[Path], refused: list[str]) -> Iterator[tuple[Path, list[float]]]:
    read = []
    for path in batch:
        try:
            read.append((path, read_image(path)))
        except UnreadableImage as error:
            refused.append(str(error))
    if read:
        scores = model.predict([pixels for _, pixels in read])
        yield from ((path, [float(s) for s in row]) for (path, _), row in zip(read, scores, strict=True))


def _above(scores: list[float], model: OnnxClassifier) -> str:
    """Whether the score reaches the study's threshold; empty where the study has none."""
    threshold, positive = model.metadata.get("threshold"), model.metadata.get("positive_class")
    return "" if threshold is None else str(scores[model.classes.index(str(positive))] >= threshold).lower()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.is_file() and (p.suffix.lower() in EXTENSIONS or is_dicom(p)))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"There is no image or folder {path}.")

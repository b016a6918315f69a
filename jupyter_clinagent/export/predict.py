"""Scores or boxes for images from a bundle: onnxruntime, numpy and OpenCV only."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.export.unpack import unpacked
from jupyter_clinagent.imaging.inference import OnnxClassifier, OnnxDetector, load_onnx
from jupyter_clinagent.imaging.reading import EXTENSIONS, is_dicom, read_image


def predict(bundle: Path, images: Iterable[Path], output: Path) -> tuple[int, list[str]]:
    """Write a table of what the model says of each image.

    A classifier's has ``image, predicted, score_<class>…, above_operating_point``; a detector's one row for each box,
    ``image, class, score, x_min, y_min, x_max, y_max`` in pixels of the image, and one row without a box where it found none.

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
        How many images were judged, and a line for each that could not be read.
    """
    files = list(_files(images))
    if not files:
        raise BadInput("None of these paths is an image or a folder of images.")
    refused: list[str] = []
    with unpacked(bundle) as (root, _), output.open("w", encoding="utf-8", newline="") as table:
        model = load_onnx(root / "model")
        writer = csv.writer(table)
        writer.writerow(_header(model))
        judged = 0
        for path, pixels in _read(files, refused):
            writer.writerows([str(path), *row] for row in _rows(model, pixels))
            judged += 1
    return judged, refused


def _header(model: OnnxClassifier | OnnxDetector) -> list[str]:
    if isinstance(model, OnnxDetector):
        return ["image", "class", "score", "x_min", "y_min", "x_max", "y_max"]
    return ["image", "predicted", *(f"score_{name}" for name in model.classes), "above_operating_point"]


def _read(files: list[Path], refused: list[str]) -> Iterator[tuple[Path, np.ndarray]]:
    for path in files:
        try:
            yield path, read_image(path)
        except UnreadableImage as error:
            refused.append(str(error))


def _rows(model: OnnxClassifier | OnnxDetector, pixels: np.ndarray) -> list[list[str]]:
    """All but the first column of an image's rows."""
    if isinstance(model, OnnxClassifier):
        scores = [float(score) for score in model.predict_one(pixels)]
        return [[model.decide(scores), *(f"{score:.6f}" for score in scores), _above(scores, model)]]
    found = model.predict_one(pixels)
    boxes = zip(found.classes, found.scores, found.corners.tolist(), strict=True)
    rows = [[model.classes[kind], f"{score:.6f}", *(f"{side:.2f}" for side in corners)] for kind, score, corners in boxes]
    return rows or [[""] * 6]


def _above(scores: list[float], model: OnnxClassifier) -> str:
    """Whether the score, or the sum of those held together, reaches the study's threshold; empty where the study has none."""
    threshold, positive = model.metadata.get("threshold"), model.metadata.get("positive_class")
    if threshold is None or positive is None:
        return ""
    together = [positive] if isinstance(positive, str) else positive  # `contracts` needs pydantic, which may not be here
    return str(bool(sum(scores[model.classes.index(name)] for name in together) >= threshold)).lower()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.is_file() and (p.suffix.lower() in EXTENSIONS or is_dicom(p)))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"There is no image or folder {path}.")

"""Scores or boxes for images from a bundle: onnxruntime, numpy and OpenCV only."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.export.by_case import cases_said, without_decision, write_cases
from jupyter_clinagent.export.unpack import model_in, unpacked
from jupyter_clinagent.imaging.inference import OnnxModel, load_onnx
from jupyter_clinagent.imaging.reading import EXTENSIONS, is_dicom, read_image
from jupyter_clinagent.tasks import registry

if TYPE_CHECKING:
    from jupyter_clinagent.tasks.protocol import InferenceTogether


def predict(bundle: Path, images: Iterable[Path], output: Path, cases: str | None = None) -> tuple[int, list[str]]:
    """Write a table of what the model says of each image, and what goes with it into a folder beside the table.

    Its first column is ``image``; the others are those of the model's task (``inference.py`` in its folder). The folder bears
    the table's name with ``_files`` at the end; a task that writes no files makes none.

    Parameters
    ----------
    bundle
        What ``export`` wrote.
    images
        Image files, or folders of them.
    output
        The CSV to write.
    cases
        Where the study gave one answer for several images (of a patient, a lesion): which images make one; see
        :func:`~jupyter_clinagent.export.by_case.cases_said`. The answers stand in a second table, ``OUT_by_case.csv``.

    Returns
    -------
    tuple[int, list[str]]
        How many images were judged, and a line for each that could not be read.
    """
    files = list(_files(images))
    if not files:
        raise BadInput("None of these paths is an image or a folder of images.")
    refused: list[str] = []
    with unpacked(bundle) as (root, _):
        model = load_onnx(model_in(root))
        level = model.metadata.get("level")
        if level is None:
            return _write(model, files, output, refused), refused
        known = cases_said(cases, files, level["name"])
        return _write_together(model, files, output, refused, known), refused


def _write_together(model: OnnxModel, files: list[Path], output: Path, refused: list[str], cases: dict[Path, str]) -> int:
    """The table of the images, in which nothing is decided, and that of their cases; how many images are in it."""
    inference, scores = registry.find(model.metadata["task"]).inference, dict[Path, np.ndarray]()
    together, header = cast("InferenceTogether", inference), inference.header(model)
    with output.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["image", "case", *header])
        for path, pixels in _read(files, refused):
            scores[path] = together.scores(model, pixels)
            row = without_decision(header, together.row(model, scores[path]))
            writer.writerow([str(path), cases[path], *row])
    if scores:
        write_cases(model, inference, scores, cases, output.with_name(f"{output.stem}_by_case.csv"))
    return len(scores)


def _write(model: OnnxModel, files: list[Path], output: Path, refused: list[str]) -> int:
    """The table; how many images are in it."""
    inference, judged = registry.find(model.metadata["task"]).inference, 0
    places = files_beside(files, output)
    with output.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["image", *inference.header(model)])
        for path, pixels in _read(files, refused):
            writer.writerows([str(path), *row] for row in inference.rows(model, pixels, path, places[path]))
            judged += 1
    return judged


def files_beside(images: list[Path], output: Path) -> dict[Path, Path]:
    """Where the files that go with each image begin: its name in the table's folder, numbered where two bear the same."""
    folder, taken = output.with_name(f"{output.stem}_files"), set[str]()
    found: dict[Path, Path] = {}
    for image in images:
        stem = image.stem if image.suffix.lower() in EXTENSIONS else image.name
        name = next(n for k in count(1) if (n := stem if k == 1 else f"{stem}-{k}").lower() not in taken)
        taken.add(name.lower())
        found[image] = folder / name
    return found


def _read(files: list[Path], refused: list[str]) -> Iterator[tuple[Path, np.ndarray]]:
    for path in files:
        try:
            yield path, read_image(path)
        except UnreadableImage as error:
            refused.append(str(error))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.is_file() and (p.suffix.lower() in EXTENSIONS or is_dicom(p)))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"There is no image or folder {path}.")

"""One answer from several images for a bundle's model: which images make one case, and the table of the cases; numpy only."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.imaging.cases import Cases

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.inference import OnnxModel
    from jupyter_clinagent.tasks.protocol import Inference, InferenceTogether

FOLDERS = "folders"
"""Says that the images of one case lie in a folder of their own."""
ABOVE = "above_"
"""How columns begin that say what is decided."""


def cases_said(said: str | None, files: Sequence[Path], name: str) -> dict[Path, str]:
    """The case of each image.

    Parameters
    ----------
    said
        A CSV file with the columns ``image`` (path or file name) and ``case``, or one named like the cases; :data:`FOLDERS`.
    name
        What the cases are called.

    Raises
    ------
    BadInput
        Nobody says it, there is no such table, or it names one of the images not at all.
    """
    if said is None:
        raise BadInput(
            f"The study gave one answer for each {name}: say which images are of one, by --cases TABLE.csv with the columns "
            f"image and {name}, or by --cases {FOLDERS} where each {name} has a folder of its own."
        )
    if said == FOLDERS:
        return {file: str(file.parent) for file in files}
    told = _read(Path(said), name)
    found = {file: told.get(str(file)) or told.get(file.name) for file in files}
    missing = [file.name for file, case in found.items() if not case]
    if missing:
        raise BadInput(f"{said} names no {name} for {len(missing)} of {len(files)} images, such as {missing[0]}.")
    return {file: str(case) for file, case in found.items()}


def _read(table: Path, name: str) -> dict[str, str]:
    if not table.is_file():
        raise BadInput(f"There is no table {table}: give a CSV file with the columns image and {name}, or “{FOLDERS}”.")
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next((known for known in ("case", name, f"{name}_id") if rows and known in rows[0]), None)
    if column is None or "image" not in rows[0]:
        raise BadInput(f"{table} needs the columns image and {name}.")
    return {row["image"]: row[column] for row in rows}


def write_cases(
    model: OnnxModel, inference: Inference, scores: Mapping[Path, np.ndarray], cases: Mapping[Path, str], output: Path
) -> int:
    """One row for each case: what the model says of its images together; how many there are."""
    level: dict[str, Any] = model.metadata["level"]
    together, positive = cast("InferenceTogether", inference), level.get("positive")
    known = Cases.of([cases[file] for file in scores], level["rule"], model.classes.index(positive) if positive else None)
    said = np.stack(list(scores.values()))
    answers = known.probabilities(said)
    with output.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow([level["name"], "images", *inference.header(model)])
        for number, (name, answer) in enumerate(zip(known.names, answers, strict=True)):
            writer.writerow([name, len(known.rows(number)), *together.row(model, answer)])
    return len(known.names)


def without_decision(header: Sequence[str], row: Sequence[str]) -> list[str]:
    """The row of an image, whose score is not what the threshold was chosen for."""
    return ["" if name.startswith(ABOVE) else cell for name, cell in zip(header, row, strict=True)]

"""A bundle's classifier on another hospital's labelled folder, whichever task has one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import OUTSIDE, Level
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, UnreadableImage
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.cases import CasedRows, with_cases
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.cohort.wishes import IMAGES
from jupyter_clinagent.study.data.cases import case_facts
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.study.data.survey import group_candidates
from jupyter_clinagent.study.protocol.judged import Judged, JudgedTogether, cases_of

BATCH = 64


class Scored(NamedTuple):
    """What can be read of another hospital's images, and a line for each that can't.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        int64 (N,): class indices.
    scores
        float (N, classes).
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    refused: list[str]
    cases: Cases | None
    said: list[str]

    def together(self, judged: JudgedTogether) -> Judged:
        """What is judged: the images, or one answer for each case."""
        return judged if self.cases is None else judged.of_cases(self.cases)


def score_rows(model: OnnxClassifier, inventory: Inventory, rows: pd.DataFrame, level: Level = IMAGES) -> Scored:
    """Probabilities of images whose ``class`` is known, wherever a task has it from."""
    data, gathered = inventory.folder.root, cases_there(inventory, rows, level)
    rows, groups = gathered.rows, gathered.rows["group"]
    kept, scores, refused = [], [], []
    for start in range(0, len(rows), BATCH):
        pixels = []
        for name in rows.index[start : start + BATCH]:
            try:
                pixels.append(read_image(data / str(name)))
                kept.append(name)
            except UnreadableImage as error:
                refused.append(f"{name}: {error.reason}")
        if pixels:
            scores.append(model.predict(pixels))
    if not kept:
        raise BadInput(f"None of the {len(rows)} labelled images in {data} can be read.")
    truth = rows.loc[kept, "class"].map(model.classes.index).to_numpy(np.int64)
    refused += [f"{image}: {why}" for image, why in gathered.left_out.items()]
    cases = None if level.by_image else cases_of(list(rows.loc[kept, CASE]), level, model.classes)
    scored = np.concatenate(scores)
    return Scored([str(k) for k in kept], groups.loc[kept].to_numpy(), truth, scored, refused, cases, gathered.said)


def cases_there(inventory: Inventory, rows: pd.DataFrame, level: Level, truth: str | pd.DataFrame = "class") -> CasedRows:
    """Their rows with groups and, where several images give one answer, with cases.

    Raises
    ------
    BadInput
        Nothing there says which images make a case.
    """
    rows = rows.assign(group=group_images(inventory, rows, None).ids)
    return with_cases(inventory, rows, _level_there(inventory, level), truth)


def _level_there(inventory: Inventory, level: Level) -> Level:
    """The study's level with their columns: of the same name, else those that name the same kind of cases."""
    rows = image_rows(inventory)
    if level.by_image or set(level.columns) <= set(rows.columns):
        return level
    theirs = case_facts(inventory, rows, group_candidates(inventory), [])
    found = next((facts for facts in theirs if facts.name == level.name or facts.columns == level.columns), None)
    if found is None:
        raise BadInput(
            f"The study gave one answer for each {level.name}, and nothing in {inventory.folder.root} says which images are of "
            f"one: add a column such as {level.columns[-1]!r}."
        )
    return level.model_copy(update={"columns": found.columns})


def label_rows(inventory: Inventory, classes: dict[str, list[str]], column: str | None = None) -> pd.DataFrame:
    """Their images in our classes. A class that they don't have is no error, unless a label of theirs may stand for it.

    Parameters
    ----------
    column
        That of their labels; None: the likeliest.
    """
    try:
        found = label_images(inventory, column, classes, every_class=False)
    except LabelsDoNotMatch as error:
        raise LabelsDoNotMatch(f"{error} The model's classes are {', '.join(classes)}; see --map THEIRS=OURS.") from error
    absent = sorted(set(classes) - set(found.rows["class"]))
    foreign = sum(reason == OUTSIDE for reason in found.left_out.values())
    if absent and foreign:
        raise BadInput(
            f"No image has the class {', '.join(absent)} in {found.column}, but {foreign} images have a label that is none of "
            f"the model's classes; say which is which with --map THEIRS={absent[0]}."
        )
    return found.rows

"""A bundle's model that measures on another hospital's table; their unit has to be ours, or to become it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.data.inventory import Inventory, image_rows, take_inventory
from jupyter_clinagent.study.protocol.elsewhere import cases_there
from jupyter_clinagent.study.protocol.judged import Outside, cases_of
from jupyter_clinagent.tasks.measurement.inference import OnnxMeasurer
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues, Scale
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import factor, measure_in
from jupyter_clinagent.tasks.measurement.values import Ranges, Values, read_values


def score(model: OnnxMeasurer, data: Path, specification: Specification) -> Outside:
    """The number of every image whose true one is known, and a line for each image that is left out.

    Raises
    ------
    BadInput
        No column of theirs holds the measure, it is in a unit that can't become ours, or no image can be read.
    """
    assert isinstance(specification, Measurement)
    inventory = take_inventory(data)
    column = _column(inventory, specification)
    found, said = _in_our_unit(read_values(inventory, column), column, specification)
    level, gathered = specification.level, cases_there(inventory, found.rows, specification.level, "truth")
    left_out = found.left_out | gathered.left_out
    kept, numbers, refused = [], [], [f"{image}: {why}" for image, why in left_out.items()]
    for image in gathered.rows.index:
        try:
            numbers.append(model.predict_one(read_image(data / str(image))))
            kept.append(str(image))
        except UnreadableImage as error:
            refused.append(f"{image}: {error.reason}")
    if not kept:
        raise BadInput(f"None of the {len(found.rows)} images with a value in {data} can be read.")
    truth = found.rows.loc[kept, "truth"].to_numpy(dtype=float)
    groups = gathered.rows.loc[kept, "group"].to_numpy()
    judged = MeasuredValues(kept, groups, truth, np.array(numbers), _scale(model, specification, truth))
    cases = None if level.by_image else cases_of(list(gathered.rows.loc[kept, CASE]), level, [])
    return Outside(judged if cases is None else judged.of_cases(cases), refused, [*said, *gathered.said])


def _scale(model: OnnxMeasurer, specification: Measurement, truth: np.ndarray) -> Scale:
    """The study's, with the ranges of their values."""
    ranges = Ranges.of(truth, specification.unit)
    median = float(model.metadata["training_median"])
    return Scale(specification.unit, median, specification.tolerance, ranges, specification.line, specification.side)


def _column(inventory: Inventory, specification: Measurement) -> str:
    """Theirs that bears the name of one of ours, unit and spelling apart."""
    columns = [str(name) for name in image_rows(inventory).columns]
    wanted = [_key(name) for names in specification.classes.values() for name in names]
    exact = [name for names in specification.classes.values() for name in names if name in columns]
    alike = [name for name in columns if _key(name) in wanted]
    if not exact and not alike:
        raise BadInput(
            f"No column of {inventory.folder.root} is called like {specification.measure}; there are: "
            f"{', '.join(columns) or 'no tables'}. See --map THEIRS={specification.measure}."
        )
    return (exact or alike)[0]


def _key(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", measure_in(column).name.lower())


def _in_our_unit(found: Values, column: str, specification: Measurement) -> tuple[Values, list[str]]:
    theirs, ours = measure_in(column).unit or found.unit, specification.unit
    if theirs == ours or ours is None or theirs is None:
        unknown = "" if theirs == ours else f"; its unit is not named and taken for {ours or theirs}"
        return found, [f"The true values are those of “{column}”{unknown}."]
    times = factor(theirs, ours)
    if times is None:
        raise BadInput(f"“{column}” is in {theirs}, the model measures in {ours}: give a column in {ours}.")
    rows = found.rows.assign(truth=found.rows["truth"] * times)
    said = f"The true values are those of “{column}”, turned from {theirs} into {ours} (times {times:.4g})."
    return Values(rows, found.left_out, found.codes, found.without_file, ours), [said]


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's measured number; a number says of nobody that they show something."""
    return predictions["measured"], None

"""Cases of a cohort: which images get one answer together, and those whose labels contradict each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from jupyter_clinagent.contracts import Level
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.linking import Linked, link_images
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.cases import case_ids
from jupyter_clinagent.study.data.inventory import DICOM_PATIENT, Inventory
from jupyter_clinagent.study.data.roles import is_identifier


class CasedRows(NamedTuple):
    """Rows with their case (:data:`CASE`), why images were left out by file, and what is said about it.

    Where each image is judged by itself the rows are as they were.
    """

    level: Level
    rows: pd.DataFrame
    left_out: dict[str, str]
    said: list[str]


def link_cases(
    inventory: Inventory, rows: pd.DataFrame, wishes: Wishes, truth: str | pd.DataFrame = "class"
) -> tuple[Linked, CasedRows]:
    """See :func:`~jupyter_clinagent.study.cohort.linking.link_images` and :func:`with_cases`; both without what is left out."""
    linked = link_images(inventory, rows, wishes.group)
    cases = with_cases(inventory, linked.rows, wishes.level, truth)
    return replace(linked, rows=cases.rows, joined=linked.joined.loc[cases.rows.index]), cases


def with_cases(inventory: Inventory, rows: pd.DataFrame, level: Level, truth: str | pd.DataFrame = "class") -> CasedRows:
    """Tell which images make one case, and leave out cases whose images disagree where they have to agree.

    Parameters
    ----------
    rows
        By file, with ``group``.
    truth
        The column that holds their label, or several labels in columns of their own, by file, empty where one is not known.

    Raises
    ------
    BadInput
        Nothing in the data says which images make one case, or a case lies in several groups, which may part.
    """
    if level.by_image:
        return CasedRows(level, rows, {}, [])
    ids, alone = _ids(inventory, rows, level)
    rows = rows.assign(**{CASE: ids})
    _check_groups(rows, level)
    alike = _agreeing(rows, truth)
    agreeing = alike if level.rule == "mean" else pd.Series(True, index=rows.index)
    reason = f"images of one {level.name} that bear different labels"
    left_out = {str(file): reason for file in rows.index[~agreeing]}
    return CasedRows(level, rows[agreeing], left_out, [*_said(rows, alike, level), *_say_alone(alone, level)])


def _ids(inventory: Inventory, rows: pd.DataFrame, level: Level) -> tuple[pd.Series, int]:
    """The case of each image, and how many images nobody assigns to one: these are each a case of their own."""
    try:
        ids = case_ids(inventory, rows, level.columns) if level.columns else None
    except KeyError as error:
        raise BadInput(f"There is no column {error} that says which images are of one {level.name}.") from None
    if ids is None or not ids.notna().any():
        where = ", ".join(f"“{name}”" for name in level.columns) or "nothing"
        raise BadInput(f"Nothing says which images are of one {level.name} ({where} was given): name the columns that do.")
    if any(name == DICOM_PATIENT or is_identifier(name) for name in level.columns):  # personal data are shown nowhere
        codes = pd.Series(pd.factorize(ids, sort=True)[0], index=ids.index)
        ids = codes.map(lambda code: f"{level.name}-{code + 1:04d}").where(ids.notna()).astype(object)
    own = pd.Series(rows.index.astype(str), index=rows.index, dtype=object)
    return ids.where(ids.notna(), own), int(ids.isna().sum())


def _check_groups(rows: pd.DataFrame, level: Level) -> None:
    parted = int((rows.groupby(CASE)["group"].nunique() > 1).sum())
    if parted:
        raise BadInput(
            f"{parted} {level.plural if parted > 1 else level.name} have images in several groups, which may come to training "
            f"and test: group by what holds each {level.name} together, such as group={level.columns[0]!r}."
        )


def _agreeing(rows: pd.DataFrame, truth: str | pd.DataFrame) -> pd.Series:
    labels = rows[[truth]] if isinstance(truth, str) else truth.loc[rows.index]
    return labels.groupby(rows[CASE]).transform("nunique").le(1).all(axis=1)


def _said(rows: pd.DataFrame, alike: pd.Series, level: Level) -> list[str]:
    out = rows[~alike]
    kept = rows[alike] if level.rule == "mean" else rows
    several = int((kept[CASE].value_counts() > 1).sum())
    said = [
        f"What is judged: {level.in_words}. The {len(kept)} images are of {kept[CASE].nunique()} {level.plural}, {several} of "
        "which have several images."
    ]
    return [*said, *_say_differing(out, level)] if len(out) else said


def _say_differing(out: pd.DataFrame, level: Level) -> list[str]:
    cases = out[CASE].nunique()
    one = cases == 1
    noun = level.name if one else level.plural
    differing = f"{cases} {noun} whose images bear different labels"
    if level.rule == "mean":
        are, images = "is" if one else "are", len(out)
        return [f"{differing} can't get one answer and {are} left out: {images} images."]
    count = "counts" if one else "count"
    return [f"{differing} {count} as what any of their images shows."]


def _say_alone(alone: int, level: Level) -> list[str]:
    return [f"{alone} images that nothing assigns to a {level.name} each count as one of their own."] if alone else []


def judged_rows(rows: pd.DataFrame, level: Level, classes: Iterable[str]) -> pd.DataFrame:
    """One row for each that gets an answer, with its class: the rows themselves, or one for each case."""
    if level.by_image:
        return rows
    order = {name: (name == level.positive) if level.positive else number for number, name in enumerate(classes)}
    ranked = rows.assign(_rank=rows["class"].map(order)).sort_values("_rank", ascending=False, kind="stable")
    return ranked.drop_duplicates(CASE).drop(columns="_rank")

"""No image vanishes without a word: the counts of the summary add up to all images and rows that there were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from jupyter_clinagent.agent.playbook.cells import specification_markdown
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.allocation import NOT_TOLD, allocation
from jupyter_clinagent.contracts import FINDING, NO_FILE, NO_FINDING, OUTSIDE, Allocation, Gathered, LeftOut
from jupyter_clinagent.facts import CohortFacts, ColumnFacts, SurveyFacts
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task
from tests.study.conftest import make_specification

IMAGES = 90


def allocated(data: Path, **wishes: Any) -> dict[str, Any]:
    inventory = take_inventory(data)
    cohort = load_cohort(inventory, Wishes(**wishes))
    classes = wishes.get("classes") or {name: [name] for name in cohort.classes}
    found = allocation(survey_facts(inventory), cohort.facts, classes, cohort.label)
    return found.model_dump(mode="json", exclude_none=True)


def counts(found: dict[str, Any]) -> Iterator[int]:
    yield from (one["images"] for one in found["classes"].values())
    yield from (one["count"] for one in found["left_out"])


def test_an_allocation_that_does_not_add_up_can_not_be_built() -> None:
    whole = {"classes": {"a": {"values": ["x"], "images": 6}}, "left_out": [{"reason": "unreadable", "count": 1}], "total": 7}
    assert Allocation.model_validate(whole).values == ["x"]
    with pytest.raises(ValidationError, match="7 images and rows are in a class or left out, of 8"):
        Allocation.model_validate(whole | {"total": 8})


def test_a_value_is_in_one_place() -> None:
    twice = [{"reason": OUTSIDE, "count": 1, "values": ["x"]}]
    with pytest.raises(ValidationError, match="in two places: x"):
        Allocation.model_validate({"classes": {"a": {"values": ["x"], "images": 6}}, "left_out": twice, "total": 7})


def test_values_that_no_image_bears_are_left_out_by_name() -> None:
    column = ColumnFacts(name="dx", table="t.csv", role="label", distinct=3, missing=0, values={"x": 3, "y": 3, "z": 1})
    survey = SurveyFacts(data="d", layout="table", images=6, columns=[column])
    parts = {"a": {"train": 3}, "b": {"train": 3}}
    cohort = CohortFacts(
        task="t", classes=["a", "b"], counts=parts, groups={}, group_source=None, split_source="s", left_out={NO_FILE: 1}
    )
    found = allocation(survey, cohort, {"a": ["x"], "b": ["y"]}, "dx")
    assert found.values == ["x", "y", "z"]
    assert [(one.reason, one.count) for one in found.left_out] == [(NO_FILE, 1), (OUTSIDE, 0)]


def test_the_card_says_where_every_image_goes() -> None:
    classes = {"melanoma": Gathered(values=["mel"], images=60), "rest": Gathered(values=["nv", "bkl"], images=150)}
    gone = [LeftOut(reason=OUTSIDE, count=7, values=["bcc"]), LeftOut(reason=NO_FILE, count=1)]
    card = specification_markdown(make_specification(), (), Allocation(classes=classes, left_out=gone, total=218))
    assert (
        "| melanoma (mel) | 60 |\n| rest (nv, bkl) | 150 |\n"
        "| left out, label outside the classes (bcc) | 7 |\n| left out, row without an image file | 1 |\n| **in all** | 218 |"
    ) in card


def asked_for(task: Task, data: Path) -> str | None:
    """The column that the task's own request means."""
    drafted = draft(read_request(task.phantom.REQUEST), survey_facts(take_inventory(data)), {})
    assert isinstance(drafted, Draft)
    return drafted.specification.label_column


@pytest.mark.parametrize("kind", registry.phantoms())
def test_every_image_of_a_phantom_is_in_a_class_or_left_out_for_a_reason(kind: str, tmp_path: Path) -> None:
    task = registry.phantoms()[kind]
    task.phantom.write(kind, tmp_path, IMAGES, 3, "easy")
    label = asked_for(task, tmp_path) if kind == task.phantom.KINDS[0] else None
    found = allocated(tmp_path, task=task.name, label=label, allow_few=True)
    assert sum(counts(found)) == found["total"] == IMAGES
    assert NOT_TOLD not in [one["reason"] for one in found["left_out"]]


def test_values_outside_the_classes_and_rows_without_an_image_are_counted(tmp_path: Path) -> None:
    registry.phantoms()["triage"].phantom.write("triage", tmp_path, IMAGES, 3, "easy")
    table = next(tmp_path.glob("*.csv"))
    rows = pd.read_csv(table, dtype=str)
    rows.loc[:4, "dx"] = "bcc"
    stranger = rows.iloc[[-1]].assign(image_id="gone", lesion_id="gone")
    pd.concat([rows, stranger]).to_csv(table, index=False)
    found = allocated(tmp_path, label="dx", classes={"mel": ["mel"], "nv": ["nv"]}, allow_few=True)
    assert {"values": ["bcc"], "reason": OUTSIDE, "count": 5} in found["left_out"]
    assert {"reason": NO_FILE, "count": 1} in found["left_out"]
    assert sum(counts(found)) == found["total"] == IMAGES + 1
    assert [one["values"] for one in found["classes"].values()] == [["mel"], ["nv"]]


def test_what_nobody_told_is_said_to_be_so() -> None:
    """The facts may be another release's."""
    survey = SurveyFacts(data="d", layout="table", images=10)
    parts = {FINDING: {"train": 4, "validation": 1, "test": 1}, NO_FINDING: {"train": 1}}
    cohort = CohortFacts(task="t", classes=["a", "b"], counts=parts, groups={}, group_source=None, split_source="s")
    found = allocation(survey, cohort, {"a": ["x"], "b": ["y"]})
    assert found.model_dump(exclude_none=True) == {
        "classes": {FINDING: {"values": ["x", "y"], "images": 6}, NO_FINDING: {"values": [], "images": 1}},
        "left_out": [{"reason": NOT_TOLD, "count": 3}],
        "total": 10,
    }

"""No image vanishes without a word: the counts of the summary add up to all images and rows that there were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.allocation import NOT_TOLD, allocation
from jupyter_clinagent.contracts import FINDING, NO_FILE, NO_FINDING, OUTSIDE
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task

IMAGES = 90


def allocated(data: Path, **wishes: Any) -> dict[str, Any]:
    inventory = take_inventory(data)
    cohort = load_cohort(inventory, Wishes(**wishes))
    classes = wishes.get("classes") or {name: [name] for name in cohort.classes}
    return allocation(survey_facts(inventory), cohort.facts, {"classes": classes, "label_column": cohort.label})


def counts(found: dict[str, Any]) -> Iterator[int]:
    yield from (one["images"] for one in found["classes"].values())
    yield from (one["count"] for one in found["left_out"])


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
    found = allocation(survey, cohort, {"classes": {"a": ["x"], "b": ["y"]}})
    assert found == {
        "classes": {FINDING: {"values": ["x", "y"], "images": 6}, NO_FINDING: {"values": [], "images": 1}},
        "left_out": [{"reason": NOT_TOLD, "count": 3}],
        "total": 10,
    }

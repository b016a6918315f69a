"""What the report says of outlines: that none is exact, what was asked for and not set, and counts where there are few."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from jupyter_clinagent.contracts import Estimate, Specification
from jupyter_clinagent.study.report import model_items
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.words import at_threshold, faultless, hundred
from jupyter_clinagent.study.showing.markup import render
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.segmentation import reporting
from jupyter_clinagent.tasks.segmentation.metrics import measure
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from tests.tasks.segmentation.test_reading import outlined
from tests.tasks.segmentation.test_what_is_meant import drafted


def square(side: int) -> np.ndarray:
    mask = np.zeros((64, 64), bool)
    mask[:side, :side] = True
    return mask


def judged(*sides: tuple[int, int]) -> Outlined:
    """Squares and what was found of them, by their sides."""
    measured = [[measure(square(true), square(found))] for true, found in sides]
    return Outlined([f"i{k}" for k in range(len(sides))], np.arange(len(sides)).astype(str), measured, np.ones((len(sides), 1)))


def evidence(test: Outlined, risk: str = "balanced") -> Evidence:
    content = {"title": "t", "request": "r", "objective": "o", "task": "segmentation", "primary_metric": "dice", "risk": risk}
    facts = SimpleNamespace(test=test.estimates(["a"], [], None, 0), operating_point=None, no_threshold=None, unsealed=1)
    known: dict[str, Any] = {"specification": Specification(classes={"a": ["a"]}, **content), "words": reporting, "failures": []}  # type: ignore[arg-type]
    facts.primary_metric, primary = "dice", facts.test["dice"]
    session = SimpleNamespace(
        material=SimpleNamespace(audit_findings=[], explanation=None), cohort=SimpleNamespace(facts=SimpleNamespace(details={}))
    )
    opening = SimpleNamespace(test=test, facts=facts, subgroups=[])
    return cast(Evidence, SimpleNamespace(opening=opening, session=session, primary=primary, **known))


LARGE = judged((20, 21), (20, 22), (20, 23), (0, 0))


# ------------------------------------------------------------------ outlines without a failure
def test_outlines_that_are_all_too_large_are_not_said_to_be_without_mistake() -> None:
    said = reporting.flawless(evidence(LARGE))
    assert said == (
        "No test image with a finding was missed, and none without one falsely marked. The outlines are not exact: the lowest "
        "Dice of the 3 on the test set is 0.86, and their area differs from the true one by +21% at the median (from +10% to "
        "+32%)."
    )


def test_what_was_missed_or_falsely_marked_is_said_and_what_can_not_be_told() -> None:
    assert reporting.flawless(evidence(judged((20, 0), (20, 20), (0, 9)))).startswith(
        "1 test image with a finding was missed, and 1 without one falsely marked."
    )
    assert "can't be told: there are none" in reporting.flawless(evidence(judged((20, 20))))
    assert reporting.flawless(evidence(judged((0, 0)))).startswith("No test image shows anything")


def test_the_page_and_item_34_say_the_same() -> None:
    known = evidence(LARGE)
    said = reporting.flawless(known)
    assert said in " ".join(str(render("report/failures", e=known)).split())
    (gallery,) = [line for line in list(model_items.judgement(_with_table(known))) if line.topic == "Failure gallery"]
    assert gallery.text == said


def _with_table(known: Evidence) -> Evidence:
    known.opening.facts.reliance = []
    return known


@pytest.mark.parametrize(("point", "end"), [(None, "on the test set."), (object(), "on the test set at this threshold.")])
def test_a_threshold_is_spoken_of_only_where_there_is_one(point: object, end: str) -> None:
    known = cast(Evidence, SimpleNamespace(opening=SimpleNamespace(facts=SimpleNamespace(operating_point=point))))
    assert faultless(known).endswith(end)
    calling = [registry.find(name) for name in ("classification", "detection", "findings")]
    assert all(task.reporting.flawless(known) == faultless(known) for task in calling)


# ------------------------------------------------------------------ what was asked for
def test_a_rate_that_was_asked_for_is_in_the_report_with_why_it_sets_no_threshold(tmp_path: Path) -> None:
    outlined(tmp_path)
    risk = drafted("Outline the lesions; missing one is worse, 95 % sensitivity", tmp_path).specification.risk
    assert risk == "a miss is worse than a false alarm, with 95% sensitivity"
    known = evidence(LARGE, risk)
    (item,) = [line for line in model_items.figures(known) if line.topic.startswith("Threshold")]
    for said in (item.text, reporting.without_threshold(known)):
        assert "95% sensitivity" in said
        assert "a lower one would make every outline larger" in said
    assert "No threshold was asked for" not in item.text


def test_where_nothing_was_asked_for_this_is_said() -> None:
    known = evidence(LARGE)
    (item,) = [line for line in model_items.figures(known) if line.topic.startswith("Threshold")]
    assert item.text == "No threshold was asked for."
    assert "Asked for" not in reporting.without_threshold(known)


# ------------------------------------------------------------------ few images
def test_few_images_are_counted_and_the_interval_of_images_that_are_all_alike_is_exact() -> None:
    said = reporting.without_threshold(evidence(judged(*[(20, 20)] * 3, (20, 0), (0, 0), (0, 0), (0, 0))))
    assert "in 3 of 4 images that show a finding (95 % interval" in said
    assert "leaves 3 of 3 images without one (95 % interval 29 to 100 %) alone" in said
    assert "100 to 100" not in said


def test_counts_stand_beside_a_threshold_too() -> None:
    rate = Estimate(value=1.0, low=1.0, high=1.0)
    point: Any = SimpleNamespace(test={"sensitivity": rate, "specificity": rate}, named="polyp", target=None)
    (said,) = at_threshold(point, {"sensitivity": (7, 7), "specificity": (2, 2)})
    assert "recognises 7 of 7 (all alike, which gives no interval) images of polyp" in said
    assert "leaves 2 of 2 (all alike, which gives no interval) of the others" in said
    assert hundred(Estimate(value=0.9, low=0.8, high=0.95), "images", (180, 200)) == ("90 of 100 images (95 % interval 80 to 95)")

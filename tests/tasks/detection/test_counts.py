"""Boxes of several classes: precision by class, and counts beside those of the reference."""

import json
from pathlib import Path

import numpy as np
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.detection import anchors, phantom
from jupyter_clinagent.tasks.detection.counts import count, crowded
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.tasks.detection.smear import NAMES, smears
from tests.agent.surveys import CHEST


def boxes(number: int, kind: int = 0, scores: list[float] | None = None) -> Boxes:
    left = np.arange(number, dtype=np.float32) * 20
    corners = np.column_stack([left, left * 0, left + 10, left * 0 + 10]).astype(np.float32)
    return Boxes(corners, np.array(scores or [1.0] * number), np.full(number, kind, dtype=np.int64))


def judged(truth: list[Boxes], found: list[Boxes]) -> FoundBoxes:
    names = [f"i{k}" for k in range(len(truth))]
    return FoundBoxes(names, np.array([f"p{k}" for k in range(len(truth))], dtype=object), truth, found)


def test_detections_count_from_the_score_at_which_validation_has_as_many_as_boxes() -> None:
    validation = judged([boxes(2), boxes(1)], [boxes(3, scores=[0.9, 0.6, 0.2]), boxes(2, scores=[0.8, 0.1])])
    test = judged([boxes(2), boxes(3)], [boxes(3, scores=[0.9, 0.7, 0.3]), boxes(1, scores=[0.65])])
    counted = count(test, validation, 0)
    assert counted.threshold == 0.6
    assert counted.drawn.tolist() == [2, 3]
    assert counted.found.tolist() == [2, 1]


def test_limits_of_agreement_are_those_of_bland_and_altman() -> None:
    apart = [1, -1, 0, 2, -2, 0, 1, 0]
    truth = [boxes(4) for _ in apart]
    found = [boxes(4 + one) for one in apart]
    test = judged(truth, found)
    known = count(test, judged(truth, truth), 0).agreement(test.groups, seed=0)
    middle, spread = np.mean(apart), np.std(apart, ddof=1)
    assert known["bias"].value == pytest.approx(middle)
    assert known["low"].value == pytest.approx(middle - 1.96 * spread)
    assert known["high"].value == pytest.approx(middle + 1.96 * spread)
    assert known["bias"].low is not None
    assert known["bias"].low < middle < known["bias"].high


def test_without_true_boxes_nothing_is_counted() -> None:
    nothing = judged([boxes(0), boxes(0)], [boxes(1, scores=[0.4]), boxes(0)])
    assert count(nothing, nothing, 0).found.tolist() == [0, 0]


@pytest.mark.parametrize(("numbers", "many"), [([1, 1, 2, 0], False), ([3, 5, 2, 0], True), ([0, 0], False)])
def test_counts_are_shown_where_images_hold_several(numbers: list[int], many: bool) -> None:
    assert crowded([boxes(n) for n in numbers]) == many


def test_each_class_has_a_precision_of_its_own_where_there_are_several() -> None:
    truth = [boxes(2), boxes(2, kind=1), boxes(1), boxes(1, kind=1)]
    right = judged(truth, [boxes(2), boxes(0), boxes(1), boxes(0)])
    known = right.estimates(["a", "b"], [], None, seed=0)
    assert (known["map50:a"].value, known["map50:b"].value) == (pytest.approx(1.0), pytest.approx(0.0))
    assert not [name for name in right.estimates(["a"], [], None, seed=0) if ":" in name]


# ------------------------------------------------------------------ the phantom
def test_smears_are_the_same_for_the_same_seed_and_their_boxes_lie_inside() -> None:
    first, again = list(smears(6, seed=4)), list(smears(6, seed=4))
    assert all(np.array_equal(a[0], b[0]) and a[1] == b[1] for a, b in zip(first, again, strict=True))
    assert {cell.kind for _, cells in first for cell in cells} == {0, 1, 2}
    for _, cells in first:
        for cell in cells:
            left, top, width, height = cell.box
            assert min(left, top) >= 0
            assert max(left + width, top + height) <= 128


@pytest.mark.parametrize(
    ("request_", "classes"),
    [
        ("Find and box the white blood cells, red blood cells and platelets", ["RBC", "WBC", "Platelets"]),
        ("count the red cells", ["RBC"]),
        ("Zähle alle Leukozyten und Thrombozyten", ["WBC", "Platelets"]),
        ("white vs red cells, put boxes round them", ["RBC", "WBC"]),
    ],
)
def test_cells_are_boxed_and_counted_by_any_of_their_names(tmp_path: Path, request_: str, classes: list[str]) -> None:
    phantom.write("smear", tmp_path, 30, 0, "easy")
    found = draft(read_request(request_), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(found, Draft)
    spec = found.specification
    assert (spec.task, sorted(spec.classes), spec.group_column, spec.modality) == (
        "detection",
        sorted(classes),
        "patient_id",
        "smear",
    )


def test_the_phantom_is_coco(tmp_path: Path) -> None:
    phantom.write("smear", tmp_path, 4, 0, "easy")
    content = json.loads((tmp_path / "annotations.json").read_text())
    assert [one["name"] for one in content["categories"]] == list(NAMES)
    assert len(content["images"]) == 4
    assert len({one["id"] for one in content["annotations"]}) == len(content["annotations"])


def test_counting_takes_boxes() -> None:
    with pytest.raises(LabelsDoNotMatch, match="Marking or counting findings needs boxes"):
        draft(read_request("count the opacities on these films"), CHEST, {})


def test_a_rare_class_of_another_size_gets_anchors_of_its_own() -> None:
    sizes = np.array([[18.0, 18.0]] * 80 + [[8.0, 8.0]] * 12 + [[31.0, 31.0]] * 8)
    kinds = np.array([0] * 80 + [2] * 12 + [1] * 8)
    sides = np.sqrt(anchors.fitted(anchors.balanced(sizes, kinds)).prod(axis=2)).mean(axis=1)
    assert sides == pytest.approx([8, 18, 31], rel=0.1)


def test_one_class_keeps_its_anchors() -> None:
    sizes = np.random.default_rng(0).uniform(5, 50, (40, 2))
    assert np.array_equal(anchors.balanced(sizes, np.zeros(40, np.int64)), sizes)
    assert len(anchors.balanced(np.empty((0, 2)), np.empty(0, np.int64))) == 0


# ------------------------------------------------------------------ what is left out, declined, or not there
def test_all_but_one_kind_is_boxed(tmp_path: Path) -> None:
    phantom.write("smear", tmp_path, 30, 0, "easy")
    found = draft(read_request("Box everything but the platelets"), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(found, Draft)
    assert sorted(found.specification.classes) == ["RBC", "WBC"]


def test_what_no_box_is_called_is_asked_about(tmp_path: Path) -> None:
    phantom.write("smear", tmp_path, 30, 0, "easy")
    survey = survey_facts(take_inventory(tmp_path))
    asked = draft(read_request("Mark the granulomas with boxes"), survey, {})
    assert isinstance(asked, Card)
    assert "none of them is called “granulomas”" in asked.body
    answered = draft(read_request("Mark the granulomas with boxes"), survey, {"boxes": "WBC"})
    assert isinstance(answered, Draft)
    assert list(answered.specification.classes) == ["WBC"]

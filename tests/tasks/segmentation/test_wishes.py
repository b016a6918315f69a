"""Requests that want no outlines, more than outlines, or say so in German."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.steps import _merge
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.segmentation.naming import thing_outlined
from jupyter_clinagent.tasks.segmentation.unmet import other_half
from tests.tasks.segmentation.test_reading import outlined
from tests.tasks.segmentation.test_what_is_meant import drafted


# ------------------------------------------------------------------ no outlines
@pytest.mark.parametrize(
    "words",
    [
        "Do not outline, just say whether there is a polyp",
        "Don’t outline anything. Is there a polyp?",
        "Say whether there is a polyp, no outlines needed",
        "Do not segment the polyps",
        "Is there a polyp? Outlines are not needed",
        "Bitte nicht segmentieren, nur sagen, ob ein Polyp da ist",
        "Keine Umrisse, nur ob ein Polyp da ist",
    ],
)
def test_a_wish_for_no_outlines_becomes_no_study_of_outlines(words: str, tmp_path: Path) -> None:
    outlined(tmp_path)
    assert read_request(words).declined == ("segmentation",)
    with pytest.raises(LabelsDoNotMatch, match=r"No labels were found.*I could outline what the masks show"):
        drafted(words, tmp_path)


@pytest.mark.parametrize(
    "words",
    ["Could you not outline the polyps?", "Outline the polyps, not the vessels", "Not only find the polyps but outline them"],
)
def test_not_beside_outlines_does_not_always_decline_them(words: str) -> None:
    assert (read_request(words).task, read_request(words).declined) == ("segmentation", ())


def test_boxes_are_declined_as_outlines_are() -> None:
    assert read_request("Outline the polyps, without bounding boxes").declined == ("detection",)
    assert read_request("Tell melanoma from nevus, ohne Kästchen").task == "classification"


# ------------------------------------------------------------------ what is not done
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "Outline the polyps, judge by the Hausdorff distance",
            "the Hausdorff distance decides nothing and is reported",
        ),
        ("Outline the polyps and take the best IoU", "the intersection over union decides nothing"),
    ],
)
def test_a_wish_that_is_not_taken_is_said_on_the_card(words: str, said: str, tmp_path: Path) -> None:
    outlined(tmp_path)
    assert any(said in line for line in drafted(words, tmp_path).assumptions)


def test_what_is_to_be_left_out_and_is_not_is_asked_about(tmp_path: Path) -> None:
    outlined(tmp_path)
    asked = draft(read_request("Outline the polyps, but not the empty images"), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(asked, Card)
    assert "“empty images”" in asked.title


def test_a_plain_request_says_nothing_of_wishes(tmp_path: Path) -> None:
    outlined(tmp_path)
    said = " ".join(drafted("Outline the polyps", tmp_path).assumptions)
    assert not any(words in said for words in ("Not done", "left out by", "decides nothing"))


@pytest.mark.parametrize(
    ("words", "half"),
    [
        ("Which of bleeding, ulcer and flat does each image show, and outline them",
         "Which of bleeding, ulcer and flat does each image show"),
        ("Outline the polyps and say for each whether it bleeds", "say for each whether it bleeds"),
        ("Segmentiere die Polypen und klassifiziere sie", "klassifiziere sie"),
        ("Umrande die Polypen und sage, ob sie bluten", "sage, ob sie bluten"),
        ("Mark the polyps with outlines, and grade them from 0 to 4", "grade them from 0 to 4"),
        ("Outline the polyps; which of them are larger than 5 mm?", "which of them are larger than 5 mm"),
    ],
)  # fmt: skip
def test_the_half_of_a_request_that_is_not_done_is_said_first(words: str, half: str, tmp_path: Path) -> None:
    outlined(tmp_path)
    found = drafted(words, tmp_path)
    assert found.specification.task == "segmentation"
    assert f"Not done: “{half}”" in found.assumptions[0]
    assert next(iter(found.specification.classes)) in ("finding", "polyps", "polypen")


@pytest.mark.parametrize(
    "words",
    [
        "Outline the polyps. Is that possible?",
        "Outline the polyps and tell me whether the model is good",
        "Is it possible to outline the polyps?",
        "Outline the polyps and the vessels",
        "Find the polyps and outline them",
    ],
)
def test_one_wish_has_no_other_half(words: str) -> None:
    assert other_half(words) == ""


# ------------------------------------------------------------------ German
@pytest.mark.parametrize("words", ["Zeichne die Polypen ein", "Umrande die Polypen", "Grenze die Polypen ab, 5 Minuten"])
def test_german_words_for_drawing_mean_outlines_where_there_are_masks(words: str, tmp_path: Path) -> None:
    outlined(tmp_path)
    assert read_request(words).task is not None  # so that the request isn't refused before the data are looked at
    found = drafted(words, tmp_path).specification
    assert (found.task, list(found.classes)) == ("segmentation", ["polypen"])


def test_an_article_is_no_prefix_of_a_verb() -> None:
    assert read_request("Zeichne ein Bild von Neapel").task is None


@pytest.mark.parametrize("words", ["Zeichne die Polypen ein", "Mark the polyps"])
def test_labels_beside_the_masks_are_no_reason_to_ask_for_boxes(words: str, tmp_path: Path) -> None:
    lines = [f"{name}.png,{'large' if k % 2 else 'small'}" for k, name in enumerate(outlined(tmp_path))]
    (tmp_path / "labels.csv").write_text("\n".join(["image,size", *lines]), encoding="utf-8")
    assert survey_facts(take_inventory(tmp_path)).label_candidates == ["size"]
    assert drafted(words, tmp_path).specification.task == "segmentation"


@pytest.mark.parametrize(
    ("words", "thing"),
    [
        ("Segmentiere die Umrisse der Polypen", "polypen"),
        ("Outline the borders of each lesion", "lesion"),
        ("Segmentiere die Konturen der Leber", "leber"),
    ],
)
def test_what_is_outlined_is_not_called_an_outline(words: str, thing: str) -> None:
    assert thing_outlined(words) == thing


def test_a_change_on_the_card_declines_outlines_or_asks_for_them_again() -> None:
    first, no = read_request("Outline the polyps"), read_request("Do not outline, just say whether there is a polyp")
    declined = _merge(first, no)
    assert (declined.task, declined.declined) == (None, ("segmentation",))
    again = _merge(declined, first)
    assert (again.task, again.declined) == ("segmentation", ())

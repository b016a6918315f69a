"""Grades that no scale of the data has, and scales that only a text in the folder orders."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.codes import order_of
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.benchmarks.phrases.folders import _table
from tests.tasks.grading.surveys import BREASTS, EYES, KNEES, ULCERS, evenly, survey

STAGES = survey(t_stage=evenly("T1", "T2", "T3", "T4"), figo=evenly("I", "II", "III", "IV"))
ONLY_T = survey(t_stage=evenly("T1", "T2", "T3", "T4"))
CYSTS = survey(bosniak=evenly("I", "II", "IIF", "III", "IV"))


def specified(request: str, facts: SurveyFacts, **answers: str) -> Specification:
    found = draft(read_request(request), facts, answers)
    assert isinstance(found, Draft), found
    return found.specification


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        ("stage V?", ULCERS),
        ("Is it stage V or not", STAGES),
        ("grade 5 retinopathy", EYES),
        ("KL 5", KNEES),
        ("T5 tumours", ONLY_T),
        ("Stadium IIb", ULCERS),
        ("FIGO stage, please", ONLY_T),
        ("N stage", ONLY_T),
    ],
)
def test_a_grade_or_a_scale_that_is_not_there_is_refused_with_what_is(request_: str, facts: SurveyFacts) -> None:
    with pytest.raises(LabelsDoNotMatch, match=r"which is on no scale of the data: “\w+” holds .* < "):
        draft(read_request(request_), facts, {})


@pytest.mark.parametrize(
    ("request_", "column"),
    [("Predict the T stage", "t_stage"), ("FIGO stage of the tumour", "figo"), ("Welches FIGO-Stadium?", "figo")],
)
def test_of_two_scales_the_one_that_is_named_is_graded(request_: str, column: str) -> None:
    assert specified(request_, STAGES).label_column == column


def test_of_two_scales_none_is_taken_unnamed() -> None:
    found = draft(read_request("Stage these tumours"), STAGES, {})
    assert isinstance(found, Card)
    assert found.choices == ["t_stage", "figo"]


@pytest.mark.parametrize(("request_", "facts"), [("T3 or T4?", ONLY_T), ("birads 3", survey(birads=evenly("1", "2", "3", "4")))])
def test_some_grades_of_a_scale_are_asked_about(request_: str, facts: SurveyFacts) -> None:
    assert isinstance(draft(read_request(request_), facts, {}), Card)


def test_grades_between_two_others_keep_their_place() -> None:
    graded = specified("Bosniak IIF or above", CYSTS)
    assert list(graded.classes.values()) == [["I"], ["II"], ["IIF"], ["III"], ["IV"]]
    assert graded.operating_point is not None
    assert graded.operating_point.positive_class == ["IIF", "Bosniak III", "Bosniak IV"]


def test_how_severe_names_no_grade() -> None:
    found = specified("how severe is it?", survey(severity=evenly("none", "mild", "moderate", "severe")))
    assert (found.task, found.operating_point) == ("grading", None)


def test_letters_of_density_are_on_the_scale() -> None:
    assert specified("grade the density", BREASTS).label_column == "density"


# ------------------------------------------------------------------ an order that a text gives
@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("activity: quiescent < smouldering < florid", ["quiescent", "smouldering", "florid"]),
        ("Activity, in ascending order: quiescent, smouldering, florid.", ["quiescent", "smouldering", "florid"]),
        ("in absteigender Reihenfolge absteigend: florid, smouldering, quiescent", ["quiescent", "smouldering", "florid"]),
        ("quiescent → smouldering → florid", ["quiescent", "smouldering", "florid"]),
        ("values: quiescent, florid, smouldering", []),
        ("ordered by date. We saw quiescent and florid ones", []),
    ],
)
def test_a_text_may_give_the_order_of_values(text: str, order: list[str]) -> None:
    assert order_of(text, ["florid", "quiescent", "smouldering"]) == order


def test_grades_that_are_words_are_ordered_by_a_readme(tmp_path: Path) -> None:
    _table({"activity": ["florid", "quiescent", "smouldering"]}, 60)(tmp_path)
    (tmp_path / "README.md").write_text(
        "`activity` of the colitis, in this order: quiescent, smouldering, florid.\n", encoding="utf-8"
    )
    found = draft(read_request("grade the disease activity"), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(found, Draft)
    assert list(found.specification.classes) == ["quiescent", "smouldering", "florid"]
    assert any("ordered quiescent < smouldering < florid, by README.md" in line for line in found.assumptions)

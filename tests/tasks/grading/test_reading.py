"""Which requests mean grades, from which grade on something counts, and what is said where there is no scale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, meant, offers
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.grading.cuts import cut_of
from jupyter_clinagent.tasks.grading.scale import scale_of
from tests.tasks.grading.surveys import BREASTS, EYES, FOLDERS, KNEES, ULCERS, WORDS, evenly, survey


def specified(request: str, data: SurveyFacts, **answers: str) -> tuple[Specification, tuple[str, ...]]:
    found = draft(read_request(request), data, answers)
    assert isinstance(found, Draft), found
    return found.specification, found.assumptions


@pytest.mark.parametrize(
    ("request_text", "data", "cut"),
    [
        ("Grade the eyes; grade 3 and above must not be missed", EYES, "grade 3"),
        ("Grade the eyes; grade 0 or above", EYES, None),
        ("Grade the eyes, ≥ 2 with 90 % sensitivity", EYES, "grade 2"),
        ("Grade the eyes with at least 95 % sensitivity", EYES, None),
        ("Grade the eyes in at least 3 minutes", EYES, None),
        ("Stage the ulcers, stage III+ matters", ULCERS, "stage III"),
        ("Stadium bestimmen, ab Stadium II", ULCERS, "stage II"),
        ("Stadium bestimmen, Stadium II oder höher", ULCERS, "stage II"),
        ("How severe is it? More than mild has to be seen", WORDS, "moderate"),
        ("Grade the knees, KL 2 or more", KNEES, "KL 2"),
        ("Grade the knees from 0 to 4", KNEES, None),
        ("Grade the knees; missing KL3 is worse than a false alarm", KNEES, "KL 3"),
        ("Grade the retinopathy; sight threatening eyes must be found", EYES, "grade 3"),
        ("Grade the retinopathy; referable eyes must be found", FOLDERS, "Moderate"),
        ("Dense breasts must not be overlooked", BREASTS, "density c"),
    ],
)
def test_a_cut_is_read_as_a_clinician_says_it(request_text: str, data: SurveyFacts, cut: str | None) -> None:
    column = data.columns[0]
    scale = scale_of(column.name, column.values)
    assert scale is not None
    found = cut_of(read_request(request_text), scale)
    assert (found.grade if found else None) == cut


def test_a_cut_holds_all_grades_from_it_on_together_and_says_what_was_assumed() -> None:
    spec, said = specified("Grade the retinopathy; missing referable eyes is worse than a false alarm", EYES)
    assert spec.operating_point is not None
    assert spec.operating_point.positives == ["grade 2", "grade 3", "grade 4"]
    assert (spec.operating_point.rule, spec.operating_point.target) == ("sensitivity", 0.95)
    assert "“referable” is taken as moderate retinopathy or worse: grade 2, grade 3, grade 4." in said
    assert "The grades of “dr_grade” are ordered grade 0 < grade 1 < grade 2 < grade 3 < grade 4, by the numbers." in said


def test_a_rate_without_a_grade_is_asked_about() -> None:
    card = draft(read_request("Grade the knees; a miss is worse than a false alarm"), KNEES, {})
    assert isinstance(card, Card)
    assert (card.key, card.default) == ("cut", "KL 1 or above")
    spec, said = specified("Grade the knees; a miss is worse than a false alarm", KNEES, cut="KL 2 or above")
    assert spec.operating_point is not None
    assert spec.operating_point.positives == ["KL 2", "KL 3", "KL 4"]
    assert "It was asked from which grade on: KL 2 or above." in said
    with pytest.raises(BadInput, match="“KL 0” is no cut on this scale; choose one of KL 1 or above"):
        specified("Grade the knees; a miss is worse than a false alarm", KNEES, cut="KL 0")


def test_what_is_no_grade_and_what_the_request_leaves_out_is_said_first() -> None:
    data = survey(grade={"0": 50, "1": 40, "2": 30, "3": 20, "9": 3})
    spec, said = specified("Grade the eyes. Leave out grade 3", data)
    assert list(spec.classes) == ["grade 0", "grade 1", "grade 2"]
    assert said[:2] == (
        "Left out of “grade” (no grade of this scale): “9” (3).",
        "Left out of “grade” (as the request says): “3” (20).",
    )


def test_values_of_one_grade_are_gathered_and_that_is_said() -> None:
    spec, said = specified("Grade the eyes", survey(grade={"0": 50, "1": 40, "Grade 1": 5, "2": 30}))
    assert spec.classes["grade 1"] == ["1", "Grade 1"]
    assert "“grade 1” gathers 1, Grade 1." in said


def test_the_column_that_is_spoken_of_is_graded_and_else_it_is_asked() -> None:
    both = survey(birads_density=evenly("a", "b", "c", "d"), quality_grade=evenly("1", "2", "3"))
    assert specified("Grade the breast density", both)[0].label_column == "birads_density"
    card = draft(read_request("Grade these mammograms"), both, {})
    assert isinstance(card, Card)
    assert card.key == "label"
    assert specified("Grade these mammograms", both, label="quality_grade")[0].label_column == "quality_grade"


@pytest.mark.parametrize(
    ("request_text", "data", "task"),
    [
        ("Grade the eyes", survey(diagnosis=evenly("0", "1", "2", "3", "4")), "grading"),
        ("Classify the images by diagnosis", survey(diagnosis=evenly("0", "1", "2", "3", "4")), "classification"),
        ("Tell stage I from stage IV", ULCERS, "classification"),
        ("Mild versus severe", WORDS, "classification"),
        ("Is there any arthrosis in these knees?", KNEES, "classification"),
        ("Is the retinopathy grade 2 or above?", EYES, "grading"),
        ("Is it referable retinopathy or not?", EYES, "classification"),
        ("Say only whether it is referable, yes or no", EYES, "classification"),
        ("Sort the knees into 0 to 4", KNEES, "grading"),
        ("Grade the knees of patients aged 40 to 60", KNEES, "grading"),
        ("Don't grade them, just tell KL 0 from KL 4", KNEES, "classification"),
        ("Classify the images by their labels", survey(label=evenly("KL0", "KL1", "KL2")), "classification"),
        ("Classify the fibrosis", survey(fibrosis=evenly("F0", "F1", "F2")), "grading"),
        ("Find all findings and grade them", survey(dx=evenly("mel", "nv", "bcc")), None),
    ],
)
def test_grades_are_meant_by_words_range_cut_or_column_and_nothing_else(
    request_text: str, data: SurveyFacts, task: str | None
) -> None:
    intent = read_request(request_text)
    if task is None:
        with pytest.raises(LabelsDoNotMatch):
            meant(intent, data)
    else:
        assert meant(intent, data).name == task


def test_no_scale_beside_another_label_is_taken_unasked() -> None:
    columns = [
        *survey(dx=evenly("mel", "nv", "bcc")).columns,
        *(
            c.model_copy(update={"role": "other"})
            for c in survey(quality_score=evenly("1", "2", "3"), visits=evenly("1", "2", "3")).columns
        ),
    ]
    data = survey(dx=evenly("mel", "nv", "bcc")).model_copy(update={"columns": columns})
    card = draft(read_request("Grade these lesions"), data, {})
    assert isinstance(card, Card)
    assert card.choices == ["quality_score"], "numbers of visits are no grades"


def test_two_levels_are_left_to_classification_with_a_sentence() -> None:
    with pytest.raises(LabelsDoNotMatch, match=r"3 or more levels.*“grade” holds only two levels: low, high"):
        draft(read_request("Grade these tumours"), survey(grade=evenly("low", "high")), {})


def test_names_without_an_order_are_not_graded_and_what_can_be_done_is_said() -> None:
    with pytest.raises(LabelsDoNotMatch, match=r"no order that I can read: mel, nv, bcc\. I could tell the 3 values"):
        draft(read_request("What is the severity of these lesions?"), survey(dx=evenly("mel", "nv", "bcc")), {})


def test_an_offer_says_the_order_and_where_it_comes_from() -> None:
    found = [offer for offer in offers(survey(diagnosis={"0": 5, "1": 3, "2": 2})) if offer.task == "grading"]
    assert [offer.sentence for offer in found] == [
        "I could grade by “diagnosis”: grade 0 < grade 1 < grade 2 (the order is that of the numbers, if these are grades)."
    ]
    assert found[0].classes == {"grade 0": 5, "grade 1": 3, "grade 2": 2}


def test_a_later_wish_moves_the_cut() -> None:
    scale = scale_of("grade", evenly("0", "1", "2", "3"))
    assert scale is not None
    intent = replace(read_request("Grade the eyes, grade 1 or above counts"), later=("grade 3 or above counts",))
    assert cut_of(intent, scale) == ("grade 3", "")


def test_a_cut_has_a_name_only_where_its_scale_is() -> None:
    scale = scale_of("quality", evenly("grade 1", "grade 2", "grade 3"))
    assert scale is not None
    assert cut_of(read_request("referable images must be found"), scale) is None


def test_the_task_is_described_to_who_asks_for_something_else() -> None:
    assert "grade images on an ordered scale" in registry.find("grading").able


# ------------------------------------------------------------------ the line from the other side, and both sides
@pytest.mark.parametrize(
    ("request_", "values", "cut"),
    [
        ("Grade these; BI-RADS 3 or less", ["1", "2", "3", "4", "5"], "4"),
        ("grade F2 or lower", ["F0", "F1", "F2", "F3", "F4"], "F3"),
        ("stage: no worse than grade 1", ["0", "1", "2", "3"], "2"),
        ("NYHA stage I-II vs III-IV", ["I", "II", "III", "IV"], "III"),
        ("stage I against the rest", ["I", "II", "III", "IV"], "II"),
        ("Stadium I bis II gegen III bis IV", ["I", "II", "III", "IV"], "III"),
        ("grade 2 or above", ["0", "1", "2", "3"], "2"),
        ("stage II against the rest", ["I", "II", "III", "IV"], None),  # neither end of the scale
        ("stage I versus IV", ["I", "II", "III", "IV"], None),  # and what of the others?
    ],
)
def test_a_line_may_be_drawn_from_either_side(request_: str, values: list[str], cut: str | None) -> None:
    scale = scale_of("grade", dict.fromkeys(values, 10))
    assert scale is not None
    found = cut_of(read_request(request_), scale)
    assert (found and scale.find(found.grade)) == (cut and scale.find(cut))

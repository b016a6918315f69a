"""Conversations about a study: two wishes in a sentence, questions, undoing, and what is not understood."""

from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.turn import Settings
from tests.agent.test_follow_ups import SEVEN, finished
from tests.agent.test_playbook import COHORT, EVALUATION, FIGURE, REQUEST, Clinic


def said_after(words: str, request: str = REQUEST) -> tuple[str, list[str], Clinic]:
    clinic = finished(request)
    before = len(clinic.sources)
    return clinic.ask(words), clinic.sources[before:], clinic


@pytest.mark.parametrize(
    "words",
    ["use 90 % sensitivity and show me the worst misses", "Nimm 90 % Sensitivität und zeig mir dann die Fehler"],
)
def test_two_wishes_in_one_sentence_are_both_done_in_their_order(words: str) -> None:
    message, sources, clinic = said_after(words)
    assert ["new_threshold('sensitivity', 0.9)" in sources[0], "study.explain()" in sources[1]] == [True, True]
    assert message.index("post hoc") < message.index("worst misses")
    assert clinic.status == "done"


def test_a_wish_and_a_question_in_one_message_are_both_heard() -> None:
    message, sources, _ = said_after("What does the interval mean? And show me the misses.")
    assert len(sources) == 1
    assert "drawn again and again" in message
    assert "heat map" in message


@pytest.mark.parametrize(
    "words",
    [
        "How many melanomas were in the test set?",
        "Why did you not outline the polyps?",
        "Wie viele Melanome waren im Test?",
        "how often do fractures get missed?",
        "Warum Melanom und nicht Nävus?",
    ],
)
def test_a_question_is_never_taken_for_the_request_of_another_study(words: str) -> None:
    _, sources, clinic = said_after(words)
    assert sources == []
    assert clinic.status == "answered"


@pytest.mark.parametrize(("answer", "begun"), [("begin another study", True), ("stay with this one", False)])
def test_what_may_ask_for_another_study_begins_one_only_where_that_is_wanted(answer: str, begun: bool) -> None:
    clinic = finished(REQUEST)
    clinic.answers["another"] = answer
    before = len(clinic.sources)
    clinic.ask("Which of these moles are basal cell carcinomas?")
    assert any("study.survey()" in source for source in clinic.sources[before:]) is begun
    assert "Begin it?" in str([call for call in clinic.calls if call["name"] == "ask_clinician"])


def test_another_study_that_is_asked_for_in_passing_is_not_dropped() -> None:
    message, sources, _ = said_after("use 90 % sensitivity and then outline the polyps")
    assert len(sources) == 1
    assert "Not done: “outline the polyps”" in message


def test_a_first_request_is_read_as_one_whatever_else_it_says() -> None:
    clinic = Clinic()
    clinic.ask(f"{REQUEST}. Please answer in German.")
    assert clinic.status == "done"
    assert "study.survey()" in clinic.sources[0]


def test_before_any_study_a_question_about_one_is_answered_and_nothing_is_asked() -> None:
    clinic = Clinic(settings=Settings(study_folder="s"))
    message = clinic.ask("How many melanomas were in the test set?")
    assert [call["name"] for call in clinic.calls] == ["finish"]
    assert "No study has been finished" in message


def test_what_is_not_understood_comes_with_the_nearest_three() -> None:
    message, sources, _ = said_after("shwo the wrost ones")
    assert sources == []
    assert message.count("“") == 5  # the sentence, three examples, and help
    assert "show me the worst misses" in message


def test_an_answer_names_the_cell_that_it_comes_from() -> None:
    message, _, _ = said_after("How many nevi did you train on?")
    assert "4,000 images of “nv”" in message
    assert "from the cell “Load the images" in message


def test_a_class_that_the_study_did_not_have_is_not_counted() -> None:
    message, _, _ = said_after("how many basal cell carcinomas were in the test set?")
    assert message.startswith("“basal cell carcinoma” is no class of this study")


def test_after_another_threshold_why_it_was_chosen_says_post_hoc() -> None:
    clinic = finished()
    assert "approved before the training" in clinic.ask("why this threshold?")
    later = EVALUATION | {"operating_point": EVALUATION["operating_point"] | {"target": 0.9, "threshold": 0.4}}  # type: ignore[operator]
    clinic.answers["cells"] = {"new_threshold": {"status": "ok", "facts": [later]}}
    clinic.ask("use 90 % sensitivity")
    assert "post hoc" in clinic.ask("why this threshold?")


# ------------------------------------------------------------------ undoing
def held(target: float) -> dict[str, Any]:
    point = EVALUATION["operating_point"] | {"target": target}  # type: ignore[operator]
    return {"status": "ok", "facts": [EVALUATION | {"operating_point": point}]}


def thresholds_of(clinic: Clinic, *words: str) -> list[str]:
    before = len(clinic.sources)
    clinic.answers["cells"] = {f"new_threshold('sensitivity', {one:g}": held(one) for one in (0.9, 0.95, 0.98)}
    for sentence in words:
        clinic.ask(sentence)
    return [source.split("(", 1)[1].split(",")[1].strip(" )") for source in clinic.sources[before:] if "new_threshold" in source]


def test_undoing_goes_back_one_threshold_at_a_time() -> None:
    chosen = thresholds_of(finished(), "use 90 % sensitivity", "use 98 % sensitivity", "undo that", "undo that")
    assert chosen == ["0.9", "0.98", "0.9", "0.95"]


def test_a_threshold_that_was_undone_is_not_undone_twice() -> None:
    clinic = finished()
    thresholds_of(clinic, "use 90 % sensitivity", "undo that")
    message = clinic.ask("undo that")
    assert "opening of the test set can't be undone" in message


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("keep going for 10 minutes", "experiment stays on record"),
        ("ethics id: 2026-123", "Your words on the report stay on record"),
        ("write the methods paragraph", "delete it"),
        ("thanks", "opening of the test set can't be undone"),
    ],
)
def test_what_cannot_be_undone_is_said(before: str, says: str) -> None:
    clinic = finished()
    clinic.ask(before)
    ran = len(clinic.sources)
    assert says in clinic.ask("Mach das rückgängig")
    assert len(clinic.sources) == ran


# ------------------------------------------------------------------ other wishes
def test_the_methods_paragraph_stands_in_a_text_cell_and_has_the_figures_of_the_study() -> None:
    message, sources, clinic = said_after("write the methods paragraph")
    written = next(
        call["args"]["source"] for call in clinic.calls if call["name"] == "add_cell" and "Methods" in call["args"]["source"]
    )
    assert sources == []
    assert written in message
    assert all(words in written for words in ("700 mel", "95% sensitivity", "sealed", "opened once", "“lesion_id”"))


def test_experiments_after_the_opening_are_told_apart_from_those_before() -> None:
    clinic = finished()
    clinic.ask("keep going for 10 minutes")
    assert "further, made after the opening, were judged on validation alone: “longer training" in clinic.ask(
        "write the methods paragraph"
    )
    assert "The test figures belong to “full fine-tuning”" in clinic.ask("why did you choose this?")


def test_images_cannot_be_left_out_after_the_opening_and_it_is_said_how_else() -> None:
    message, sources, _ = said_after("leave out the two blurry images")
    assert sources == []
    assert "study.exclude" in message


def test_nothing_is_run_in_a_notebook_that_holds_another_study_by_now() -> None:
    few = {"load_cohort": {"status": "ok", "facts": [COHORT | {"too_few": {"mel": 6}}]}}
    clinic = finished()
    clinic.answers |= {"cells": few, "few": "stop"}
    clinic.ask("Find basal cell carcinoma among all lesions")
    ran = len(clinic.sources)
    assert "Another study was begun" in clinic.ask("use 90 % sensitivity")
    assert "150 images" in clinic.ask("how many melanomas were in the test set?")
    assert len(clinic.sources) == ran


def test_which_class_a_threshold_is_for_may_be_answered_by_number() -> None:
    clinic = finished(SEVEN, positive="the second")
    before = len(clinic.sources)
    clinic.ask("use 95 % sensitivity")
    assert "positive='" in clinic.sources[before]


# ------------------------------------------------------------------ questions on a card
def test_a_question_on_a_card_is_answered_and_the_card_shown_again() -> None:
    clinic = Clinic(propose_specification=[{"choice": "Change", "text": "how many melanomas are in the test set?"}])
    clinic.ask(REQUEST)
    cards = [k for k, call in enumerate(clinic.calls) if call["name"] == "propose_specification"]
    assert len(cards) == 2
    assert clinic.calls[cards[0]]["args"] == clinic.calls[cards[1]]["args"]
    said = [str(message.content) for message in clinic.messages]
    assert any("150 images of “mel”" in one for one in said)
    assert clinic.status == "done"


def test_a_question_on_a_card_that_has_no_answer_yet_is_said_to_have_none() -> None:
    clinic = Clinic(propose_plan=[{"choice": "Change", "text": "how good will it be?"}])
    clinic.ask(REQUEST)
    assert any("can't answer that before" in str(message.content) for message in clinic.messages)
    assert clinic.status == "done"


def test_where_each_finding_has_a_threshold_none_is_changed_for_all() -> None:
    clinic = Clinic()
    test = {"auroc": FIGURE, "sensitivity:effusion": FIGURE}
    clinic.answers["cells"] = {"study.unseal": {"status": "ok", "facts": [EVALUATION | {"operating_point": None, "test": test}]}}
    clinic.ask(REQUEST)
    before = len(clinic.sources)
    assert "each finding has a threshold of its own" in clinic.ask("use 90 % sensitivity")
    assert len(clinic.sources) == before


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("The image ISIC_0024306 is a nevus, not a melanoma", "this study keeps its images and labels"),
        ("The third film is a fracture, not normal", "this study keeps its images and labels"),
        ("Test it on the images in ../other", "jupyter clinagent evaluate"),
        ("Try the model on our scans in /data/ward7", "jupyter clinagent evaluate"),
        ("Can I use it in clinic tomorrow?", "no medical device"),
        ("Kann ich das morgen in der Klinik einsetzen?", "no medical device"),
        ("Was the test set touched before the end?", "It was opened once"),
        ("Does it look at the ruler?", "Not measured"),
        ("What is a heat map?", "shows which part of an image"),
        ("do it again with twenty minutes", "write its request once more"),
        ("Is that sensitivity high?", "better than a guess"),
    ],
)
def test_nothing_is_run_for_what_only_sounds_like_a_request(said: str, answer: str) -> None:
    clinic = finished()
    before = len(clinic.sources)
    assert answer in clinic.ask(said)
    assert clinic.sources[before:] == []


# ------------------------------------------------------------------ before any study
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hello", "built-in playbook"),
        ("thanks", "No study is finished here yet"),
        ("what can you do?", "I classify"),
        ("is it better than a dermatologist?", "No study has been finished"),
        ("how does that compare with the logistic regression?", "No study has been finished"),
    ],
)
def test_what_is_said_before_any_study_begins_none(words: str, said: str) -> None:
    clinic = Clinic()
    assert said in clinic.ask(words)
    assert clinic.status == "answered"
    assert clinic.sources == []


@pytest.mark.parametrize("words", ["what's in the folder?", "how many patients are in my data?", "which columns are there?"])
def test_a_question_about_the_data_is_answered_by_the_first_look(words: str) -> None:
    clinic = Clinic()
    message = clinic.ask(words)
    assert "10,015 images" in message
    assert "“lesion_id” has 1,000 different values" in message
    assert clinic.status == "answered"
    assert ["study.survey()" in source for source in clinic.sources] == [True]


def test_a_part_of_a_message_that_is_not_read_is_named() -> None:
    message, sources, _ = said_after("use 90 % specificity and show me the banana")
    assert len(sources) == 1
    assert "Not done: “show me the banana”" in message


def test_a_question_beside_a_wish_is_answered_after_what_the_wish_changed() -> None:
    message, _, _ = said_after("use 90 % specificity and how many melanomas do we miss?")
    assert "were missed" in message


def test_predictive_values_are_those_of_the_prevalence_that_is_named() -> None:
    message, sources, _ = said_after("what is the PPV at 2 %?")
    assert sources == []
    assert "21.3%" in message  # .93 × .02 / (.93 × .02 + .07 × .98)

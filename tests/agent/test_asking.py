"""Questions of a study: what is no answer is dealt with and the question asked again; nothing is read into anything."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent.agent.finding import find_folder
from jupyter_clinagent.agent.playbook.asking import Question, ask
from jupyter_clinagent.agent.playbook.moves import Want
from jupyter_clinagent.agent.playbook.turn import Call, Settings, Turn
from tests.agent.surveys import TWO_LABELS
from tests.agent.test_follow_ups import finished
from tests.agent.test_playbook import COHORT, REQUEST, Clinic

AGAIN = "Find basal cell carcinoma among all lesions"
FAILS = {"load_cohort": {"status": "error", "error": ["BadInput", "enough"], "facts": []}}


class Said(Clinic):
    """A clinic whose clinician says one thing after the other to a question, and then takes the default."""

    def __init__(self, key: str, said: list[str], home: Path | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.key, self.said, self.home = key, list(said), home

    def _answer(self, call: dict[str, Any]) -> dict[str, Any]:
        if call["name"] == "find_folder" and self.home:
            return {"status": "ok", **find_folder(call["args"]["said"], self.home)}
        if call["name"] == "ask_clinician" and call["args"]["key"] == self.key and self.said:
            return {"status": "ok", "key": self.key, "answer": self.said.pop(0)}
        return super()._answer(call)

    @property
    def questions(self) -> list[str]:
        return [call["args"]["question"] for call in self.calls if call["name"] == "ask_clinician"]


def folder_asked(said: list[str], home: Path, earlier: Clinic | None = None, request: str = REQUEST) -> Said:
    for name, images in {"data": 2, "scans": 3, "images": 1}.items():
        (home / name).mkdir()
        for number in range(images):
            (home / name / f"{number}.png").touch()
    clinic = Said("data", said, home, settings=Settings(study_folder="s"), cells=FAILS)
    if earlier:
        clinic.messages = earlier.messages
    clinic.ask(request)
    return clinic


def column_asked(*said: str) -> Said:
    clinic = Said("label", list(said), survey=TWO_LABELS, cells=FAILS)
    clinic.ask("normal or covid on chest x-rays")
    return clinic


# ------------------------------------------------------------------ the folder
def test_the_folders_that_are_there_are_offered_with_a_default(tmp_path: Path) -> None:
    clinic = folder_asked(["you choose"], tmp_path)
    assert "“scans” (3 images), “data” (2 images), “images” (1 image)" in clinic.questions[0]
    assert "data='scans'" in clinic.sources[0]


def test_a_wrong_path_is_said_with_the_nearest_that_becomes_the_default(tmp_path: Path) -> None:
    clinic = folder_asked(["dtaa", "that one, whatever"], tmp_path)
    assert "Did you mean that?" in clinic.questions[1]
    asked = [call["args"] for call in clinic.calls if call["name"] == "ask_clinician"]
    assert asked[1]["default"] == "data"


@pytest.mark.parametrize(
    "said", ["leave out the two blurry images", "use 90 % sensitivity", "How many melanomas were in the test set?"]
)
def test_a_wish_or_a_question_is_never_a_folder_and_the_question_comes_again(said: str, tmp_path: Path) -> None:
    clinic = folder_asked([said, "data"], tmp_path)
    assert len(clinic.questions) == 2
    assert clinic.questions[1].endswith(clinic.questions[0])
    assert ["data='data'" in source for source in clinic.sources if "study.survey()" in source] == [True]


def test_after_a_study_what_is_said_to_a_question_is_done_and_the_question_taken_up_again(tmp_path: Path) -> None:
    clinic = folder_asked(
        ["How many melanomas were in the test set?", "show me the worst misses", "data"], tmp_path, finished(), AGAIN
    )
    assert "150 images of “mel”" in clinic.questions[1]
    assert "The worst misses stand below" in clinic.questions[2]
    assert [source.splitlines()[-1] for source in clinic.sources][:2] == ["study.explain()", "study.survey()"]
    assert "data='data'" in clinic.sources[1]


def test_an_answer_that_is_another_request_takes_the_place_of_the_first(tmp_path: Path) -> None:
    clinic = folder_asked(["no, I want to find fractures instead", "data"], tmp_path)
    assert "request='no, I want to find fractures instead'" in clinic.sources[0]
    assert "data='data'" in clinic.sources[0]


def test_both_folders_cannot_be_read_at_once(tmp_path: Path) -> None:
    clinic = folder_asked(["both", "data"], tmp_path)
    assert "A study reads one folder" in clinic.questions[1]


@pytest.mark.parametrize("said", ["never mind", "stop", "vergiss es"])
def test_never_mind_ends_the_turn_and_nothing_is_begun(said: str, tmp_path: Path) -> None:
    clinic = folder_asked([said], tmp_path)
    assert clinic.status == "rejected"
    assert clinic.sources == []


def test_the_same_wrong_answer_twice_ends_the_turn_instead_of_looping(tmp_path: Path) -> None:
    clinic = folder_asked(["nowhere/at/all", "nowhere/at/all"], tmp_path)
    assert clinic.status == "bad_input"
    assert clinic.sources == []


# ------------------------------------------------------------------ choices
@pytest.mark.parametrize(
    ("said", "column"),
    [("the second one", "reader_2"), ("2", "reader_2"), ("nicht die, die andere", "reader_2"), ("reader 1, please", "reader_1")],
)
def test_a_column_may_be_named_in_any_way(said: str, column: str) -> None:
    assert f"label='{column}'" in column_asked(said).sources[1]


def test_what_is_left_to_us_is_taken_and_said() -> None:
    clinic = Said("label", ["weiß nicht"], survey=TWO_LABELS)
    clinic.ask("normal or covid on chest x-rays")
    card = next(call["args"] for call in clinic.calls if call["name"] == "propose_specification")
    assert any("was left to me, so “reader_1” is taken" in line for line in card["assumptions"])


def test_what_is_no_column_is_asked_again_with_the_reason() -> None:
    clinic = column_asked("the diagnosis", "reader_2")
    assert "There is no label column “the diagnosis”" in clinic.questions[1]
    assert "label='reader_2'" in clinic.sources[1]


def test_another_request_at_the_column_looks_at_the_data_anew() -> None:
    clinic = column_asked("no, find pneumothorax instead", "reader_2")
    surveys = [source for source in clinic.sources if "study.survey()" in source]
    assert len(surveys) == 2
    assert "find pneumothorax instead" in surveys[1]


def test_few_cases_are_gone_on_with_only_where_that_was_said() -> None:
    few = {"load_cohort": {"status": "ok", "facts": [COHORT | {"too_few": {"mel": 6}}]}}
    clinic = Said("few", ["why do you ask?", "hmm", "nein"], cells=few)
    clinic.ask(REQUEST)
    assert clinic.status == "rejected"
    assert len(clinic.questions) == 3
    assert not any("study.audit" in source for source in clinic.sources)


def test_after_three_questions_the_default_of_a_fourth_is_taken_and_known_to_be() -> None:
    calls = [Call("ask_clinician", {}, {"key": key, "answer": "x"}) for key in ("data", "label", "classes")]
    turn = Turn(request=REQUEST, settings=Settings(study_folder="s"), calls=tuple(calls))
    assert ask(turn, Question("few", "Go on?", ("go on", "stop"), "go on")) == ("go on", True)
    with pytest.raises(Want):
        ask(replace(turn, calls=turn.calls[:2]), Question("few", "Go on?", ("go on", "stop"), "go on"))

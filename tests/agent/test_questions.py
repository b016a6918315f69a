"""Every question says what its answer changes and what is taken where nobody answers; a study asks three at most."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_clinagent
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import NO_DEFAULT, Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.turn import Settings
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.facts import CaseFacts, MixedLabels, SurveyFacts
from tests.agent.surveys import BOXED, TWO_LABELS, _column, drains
from tests.agent.test_playbook import COHORT, Clinic
from tests.tasks.grading.surveys import EYES

PACKAGE = Path(jupyter_clinagent.__file__).parent
PASSED_ON = {"steps.py": "Question(card.key"}
"""Where a question is only handed on, as it was put together elsewhere."""
ITSELF = {"folder_question.py"}
"""Its text says what the answer changes, before what there is to choose from."""

REST = "covid against all others together (normal, tb)"
VALUES = {"covid": 200, "normal": 250, "tb": 50}
DIFFERING = [MixedLabels(values=["covid", "normal"], cases=40)]
PATIENTS = CaseFacts(
    name="patient", columns=["patient"], cases=100, several=90, mixed={"reader_1": DIFFERING, "reader_2": DIFFERING}
)
LUNGS = TWO_LABELS.model_copy(
    update={
        "columns": [_column("patient", "group"), *(_column(name, "label", VALUES) for name in ("reader_1", "reader_2"))],
        "cases": [PATIENTS],
    }
)
SLICES = drains().model_copy(
    update={"cases": [CaseFacts(name="patient", columns=["patient_id"], cases=60, several=60)], "modality": "section"}
)


# ------------------------------------------------------------------ all of them, by the code that asks
def questions() -> Iterator[tuple[str, ast.Call]]:
    """Every place that makes a question: which, and the call."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _makes_question(node) and not _passed_on(path.name, node):
                yield f"{path.name}:{node.lineno}", node


def _makes_question(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    kind = next((word.value for word in call.keywords if word.arg == "kind"), None)
    return name in ("question", "Question") or (name == "Card" and isinstance(kind, ast.Constant) and kind.value == "question")


def _passed_on(file: str, call: ast.Call) -> bool:
    written = ast.unparse(call)
    own = file in ("drafting.py", "tools.py", "resuming.py") and written.startswith("Card(")
    return own or (file in PASSED_ON and written.startswith(PASSED_ON[file]))


def changes_of(call: ast.Call) -> str:
    given = next((word.value for word in call.keywords if word.arg == "changes"), None)
    if given is None and ast.unparse(call.func) == "question" and len(call.args) == 5:
        given = call.args[4]
    return ast.unparse(given) if given is not None else ""


MADE = dict(questions())


def test_there_are_as_many_questions_as_we_know() -> None:
    assert len(MADE) >= 20


@pytest.mark.parametrize("place", MADE)
def test_every_question_says_what_the_answer_changes(place: str) -> None:
    assert changes_of(MADE[place]).strip("'\"") or place.split(":")[0] in ITSELF


# ------------------------------------------------------------------ as a clinician meets them
ASKED: list[tuple[str, SurveyFacts, dict[str, str], str]] = [
    ("Find the covid", LUNGS, {}, "label"),
    ("Find the covid", LUNGS, {"label": "reader_1"}, "classes"),
    ("Find the covid, one answer per patient", LUNGS, {"label": "reader_1", "classes": REST}, "mixed"),
    ("Which patients have covid?", LUNGS, {"label": "reader_1"}, "level"),
    ("Which show a pneumothorax?", SLICES, {}, "level"),
    ("Find the gremlins and mark them with boxes", BOXED, {}, "boxes"),
    ("Separate covid from tb, age above 60", LUNGS, {"label": "reader_1"}, "beside"),
    ("Grade the retinopathy. Misses are worse", EYES, {}, "cut"),
]


@pytest.mark.parametrize(("request_", "survey", "answers", "key"), ASKED)
def test_a_card_tells_what_changes_and_its_default(request_: str, survey: SurveyFacts, answers: dict[str, str], key: str) -> None:
    card = draft(read_request(request_), survey, answers)
    assert isinstance(card, Card), card
    assert card.key == key
    said = card.body.removeprefix(card.title).strip()
    assert card.body.startswith(card.title)
    assert said.removesuffix(NO_DEFAULT).strip().endswith(".")
    assert card.default in card.choices or said.endswith(NO_DEFAULT)


# ------------------------------------------------------------------ three at most
class Counted(Clinic):
    """A clinic that leaves every question to the agent and counts them."""

    @property
    def asked(self) -> list[str]:
        return [call["args"]["key"] for call in self.calls if call["name"] == "ask_clinician"]

    @property
    def assumed(self) -> list[str]:
        card: dict[str, Any] = next(call["args"] for call in self.calls if call["name"] == "propose_specification")
        return [line for line in card["assumptions"] if "was left to me, so" in line]


def test_what_would_take_five_questions_asks_three_and_says_what_it_took_for_the_others() -> None:
    few = {"load_cohort": {"status": "ok", "facts": [COHORT | {"too_few": {"covid": 6}}]}}
    clinic = Counted(survey=LUNGS, settings=Settings(study_folder="s"), cells=few, data="data")
    clinic.ask("Find the covid, one answer per patient")
    assert clinic.asked == ["data", "label", "classes"]
    mixed, cases = clinic.assumed
    assert "In 40 of 100 patients the images bear different labels." in mixed
    assert "so “a patient counts as covid if any image does” is taken" in mixed
    assert "few independent cases (6 of covid)" in cases
    assert "so “go on” is taken" in cases


def test_the_fourth_question_would_have_been_asked_by_itself() -> None:
    """Else the test above would say nothing."""
    answers = {"label": "reader_1", "classes": REST}
    card = draft(read_request("Find the covid, one answer per patient"), LUNGS, answers)
    assert isinstance(card, Card)
    assert card.key == "mixed"
    done = draft(read_request("Find the covid, one answer per patient"), LUNGS, answers | {"mixed": card.default})
    assert isinstance(done, Draft)

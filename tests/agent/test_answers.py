"""Report items answered in the chat after a study."""

import pytest

from jupyter_clinagent.agent.playbook.answers import read_answers
from tests.agent.test_playbook import REPORT, REQUEST, Clinic

ROWS = [
    ("ethics id: 2026-123", "ethics", "ethics id: 2026-123"),
    ("Our ethics approval is EK-77/26", "ethics", "Our ethics approval is EK-77/26"),
    ("Ethikvotum: 2026-123", "ethics", "Ethikvotum: 2026-123"),
    ("Die Ethikkommission der Universität: Votum 12/26", "ethics", "Die Ethikkommission der Universität: Votum 12/26"),
    ("The images come from HAM10000, CC BY-NC 4.0", "source", "The images come from HAM10000, CC BY-NC 4.0"),
    ("Die Bilder stammen aus der Hautklinik Graz", "source", "Die Bilder stammen aus der Hautklinik Graz"),
    ("reference standard: histopathology", "reference standard", "reference standard: histopathology"),
    (
        "Der Referenzstandard ist Histologie vor der Behandlung",
        "reference standard",
        "Der Referenzstandard ist Histologie vor der Behandlung",
    ),
    ("item 43: IRB 5", "ethics", "IRB 5"),
    ("Punkt 44: jährliche Stichprobe", "monitoring", "jährliche Stichprobe"),
    ("Item 24 = all were planned", 24, "all were planned"),
    ("Setting: emergency department", "setting", "Setting: emergency department"),
    ("Zeitraum: 2019–2023", "dates", "Zeitraum: 2019–2023"),
    ("The boxes were drawn by two radiologists", "annotators", "The boxes were drawn by two radiologists"),
    ("Überwachung: vierteljährlich", "monitoring", "Überwachung: vierteljährlich"),
]


@pytest.mark.parametrize(("words", "item", "text"), ROWS)
def test_words_are_read_as_an_answer_and_kept_as_they_stand(words: str, item: str | int, text: str) -> None:
    assert read_answers(words) == [(item, text)]


@pytest.mark.parametrize(
    "words",
    [
        "Separate melanoma from nevus. The images come from HAM10000",
        "thanks",
        "use 90 % sensitivity instead",
        "item 45: nothing",
        "ethics",
        "What is the reference standard?",
        "ethics id: 1\nkeep going for 10 minutes",
        "",
    ],
)
def test_anything_else_is_no_answer(words: str) -> None:
    assert read_answers(words) == []


def after_a_study(**facts: object) -> Clinic:
    clinic = Clinic(cells={"study.report": {"status": "ok", "facts": [REPORT | facts]}})
    clinic.ask(REQUEST)
    return clinic


def test_the_closing_message_says_how_many_items_need_the_clinician_and_how_to_answer() -> None:
    clinic = Clinic(cells={"study.report": {"status": "ok", "facts": [REPORT | {"needs_you": ["7 Setting", "43 Ethics"]}]}})
    message = clinic.ask(REQUEST)
    assert "2 report items need you" in message
    assert "“item 7: …”" in message
    assert "ethics id: 2026-123" in message


def test_an_answer_becomes_a_cell_and_the_report_is_written_anew() -> None:
    clinic = after_a_study(needs_you=["7 Setting"])
    before = len(clinic.sources)
    message = clinic.ask("ethics id: 2026-123\nFunding: none\nreference standard: histopathology after treatment")
    assert clinic.status == "done"
    answered, standard, report = clinic.sources[before:]
    assert "study.answer('ethics', 'ethics id: 2026-123; Funding: none')" in answered
    assert "study.answer('reference standard'" in standard
    assert "study.report()" in report
    assert "1 report item needs you (7 Setting)" in message


def test_before_a_study_such_words_start_nothing() -> None:
    clinic = Clinic()
    clinic.ask("ethics id: 2026-123")
    assert clinic.sources == []

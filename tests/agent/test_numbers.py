"""Numbers in words mean what their digits mean."""

from __future__ import annotations

import pytest

from jupyter_clinagent.agent.playbook.durations import read_minutes
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.tasks.measurement.lines import line_in, tolerance_in


@pytest.mark.parametrize(
    ("request_", "share"),
    [
        ("Melanoma or not, with at least ninety-five percent sensitivity", 0.95),
        ("Melanoma or not, sensitivity of ninety seven point five percent", 0.975),
        ("Melanom gegen Nävus mit fünfundneunzig Prozent Sensitivität", 0.95),
        ("Melanome erkennen, höchstens fünf Prozent dürfen übersehen werden", 0.95),
    ],
)
def test_a_rate_in_words_is_held(request_: str, share: float) -> None:
    intent = read_request(request_)
    assert (intent.risk, intent.target) == ("sensitivity", share)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("in twenty-one minutes", 21),
        ("zweiunddreißig Minuten", 32),
        ("three quarters of an hour", 45),
        ("zwölf Minuten", 12),
        ("two and a half hours", 150),
        ("a second opinion", None),
    ],
)
def test_a_time_in_words_is_taken(said: str, minutes: float | None) -> None:
    assert read_minutes(normalise(said)) == minutes


def test_lines_and_errors_may_be_drawn_in_words() -> None:
    line, error = line_in("Is the nodule larger than twenty-five millimetres?"), tolerance_in("within six months")
    assert line is not None
    assert error is not None
    assert (line.at.number, line.side, error.number) == (25, "above", 6)


@pytest.mark.parametrize(
    "text", ["no one should miss it", "the second or third film", "o.b.", "os", "ein bild, eine zweite meinung"]
)
def test_pronouns_articles_and_ordinals_are_no_numbers(text: str) -> None:
    assert normalise(text) == text

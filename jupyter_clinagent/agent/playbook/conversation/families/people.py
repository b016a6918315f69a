"""“How old were the patients?”, “how many women?”: what the columns of the data say of whom the images are."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.looking import column_told
from jupyter_clinagent.lang.grammar import any_word, words_in

_ASKED = {
    "age": re.compile(rf"\b{any_word('people_asked.how_old')}\b"),
    "sex": re.compile(rf"\b{any_word('people_asked.number')}\b.*\b{any_word('people_asked.sex')}\b"),
    "site": re.compile(rf"\b{any_word('people_asked.which')} {any_word('people_asked.site')}\b"),
}


def _reads(heard: Heard, _past: Past) -> bool:
    return _role(heard) is not None and not heard.has(words_in("performed.missed"))


def _role(heard: Heard) -> str | None:
    return next((role for role, pattern in _ASKED.items() if pattern.search(heard.plain)), None)


def _answer(heard: Heard, past: Past) -> str:
    role = _role(heard)
    column = next((column for column in past.survey.columns if column.role == role), None)
    if column is None:
        return f"No column of the data says that. {past.source('survey')}"
    return f"{column_told(column)} The report's data section has it by set, as far as it was recorded. {past.source('survey')}"


FAMILY = Family(
    name="people",
    help="of whom the images are",
    examples=("how old were the patients?", "how many women were in there?", "Wie alt waren die Patienten?"),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    needs=("survey",),
    rank=27,
)

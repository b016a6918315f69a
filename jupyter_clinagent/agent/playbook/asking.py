"""Questions to the clinician, and how their answers are taken.

An answer may be any sentence: a choice in other words, “you choose”, “stop”, or something else altogether. What is no answer is
dealt with, and the question is asked again; a question is never lost, and nothing is read into an answer that can't be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from jupyter_clinagent.agent.playbook.choosing import choose, choose_surely, wants_several
from jupyter_clinagent.agent.playbook.moves import Step, Want, finish
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang.grammar import any_word

STOPPED = "Stopped, as you say: nothing was trained. Ask again whenever you like."
"""What is said where a clinician ends a study before it has begun."""
MOST_QUESTIONS = 3
"""In one study; of what else is open the default is taken, and said."""
_MOST_TRIES = 5
_STOP = re.compile(
    rf"\W*(?:{any_word('please', 'no', 'nay', 'heard.waits')}\W+)*"
    rf"{any_word('stopping.stop', 'stopping.never_mind')}\b[\w ]{{0,12}}\W*"
)


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    key
        By which ``--answer`` knows it.
    default
        What is taken where it is left to us; empty where nothing can be.
    slips
        Whether a choice may be mistyped.
    """

    key: str
    text: str
    choices: tuple[str, ...] = ()
    default: str = ""
    slips: bool = True
    changes: str = ""
    """In a sentence, what the answer changes; empty where the text says it."""

    @property
    def whole(self) -> str:
        """As it is asked."""
        return f"{self.text} {self.changes}".rstrip()


class Answer(NamedTuple):
    """What was answered, and whether the choice was left to us."""

    text: str
    left: bool = False


Read = Callable[[str], Answer | str]
"""Reads an answer that is none of the choices; a text says why it can't be taken."""
Aside = Callable[[Turn, str], Step | None]
"""What is done about a sentence that is no answer; None where it may be one."""


def ask(turn: Turn, question: Question, read: Read | None = None, aside: Aside | None = None) -> Answer:
    """The answer to a question: wanted if it was not asked, asked again if what was said is no answer.

    Raises
    ------
    Want
        The question, or what has to come before it is asked again; the end of the turn where that leads nowhere.
    """
    given = [call for call in turn.all("ask_clinician") if call.artifact.get("key") == question.key]
    if not given:
        if question.default and _questions(turn) >= MOST_QUESTIONS:
            return Answer(question.default, left=True)
        raise Want(_step(question))
    said = str(given[-1].artifact["answer"])
    if (surely := choose_surely(said, question.choices, question.default)) is not None:
        return Answer(*surely)
    if _STOP.fullmatch(normalise(said)):
        raise Want(finish("rejected", STOPPED))
    if aside is not None and (step := aside(turn, said)) is not None:
        raise Want(_again(question, given, str((step.arguments or {})["message"])) if step.tool == "finish" else step)
    if (chosen := choose(said, question.choices, question.default, question.slips)) is not None:
        return Answer(*chosen)
    taken = read(said) if read is not None else _none_of(question, said)
    if isinstance(taken, Answer):
        return taken
    raise Want(_again(question, given, taken))


def _questions(turn: Turn) -> int:
    return len({call.artifact.get("key") for call in turn.all("ask_clinician")})


def _none_of(question: Question, said: str) -> str:
    if wants_several(said):
        return "Only one of them can be taken in a study; ask for the other in a study of its own."
    return f"I could not read “{said.strip()}” as one of the answers."


def _again(question: Question, given: list[Call], before: str) -> Step:
    """The question once more, below what was said of the last answer; the end where the same was said again."""
    said = [str(call.artifact["answer"]).strip() for call in given]
    if said[-1] in said[:-1] or len(said) >= _MOST_TRIES:
        return finish(
            "bad_input",
            f"{before} I have no answer to “{question.text}”, so nothing was begun. Ask again, and name it in the request.",
        )
    return _step(replace(question, text=f"{before}\n\n{question.text}"))


def _step(question: Question) -> Step:
    arguments = {"key": question.key, "question": question.whole, "choices": list(question.choices), "default": question.default}
    return Step(question.whole, "ask_clinician", arguments)

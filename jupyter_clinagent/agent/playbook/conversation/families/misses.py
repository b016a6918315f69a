"""“Show me the worst misses”, also as a question: “what did it get wrong?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish, run
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.agent.playbook.wording import normalised
from jupyter_clinagent.lang.grammar import any_word, words_in

_WORDS = words_in("missed.words")
_WRONG = re.compile(
    rf"\b{any_word('missed.gets')} (?:\w+ ){{0,3}}{any_word('missed.wrong')}\b"
    rf"|\b{any_word('missed.worst')} {any_word('missed.mistakes')}\b"
)
_MEANS = tuple(normalised("missed.means"))
_NUMBER = words_in("missed.number")


def _reads(heard: Heard, _past: Past) -> bool:
    if heard.has(_NUMBER) or (heard.asks and heard.intent.confounders):  # “does it look at the ruler?” asks what was measured
        return False
    if heard.asks and heard.has([word for role in ("people", "site") for word in words_in(f"trusted.{role}")]):
        return False  # “is it wrong more often in women?”
    if heard.plain.startswith(_MEANS) or heard.has(words_in("complaint.words")):
        return False
    return heard.has((*known.FOLLOW_UP["misses"], *_WORDS)) or bool(_WRONG.search(heard.plain))


def _acts(turn: Turn, _heard: Heard, _past: Past) -> Step:
    run(turn, "The worst misses again.", cells.EXPLAIN)
    return finish("done", "The worst misses stand below the notebook's last cell, each with its heat map.")


FAMILY = Family(
    name="misses",
    help="show the worst misses",
    examples=(
        "show me the worst misses",
        "Show me the worst misses instead",
        "what did it get wrong?",
        "zeig mir die Fehler",
        "wo lag es falsch?",
        "which picture did it get most wrong?",
    ),
    reads=_reads,
    acts=_acts,
    kind="either",
    rank=30,
)

"""Where a request fits nothing in the folder: what the folder could be used for, to choose from.

A chosen offer takes the place of the request, in the words in which a clinician would have asked for it, so that the study on
the record is the one that was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_clinagent.agent.playbook.asking import Answer, Question, ask
from jupyter_clinagent.agent.playbook.choosing import choose, choose_surely
from jupyter_clinagent.agent.playbook.drafting import NONE_OF_THEM
from jupyter_clinagent.agent.playbook.moves import Want, finish
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import Offer

KEY = "offer"
MOST = 6
"""Offers that are put forward at once."""
_CHANGES = "What you choose is studied; otherwise it ends here, and nothing is trained."


def offer_instead(turn: Turn, status: str, why: str, could: Iterable[Offer]) -> Want:
    """What has to come before the end: the question which offer is wanted; the end where there is none or none is taken.

    Parameters
    ----------
    status, why
        How the turn ends, and with which words, where nothing else is wanted.
    could
        What could be learnt, the likeliest first.
    """
    requests = list(dict.fromkeys(one.request for one in could if one.request and one.request != turn.request))[:MOST]
    if not requests:
        return Want(finish(status, why))
    try:
        text, choices = f"{why} Is it one of these that you want?", (*requests, NONE_OF_THEM)
        ask(turn, Question(KEY, text, choices, NONE_OF_THEM, changes=_CHANGES), _declined)
    except Want as want:
        return want
    return Want(finish(status, why))


def _declined(said: str) -> Answer | str:
    """“No, thanks” takes none; whatever else is no choice was not understood."""
    declined = choose_surely(said, ("yes", "no")) == ("no", False)
    return Answer(NONE_OF_THEM) if declined else f"I could not read “{said.strip()}” as one of them."


def taken(call: Call) -> str | None:
    """The request that an answer to the question chose; None where it chose none, and of other calls."""
    if call.name != "ask_clinician" or call.artifact.get("key") != KEY:
        return None
    chosen = choose(str(call.artifact.get("answer", "")), call.arguments.get("choices") or [], NONE_OF_THEM)
    return chosen.text if chosen is not None and chosen.text != NONE_OF_THEM else None

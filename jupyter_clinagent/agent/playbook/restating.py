"""“No, I want to find fractures instead”: an answer that is another request takes the place of the one before."""

from __future__ import annotations

import re
from dataclasses import replace

from jupyter_clinagent.agent.playbook import offering
from jupyter_clinagent.agent.playbook.choosing import choose
from jupyter_clinagent.agent.playbook.conversation.hearing import hear
from jupyter_clinagent.agent.playbook.places import folders_said
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang.grammar import any_word

_INSTEAD = re.compile(
    rf"^{any_word('restating.opens', 'restating.wishes')}\b|\b{any_word('rather', 'restating.instead')}\b",
)

_CLAUSES = re.compile(r"(?<=[,;.!?])\s+|\n+")


def restated(turn: Turn) -> Turn:
    """The turn with the request that the clinician made last; questions about an earlier one are open again."""
    request, calls = turn.request, list[Call]()
    for call in turn.calls:
        calls.append(call)
        offered = offering.taken(call)
        if offered or (call.name == "ask_clinician" and _is_request(call, request)):
            request = with_rest(offered, request) if offered else str(call.artifact["answer"]).strip()
            calls = [
                one for one in calls if one.name != "ask_clinician" or (one is not call and one.artifact.get("key") == "data")
            ]
    return replace(turn, request=request, calls=tuple(calls))


def with_rest(offered: str, before: str) -> str:
    """What was chosen in place of what is to be learnt, with whatever else the request said: of whom, and which mistake is worse.

    Examples
    --------
    >>> with_rest("Measure “Cobb lumbar” on each image.", "the lumbar angle, without those in a brace")
    'Measure “Cobb lumbar” on each image. without those in a brace'
    """
    return " ".join([offered, *_CLAUSES.split(before.strip())[1:]])


def _is_request(call: Call, before: str) -> bool:
    said, choices = str(call.artifact.get("answer", "")), call.arguments.get("choices") or []
    if said.strip() == before or choose(said, choices, call.arguments.get("default") or "") is not None:
        return False
    heard = hear(said)
    if heard.is_open or not heard.may_begin_study or not (heard.intent.task or heard.intent.targets):
        return False
    if call.artifact.get("key") == offering.KEY:
        return True
    tells = heard.intent.task is not None or not folders_said(said).surely  # “grade the retinopathy in the folder eyes”
    names_folder = call.artifact.get("key") == "data" and tells
    return names_folder or bool(_INSTEAD.search(normalise(said)))

"""“Which folder holds the images?”: asked with what lies beside the notebook, and any way to say it is looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jupyter_clinagent.agent.playbook.asking import Answer, Aside, Question, ask
from jupyter_clinagent.agent.playbook.choosing import wants_several
from jupyter_clinagent.agent.playbook.moves import Step, Want
from jupyter_clinagent.agent.playbook.places import folders_said
from jupyter_clinagent.agent.playbook.turn import Turn

_QUESTION = "Which folder holds the images? The model learns from the images in it and below it."
_HOW = "Write its path as seen from the notebook, from your home (~/…), or in full."


def ask_folder(turn: Turn, aside: Aside) -> Answer:
    """The folder of the images, as seen from the notebook."""
    offered: list[dict[str, Any]] = _look(turn, "").get("offered") or []
    names = tuple(str(one["folder"]) for one in offered)
    seen = (
        f" I see {', '.join(_counted(one) for one in offered)}."
        if offered
        else " I see no folder with images beside the notebook."
    )
    question = Question("data", f"{_QUESTION}{seen} {_HOW}", names, next(iter(names), ""), slips=False)
    question = _nearer(turn, question)
    return ask(turn, question, lambda said: _read(turn, said), lambda turn, said: _aside(turn, said, aside))


def _counted(one: dict[str, Any]) -> str:
    return f"“{one['folder']}” ({one['images']:,} image{'s' * (one['images'] != 1)})"


def _nearer(turn: Turn, question: Question) -> Question:
    """After a wrong path the folder of a like name comes first."""
    looked = turn.last("find_folder")
    near = looked.artifact.get("near") if looked else None
    if not near:
        return question
    return replace(question, choices=tuple(dict.fromkeys([*near, *question.choices])), default=near[0])


def _read(turn: Turn, said: str) -> Answer | str:
    if wants_several(said):
        return "A study reads one folder, with all below it: name the one that holds both, or one of the two."
    found = _look(turn, said)
    if found.get("folder"):
        return Answer(str(found["folder"]))
    return str(found.get("said") or f"I found no folder in “{said.strip()}”.")


def _aside(turn: Turn, said: str, aside: Aside) -> Step | None:
    return None if folders_said(said).surely else aside(turn, said)


def _look(turn: Turn, said: str) -> dict[str, Any]:
    """What the search for a folder found."""
    call = next((one for one in reversed(turn.all("find_folder")) if one.arguments == {"said": said}), None)
    if call is None:
        raise Want(Step("I look where that is." if said else "I look which folders there are.", "find_folder", {"said": said}))
    return call.artifact

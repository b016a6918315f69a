"""“Which folder holds the images?”: asked with what lies beside the notebook, and any way to say it is looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jupyter_clinagent.agent.playbook.asking import Answer, Aside, Question, ask
from jupyter_clinagent.agent.playbook.choosing import wants_several
from jupyter_clinagent.agent.playbook.moves import Step, Want
from jupyter_clinagent.agent.playbook.places import folders_said
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import verdict
from jupyter_clinagent.lang.grammar import any_word

_QUESTION = "Which folder holds the images? The model learns from the images in it and below it."
_ONE_FOLDER = "A study reads one folder, with all below it: name the one that holds both, or one of the two."
_UNWANTED = re.compile(rf"\b{any_word('not', 'without', 'setting_aside.except')}\b")
_BETWEEN = rf"(?:\W+{any_word('the', 'a', 'places.folder', 'places.within')})*\W+"
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
    return ask(turn, question, lambda said: _read(turn, said, question), lambda turn, said: _aside(turn, said, aside))


def _counted(one: dict[str, Any]) -> str:
    return f"“{one['folder']}” ({one['images']:,} image{'s' * (one['images'] != 1)})"


def _nearer(turn: Turn, question: Question) -> Question:
    """After a wrong path the folder of a like name comes first."""
    looked = turn.last("find_folder")
    near = looked.artifact.get("near") if looked else None
    if not near:
        return question
    return replace(question, choices=tuple(dict.fromkeys([*near, *question.choices])), default=near[0])


def _read(turn: Turn, said: str, question: Question) -> Answer | str:
    agreed = verdict(said)
    if agreed and question.default:
        return Answer(question.default)
    if agreed is False:
        return "No folder was taken."
    if wants_several(said):
        return _ONE_FOLDER
    if _UNWANTED.search(normalise(said)):
        left = _wanted(said, question.choices)
        return Answer(left[0]) if len(left) == 1 else _ONE_FOLDER
    found = _look(turn, said)
    if found.get("folder"):
        return Answer(str(found["folder"]))
    return str(found.get("said") or f"I found no folder in “{said.strip()}”.")


def _wanted(said: str, offered: Sequence[str]) -> list[str]:
    """Folders that an answer names and does not put aside; where it only puts some aside, all others.

    Examples
    --------
    >>> _wanted("not eyes, derm_2023", ["derm 2024", "derm_2023", "eyes"]), _wanted("all except eyes", ["eyes", "skin"])
    (['derm_2023'], ['skin'])
    """
    plain, keys = normalise(said), {name: re.escape(normalise(name)) for name in offered}
    unwanted = [name for name in offered if re.search(rf"{_UNWANTED.pattern}{_BETWEEN}{keys[name]}\b", plain)]
    named = [name for name in offered if name not in unwanted and re.search(rf"\b{keys[name]}\b", plain)]
    return named or [name for name in offered if unwanted and name not in unwanted]


def _aside(turn: Turn, said: str, aside: Aside) -> Step | None:
    return None if folders_said(said).surely else aside(turn, said)


def _look(turn: Turn, said: str) -> dict[str, Any]:
    """What the search for a folder found."""
    call = next((one for one in reversed(turn.all("find_folder")) if one.arguments == {"said": said}), None)
    if call is None:
        raise Want(Step("I look where that is." if said else "I look which folders there are.", "find_folder", {"said": said}))
    return call.artifact

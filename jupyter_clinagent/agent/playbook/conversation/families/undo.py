"""“Undo that”: a threshold goes back to the one before; what can't be undone is said."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past, headline
from jupyter_clinagent.agent.playbook.moves import Step, finish, run
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.facts import EvaluationFacts, OperatingResult
from jupyter_clinagent.lang.grammar import any_word

_UNDO = re.compile(
    rf"\b{any_word('undone.words')}\b|\b{any_word('undone.back')}\b.*\b{any_word('talk.threshold')}"
    rf"\b.*\b{any_word('undone.before')}\b"
    rf"|\b{any_word('undone.old')} {any_word('talk.threshold')}\b"
)
_CHANGES = ("study.new_threshold(", "study.experiment(", "study.answer(", "study.unseal(", "## Methods")
_LEFT = {
    "study.experiment(": (
        "The training can't be undone: an experiment stays on record, whatever became of it. The figures of the opened test "
        "set still belong to the model that was opened."
    ),
    "study.answer(": (
        "Your words on the report stay on record. Say the item again, and the later words count: “item 43: …”."
    ),
    "## Methods": "The methods stand in a text cell of their own: delete it, nothing else was changed.",
    "study.unseal(": (
        "The opening of the test set can't be undone: it is on record, and what was seen can't be unseen. “%clinagent undo” "
        "only takes the cells of the last request out of the notebook. For other choices, ask for another study."
    ),
}  # fmt: skip


def _acts(turn: Turn, _heard: Heard, past: Past) -> Step:
    change = _last_change(past)
    if change != "study.new_threshold(":
        return finish("answered", _LEFT[change])
    held = thresholds(past)
    if len(held) < 2 or held[-2] is None or held[-2].target is None:
        return finish("answered", "Before it there was no threshold that I could go back to, so the last one stays.")
    undone, before = held[-1], held[-2]
    assert undone is not None
    source = cells.threshold_back(before.rule, before.target or 0.0, before.positive_class)
    call = run(turn, "I go back to the threshold before.", source)
    said = f"Undone: the threshold for {undone.target or 0:.0%} {undone.rule}. Back to the one before; both stay on record."
    if before == past.opened.operating_point:
        said = f"{said} It is the one that was agreed on before the opening."
    return finish("done", f"{said}\n\n{closing.threshold_message(call)}")


def thresholds(past: Past) -> list[OperatingResult | None]:
    """Every threshold that was held in turn, without those that were undone; the last one holds now."""
    held: list[OperatingResult | None] = []
    for call in past.calls:
        for facts in call.artifact.get("facts") or []:
            if facts["kind"] == "evaluation" and not _is_undoing(call):
                held.append(EvaluationFacts.read(facts).operating_point)
            elif facts["kind"] == "evaluation":
                held.pop()
    return held


def _is_undoing(call: Call) -> bool:
    return headline(call) == cells.threshold_back("sensitivity", 0.5).split("\n")[0].lstrip("# ")


def _last_change(past: Past) -> str:
    """What the last cell that changed anything did; thresholds that were undone change nothing any more."""
    undone = 0
    for call in reversed(past.calls):
        change = next((mark for mark in _CHANGES if mark in str(call.arguments.get("source", ""))), None)
        if change == "study.new_threshold(" and (_is_undoing(call) or undone):
            undone += 1 if _is_undoing(call) else -1
        elif change and call.artifact.get("status") == "ok":
            return change
    return "study.unseal("


FAMILY = Family(
    name="undo",
    help="undo another threshold",
    examples=("undo that", "take that back", "go back to the threshold before", "Mach das rückgängig"),
    reads=lambda heard, _past: bool(_UNDO.search(heard.plain)),
    acts=_acts,
    rank=25,
)

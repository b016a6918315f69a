"""Another threshold on the stored scores: which class it is for, and how strict it has to be."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.asking import Question, ask
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.drafting import DEFAULT_RATE, concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.moves import Step, finish, run
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.agent.playbook.wording import contains

RULES = {"sensitive": "sensitivity", "specific": "specificity"}
"""What a wish for fewer misses, or fewer false alarms, holds."""


def choose(turn: Turn, intent: Intent, past: Past, rule: str, target: float) -> Step:
    """A threshold that holds ``target`` of ``rule`` on validation; labelled post hoc."""
    if why := _none_decides(past):
        return finish("answered", why)
    source = cells.new_threshold(rule, target, _positive(turn, intent, past))
    call = run(turn, "A new threshold on the stored scores; it is labelled post hoc.", source)
    return finish("done", closing.threshold_message(call))


def _none_decides(past: Past) -> str:
    """Why a study has no single threshold that could be changed; empty where it has one."""
    if not any(name.startswith("sensitivity:") for name in past.evaluation.test):
        return ""
    return (
        "Nothing was changed: here each finding has a threshold of its own "
        f"({past.specification.own_thresholds}). Ask for the study again "
        "with the rate that a finding shall have, for instance “95 % sensitivity for effusion”."
    )


def stricter(past: Past, rule: str) -> float:
    """The usual rate, or where that is held already, half of what is left to go."""
    point = past.specification.operating_point
    held = point.target if point and point.rule == rule and point.target else 0.0
    return DEFAULT_RATE if held < DEFAULT_RATE else round((1 + held) / 2, 3)


def _positive(turn: Turn, intent: Intent, past: Past) -> str | list[str] | None:
    """The class or classes that a threshold is for; None: those of the specification's own operating point."""
    spec = past.specification
    named = classes_named(intent, past)
    if not named and spec.operating_point:
        return None
    held = spec.held_together(named or [spec.positive_class or _asked(turn, list(spec.classes))])
    return held if 1 < len(held) < len(spec.classes) else held[0]


def _asked(turn: Turn, classes: list[str]) -> str:
    text, changes = "For which class shall the threshold hold?", "All others count as negative."
    return ask(turn, Question("positive", text, tuple(classes), classes[0], changes=changes)).text


def classes_named(intent: Intent, past: Past) -> list[str]:
    """Classes of the study that a sentence names, by their own names or by the lexicon's."""
    spec, meant = past.specification, {*intent.targets, intent.risk_for, *intent.risk_also_for} - {None}
    gathered = {name: {concept_of(value) for value in [name, *values]} for name, values in spec.classes.items()}
    said = " ".join(intent.words)
    return [name for name in spec.classes if contains(said, [name]) or meant & gathered[name]]

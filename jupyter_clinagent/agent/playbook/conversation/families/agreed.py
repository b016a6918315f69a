"""“What did we agree on?”: the specification, as it was approved."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_AGREED = re.compile(rf"\b{any_word('agreed.agree')}\b|\b{any_word('talk.what')}\b.*\b{any_word('agreed.things')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    spec = past.specification
    classes = ", ".join(name if values == [name] else f"{name} ({', '.join(values)})" for name, values in spec.classes.items())
    label = f" Column: “{spec.label_column}”." if spec.label_column else ""
    assumed = f" Assumed: {' '.join(past.assumptions)}" if past.assumptions else ""
    return (
        f"{spec.objective}. Classes: {classes}.{label} Which mistake is worse: {spec.risk}. Judged by "
        f"{spec.primary_metric}.{assumed}"
    )


FAMILY = Family(
    name="agreed",
    help="what was agreed on",
    examples=("what did we agree on?", "which column did you use as the label?", "Welche Klassen hat das Modell?"),
    reads=lambda heard, _past: bool(_AGREED.search(heard.plain)) and not heard.may_begin_study,
    acts=answered(_answer),
    kind="question",
    needs=("cohort", "specification"),
    rank=45,
)

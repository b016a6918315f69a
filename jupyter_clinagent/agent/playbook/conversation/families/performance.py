"""“How good is it?”, “What was the AUROC again?”: the figures of the opened test set."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.tasks import registry

_FIGURE = re.compile(
    r"""\b(?:what|whats|which|how\ (?:high|low)|wie\ (?:hoch|ist|war)|welche\w*|was)\b.*\b(?:the|its|our|die|der|das)\b.*
    \b(?:\w*auroc|auc|sensitivity|specificity|accuracy|balanced|dice|iou|map50|map|froc|sensitivitaet|spezifitaet|genauigkeit
    |figures?|results?|performance|ergebnis\w*|zahlen|werte)\b
    | \b(?:what|which|welche)\ (?:accuracy|auroc|auc|sensitivity|specificity|dice|genauigkeit|sensitivitaet|spezifitaet)\b
    | \bhow\ (?:good|well|accurate)\b(?!\ enough) | \bwie\ (?:gut|genau)\b | \bhow\ (?:many|often)\b.*\bmiss\w*\b
    | \bhow\ many\ false\b | \bwie\ (?:viele|oft)\b.*\b(?:uebersieht|uebersehen|fehlalarme?|falsch)\b""",
    re.VERBOSE,
)
_MEANING = re.compile(r"\b(?:mean|means|bedeute\w*|heisst|explain|erklaer\w*)\b")
_DOUBT = re.compile(
    r"\bhow (?:sure|certain|reliable)\b|\binterval|\bwie sicher\b|\b(?:on|for|with) (?:dark|children|women|men)\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    facts = past.evaluation
    told = [name for name in facts.test if registry.metric(name).told] or [facts.primary_metric]
    figures = "; ".join(f"{closing.name_of(name)} {closing.estimate(facts.test[name].model_dump())}" for name in told)
    point = facts.operating_point
    lines = [
        f"On the test set the model “{facts.experiment}” gives {figures}.",
        closing.at_threshold(point.model_dump()) if point else facts.no_threshold or "",
        past.source("evaluation"),
    ]
    return " ".join(line for line in lines if line)


FAMILY = Family(
    name="performance",
    help="how good it is",
    examples=(
        "how good is it?",
        "what is the sensitivity?",
        "how many does it miss?",
        "Wie gut ist es?",
        "wie hoch ist die Spezifität?",
    ),
    reads=lambda heard, _past: (
        bool(_FIGURE.search(heard.plain)) and not (_MEANING.search(heard.plain) or _DOUBT.search(heard.plain))
    ),
    acts=answered(_answer),
    kind="question",
    rank=50,
)

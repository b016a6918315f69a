"""What else a request wants that a measurement does not do: it is said on the card, not dropped."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.drafting import listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wanted import named_tasks
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.lines import line_in, several_lines

_WORDS = families("tasks")["measuring"]
_APART, _YES_OR_NO, _HOW = _WORDS["apart"], _WORDS["yes_or_no"], _WORDS["how"]
_JUDGED = _WORDS["judged"]
"""What a number is called from some line on that is not said."""
_AT_A_RATE = "The rate of {target:.0%} {risk} sets no threshold: the number is held against the line as it was drawn."


def refuse_unsaid_lines(intent: Intent, text: str, measure: str) -> None:
    """Refuse what takes a line that the request does not draw, or several.

    Raises
    ------
    LabelsDoNotMatch
        It asks whether a number is low, high or normal without saying from which on, or draws more than one line.
    """
    plain = normalise(text)
    if said := several_lines(text):
        raise LabelsDoNotMatch(
            f"“{said}” takes more than one line, and a study judges one: draw one (“{measure} below …”), or ask for "
            f"{measure} alone."
        )
    called = any(contains(plain, [word]) for word in _JUDGED)
    if line_in(text) is None and (called or (intent.asks_whether and not intent.estimates)) and not contains(plain, _HOW):
        raise LabelsDoNotMatch(
            f"The request asks for yes or no, and does not say from which {measure} on. Draw the line, for instance “{measure} "
            f"below …”, or ask to measure {measure}."
        )


def not_done(intent: Intent, line: bool) -> Iterator[str]:
    """Other tasks that are named beside, findings that no number tells, a rate for a line, and shortcuts."""
    plain = normalise(intent.text)
    others = [name for name in named_tasks(plain)[0] if name != TASK.name and not registry.find(name).usual]
    others = [name for name in others if not (intent.grades and registry.find(name).ordered)]  # “score it from 0 to 18”
    if others or contains(plain, _APART) or (not line and contains(plain, _YES_OR_NO)):
        yield "One study answers one question, this one measures a number. For the rest of the request ask in a study of its own."
    if intent.targets:
        yield f"{listed(intent.targets)} is named too; this study measures a number and says nothing of it."
    if intent.target is not None and intent.risk and line:
        yield _AT_A_RATE.format(target=intent.target, risk=intent.risk)
    if intent.confounders or intent.distrusts:
        yield "How far a measured number relies on a shortcut can't be told yet; nothing is done about it."

"""What else a request wants that a measurement does not do: it is said on the card, not dropped."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.drafting import listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wanted import named_tasks
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement import TASK

_APART = ["classify", "distinguish", "tell apart", "grade", "diagnose", "klassifiziere", "klassifizieren", "unterscheide"]
_AT_A_RATE = "The rate of {target:.0%} {risk} sets no threshold: the number is held against the line as it was drawn."


def not_done(intent: Intent, line: bool) -> Iterator[str]:
    """Other tasks that are named beside, findings that no number tells, a rate for a line, and shortcuts."""
    plain = normalise(intent.text)
    others = [name for name in named_tasks(plain)[0] if name != TASK.name and not registry.find(name).usual]
    if others or contains(plain, _APART):
        yield "One study answers one question, this one measures a number. For the rest of the request ask in a study of its own."
    if intent.targets:
        yield f"{listed(intent.targets)} is named too; this study measures a number and says nothing of it."
    if intent.target is not None and intent.risk and line:
        yield _AT_A_RATE.format(target=intent.target, risk=intent.risk)
    if intent.confounders or intent.distrusts:
        yield "How far a measured number relies on a shortcut can't be told yet; nothing is done about it."

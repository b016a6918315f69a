"""“What are the limitations?”: what this study can't say, from its own facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.conversation.families.counts import tested
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_LIMITS = re.compile(rf"\b{any_word('limits.words')}\b|\b{any_word('limits.must')}\b.*\b{any_word('limits.careful')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    return "\n".join(f"- {line}" for line in _limits(past))


def _limits(past: Past) -> Iterator[str]:
    cohort, opened = past.cohort, past.evaluation
    yield "All images come from one source: nothing is known about another hospital's, another device's or other patients'."
    yield f"The figures rest on the test {cohort.level.plural}: {tested(cohort)}."
    if cohort.too_few:
        yield f"Few independent cases: {', '.join(cohort.too_few)}."
    if cohort.group_source is None:
        yield "Nothing in the data says which images belong to one patient, so the same one may stand in training and test."
    if opened.unsealed > 1:
        yield f"The test set was opened {opened.unsealed} times, for different models, so the figures are likely too good."
    if (point := opened.operating_point) and (said := point.judge_target("the target", "the interval")):
        yield said
    yield from (finding.text for finding in (past.audit.findings if past.audit else []) if finding.severity == "warning")
    yield "Labels were taken as they stand; how reliable they are was not measured. Research use only; not a medical device."


FAMILY = Family(
    name="limits",
    help="what its limits are",
    examples=("what are the limitations?", "what should I be careful about?", "Was sind die Schwächen?", "any caveats?"),
    reads=lambda heard, _past: bool(_LIMITS.search(heard.plain)),
    acts=answered(_answer),
    kind="either",
    rank=19,
)

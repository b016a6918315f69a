"""What no class, box or outline says, however the data are: how many there are, what becomes of a patient, another task."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.counting import counted_in, has_number
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.used import Used
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_NEEDS = rf"\b{any_word('outcomes.who')}\b[^.!?]*?\b(?P<needs>{any_word('outcomes.needs')} \w+(?: \w+){{0,2}})"
_OUTCOME = re.compile(rf"{_NEEDS}|\b(?P<will>{any_word('outcomes.will')})\b|\b(?P<differ>{any_word('compares.columns')})\b")


_HOW_MUCH = re.compile(rf"\b{any_word('how_much')} \w+")
_ANSWER = re.compile(rf"\b{any_word('yes_or_no')}\b")
_WITH_ANY = re.compile(
    rf"\b{any_word('only')} [\w ]*\b{any_word('with')} "
    rf"(?:{any_word('amounts.at_least')} )?(?:1|{any_word('any', 'asks.one')})\b[\w ]*"
)
"""“Only films with at least one”: images are not chosen by what is boxed on them."""
_COMPARES = re.compile(
    rf"\b{any_word('compares.which')}\b [^.,;?]*?\b{any_word('is')} (?:{any_word('amounts.above', 'amounts.below')})"
    r" \d+(?:[.,]\d+)?"
)


def out_of_reach(intent: Intent, spec: Specification) -> Iterator[str]:
    """“How many erosions?”, “which will need an operation?”, “ahead of their age”: in the words of the request."""
    task = registry.find(spec.task)
    if not (task.counts or task.bounded):
        yield from (found[0] for found in counted_in(intent.text))
    if not task.bounded:  # “which melanomas are thicker than 1 mm?” asks for the thickness
        yield from (found[0] for found in _COMPARES.finditer(normalise(intent.text)))
    for found in _OUTCOME.finditer(normalise(intent.text)):
        said = next(filter(None, found.groups()))
        if not Used.of([spec.label_column or ""]).holds_any(tokens(said)):  # a column says what became of them
            yield said
    yield from _other_task(intent, spec)
    yield from _yes_or_no(intent, spec)


def _other_task(intent: Intent, spec: Specification) -> Iterator[str]:
    """“Grade the discs” is no list of findings; a score that is measured is graded, too."""
    if has_number([spec.label_column or ""], intent.text):  # “count the cells”, which a column has counted
        return
    asked, task = registry.tasks().get(intent.task or ""), registry.find(spec.task)
    if asked is None or asked.usual or asked.name in (task.name, *intent.declined):
        return
    # “mark” boxes and outlines, “score” numbers, tell grade 0 from grade 4
    if (asked.inside and task.inside) or (asked.ordered and (task.bounded or task.usual)):
        return
    yield from [word for word in asked.words if contains(normalise(intent.text), [word])][:1]


def _yes_or_no(intent: Intent, spec: Specification) -> Iterator[str]:
    """“Yes or no?” of a whole image is no box, “how many weeks?” no outline."""
    task, text = registry.find(spec.task), normalise(intent.text)
    asked = [_ANSWER, _WITH_ANY, *([] if task.counts else [_HOW_MUCH])] if task.inside else []
    yield from (found[0] for pattern in asked if (found := pattern.search(text)))

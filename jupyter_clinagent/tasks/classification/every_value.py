"""Requests that mean every value of a column without naming one: “the seven diagnoses”, “which tissue is it?”."""

from __future__ import annotations

import re
from functools import cache

from jupyter_clinagent.agent.playbook.drafting import listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.lang.grammar import any_word

_GROUPS = any_word("many.groups")
_COUNTED = re.compile(rf"\b(\d{{1,2}})[\s-]+(?:[\w-]+\s+)?{_GROUPS}\b")
_ALL_OF = re.compile(rf"\b{any_word('all', 'these')}\s+(\d{{1,2}})\s+(?!{any_word('many.no_groups')}\b|%)\w+")
"""“All five kinds of cells”, whatever they are called."""
_WHAT = any_word("many.which")
_WHICH = re.compile(
    rf"\b{_WHAT}\s+(?:[\w-]+\s+){{1,6}}{any_word('many.is')}\s+{any_word('many.it')}\b"
    rf"|\b{_WHAT}\s+(?:[\w-]+\s+){{1,4}}{any_word('many.does')}\s+\w+\s+{any_word('many.shows')}"
    rf"|\b{_WHAT}\b[^.?!]{{1,50}}\b{any_word('many.is')}\s+{any_word('many.seen')}\b"
    rf"|\b{any_word('many.what_is')}\b[^.?!]{{1,40}}\b{any_word('many.seen_there')}\b|\b{any_word('many.what_it_shows')}\b"
    rf"|\b{any_word('many.which_one')}\s+(?:[\w-]+\s+){{1,6}}{any_word('many.at_the_end')}\b",
    re.I,
)


@cache
def _of_which_kind() -> re.Pattern[str]:
    """“Which subtype?”, “what kind of lesion”, “welche Art”."""
    return re.compile(rf"\b{any_word('lists.which')}\s(?:\w+\s){{0,2}}?{any_word('lists.kinds')}\b")


def means_every_value(intent: Intent, values: list[str]) -> bool:
    """Whether the request asks which of all values it is, or counts as many classes as there are values.

    Raises
    ------
    LabelsDoNotMatch
        It asks which, and the values only say yes and no.
    """
    plain = normalise(intent.text)
    which = _WHICH.search(intent.text) is not None or _of_which_kind().search(plain) is not None
    if which and len(values) == 2 and any(map(says_yes, values)) and any(map(says_no, values)):
        raise LabelsDoNotMatch(
            f"The request asks which it is, and the data only say whether there is something: {listed(values)}. Ask for that, or "
            "add labels that name each kind."
        )
    counted = _COUNTED.search(plain) or _ALL_OF.search(plain)
    return which or (counted is not None and int(counted[1]) == len(values))

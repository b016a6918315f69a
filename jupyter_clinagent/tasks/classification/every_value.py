"""Requests that mean every value of a column without naming one: “the seven diagnoses”, “which tissue is it?”."""

from __future__ import annotations

import re
from functools import cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.lang.grammar import any_of

_GROUPS = (
    r"(?:class|classe|classes|categories|diagnoses|kinds|types|groups|entities|labels|subtypes|sorts|"
    r"klassen|kategorien|diagnosen|arten|gruppen|typen|sorten)"
)
_COUNTED = re.compile(rf"\b(\d{{1,2}})[\s-]+(?:[\w-]+\s+)?{_GROUPS}\b")
_ALL_OF = re.compile(
    r"\b(?:all|alle|these|those|diese)\s+(\d{1,2})\s+(?!images|pictures|films|scans|cases|patients|bilder|min|h\b|percent|%)\w+"
)
"""“All five kinds of cells”, whatever they are called."""
_WHICH = re.compile(
    r"\b(?:which|what)\s+(?:[\w-]+\s+){1,6}(?:is|are|was)\s+(?:it|this|that|these|those|they|the|shown|seen|here)\b"
    r"|\b(?:which|what)\s+(?:[\w-]+\s+){1,4}(?:do|does)\s+\w+\s+(?:show|belong)"
    r"|\b(?:which|what)\b[^.?!]{1,50}\b(?:is|are)\s+(?:on|in|seen|shown|visible|pictured)\b|\bwhat\s+(?:is|are|do|does)\b[^.?!]{1,40}"
    r"\b(?:seen|shown?|visible|pictured)\b|\bwas\s+(?:ist|sieht|zeig\w+)\b"
    r"|\b(?:welche[rsnm]?|was\s+für\s+(?:eine?\s+)?)\s*(?:[\w-]+\s+){1,6}(?:ist|sind|zeig\w+|handelt)\b",
    re.I,
)


@cache
def _of_which_kind() -> re.Pattern[str]:
    """“Which subtype?”, “what kind of lesion”, “welche Art”."""
    return re.compile(rf"\b(?:{any_of(known.LISTS['which'])})\s(?:\w+\s){{0,2}}?{any_of(known.LISTS['kinds'])}\b")


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

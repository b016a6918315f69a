"""“Merge the grades 3 and 4”, “one answer per patient”: that is another study, which has to be asked for."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.conversation.thresholds import classes_named
from jupyter_clinagent.lang.grammar import any_word, words_in

_MERGE = re.compile(
    rf"^(?:\w+ ){{0,2}}?{any_word('redefine.merge')}\b|\b{any_word('redefine.merge')}\W*$|\b{any_word('redefine.merged')}\b"
)
_LEVEL = re.compile(rf"\b{any_word('redefine.answer')} {any_word('redefine.each')}\b")
_CUT = re.compile(
    rf"\b{any_word('redefine.cut')}\b.*\b{any_word('redefine.grade')}\b|\b{any_word('redefine.grade')}\b.*\b{any_word('redefine.cut')}\b"
)

_AGAINST = re.compile(rf"\b{any_word('lists.against')}\b")
"""“Merge mel and bcc versus the rest” is a request by itself."""


def _reads(heard: Heard, past: Past) -> bool:
    if heard.asks or heard.intent.data or _AGAINST.search(heard.plain):
        return False
    named = past.has(("specification",)) and classes_named(heard.intent, past)
    of_classes = heard.has(words_in("redefine.things")) or named
    merges = _MERGE.search(heard.plain) and of_classes
    return bool(merges or _LEVEL.search(heard.plain) or _CUT.search(heard.plain))


FAMILY = Family(
    name="redefine",
    help="say how classes or the level of an answer are changed",
    examples=(
        "merge grades 3 and 4",
        "one answer per patient please",
        "make grade 3 the cut-off instead",
        "fass die Grade 3 und 4 zusammen",
    ),
    reads=_reads,
    acts=answered(
        lambda heard, past: (
            "Nothing was changed. Classes, cut-off and what gets one answer were agreed on before the training, and the test "
            f"set was opened {past.source('evaluation', first=True)}. That would be another study. Ask for it in one "
            f"sentence, for instance: “{past.specification.objective}; {heard.text.strip(' .!')}”."
        )
    ),
    rank=9,
    whole=True,
)

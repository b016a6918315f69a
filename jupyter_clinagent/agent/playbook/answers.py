"""The clinician's words on report items: “ethics id: 2026-123”, “the images come from …”, “item 43: …”.

Only after a study, and only where every line of the message is such an answer: a request for another study that names the
source of its images stays a request. The words are taken as they stand; nothing is read into them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.contracts import REPORT_ITEM_COUNT, REPORT_ITEMS
from jupyter_clinagent.lang.grammar import any_word

_ARTICLE = rf"(?:{any_word('the', 'my')}\s+)?"
_NUMBERED = re.compile(rf"^{any_word('items.number')}\s*(\d{{1,2}})\s*(?:[:=–-]|{any_word('is')}\b)\s*(.+)$", re.I)
_SEPARATOR = rf"(?:\s[^:=\n]{{0,25}})?(?:\s*[:=]|\s+{any_word('is', 'was', 'items.reads')}\b)\s*"


class Said(NamedTuple):
    """A report item, by its key or number, and the clinician's words on it."""

    item: str | int
    text: str


def read_answers(request: str) -> list[Said]:
    """One answer for each line; empty where any line is something else.

    Examples
    --------
    >>> read_answers("Ethics id: 2026-123")
    [Said(item='ethics', text='Ethics id: 2026-123')]
    >>> read_answers("Punkt 44: quarterly audit")
    [Said(item='monitoring', text='quarterly audit')]
    """
    lines = [line.strip() for line in request.splitlines() if line.strip()]
    found = [_read(line) for line in lines]
    return [said for said in found if said is not None] if lines and all(found) else []


def _read(line: str) -> Said | None:
    if numbered := _NUMBERED.match(line):
        number = int(numbered[1])
        key = next((key for key, item in REPORT_ITEMS.items() if item == number), None)
        return Said(key or number, numbered[2].strip()) if 1 <= number <= REPORT_ITEM_COUNT else None
    key = next((key for pattern, key in _patterns() if pattern.match(line)), None)
    return Said(key, line) if key else None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """A pattern for each item and way to say it; the words before the answer are part of it."""
    heads = [(_pattern(words, _SEPARATOR + r"\S"), key) for key, words in known.ANSWER_HEADS.items()]
    return [(_pattern(words, r"\s+\S"), key) for key, words in known.ANSWER_OPENINGS.items()] + heads


def _pattern(words: list[str], after: str) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"^{_ARTICLE}(?:{'|'.join(map(re.escape, longest_first))})\b{after}", re.I)

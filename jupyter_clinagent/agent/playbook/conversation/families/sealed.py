"""“Was the test set touched before the end?”: when and how often it was opened."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_TOUCHED = re.compile(
    rf"\b{any_word('sealed.test')}\b.*\b{any_word('sealed.touched')}\b"
    rf"|\b{any_word('sealed.look')}\b.*\b{any_word('sealed.test_set')}\b.*\b{any_word('sealed.early')}\b"
    rf"|\b{any_word('sealed.look')}\b.*\b{any_word('sealed.test_set')}\b.*\b{any_word('sealed.often')}\b"
    rf"|\b{any_word('sealed.did')}\b.*\b{any_word('sealed.peek')}\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    times = past.evaluation.unsealed
    often = "once" if times == 1 else f"{times} times, for different models, so the figures are likely too good"
    return (
        f"It was opened {often}, after the planned experiments {past.source('evaluation', first=True)}. Until then its labels "
        "were sealed: experiments and threshold were chosen by validation images only, and the record counts every opening."
    )


FAMILY = Family(
    name="sealed",
    help="when the test set was opened",
    examples=(
        "was the test set touched before the end?",
        "did you peek at the test images?",
        "Wurde der Testteil vorher gesehen?",
    ),
    reads=lambda heard, _past: bool(_TOUCHED.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=29,
)

"""“Leave out the two blurry images”, “image 12 is mislabelled”: too late in this study, and what to do instead."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_IMAGES = re.compile(rf"\b{any_word('talk.images')}\b|\.(?:png|jpe?g|dcm)\b")
_MISLABELLED = re.compile(rf"\b{any_word('mislabelled.words')}\b")
_ONE = (
    rf"{any_word('mislabelled.which')}\s+{any_word('mislabelled.image')}"
    rf"|{any_word('mislabelled.numbered')}\s+[\w.-]*\d[\w.-]*|[a-z]+[_-]?\d{{3,}}[\w.-]*"
)
_IS_ANOTHER = re.compile(rf"^(?:{any_word('mislabelled.opens')} )*(?:{_ONE})\s+{any_word('mislabelled.is')}\b")
"""“Image 12 is a nevus, not a melanoma”."""
_AWAY = re.compile(
    rf"\b{any_word('mislabelled.away')}\b"
    rf"|\b{any_word('mislabelled.away_opens')}\b.*\b{any_word('mislabelled.away_closes')}\b"
)


def _reads(heard: Heard, _past: Past) -> bool:
    out = heard.has([*known.PHRASES["exclude"], *known.PHRASES["excluded"]]) or _AWAY.search(heard.plain)
    wrong = _MISLABELLED.search(heard.plain) or (_IS_ANOTHER.search(heard.plain) and not heard.asks)
    wishes = bool(out and _IMAGES.search(heard.plain)) and not (heard.asks or heard.begins_study)
    return bool(wrong) or wishes


FAMILY = Family(
    name="leave out",
    help="say how images are left out or relabelled",
    examples=(
        "leave out the two blurry images",
        "image 12 is mislabelled",
        "lass die unscharfen Bilder weg",
        "remove the bad pictures",
        "image 12 is a nevus, not a melanoma",
    ),
    reads=_reads,
    acts=answered(
        lambda _heard, past: (
            f"Nothing was changed. The test set was opened {past.source('evaluation', first=True)}, and to choose images now, "
            "knowing the figures, would flatter them; so this study keeps its images and labels. For a new study: take these "
            "images out of a copy of the data "
            'folder, or run `study.exclude(["file name"], "blurry")` (or `study.relabel("file name", "class", "why")`) before '
            "its images are loaded; it goes on record. Then ask for the study again."
        )
    ),
    kind="either",
    rank=45,
)

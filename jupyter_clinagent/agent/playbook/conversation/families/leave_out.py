"""“Leave out the two blurry images”, “image 12 is mislabelled”: too late in this study, and what to do instead."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past

_IMAGES = re.compile(
    r"\b(?:images?|pictures?|photos?|films?|scans?|patients?|cases?|bild\w*|aufnahmen?|fotos?|patienten?|fall|faelle)\b|\.(?:png|jpe?g|dcm)\b"
)
_MISLABELLED = re.compile(
    r"\b(?:mis-?label\w*|wrongly label\w*|label\w* (?:is|are) wrong|label\w* wrong\w*|wrong label\w*|falsch (?:gelabelt"
    r"|beschriftet|befundet)|falsche[sn]? label\w*)\b"
)
_ONE = (
    r"(?:first|second|third|last|erste|zweite|dritte|letzte)\s+(?:image|picture|film|scan|case|bild|aufnahme|fall)"
    r"|(?:images?|pictures?|films?|scans?|cases?|bild|aufnahme|fall)\s+[\w.-]*\d[\w.-]*|[a-z]+[_-]?\d{3,}[\w.-]*"
)
_IS_ANOTHER = re.compile(
    rf"^(?:i think |ich glaube,? |the |das |die |der )*(?:{_ONE})\s+(?:is|shows|should be|ist|zeigt|muesste)\b"
)
"""“Image 12 is a nevus, not a melanoma”."""
_AWAY = re.compile(
    r"\b(?:remove|delete|take out|throw out|entferne\w*|loesche\w*)\b|\b(?:lass|lasse|nimm)\b.*\b(?:weg|raus|heraus|aus)\b"
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

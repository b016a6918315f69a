"""What else a request wants that a study of outlines does not do: it is said on the card, not dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.questions import asks_whether, without_all
from jupyter_clinagent.agent.playbook.wanted import named_tasks
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.lang.grammar import any_word, words_in
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.segmentation import TASK

_JOINT = any_word("and", "then", "as_well_as")
_PARTS = re.compile(rf"(\s*[,.;:!?]\s+|\s+{_JOINT}\s+)", re.IGNORECASE)
_LOOSE = re.compile(rf"^(?:[\s,.;:!?]|{_JOINT}\s)+|(?:[\s,.;:!?]|\s{_JOINT}\s*$)+$", re.IGNORECASE)
_MARKING = frozenset([TASK.name, "detection"])
"""Tasks whose words mean outlines here."""
_SORTING, _ABOUT_THE_WISH = words_in("outlined.sorting"), words_in("outlined.about_the_wish")
"""“Is that possible?” and “whether the model is good” ask nothing of the images."""
_MEASURES = {
    "the Hausdorff distance": ["hausdorff"],
    "the intersection over union": ["iou", "jaccard", "intersection over union"],
    "the surface Dice": ["surface dice", "nsd"],
}


def other_half(text: str) -> str:
    """What a request asks besides outlines, in its own words; empty where it asks nothing else.

    Examples
    --------
    >>> other_half("Outline the polyps and say for each whether it bleeds")
    'say for each whether it bleeds'
    >>> other_half("Outline the polyps and tell me how good it is")
    ''
    """
    pieces = _PARTS.split(text)
    kept = [(one, joint) for one, joint in zip(pieces[::2], [*pieces[1::2], ""], strict=True) if not _outlines(one)]
    told = _LOOSE.sub("", "".join(one + joint for one, joint in kept))
    plain, clauses = normalise(told), " . ".join(normalise(one) for one, _ in kept)
    stating, of_all = without_all(clauses)
    others = [name for name in named_tasks(plain)[0] if name not in _MARKING and not registry.find(name).usual]
    asked = of_all or asks_whether(plain, stating) or contains(plain, _SORTING) or bool(others)
    return told if asked and not contains(plain, _ABOUT_THE_WISH) else ""


def _outlines(part: str) -> bool:
    return not _MARKING.isdisjoint(named_tasks(normalise(part))[0])


def not_done(intent: Intent) -> Iterator[str]:
    """Figures that decide nothing."""
    for name, words in _MEASURES.items():
        if contains(normalise(intent.text), words):
            yield f"Models are chosen by the Dice; {name} decides nothing and is reported beside it."

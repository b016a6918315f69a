"""What a request calls the thing to outline, and which structures it means."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import Notes, listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise, tokens
from jupyter_clinagent.tasks.segmentation import TASK

_UNNAMED = (
    "outline",
    "masks",
    "mask",
    "segmentation",
    "segmentations",
    "annotations",
    "labels",
    "gt",
    "manual",
    "1st_manual",
    "targets",
)
"""Names of masks that say nothing about what they outline."""
_MARKING = ("mark", "locate", "localise", "localize", "where is", "where are", "markiere", "markieren", "lokalisiere",
            "lokalisieren", "wo ist", "wo sind")  # fmt: skip
"""Other words for finding something."""
_FILLING = frozenset(
    ["the", "a", "an", "all", "every", "each", "any", "of", "in", "on", "and", "precisely", "exactly", "automatically", "me",
     "out", "der", "die", "das", "den", "dem", "ein", "eine", "einen", "alle", "jeden", "jede", "jedes", "bitte", "please",
     "genau", "i", "we", "you", "would", "like", "want", "need", "could", "can", "to", "be", "have", "get", "is", "are", "build",
     "model", "do", "make", "ich", "wir", "moechte", "will", "werden", "automatic", "s"]
)  # fmt: skip
_END = re.compile(
    r"\band (?:tell|say|show|give|measure|report|take|use)\b"
    r"|\b(?:in|on|at|from|with|within|for|by|here|these|this|that|which|auf|im|von|mit|aus|bei|dieser?|diesen|given|using|pixel"
    r"|pixelwise|pixel-wise)\b|[.,;:!?]"
)


def wanted_structures(intent: Intent, structures: dict[str, int], notes: Notes) -> dict[str, list[str]]:
    """Structures of each class: those that the request names, else all of them.

    A single structure whose masks have no telling name is called as the request calls it.
    """
    named = [name for name in structures if name not in _UNNAMED and contains(normalise(intent.text), [name.replace("_", " ")])]
    excluded = [name for name in structures if name in intent.excluded]
    chosen = [name for name in (named or list(structures)) if name not in excluded]
    if named and len(named) < len(structures):
        notes.add(f"Left out, because the request does not name them: {listed(n for n in structures if n not in named)}.")
    if len(chosen) == 1 and is_unnamed(chosen[0]):
        thing = thing_outlined(intent.text) or "finding"
        notes.add(f"The masks do not say what they outline; the request calls it “{thing}”.")
        return {thing: chosen}
    return {name: [name] for name in chosen}


def is_unnamed(structure: str) -> bool:
    """Whether the name of the masks says nothing of what they outline."""
    return label_key(structure) in {label_key(name) for name in _UNNAMED}


def thing_outlined(text: str) -> str:
    """The words after “outline”, up to where the sentence turns to something else; where there are none, those before it.

    Examples
    --------
    >>> thing_outlined("Outline the polyps on these images")
    'polyps'
    >>> thing_outlined("Segment every skin lesion")
    'skin lesion'
    >>> thing_outlined("Polyp segmentation, 10 minutes")
    'polyp'
    """
    plain = normalise(text)
    verbs = sorted((normalise(word) for word in (*TASK.words, *_MARKING, *known.PHRASES["look"])), key=len, reverse=True)
    for verb in verbs:
        found = re.search(rf"\b{re.escape(verb)}\b", plain)
        if found:
            after = _END.split(plain[found.end() :].strip(), maxsplit=1)[0]
            before = _END.split(plain[: found.start()])[-1]
            words = [word for word in tokens(after) if word not in _FILLING][:3]
            words = words or [word for word in tokens(before) if word not in _FILLING][-2:]
            if words:
                return " ".join(words)
    return ""

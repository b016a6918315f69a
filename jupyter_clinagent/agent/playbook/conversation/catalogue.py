"""The families of sentences that there are, what they can do in words, and which of them a sentence comes nearest to."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from rapidfuzz import fuzz

from jupyter_clinagent.agent.playbook.conversation import families
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalise, tokens
from jupyter_clinagent.lang import language_of
from jupyter_clinagent.lang.recognising import surely_language_of

_NEAREST = 3


@cache
def catalogue() -> tuple[Family, ...]:
    """Every family, those that are asked first before the others."""
    names = [module.name for module in pkgutil.iter_modules(families.__path__)]
    found: list[Family] = [import_module(f"{families.__name__}.{name}").FAMILY for name in names]
    return tuple(sorted(found, key=lambda family: (family.rank, family.name)))


def family_of(heard: Heard, past: Past) -> Family | None:
    """The family that a sentence belongs to; None where it belongs to none."""
    return next((family for family in catalogue() if is_read(family, heard, past)), None)


def is_read(family: Family, heard: Heard, past: Past) -> bool:
    """Whether a family reads a sentence; a question is taken for no wish, a wish for no question, and “don't” not for “do”."""
    if heard.denies and family.name != "denied":
        return False
    fits = family.kind == "either" or heard.asks == (family.kind == "question")
    return fits and family.reads(heard, past)


def able() -> str:
    """What can be done with a finished study, from the families that do it."""
    told = [one for one in catalogue() if one.help]
    wishes = "; ".join(f"{one.help} (“{one.examples[0]}”)" for one in told if one.kind != "question")
    asked = ", ".join(one.help for one in told if one.kind == "question")
    return f"I can {wishes}. I answer questions about the study from its own figures: {asked}. Or ask for another study."


def nearest(text: str) -> list[str]:
    """Examples of the families that a sentence comes nearest to, the nearest first."""
    spoken = {one.name: _in_language(one.examples, language_of(text)) for one in catalogue()}
    best = {name: max(said, key=lambda example: _likeness(text, example)) for name, said in spoken.items()}
    return sorted(best.values(), key=lambda example: -_likeness(text, example))[:_NEAREST]


def _in_language(examples: tuple[str, ...], language: str) -> list[str]:
    """Those that may be in a language; the first, which is English, where none is."""
    return [one for one in examples if surely_language_of(one) in (language, None)] or [examples[0]]


def _likeness(text: str, example: str) -> float:
    """How much of an example's words a sentence has, misspelt ones in part; 0 … 1."""
    said, meant = tokens(normalise(text)), tokens(normalise(example))
    if not said:
        return 0.0
    near = [max(fuzz.ratio(word, other) / 100 for other in said) for word in meant]
    return sum(share**3 for share in near) / max(len(meant), len(said))

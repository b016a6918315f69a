"""Which of the choices of a question an answer means: by number, by order, by a part of its words, with a "
"slip, or “you choose”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import label_key, normalise, tokens
from jupyter_clinagent.lang.grammar import any_word

_LEFT, _FILLERS = frozenset(known.ANSWERS["left"]), frozenset(known.ANSWERS["filling"])
_NUMBER = re.compile(rf"(?:(?:{any_word('the', 'choices.number')}|[#(])\W*)*(\d{{1,2}})\W*{any_word('please')}?\W*")
_ORDINALS = tuple(
    re.compile(rf"\b(?:{any_word(f'answers.{name}')}|{at}\.)(?!\w)")
    for at, name in enumerate(("first", "second", "third", "fourth", "fifth"), start=1)
)
_LAST = re.compile(rf"\b{any_word('answers.last')}\b")
_OTHER = re.compile(rf"\b{any_word('answers.other')}\b")
_NOT = re.compile(rf"\b{any_word('not', 'no', 'nay', 'choices.is_not', 'without', 'setting_aside.except')}\b")
_BOTH = re.compile(rf"\W*{any_word('answers.all')}\b(?: {any_word('answers.all_of')})*\W*")
_YES = re.compile(rf"{any_word('answers.yes')}\b")
_NO = re.compile(rf"{any_word('answers.no')}\b")
_NEGATIVE = ("stop", "leave it", "no")
"""Second choices that a plain “no” means."""
_SIGNS = " .!\"'“”„"
_SHORT, _ALIKE = 6, 80.0
_TELLING, _STEM = 4, 6
"""Letters of a word that tells a choice from others, and those in which words of one stem agree."""
_SEVERAL = re.compile(rf",|\+|;|\b{any_word('lists.against', 'from', 'and', 'or')}\b")


class Chosen(NamedTuple):
    """A choice, and whether it was left to us."""

    text: str
    left: bool = False


def choose(said: str, choices: Sequence[str], default: str = "", slips: bool = True) -> Chosen | None:
    """The choice that an answer means; None where it means none of them for certain.

    Parameters
    ----------
    default
        What “you choose” means; empty where nothing can be taken for it.
    slips
        Whether a slip of the keyboard is forgiven.

    Examples
    --------
    >>> choose("the second one", ["age", "sex"]), choose("egal", ["age", "sex"], "age")
    (Chosen(text='sex', left=False), Chosen(text='age', left=True))
    >>> choose("the one from 2023", ["derm 2024", "derm_2023"]), choose("die vom Pathologen", ["dermatologist", "pathologist"])
    (Chosen(text='derm_2023', left=False), Chosen(text='pathologist', left=False))
    """
    if (surely := choose_surely(said, choices, default)) is not None:
        return surely
    plain = normalise(said).strip()
    ways = (_by_order, _by_the_other, _by_words, _by_own_word, *([_by_a_slip] if slips else []))
    return next((Chosen(found) for way in ways if (found := way(plain, choices, default)) is not None), None)


def choose_surely(said: str, choices: Sequence[str], default: str = "") -> Chosen | None:
    """The choice of an answer that can be nothing else: its own words, its number, yes or no, or “you choose”."""
    plain = normalise(said).strip()
    if same := next((choice for choice in choices if normalise(choice).strip(_SIGNS) == plain.strip(_SIGNS)), None):
        return Chosen(same)
    if default and _leaves_it(plain):
        return Chosen(default, left=True)
    found = _by_number(plain, choices) or _by_yes_or_no(plain, choices)
    return Chosen(found) if found else None


def wants_several(said: str) -> bool:
    """Whether an answer wants all of the choices."""
    return _BOTH.fullmatch(normalise(said)) is not None


def _leaves_it(plain: str) -> bool:
    """“It's up to you”, “das weiß ich leider nicht”, or nothing at all."""
    words = tokens(plain)
    told = " ".join(word for word in words if word not in _FILLERS)
    return not plain or told in _LEFT or " ".join(words) in _LEFT


def _by_number(plain: str, choices: Sequence[str]) -> str | None:
    found = _NUMBER.fullmatch(plain)
    return choices[int(found[1]) - 1] if found and 0 < int(found[1]) <= len(choices) else None


def _by_order(plain: str, choices: Sequence[str], _default: str) -> str | None:
    if len(tokens(plain)) > _SHORT or not choices or _NOT.search(plain):
        return None
    if _LAST.search(plain):
        return choices[-1]
    at = next((k for k, ordinal in enumerate(_ORDINALS) if ordinal.search(plain)), len(choices))
    return choices[at] if at < len(choices) else None


def _by_yes_or_no(plain: str, choices: Sequence[str]) -> str | None:
    if len(choices) != 2 or choices[1] not in _NEGATIVE:
        return None
    return choices[0] if _YES.match(plain) else choices[1] if _NO.match(plain) else None


def _by_the_other(plain: str, choices: Sequence[str], default: str) -> str | None:
    """“Not that, the other column”: of two, the one that was not proposed or is not named."""
    if len(choices) != 2 or len(tokens(plain)) > _SHORT:
        return None
    named = [choice for choice in choices if label_key(choice) in label_key(plain)]
    if len(named) == 1 and _NOT.search(plain):
        return next(choice for choice in choices if choice not in named)
    return next((choice for choice in choices if choice != default), None) if _OTHER.search(plain) and not named else None


def _by_words(plain: str, choices: Sequence[str], _default: str) -> str | None:
    """A choice that the answer names, or the only one of which the answer is a part; not where it names several things."""
    if _SEVERAL.search(plain) or _NOT.search(plain) or len(tokens(plain)) > _SHORT:
        return None
    key = label_key(plain)
    named = [choice for choice in choices if len(label_key(choice)) > 1 and label_key(choice) in key]
    longest = [choice for choice in named if not any(choice != o and label_key(choice) in label_key(o) for o in named)]
    if len(longest) == 1:
        return longest[0]
    parts = [choice for choice in choices if len(key) >= 3 and _begins_a_word(key, choice)]
    return parts[0] if len(parts) == 1 and not named else None


def _by_own_word(plain: str, choices: Sequence[str], _default: str) -> str | None:
    """“The one from 2023”, “the pathologist's”: a word that one choice alone has, or begins alike."""
    said = [word for word in tokens(plain) if len(word) >= _TELLING and word not in _FILLERS]
    if _NOT.search(plain) or len(tokens(plain)) > _SHORT or not said:
        return None
    parts = {choice: [part for part in re.split(r"[\W_]+", normalise(choice)) if part] for choice in choices}
    found = [choice for choice, own in parts.items() if any(_alike(part, word) for part in own for word in said)]
    return found[0] if len(found) == 1 else None


def _alike(part: str, word: str) -> bool:
    return part == word or (len(part) > _STEM and part[:_STEM] == word[:_STEM])


def _begins_a_word(key: str, choice: str) -> bool:
    """“Patho” of “diagnosis_pathologist”; “yes” is no part of “eyes”."""
    words = tokens(normalise(choice))
    return any("".join(words[at:]).startswith(key) for at in range(len(words)))


def _by_a_slip(plain: str, choices: Sequence[str], _default: str) -> str | None:
    """“Readr 2” is “reader_2”: of two that are as near, the one with the same digits."""
    if _SEVERAL.search(plain):
        return None
    keys, key = {label_key(choice): choice for choice in choices}, label_key(plain)
    near = [name for name, *_ in process.extract(key, [*keys], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3)]
    same = [one for one in near if _digits(one) == _digits(key)]
    return keys[same[0]] if len(same) == 1 else None


def _digits(key: str) -> str:
    return "".join(letter for letter in key if letter.isdigit())

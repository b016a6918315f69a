"""How the words of a request are compared with those of the lexicon.

Without case, umlauts written out, numbers as digits, phrases word by word; words of five letters or more forgive a slip of the
keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.numbers import in_digits
from jupyter_clinagent.lang.families import Families
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.tasks import registry

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_CLAUSES = re.compile(r"[.,;:!?](?=\s|$)|\n")


@lru_cache(maxsize=50_000)
def normalise(text: str) -> str:
    """Lower case, umlauts written out, blanks collapsed, numbers as digits."""
    return in_digits(re.sub(r"\s+", " ", text.lower().translate(_UMLAUTS)).strip())


@lru_cache(maxsize=50_000)
def label_key(label: str) -> str:
    """A label value reduced to its letters and digits, for comparison with :attr:`Concept.labels`."""
    return re.sub(r"[^a-z0-9]", "", normalise(label))


def clauses_of(plain: str) -> list[str]:
    """The clauses of a text; a comma within a number parts none.

    Examples
    --------
    >>> clauses_of("healed or not, hba1c above 8,5")
    ['healed or not', ' hba1c above 8,5']
    """
    return _CLAUSES.split(plain)


def tokens(plain: str) -> list[str]:
    """The words of a normalised text."""
    return re.findall(r"[^\W_]+", plain)


def normalised(*names: str) -> frozenset[str]:
    """The words of families (see :func:`jupyter_clinagent.lang.grammar.words_in`) as normalised texts have them."""
    return frozenset(map(normalise, words_in(*names)))


def contains(plain: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases occurs."""
    return first_position(plain, phrases) is not None


def first_position(plain: str, phrases: Iterable[str]) -> int | None:
    """Index of the first word at which one of the phrases begins."""
    starts = [start for phrase in phrases if (start := _phrase_position(plain, phrase)) is not None]
    return min(starts, default=None)


@lru_cache(maxsize=200_000)  # a request is held against the same thousand phrases again and again
def _phrase_position(plain: str, phrase: str) -> int | None:
    words, meant = _words(plain), _words(normalise(phrase))
    starts = range(len(words) - len(meant) + 1) if meant else ()
    return next((start for start in starts if all(map(_same_word, words[start:], meant))), None)


@lru_cache(maxsize=50_000)
def _words(plain: str) -> tuple[str, ...]:
    return tuple(tokens(plain))


@lru_cache(maxsize=100_000)
def _same_word(written: str, meant: str) -> bool:
    """Equal, a slip of the keyboard or a plural apart, or a German compound that begins with the word."""
    if written == meant:
        return True
    if (len(meant) >= 7 and written.startswith(meant)) or (len(meant) >= 3 and written in _plurals(meant)):
        return True
    if written in _vocabulary() or written in _terms():
        return False
    if len(meant) == 5:
        return _is_swapped(written, meant)
    allowed = 0 if len(meant) < 6 else 1 if len(meant) < 8 else 2
    # the first letter is rarely mistyped; without it "nevus" and "venus" would be one word
    return allowed > 0 and written[0] == meant[0] and OSA.distance(written, meant, score_cutoff=allowed) <= allowed


def _plurals(word: str) -> tuple[str, ...]:
    return (f"{word}s", f"{word[:-1]}ies") if word.endswith("y") else (f"{word}s",)


def _is_swapped(written: str, meant: str) -> bool:
    """Two neighbouring letters changed places (“drian”), which makes no other word as one wrong letter would (“train”)."""
    apart = [k for k, pair in enumerate(zip(written, meant, strict=False)) if pair[0] != pair[1]]
    return sorted(written) == sorted(meant) and len(apart) == 2 and apart[1] == apart[0] + 1 > 1


@lru_cache(maxsize=1)
def _terms() -> frozenset[str]:
    """Words of names of things: “masses” is no slip for “misses”."""
    return frozenset(word for names in known.SAME for name in names for word in tokens(normalise(name)))


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Every word that the lexicon knows: none of them is a slip for another (“übersehen” is not “überleben”)."""
    families = (
        known.MALIGNANT,
        known.HEALTHY,
        known.HARMLESS,
        known.CONFOUNDERS,
        known.IMAGE_WORDS,
        known.OUT_OF_SCOPE,
        known.GROUP,
        known.FOLLOW_UP,
        known.PHRASES,
    )
    phrases = [p for family in families for words in family.values() for p in words] + [
        p for c in known.CONCEPTS for p in c.words
    ]
    phrases += [phrase for task in registry.tasks().values() for phrase in task.words]
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase)))


def is_term(word: str) -> bool:
    """Whether a word is part of a name of a thing that data may hold, and names something by itself."""
    return word in _terms() and word not in _apart()


@lru_cache(maxsize=1)
def _apart() -> frozenset[str]:
    return frozenset(map(normalise, known.APART))


def said_in(plain: str) -> frozenset[str]:
    """The words of a normalised text that are part of a whole phrase of the lexicon: “heart” alone is none, “heart sounds” is."""
    words, found = _words(plain), set[str]()
    for phrase in _phrases():
        at = _phrase_position(plain, phrase)
        found |= set(words[at : at + len(_words(phrase))]) if at is not None else set()
    return frozenset(found)


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    families = (known.MALIGNANT, known.HARMLESS, known.IMAGE_WORDS, known.GROUP, known.FOLLOW_UP, known.PHRASES)
    told = [phrase for family in families for listing in family.values() for phrase in listing]
    told += [*known.HEALTHY["words"], *known.HEALTHY["negations"]]
    told += [phrase for listing in known.CONFOUNDERS.values() for phrase in listing]
    told += [phrase for task in registry.tasks().values() for phrase in task.words]
    return tuple(dict.fromkeys(normalise(phrase) for phrase in told))


def is_lexical(word: str) -> bool:
    """Whether the lexicon knows a word, or one that it may be a slip for."""
    return word in _vocabulary() or any(_same_word(word, meant) for meant in _vocabulary())


def first_family(plain: str, families: Families) -> str | None:
    """The first family of which a phrase occurs."""
    return next((name for name, words in families.items() if contains(plain, words)), None)

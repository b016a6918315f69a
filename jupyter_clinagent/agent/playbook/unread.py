"""Words of a request that stand where a class is named, and that neither the lexicon nor the data know."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.terms import other_names
from jupyter_clinagent.agent.playbook.wording import contains, is_lexical, is_term, label_key, normalise, normalised, tokens

AGAINST = frozenset(known.LISTS["against"])
FROM, EITHER = normalised("from"), normalised("or")
_JOINING = AGAINST | FROM | EITHER | normalised("and")
_EVERYDAY = frozenset([*known.EVERYDAY["words"], *known.LISTS["kinds"]])


def unread_classes(naming: str, values: Iterable[str]) -> list[str]:
    """Words that look like a class and are not understood.

    A word looks like a class after “versus” or “against”, and after a class and “from”, “and” or “or” where a clause ends with
    it; a word before a known one is its adjective (“dysplastic nevi”).

    Examples
    --------
    >>> unread_classes("tell melanoma from nevus and xanthogranuloma", ["mel", "nv"])
    ['xanthogranuloma']
    """
    spelt = [normalise(name) for value in values for name in (value, *other_names(value))]
    return [word for clause in naming.split(" . ") for word in _in_clause(tokens(clause), spelt)]


def _in_clause(words: list[str], values: list[str]) -> list[str]:
    found = []
    for place, word in enumerate(words):
        if word in AGAINST and place and not _is_familiar(words[place - 1], values):
            found.append(words[place - 1])
        after = [w for w in words[place + 1 :] if w not in _EVERYDAY][:2]
        if word not in _JOINING or not after or _is_read(after[0], values) or any(_names_class(w, values) for w in after):
            continue
        if word in AGAINST or (len(after) == 1 and place and _names_class(words[place - 1], values)):
            found.append(" ".join(after))
    return found


def _is_read(word: str, values: list[str]) -> bool:
    return word.isdigit() or (is_lexical(word) and not is_term(word)) or _names_class(word, values)


def _is_familiar(word: str, values: list[str]) -> bool:
    return word in _EVERYDAY or _is_read(word, values)


def _names_class(word: str, values: list[str]) -> bool:
    phrases = [phrase for concept in known.CONCEPTS for phrase in concept.words]
    own, short = {part for v in values for part in tokens(v) if len(part) > 3}, word.removesuffix("s")
    if short in {part for v in values for part in tokens(v)}:  # “dogs” of “dog”
        return True
    if len(word) > 3 and label_key(word) in map(label_key, values):  # “transthalamic” of “Trans-thalamic”
        return True
    begins = len(short) > 3 and any(part.startswith(short) for part in own)  # “neutros”
    return begins or contains(" ".join([*values, *phrases]), [word]) or contains(word, own)

"""Words that nobody knows where a request names things: “crowns and root canals”, “is it glaucoma?”, “lungs and heart”."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import PurePath

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.numbers import is_amount
from jupyter_clinagent.agent.playbook.polarity import says_yes
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.unread import AGAINST, FROM
from jupyter_clinagent.agent.playbook.used import Used, names_no_value, parts_of_the_body, words_of_any_request
from jupyter_clinagent.agent.playbook.wording import contains, is_lexical, is_term, normalise, said_in, tokens
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_SIGNS = {"&": " and ", "/": " or ", "+": " and "}
_WHOLE = 3
"""Letters of a word that may name something by itself."""
_STEM = 4
_SHORTEST = 5
"""Letters of a word that by itself says that a request is about images."""
_NEAR = 3
"""Words of a clause within which a name that is used makes a list of what stands beside it."""


def strangers(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[str]:
    """Runs of unknown words that are joined to a name that is used, or that stand where one should."""
    unknown = _unknown(intent, survey, spec, used)
    naming = re.sub(r"[&/+]", lambda sign: _SIGNS[sign[0]], intent.naming)
    clauses = [tokens(clause) for clause in re.split(r"\s\.\s", naming)]
    named = any(used.holds_any(words) for words in clauses)
    for at, words in enumerate(clauses):
        for start, end in _runs(words, unknown):
            alone = _is_listed(at, clauses, used) if named else _is_object(words, start, end, unknown)
            if alone or _is_joined(words, start, end, used):
                yield " ".join(words[start:end])


def only_unknown(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[str]:
    """Unknown words close to an “only” or behind a “not”: “only the unanimous ones”, “dark skin only”, “not the unclear ones”."""
    unknown = _unknown(intent, survey, spec, used, least=2)
    for words in map(tokens, re.split(r"\s\.\s", intent.naming)):
        if words[:1] and words[0] in known.LISTS["only"]:  # a clause that says nothing but of which images
            yield from (word for word in words if word in unknown and not _is_compound(word))
        for at in range(len(words)):
            yield from (word for word in _chosen_by(words, at) if word in unknown and not _is_compound(word))


def objects_unmet(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[str]:
    """Unknown words of a request of which no word is used, where all that the data hold would be learnt: “Leukozyten finden”."""
    nothing = not used.holds_any(tokens(intent.naming)) and not {"normal", "abnormal"} & set(intent.targets)
    if nothing and learns_all_unasked(intent, spec):
        yield from (word for word in _unknown(intent, survey, spec, used) if is_term(word))


def learns_all_unasked(intent: Intent, spec: Specification) -> bool:
    """Whether things that the data name would be learnt together, and the request does not ask for all of them."""
    task = registry.find(spec.task)
    return (task.inside or task.several) and not names_no_value(spec) and not _asks_for_all(intent)


def _asks_for_all(intent: Intent) -> bool:
    """Whether everything that the data hold is wanted: “alle Befunde auflisten”, “the retinal disorders”."""
    wrong = contains(intent.naming, known.PHRASES["everything_wrong"])
    wrong = wrong or any(word.endswith(tuple(known.PHRASES["things_wrong"])) for word in tokens(intent.naming))
    return intent.all_classes or wrong or re.search(rf"\b{any_word('all', 'every', 'everything')}\b", intent.naming) is not None


def _chosen_by(words: Sequence[str], at: int) -> list[str]:
    """The words that the word at a place chooses, or leaves out; “yes/no/unclear” does neither."""
    passed = _list("articles") | _between()
    behind = [word for word in words[at + 1 : at + 4] if not (word in passed or word.isdigit())][:1]  # “only the 3rd trimester”
    if words[at] in _list("only"):
        return [*words[max(0, at - 2) : at], *behind]
    answers = at > 0 and says_yes(words[at - 1])
    return behind if words[at] in families("whom")["choosing"]["not"] and not answers else []


def _is_compound(word: str) -> bool:
    """Whether a German word begins with one that any request may have: “Bildlabels”."""
    return any(len(part) >= _STEM and word.startswith(part) for part in words_of_any_request())


def names_things(intent: Intent) -> bool:
    """Whether a request names something that images may show, or whom they are of: “tuberculosis?”, “wax or no wax, in women”."""
    return any((is_term(word) and len(word) >= _SHORTEST) or word in _people() for word in intent.words)


def tells_apart(naming: str) -> bool:
    """Whether a text has a verb for telling one thing from another."""
    return contains(naming, known.LISTS["telling_apart"])


def _unknown(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used, least: int = _WHOLE) -> set[str]:
    """Words that the lexicon knows neither by themselves nor as a part of what is said; names of things count as unknown."""
    told = " ".join(spoken for name in _names(survey, spec, intent) for spoken in spoken_as(name))
    words = [word for word in tokens(intent.naming) if len(word) >= least and (not is_amount(word) or least < _WHOLE)]
    read = (
        _people()
        | said_in(intent.naming)
        | words_of_any_request()
        | {word for word in words if is_lexical(word) and not is_term(word)}
    )
    return {word for word in words if not (word in read or contains(told, [word]) or used.shortens(word) or used.holds(word))}


def _names(survey: SurveyFacts, spec: Specification, intent: Intent) -> Iterator[str]:
    """What the specification says, and names that are no things: of the folder, of tables, of columns."""
    yield from (spec.title, spec.objective, *spec.classes, *(value for values in spec.classes.values() for value in values))
    yield from (PurePath(survey.data).name, *intent.targets, *(c.name for c in survey.columns))
    yield from (word for concept in known.CONCEPTS if concept.name in intent.targets for word in concept.words)


def _runs(words: Sequence[str], unknown: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where unknown words stand side by side."""
    start = None
    for at, word in enumerate([*words, ""]):
        if word in unknown and start is None:
            start = at
        elif word not in unknown and start is not None:
            yield start, at
            start = None


def _is_joined(words: Sequence[str], start: int, end: int, used: Used) -> bool:
    """Whether “and”, “or” or “versus” stands between the run and a name that is used, or “from” where things are told apart."""
    if end < len(words) and used.holds(words[end]):  # an adjective: “ordinary moles”
        return False
    joining = _list("joining") | AGAINST | (FROM if tells_apart(" ".join(words)) else frozenset())
    before = [word for word in words[:start] if word not in _list("articles")]
    after = [word for word in words[end:] if word not in _list("articles")]
    left = bool(before) and before[-1] in joining and used.holds_any(before[-1 - _NEAR : -1])
    return left or (bool(after) and after[0] in joining and used.holds_any(after[1 : 1 + _NEAR]))


def _is_object(words: Sequence[str], start: int, end: int, unknown: Collection[str]) -> bool:
    """Whether the run is all that a clause says, what it looks for or asks about, or told from something else."""
    filling = _list("filling") | _list("articles")
    before = [word for word in words[:start] if word not in _list("articles")]
    after = [word for word in words[end:] if word not in filling]
    asked = bool(before) and (before[-1] in _verbs() or before[-1] in AGAINST)
    alone = all(word in filling or word in unknown or word in parts_of_the_body() for word in (*before, *after))
    alone = alone or (not before and bool(after) and after[0] in _list("of"))  # “size of the tumour”
    told_from = bool(after) and after[0] in AGAINST
    return words[0] not in _list("which") and (alone or told_from or (asked and not after))


def _is_listed(at: int, clauses: Sequence[Sequence[str]], used: Used) -> bool:
    """Whether the clause is one of a list: “benign, malignant, inflammatory”."""
    words, before = clauses[at], clauses[at - 1] if at else []
    short = len(words) <= _NEAR and 0 < len(before) <= _NEAR
    return short and used.holds(before[-1]) and words_of_any_request().isdisjoint(words)


@cache
def _between() -> frozenset[str]:
    """Small words between a negation and what it denies."""
    return frozenset(families("whom")["choosing"]["between"])


@cache
def _people() -> frozenset[str]:
    """Words for people, who are no findings."""
    return frozenset(word for words in families("whom")["people"].values() for word in words)


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(known.LISTS[name])


@cache
def _verbs() -> frozenset[str]:
    """Words behind which stands what is looked for."""
    phrases = [*known.PHRASES["look"], *known.PHRASES["whether"], *known.PHRASES["estimate"], *known.LISTS["showing"]]
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase))) - _list("filling") - _list("articles")

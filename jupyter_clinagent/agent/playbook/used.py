"""Which words of a request a drafted specification uses, and which words say nothing by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import MALIGNANT_CONCEPTS
from jupyter_clinagent.agent.playbook.terms import coded, spoken_as
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import SurveyFacts

_LEAST = 4
"""Letters of a word that another one may begin with; one of a letter less may have a plural."""


@dataclass(frozen=True)
class Used:
    """Names that a specification uses, normalised, with other names of the same things."""

    text: str
    literal: str = ""
    """The names alone, as they stand in the data and the specification."""

    @classmethod
    def of(cls, names: Iterable[str]) -> Used:
        """These names, in any way that they may be spoken."""
        names = list(names)
        spoken = " . ".join(spoken.replace("_", " ") for name in names for spoken in spoken_as(name))
        return cls(spoken, _as_written(names))

    @property
    def literally(self) -> Used:
        """Without other names of the same things: a broken radius is at the wrist, but is not called so."""
        return Used(self.literal, self.literal)

    @classmethod
    def by(cls, spec: Specification, survey: SurveyFacts, intent: Intent, understood: Iterable[str] = ()) -> Used:
        """What a specification calls by a name, the findings that it was read from, and what else its task understood."""
        names = [*spec.classes, *(value for values in spec.classes.values() for value in values)]
        names += [name for name in (spec.label_column, spec.group_column, *spec.confounders) if name]
        for column in (c for c in survey.columns if c.name == spec.label_column):
            codes = coded(column.values)
            names += [*column.meanings.values(), *(codes[v] for values in spec.classes.values() for v in values if v in codes)]
        held = normalise(" . ".join([*names, spec.objective]))
        asked = (*intent.targets, *intent.excluded)  # what masks show has often no name but that of the request
        elsewhere = {value.lower() for c in survey.columns if c.name != spec.label_column for value in c.values} - set(names)
        borne = [target for target in asked if not spec.label_column or _is_borne(target, names, held, target not in elsewhere)]
        return replace(cls.of([*names, *understood, *_words_of_findings(borne)]), literal=_as_written([*names, *understood]))

    def holds(self, word: str) -> bool:
        """Whether a word, that says something by itself, is one of the names, or its plural."""
        if len(word) < 2 or word in idle_words():
            return False
        return contains(self.text, [word]) or contains(word, [one for one in tokens(self.text) if len(one) >= _LEAST - 1])

    def holds_any(self, words: Iterable[str]) -> bool:
        """Whether any of these words is."""
        return any(map(self.holds, words))

    def begins(self, word: str) -> bool:
        """Whether one of the names, as it stands in the data, is the beginning of a word: “obl” of the obliques."""
        return any(len(one) >= _LEAST - 1 and word.startswith(one) for one in tokens(self.literal))

    def shortens(self, word: str) -> bool:
        """Whether a word is the beginning of one of the names: “monos” are monocytes."""
        short = word.removesuffix("s")
        return len(short) >= _LEAST and any(one.startswith(short) for one in tokens(self.text))


def _as_written(names: Iterable[str]) -> str:
    return normalise(" . ".join(names)).replace("_", " ")


def names_no_value(spec: Specification) -> bool:
    """Whether masks have no name of their own, so that any word of the request may be theirs."""
    return not spec.label_column and all(values and name not in values for name, values in spec.classes.items())


def _is_borne(target: str, names: Iterable[str], held: str, in_general: bool) -> bool:
    """Whether something that the specification names is this finding.

    Health and illness ``in_general`` are opposites of whatever is named; not so where another column says them.
    """
    if (in_general and target in ("normal", "abnormal")) or target in _concepts_of(names):
        return True
    return contains(held, [target, *_words_of_findings([target])])


def _concepts_of(names: Iterable[str]) -> set[str | None]:
    found = {concept_of(name) for name in names}
    return found | ({"cancer"} if found & MALIGNANT_CONCEPTS else set())


def _words_of_findings(targets: Iterable[str]) -> list[str]:
    named = set(targets)
    words = [word for concept in known.CONCEPTS if concept.name in named for word in concept.words]
    return words + (known.MALIGNANT["words"] if "cancer" in named else [])


@cache
def idle_words() -> frozenset[str]:
    """Words that say nothing of what is to be learnt."""
    return _words(phrase for family in (known.EVERYDAY, known.IDLE) for phrase in family["words"])


def is_idle(name: str) -> bool:
    """Whether a name is made of words that say nothing of what is to be learnt."""
    return idle_words().issuperset(tokens(normalise(name)))


@cache
def parts_of_the_body() -> frozenset[str]:
    """Words of images and of what they show."""
    phrases = [phrase for listing in known.IMAGE_WORDS.values() for phrase in listing]
    return _words([*phrases, *known.PHRASES["imaging"]])


@cache
def views_and_sides() -> tuple[str, ...]:
    """Words for how an image was taken, and of which side."""
    return tuple(word for name in ("frontal", "lateral", "left", "right") for word in spoken_as(name) if len(word) > 2)


@cache
def words_of_any_request() -> frozenset[str]:
    """Both of these, and names that any column may have."""
    return idle_words() | parts_of_the_body() | _words(known.GENERIC_COLUMNS["words"])


def _words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase)))

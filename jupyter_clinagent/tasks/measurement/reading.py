"""Which of the measurable columns a request means: by name, by another name or a slip of the keyboard, or by what it asks for.

“How old” asks for an age and “how many degrees” for an angle. A word before such a noun that no column knows (“hip angle”) means
another measure than the one that is there; then none is meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.counting import says_number_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.terms import abbreviations, other_names
from jupyter_clinagent.agent.playbook.used import parts_of_the_body
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise, normalised, tokens
from jupyter_clinagent.facts import SurveyFacts, is_unnamed_part
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word, words_in
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.lines import line_in

LONGEST_NAME = 4
"""Words of a request that may stand for one name of a column."""
_STEM = 4
"""Letters that words of one stem have in common: “lungen” and “lung”."""
_OTHER_AGES = re.compile(rf"\b(?:{any_word('ages.of_a_part')}[ -]?{any_word('columns.age')}|{any_word('ages.maturity')})\b")


_THINGS = normalised("lines.things")
"""Words of the task that say of what a number is."""


@dataclass(frozen=True)
class Measurable:
    """A column that could be measured, as the survey saw it."""

    name: str
    measure: str
    unit: str | None
    of_patients: bool
    images: int
    low: float
    high: float
    usual_range: float
    unit_from: str | None = None

    @classmethod
    def of(cls, seen: Mapping[str, Any]) -> Measurable:
        """From plain facts."""
        return cls(**{name: seen[name] for name in cls.__dataclass_fields__})

    @property
    def words(self) -> list[str]:
        """Of its name and measure."""
        return tokens(normalise(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", self.measure)))

    @property
    def kinds(self) -> set[str]:
        """What sort of measure it is, by its words and its unit."""
        return {kind["name"] for kind in _kinds() if set(kind["nouns"]) & set(self.words) or self.unit in kind["units"]}


def columns_of(survey: SurveyFacts) -> list[Measurable]:
    """All that could be measured, the patients' age among them."""
    return [Measurable.of(seen) for seen in survey.seen.get(TASK.name, {}).get("columns", [])]


def meant(intent: Intent, survey: SurveyFacts) -> list[Measurable]:
    """The columns that a request may mean: one where it is plain, several where it has to be asked, none where it means none."""
    columns = columns_of(survey)
    parts = [column for column in columns if is_unnamed_part(column.name)]  # of file names: it has to be asked
    told = named(intent, columns) or by_a_word_of_its_own(intent, columns) or spanned(intent, columns)
    told = told or (of_a_kind(intent, columns) if _kinds_asked(intent) else _nothing_named(intent, columns))
    return _told_apart(told, intent) or parts


def _told_apart(columns: list[Measurable], intent: Intent) -> list[Measurable]:
    """Of several the one that has a word of its own in the request: “the lumbar Cobb angle”."""
    said = tokens(normalise(_told(intent)))
    own = {column.name: set(column.words) - {w for c in columns if c is not column for w in c.words} for column in columns}
    called = [column for column in columns if not own[column.name].isdisjoint(said)]
    return called if len(called) == 1 else columns


def named(intent: Intent, columns: Sequence[Measurable]) -> list[Measurable]:
    """Columns that a request names; an age of patients only where no other age is spoken of."""
    found = [column for column in columns if _is_named(column, intent)]
    longest = max((len(label_key(column.measure)) for column in found), default=0)
    return [c for c in found if not (c.of_patients and len(label_key(c.measure)) < longest)]


def _is_named(column: Measurable, intent: Intent) -> bool:
    text = _OTHER_AGES.sub(" ", normalise(_told(intent))) if column.of_patients else normalise(_told(intent))
    names = {column.measure, column.name, *other_names(column.measure)}
    return (
        says_number_of(column.name, text)
        or any(_is_spoken(name, text) for name in names)
        or any(re.search(rf"\b{re.escape(short)}\b", _told(intent)) for short in abbreviations(column.measure))
    )


def _told(intent: Intent) -> str:
    return " . ".join([intent.text, *intent.later])


def _is_spoken(name: str, text: str) -> bool:
    """Whether words of a text, joined, are the name: “bone age”, “boneage” and “bonage” are “BoneAge”."""
    key, words = label_key(name), tokens(text)
    joined = ["".join(words[k : k + n]) for n in range(1, LONGEST_NAME + 1) for k in range(len(words) - n + 1)]
    return key in joined if len(key) < 6 else contains(" ".join(joined), [key])


def by_a_word_of_its_own(intent: Intent, columns: Sequence[Measurable]) -> list[Measurable]:
    """The one column of which a request says a word that is neither a kind of number nor a part of the body: “brixia score”."""
    words = set(tokens(normalise(_told(intent))))
    found = [column for column in columns if not column.of_patients and not words.isdisjoint(_own_words(column))]
    return found if len(found) == 1 else []


def _own_words(column: Measurable) -> set[str]:
    nouns = {noun for kind in _kinds() for noun in (*kind["nouns"], *_nouns(kind))}
    said_of_any = nouns | parts_of_the_body() | set(known.GENERIC_COLUMNS["words"]) | {normalise(column.unit or "")}
    return {word for word in column.words if len(word) > _STEM and word not in said_of_any and not _is_everyday(word)}


def spanned(intent: Intent, columns: Sequence[Measurable]) -> list[Measurable]:
    """The one column whose numbers lie within the ends that a request names, and reach most of the way: “score it 0-18”."""
    if intent.grades is None:
        return []
    low, high = map(float, intent.grades)
    found = [c for c in columns if not c.of_patients and low <= c.low and high - (high - low) / 4 <= c.high <= high]
    return found if len(found) == 1 else []


# ------------------------------------------------------------------ by the kind of number
def of_a_kind(intent: Intent, columns: Sequence[Measurable]) -> list[Measurable]:
    """Columns of the kind that a request asks for; the patients' age where no other fits, or where it speaks of people."""
    text, wanted = normalise(_told(intent)), _kinds_asked(intent)
    found = [c for c in columns if c.kinds & {kind["name"] for kind in wanted} and _fits(c, text, wanted)]
    others = [c for c in found if not c.of_patients]
    return others if others and not _of_people(text) else found


def _kinds_asked(intent: Intent) -> list[Mapping[str, Any]]:
    text = normalise(_told(intent))
    return [kind for kind in _kinds() if contains(text, kind["asked"]) or _compounds(text, kind)]


def _of_people(text: str) -> bool:
    """“How old is the patient”, and no other age."""
    return contains(text, words_in("lines.people")) and not _OTHER_AGES.search(text)


def _fits(column: Measurable, text: str, wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no word before the noun speaks of another measure; “bone age” is no age of patients."""
    if column.of_patients and _OTHER_AGES.search(text):
        return False
    return all(_knows(column, word) for kind in wanted for word in _qualifiers(text, kind))


def _qualifiers(text: str, kind: Mapping[str, Any]) -> list[str]:
    """Words that stand before the noun, or make one word with it."""
    words = tokens(text)
    before = [words[k - 1] for k, word in enumerate(words) if k and word in _nouns(kind)]
    return [word for word in before if not _is_everyday(word)] + _compounds(text, kind)


def _compounds(text: str, kind: Mapping[str, Any]) -> list[str]:
    """“hueft” of “hueftwinkel”."""
    return [
        word.removesuffix(noun)
        for word in tokens(text)
        for noun in _nouns(kind)
        if len(noun) > 4 and word.endswith(noun) and word != noun
    ]


@cache
def _plain_nouns() -> dict[str, tuple[str, ...]]:
    return {kind["name"]: tuple(normalise(word) for word in kind["asked"] if " " not in word) for kind in _kinds()}


def _nouns(kind: Mapping[str, Any]) -> tuple[str, ...]:
    return _plain_nouns()[kind["name"]]


def _knows(column: Measurable, word: str) -> bool:
    """Whether a column's name or another name of it holds a word, or one of its stem."""
    own = [*column.words, *(part for name in other_names(column.measure) for part in tokens(name))]
    return any(word == part or (min(len(word), len(part)) >= _STEM and word[:_STEM] == part[:_STEM]) for part in own)


def _is_everyday(word: str) -> bool:
    return word in _everyday()


@cache
def _everyday() -> frozenset[str]:
    """Words that name no measure: everyday words, and those of measuring and estimating without the things that are measured."""
    phrases = [*known.PHRASES["estimate"], *TASK.words, *words_in("lines.exact")]
    verbs = {word for phrase in phrases for word in tokens(normalise(phrase))}
    return frozenset(known.EVERYDAY["words"]) | (verbs - _THINGS)


def _nothing_named(intent: Intent, columns: Sequence[Measurable]) -> list[Measurable]:
    """All but the patients' age, where a request says nothing beyond that numbers are to be measured on the images."""
    objects = [
        word for word in tokens(normalise(_told(intent))) if not (_is_everyday(word) or word.isdigit() or _is_of_images(word))
    ]
    return [] if objects else [column for column in columns if not column.of_patients]


def _is_of_images(word: str) -> bool:
    families = (known.IMAGE_WORDS, known.GROUP, {"imaging": known.PHRASES["imaging"]})
    return any(word in tokens(normalise(phrase)) for family in families for phrases in family.values() for phrase in phrases)


@cache
def _kinds() -> list[dict[str, Any]]:
    kinds: list[dict[str, Any]] = tomllib.loads(files(TASK.package).joinpath("measures.toml").read_text(encoding="utf-8"))["kind"]
    return [{**kind, "asked": families("tasks")["measures"][kind["name"]]} for kind in kinds]


def draws_a_line(intent: Intent) -> bool:
    """Whether a request names a line."""
    return line_in(_told(intent)) is not None

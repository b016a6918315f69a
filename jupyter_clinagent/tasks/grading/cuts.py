"""From which grade on something is to be recognised: “grade 2 or more”, “ab Stadium III”, “referable”, “worse than mild”."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.grading.scale import Scale, degree_words, plain_key

UNIT = rf"(?:{any_word('grades.unit')}|(?:bi|ti|pi|li|lung|o)-?rads)"
_TIMES = any_word("units.minute", "units.hour", "units.year", "to")
NOT_A_LEVEL = rf"(?! ?(?:{any_word('percent')}|{_TIMES}\b|[-–]\s?\d))"
_AND_OR, _MORE_THAN = any_word("and", "or"), any_word("amounts.above", "grades.above")
_BEFORE = rf"(?:>=|=>|≥|{any_word('amounts.at_least', 'lines.onwards')})\s?"
_AFTER = rf"\s?(?:\+|{any_word('grades.upwards')}\b|{_AND_OR}\s{any_word('amounts.more', 'grades.more')}\b)"
_ON = rf"\s{any_word('grades.on')}\b"
_OVER = rf"(?:>|{_MORE_THAN})\s?"
_AFTER_BELOW = rf"\s?{_AND_OR}\s{any_word('amounts.less', 'grades.less')}\b"
_UP_TO = rf"(?:<=|≤|{any_word('amounts.at_most')}|{any_word('no', 'not')} {_MORE_THAN})\s?"
_UNDER = rf"(?:<|{any_word('amounts.below', 'grades.below')})\s?"
_AGAINST = re.compile(rf"\b{any_word('lists.against', 'grades.against')}\b")
_RANGE = re.compile(rf"\s{any_word('to', 'through')}\s|(?<=\w)\s?[-–]\s?(?=[\divx]+\b)")
"""“0-1” and “I to II”."""
_IS_NOTHING = re.compile(rf"\s?(?:=|:|{any_word('is', 'means', 'as')})\s?{any_word('grades.nothing')}\b")
_OTHERS = re.compile(rf"\b{any_word('rest', 'all', 'every', 'any', 'everything')}\b")
_CLAUSES = re.compile(r"[.;:!?\n](?=\s|$)|,")


_SPOKEN = 4
"""Letters of a word that may say a grade by itself."""


class Cut(NamedTuple):
    """The lowest grade that counts, and how the request is understood, in words; empty where it names the grade itself."""

    grade: str
    understood: str = ""


class Level(NamedTuple):
    """A grade that a text names, where, and whether a number or letter stands there alone."""

    grade: str
    start: int
    end: int
    bare: bool


def cut_of(intent: Intent, scale: Scale) -> Cut | None:
    """The cut that the latest words name; None where none do. Every image is at or above the lowest grade, so that is none."""
    texts = [normalise(text) for text in (*reversed(intent.later), intent.text)]
    found = (
        cut for text in texts for read in (_below, _sides, _negative, _spelt, _named, _dreaded) if (cut := read(text, scale))
    )
    return next((cut for cut in found if cut.grade != scale.names[0]), None)


def levels_in(text: str, scale: Scale) -> list[Level]:
    """The grades that a normalised text names, in its order."""
    forms = _forms(scale)
    spelt = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.])(?P<unit>{UNIT}[ -]?)?(?P<level>{spelt})(?!\w){NOT_A_LEVEL}")
    return [
        Level(forms[found["level"]], *found.span(), bare=not found["unit"] and bool(_BARE.fullmatch(found["level"])))
        for found in pattern.finditer(text)
    ]


_BARE = re.compile(r"\d{1,2}[a-d]?|[ivx]+[a-d]?|[a-h]")


def _forms(scale: Scale) -> dict[str, str]:
    """Everything that a grade may be called, normalised, and the grade."""
    forms = {word: grade for word in degree_words() if (grade := scale.find(word))}
    for name, values in scale.grades.items():
        forms |= dict.fromkeys([normalise(name), *map(normalise, values), plain_key(name)], name)
    forms |= {word: grade for word, grade in _told(scale).items() if word not in forms}
    parted = {found[0]: name for name in reversed(scale.names) if (found := re.search(r"\d+(?=[a-d]$)", plain_key(name)))}
    return parted | forms  # “4” of 4a, 4b and 4c begins with 4a


def _told(scale: Scale) -> dict[str, str]:
    """What a text in the folder calls the grades, whole and by each word that it says of one grade alone."""
    words = [(word, grade) for meaning, grade in scale.meanings.items() for word in tokens(normalise(meaning))]
    grades = {word: {grade for other, grade in words if other == word} for word, _ in words}
    alone = {word: min(held) for word, held in grades.items() if len(held) == 1 and len(word) >= _SPOKEN}
    return alone | {normalise(meaning): grade for meaning, grade in scale.meanings.items()}


# ------------------------------------------------------------------ a cut that is spelt out
def _spelt(text: str, scale: Scale) -> Cut | None:
    found = [cut for level in levels_in(text, scale) if (cut := _at(level, text, scale)) is not None]
    return Cut(found[0]) if found else None


def _below(text: str, scale: Scale) -> Cut | None:
    """“Grade 2 or less” draws the same line from the other side."""
    for level in levels_in(text, scale):
        before, after, above = text[: level.start], text[level.end :], scale.from_on(level.grade)
        sign = r"(?:<=|≤)\s?$" if level.bare else rf"(?<!\w){_UP_TO}$"
        if (re.match(_AFTER_BELOW, after) or re.search(sign, before)) and len(above) > 1:
            return _line(above[1], scale)
        if re.search(r"<\s?$" if level.bare else rf"(?<!\w){_UNDER}$", before):
            return _line(level.grade, scale)
    return None


def _sides(text: str, scale: Scale) -> Cut | None:
    """“I-II versus III-IV” and “grade 0 against the rest”: where both sides together are the scale."""
    parted = _AGAINST.split(_RANGE.sub(" and ", text))
    if len(parted) != 2:
        return None
    one, other = ({level.grade for level in levels_in(part, scale)} for part in parted)
    first, second = (_whole_range(side, scale) for side in (one, other))
    if bool(one) != bool(other):
        rest = [name for name in scale.names if name not in (first or second)]
        first, second = (first or second), rest if _OTHERS.search(parted[bool(one)]) else []
    lower, upper = sorted((first, second), key=lambda side: scale.names.index(side[0]) if side else 0)
    return _line(upper[0], scale) if first and second and [*lower, *upper] == list(scale.names) else None


def _negative(text: str, scale: Scale) -> Cut | None:
    """“ISUP 0 = no cancer”: the line lies above the grades that are said to be nothing."""
    well = [level.grade for level in levels_in(text, scale) if _IS_NOTHING.match(text[level.end :])]
    above = scale.from_on(max(well, key=scale.names.index)) if well else []
    return _line(above[1], scale) if len(above) > 1 else None


def _whole_range(named: set[str], scale: Scale) -> list[str]:
    places = sorted(map(scale.names.index, named))
    return list(scale.names[places[0] : places[-1] + 1]) if places else []


def _line(grade: str, scale: Scale) -> Cut:
    before = scale.names[scale.names.index(grade) - 1]
    return Cut(grade, f"The line lies between {before} and {grade}; {grade} or above counts as positive.")


def _at(level: Level, text: str, scale: Scale) -> str | None:
    """The lowest grade that counts, by the words around a level; bare numbers take a sign, or words behind them."""
    before, after = text[: level.start], text[level.end :]
    above = scale.from_on(level.grade)
    if re.match(_AFTER, after) or (re.search(rf"\b{any_word('from', 'lines.onwards')}\s$", before) and re.match(_ON, after)):
        return level.grade
    sign = r"(?:>=|=>|≥)\s?$" if level.bare else rf"(?<!\w){_BEFORE}$"
    if re.search(sign, before):
        return level.grade
    over = r">\s?$" if level.bare else rf"(?<!\w){_OVER}$"
    return above[1] if re.search(over, before) and len(above) > 1 else None


# ------------------------------------------------------------------ a cut that has a name, and what must not be missed
def _named(text: str, scale: Scale) -> Cut | None:
    about = f"{text} {normalise(scale.column)} {' '.join(map(normalise, scale.names))}"
    for entry in _lexicon()["cut"]:
        said = next((word for word in families("tasks")["cuts"][entry["name"]] if contains(text, [word])), None)
        grade = next(filter(None, map(scale.find, entry["grades"])), None)
        if said and grade and contains(re.sub(r"[_\W]+", " ", about), entry["about"]):
            return Cut(grade, f"“{said}” is taken as {entry['source']}: {' , '.join(scale.from_on(grade))}.".replace(" ,", ","))
    return None


def _dreaded(text: str, scale: Scale) -> Cut | None:
    """“Missing severe disease is worse”: from the lowest grade that must not be missed."""
    for clause in _risky(text):
        named = {level.grade for level in levels_in(clause, scale) if not level.bare}
        if named:
            lowest = min(named, key=scale.names.index)
            return Cut(lowest, f"What must not be missed is taken as {lowest} or above.")
    return None


def _risky(text: str) -> Iterator[str]:
    words = [*known.PHRASES["miss"], *known.PHRASES["false_alarm"]]
    return (clause for clause in _CLAUSES.split(text) if contains(clause, words))


@cache
def _lexicon() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__ or "").joinpath("cuts.toml").read_text(encoding="utf-8"))

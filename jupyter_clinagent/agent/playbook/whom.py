"""Of whom and of what the images are that a request is about: women, children, right eyes, labels found by histology."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jupyter_clinagent.agent.playbook.ages import columns_of_ages, in_unit
from jupyter_clinagent.agent.playbook.criterion import BEHIND, CHOOSING, MAY_CHOOSE, Criterion, chooses, is_left_out, said_of
from jupyter_clinagent.agent.playbook.lexicon import PROVEN
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise, tokens
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import words_in

_PEOPLE = families("whom")["people"]
_OF_AGE = 18.0
"""Years."""
_ANY_AGE = frozenset([*_PEOPLE["child"], *_PEOPLE["adult"]])
_SIDES = {side: set(words_in(f"eyes.{side}", f"eyes.{side}_short")) for side in ("left", "right")}
"""Values that tell sides, letters only."""
_TIMES = re.compile(r"(?<![\w.])(?P<number>\d{1,4}) ?[x×](?!\w)")
_NUMBER = re.compile(r"(\d{1,4})(?:\.0+)? ?[x×]?")
_STEM = 5
"""Letters of a value that says how a label was found: “histo” for “by histology”."""


def of_both_sexes(plain: str) -> bool:
    """Whether a normalised sentence names women and men."""
    return all(contains(plain, _PEOPLE[sex]) for sex in ("female", "male"))


def is_of_age(one: Criterion) -> bool:
    """Whether it says children or adults, and no number."""
    return one.words.removeprefix("not ") in _ANY_AGE


def tells_sides(column: ColumnFacts) -> bool:
    """Whether a column holds left and right, by its values or by what they mean."""
    return set(_sides_of(column).values()) == set(_SIDES)


def _sides_of(column: ColumnFacts) -> dict[str, str]:
    called = {value: label_key(column.meanings.get(value, value)) for value in column.values}
    return {value: side for value, key in called.items() for side, keys in _SIDES.items() if key in keys}


def of_sexes(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“Girls only”, “no boys”; women and men are everybody."""
    words = set(tokens(plain))
    named = {sex: [word for word in _PEOPLE[sex] if word in words] for sex in ("female", "male")}
    if bool(named["female"]) != bool(named["male"]):
        sex, other = ("female", "male") if named["female"] else ("male", "female")
        without = is_left_out(named[sex][0], plain)
        said = said_of(named[sex][0], without)
        yield from (Criterion(column.name, values, said) for column, values in _of_sex(columns, other if without else sex))


def grown_up(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """Children and adults by their age, where the sentence names no number."""
    words = set(tokens(plain))
    grown = {name: [word for word in _PEOPLE[name] if word in words] for name in ("child", "adult")}
    if bool(grown["child"]) != bool(grown["adult"]):
        word = (grown["child"] or grown["adult"])[0]
        without = is_left_out(word, plain)
        bound = {"below": _OF_AGE} if bool(grown["child"]) != without else {"at_least": _OF_AGE}
        asked = (
            Criterion(column.name, in_unit(bound, "", f"{column.name} {column.unit}"), said_of(word, without))
            for column in columns_of_ages(columns)[:1]
        )
        yield from asked


def _of_sex(columns: Iterable[ColumnFacts], sex: str) -> Iterator[tuple[ColumnFacts, list[str]]]:
    """The first column that tells the sexes apart, with its values for one of them."""
    names = {
        key: {label_key(word) for word in (key, key[0], *spoken_as(key), *_PEOPLE[key])} | ({"w"} if key == "female" else set())
        for key in ("female", "male")
    }
    other = "male" if sex == "female" else "female"
    for column in columns:
        told = {value: label_key(column.meanings.get(value, value)) for value in column.values}
        values = [value for value, key in told.items() if key in names[sex] - names[other]]
        if label_key(column.name) in names["female"] ^ names["male"]:
            says = says_yes if label_key(column.name) in names[sex] else says_no
            values = [value for value in column.values if says(value)]
        if values and len(values) < len(column.values):
            yield column, values
            return


def of_side(columns: Iterable[ColumnFacts], naming: str) -> Iterator[Criterion]:
    """“Right eyes”, where a column tells both sides; OD is an optic disc elsewhere."""
    named = [side for side in _SIDES if chooses([side, *spoken_as(side)], naming, CHOOSING["only"], BEHIND)]
    for column in columns if len(named) == 1 else ():
        told = _sides_of(column)
        if tells_sides(column):
            without = is_left_out(named[0], naming)
            values = [value for value, side in told.items() if (side == named[0]) != without]
            yield Criterion(column.name, values, said_of(named[0], without))
            return


def of_magnification(columns: Iterable[ColumnFacts], plain: str, set_aside: str) -> Iterator[Criterion]:
    """“At 200x”, “everything except the 40x”, where a column holds these numbers."""
    said = {found["number"]: found[0] for found in _TIMES.finditer(plain)}
    for column in columns:
        held = {value: digits[1] for value in column.values if (digits := _NUMBER.fullmatch(normalise(value)))}
        named = {value: said[number] for value, number in held.items() if number in said}
        if not said or column.role not in MAY_CHOOSE or not set(said) <= set(held.values()):
            continue
        unwanted = [v for v, words in named.items() if is_left_out(words, plain) or contains(set_aside, [words])]
        wanted = [value for value in named if value not in unwanted] or [v for v in column.values if v not in unwanted]
        yield Criterion(column.name, wanted, said_of(", ".join(said.values()), bool(unwanted)))
        return


def of_proof(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“Confirmed by histology”, “by histology only”, where a column says how each label was found."""
    proofs = [found[0] for proven in PROVEN for found in proven.finditer(plain)]
    only = [word for word in tokens(plain) if len(word) > _STEM and chooses([word], plain, (), CHOOSING["only"])]
    for words in (*proofs, *only):
        said = {word[:_STEM] for word in tokens(words) if len(word) >= _STEM}
        for column in columns:
            values = [value for value in column.values if normalise(value) in said]
            if column.role in MAY_CHOOSE and 0 < len(values) < len(column.values):
                yield Criterion(column.name, values, words)

"""Which images a request is about: “in women”, “PA views only”, “patients over 60”, “no lateral films”, “2019 and later”.

What a request says of a column that is not the label chooses images by it; the card says so, and how to have all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from jupyter_clinagent.agent.playbook.ages import columns_of_ages, in_unit
from jupyter_clinagent.agent.playbook.bounds import Bound, bounds_in, numbers_bounded
from jupyter_clinagent.agent.playbook.drafting import Draft, Notes, listed
from jupyter_clinagent.agent.playbook.lexicon import PROVEN, Intent
from jupyter_clinagent.agent.playbook.naming import mentioned, wholly_named
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.used import Used, is_idle, names_no_value, words_of_any_request
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise, tokens
from jupyter_clinagent.contracts import Only, Range, Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word, unless_after, words_in
from jupyter_clinagent.tasks import registry

_WHOM = families("whom")
_PEOPLE, _CHOOSING = _WHOM["people"], _WHOM["choosing"]
_JOINING, _AGAINST = any_word("lists.joining"), any_word("lists.against")
_CIRCUMSTANCE = ("site", "sex", "confounder")
"""Columns whose values say where, of whom and how an image was taken, and never what it shows."""
_MAY_CHOOSE = (*_CIRCUMSTANCE, "label", "alias", "other")
_BEFORE, _BEHIND = [*_CHOOSING["only"], *_CHOOSING["before"]], [*_CHOOSING["only"], *_CHOOSING["behind"]]
_STEM = 5
"""Letters of a value that says how a label was found: “histo” for “by histology”."""
_NEAR = 2
"""Words before and behind a name within which a word says that it chooses images."""
_OF_AGE = 18.0
_OLDEST = 110
"""Years."""
_ANY_AGE = frozenset([*_PEOPLE["child"], *_PEOPLE["adult"]])
_SIDES = {side: set(words_in(f"eyes.{side}", f"eyes.{side}_short")) for side in ("left", "right")}
"""Values that tell sides, letters only."""
_OPPOSITE = {"at_least": "below", "above": "at_most", "at_most": "above", "below": "at_least"}
_DATED = re.compile(rf"{any_word('columns.date')}(?:$|[_\W\d])", re.I)
_BORN = re.compile(any_word("columns.birth"), re.I)
_DEVICE = re.compile(any_word("columns.device"), re.I)
_SIZED = re.compile(any_word("columns.size"), re.I)


_NOT, _BETWEEN, _GONE = ("|".join(map(re.escape, _CHOOSING[name])) for name in ("not", "between", "gone"))
_NEGATED = re.compile(rf"{unless_after('or')}\b(?:{_NOT})\s(?:(?:{_BETWEEN})\s){{0,3}}$")
_IS_GONE = re.compile(rf"^\s(?:(?:{_BETWEEN})\s)?(?:{any_word('is', 'was', 'becomes')} )?(?:{_GONE})\b")


def is_left_out(words: str, plain: str) -> bool:
    """Whether a normalised sentence wants those left out whom it names.

    Examples
    --------
    >>> is_left_out("children", "melanoma or nevus, no children"), is_left_out("women", "melanoma or not in women")
    (True, False)
    >>> is_left_out("kinder", "kinder ausgeschlossen"), is_left_out("over 60", "no patients over 60")
    (True, True)
    """
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", plain)
    return found is not None and bool(_NEGATED.search(plain[: found.start()]) or _IS_GONE.match(plain[found.end() :]))


@dataclass(frozen=True)
class Criterion:
    """What is asked of a column, and the words that ask for it."""

    column: str
    asked: list[str] | Range
    words: str


def with_inclusion(drafted: Draft, intent: Intent, survey: SurveyFacts) -> Draft:
    """The draft with the images that it is about, and a line for each thing that chooses them."""
    found = criteria(intent, survey, drafted.specification, drafted.understood)
    only = _together(found)
    if not only:
        return drafted
    spec = drafted.specification.model_copy(update={"only": only})
    notes = Notes(list(drafted.assumptions))
    for one in reversed(found):
        notes.first(_said(one))
    every = "Say “all images” to have every one of them learnt from."
    understood = (*drafted.understood, *(word for one in found for word in (one.words, one.column)))
    return replace(
        drafted, specification=spec, assumptions=tuple(notes.lines), offered=(*drafted.offered, every), understood=understood
    )


def _said(one: Criterion) -> str:
    asked = one.asked.in_words if isinstance(one.asked, Range) else listed(one.asked)
    return f"The request says “{one.words}”: only images whose “{one.column}” is {asked} are looked at; others are left out."


def _together(found: Iterable[Criterion]) -> Only:
    """One criterion a column; of two, values win over ranges and bounds add up."""
    only: Only = {}
    for one in found:
        before = only.get(one.column)
        if isinstance(before, Range) and isinstance(one.asked, Range):
            only[one.column] = Range.model_validate(one.asked.bounds | before.bounds)
        elif isinstance(before, list) and isinstance(one.asked, list):
            only[one.column] = [value for value in before if value in one.asked] or before
        elif before is None:
            only[one.column] = one.asked
    return only


def criteria(intent: Intent, survey: SurveyFacts, spec: Specification, understood: Iterable[str] = ()) -> list[Criterion]:
    """What a request asks of columns other than the label; nothing where it wants every image.

    Parameters
    ----------
    spec
        What is drafted so far.
    understood
        Further names of what it is of.
    """
    if intent.distrusts or wants_all(intent):
        return []
    plain = _all_said(intent)
    columns = [column for column in survey.columns if column.name not in _spent(spec)]
    used = Used.by(spec, survey, intent, understood)
    found = [
        *_bounded(bounds_in(plain), columns, intent, plain),
        *_of_measures(columns, plain),
        *([] if registry.find(spec.task).bounded or registry.find(spec.task).ordered else _of_bare_ages(columns, plain, used)),
        *_of_sexes(columns, plain),
        *_grown_up(columns, plain),
        *_of_side(columns, intent.naming),
        *_of_proof(columns, plain),
        *(
            one
            for column in columns
            if _may_choose(column, survey, spec)
            for one in _by_values(column, intent, survey, spec, used)
        ),
    ]
    exact = {one.column for one in found if not _is_of_age(one)}
    kept = [one for one in found if not _is_of_age(one) or one.column not in exact]
    return [one for at, one in enumerate(kept) if not any((one.column, one.asked) == (o.column, o.asked) for o in kept[:at])]


def _may_choose(column: ColumnFacts, survey: SurveyFacts, spec: Specification) -> bool:
    """Whether images may be chosen by a column; where several findings are learnt, another one is only not learnt."""
    finding = column.name in survey.label_candidates and registry.find(spec.task).several and len(spec.classes) > 1
    return column.role in _MAY_CHOOSE and not finding


def _called(words: str, without: bool) -> str:
    """How the card says what the request asks for."""
    return f"not {words}" if without else words


def _is_of_age(one: Criterion) -> bool:
    """Whether it says children or adults, and no number."""
    return one.words.removeprefix("not ") in _ANY_AGE


def wants_all(intent: Intent) -> bool:
    """Whether a request says that it is about every image."""
    return contains(_all_said(intent), _CHOOSING["everything"])


def _all_said(intent: Intent) -> str:
    """The request with all that was said later."""
    return normalise(" . ".join([intent.text, *intent.later]))


def _tells(value: str, intent: Intent) -> bool:
    """Whether a value says something by itself, or is asked for alone: “only the good ones”."""
    return not is_idle(value) or chooses([value], intent.naming, _CHOOSING["only"], _BEHIND)


def of_both_sexes(plain: str) -> bool:
    """Whether a normalised sentence names women and men."""
    return all(contains(plain, _PEOPLE[sex]) for sex in ("female", "male"))


def _spent(spec: Specification) -> set[str | None]:
    inside = {value for values in spec.classes.values() for value in values}
    return {spec.label_column, spec.group_column, spec.split_column, *spec.confounders, *spec.classes, *inside}


# ------------------------------------------------------------------ people
def _of_sexes(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“Girls only”, “no boys”; women and men are everybody."""
    words = set(tokens(plain))
    named = {sex: [word for word in _PEOPLE[sex] if word in words] for sex in ("female", "male")}
    if bool(named["female"]) != bool(named["male"]):
        sex, other = ("female", "male") if named["female"] else ("male", "female")
        without = is_left_out(named[sex][0], plain)
        said = _called(named[sex][0], without)
        yield from (Criterion(column.name, values, said) for column, values in _of_sex(columns, other if without else sex))


def _grown_up(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """Children and adults by their age, where the sentence names no number."""
    words = set(tokens(plain))
    grown = {name: [word for word in _PEOPLE[name] if word in words] for name in ("child", "adult")}
    if bool(grown["child"]) != bool(grown["adult"]):
        word = (grown["child"] or grown["adult"])[0]
        without = is_left_out(word, plain)
        bound = {"below": _OF_AGE} if bool(grown["child"]) != without else {"at_least": _OF_AGE}
        asked = (
            Criterion(column.name, in_unit(bound, "", column.name), _called(word, without))
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


def _of_side(columns: Iterable[ColumnFacts], naming: str) -> Iterator[Criterion]:
    """“Right eyes”, where a column tells both sides; OD is an optic disc elsewhere."""
    named = [side for side in _SIDES if chooses([side, *spoken_as(side)], naming, _CHOOSING["only"], _BEHIND)]
    for column in columns if len(named) == 1 else ():
        told = _sides_of(column)
        if tells_sides(column):
            without = is_left_out(named[0], naming)
            values = [value for value, side in told.items() if (side == named[0]) != without]
            yield Criterion(column.name, values, _called(named[0], without))
            return


def _of_proof(columns: Iterable[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“Confirmed by histology”, “by histology only”, where a column says how each label was found."""
    proofs = [found[0] for proven in PROVEN for found in proven.finditer(plain)]
    only = [word for word in tokens(plain) if len(word) > _STEM and chooses([word], plain, (), _CHOOSING["only"])]
    for words in (*proofs, *only):
        said = {word[:_STEM] for word in tokens(words) if len(word) > _STEM}
        for column in columns:
            values = [value for value in column.values if normalise(value) in said]
            if column.role in _MAY_CHOOSE and 0 < len(values) < len(column.values):
                yield Criterion(column.name, values, words)


# ------------------------------------------------------------------ numbers
def _bounded(bounds: Iterable[Bound], columns: list[ColumnFacts], intent: Intent, plain: str) -> Iterator[Criterion]:
    for bound in bounds:
        given = bound.range.bounds
        if contains(intent.set_aside, [bound.words]) or is_left_out(bound.words, plain):
            given = {_OPPOSITE[name]: number for name, number in given.items()} if len(given) == 1 else {}
        if (column := _column_of(bound, columns)) is not None and given:
            asked = in_unit(given, bound.unit, column.name) if bound.kind == "age" else Range.model_validate(given)
            yield Criterion(column.name, asked, _called(bound.words, given != bound.range.bounds))


def _of_measures(columns: list[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“PSA below 10”, where one column of numbers is called so."""
    for bound in numbers_bounded(plain):
        called = [c for c in columns if not c.values and bound.unit in tokens(normalise(re.sub(r"[_\W]+", " ", c.name)))]
        if len(called) == 1 and len(bound.unit) >= _NEAR and not is_left_out(bound.words, plain):
            yield Criterion(called[0].name, bound.range, bound.words)


def _of_bare_ages(columns: list[ColumnFacts], plain: str, used: Used) -> Iterator[Criterion]:
    """“Cancer or benign over 50”: a bare number behind what is studied is an age, where there is a column of ages."""
    aged, told = columns_of_ages(columns)[:1], [bound.words for bound in bounds_in(plain)]
    for bound in numbers_bounded(plain) if aged else ():
        said = bound.words.removeprefix(bound.unit).strip()
        bare = used.holds(bound.unit) and not any(said in words for words in told) and _ends(said, plain)
        if bare and max(bound.range.bounds.values()) <= _OLDEST and not is_left_out(bound.words, plain):
            yield Criterion(aged[0].name, bound.range, said)


def _ends(said: str, plain: str) -> bool:
    """Whether nothing that a number could count follows it: “under 10 kg” is no age."""
    return re.search(rf"{re.escape(said)}\s*(?:$|[.,;:!?)(]|\b{_JOINING}\b|\b{_AGAINST}\b)", plain) is not None


def _column_of(bound: Bound, columns: list[ColumnFacts]) -> ColumnFacts | None:
    """The one column that the bound can be on; None where none or several can."""
    if bound.kind == "age":
        return next(iter(columns_of_ages(columns)), None)
    if bound.kind == "year":
        dated = [column for column in columns if _DATED.search(column.name) and not _BORN.search(column.name)]
        return dated[0] if len(dated) == 1 else None
    letters = re.sub(r"^(?:milli|[cz]enti)met\w+", lambda word: "mm" if word[0][0] == "m" else "cm", bound.unit)
    sized = [column for column in columns if re.search(rf"(?:^|[_\W]){re.escape(letters)}(?:$|[_\W])", column.name, re.I)]
    return sized[0] if len(sized) == 1 and _SIZED.search(sized[0].name) else None


# ------------------------------------------------------------------ values
def tells_sides(column: ColumnFacts) -> bool:
    """Whether a column holds left and right, by its values or by what they mean."""
    return set(_sides_of(column).values()) == set(_SIDES)


def _sides_of(column: ColumnFacts) -> dict[str, str]:
    called = {value: label_key(column.meanings.get(value, value)) for value in column.values}
    return {value: side for value, key in called.items() for side, keys in _SIDES.items() if key in keys}


def _by_values(column: ColumnFacts, intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[Criterion]:
    """Values that a request names to have their images alone, or to have them left out; codes by what they mean."""
    coded = {meaning: value for value, meaning in column.meanings.items()}
    spelt = column.model_copy(update={"values": {column.meanings.get(v, v): n for v, n in column.values.items()}})
    for one in _by_meanings(spelt, intent, survey, spec, used):
        asked = [coded.get(value, value) for value in one.asked] if isinstance(one.asked, list) else one.asked
        yield replace(one, asked=asked)


def _by_meanings(
    column: ColumnFacts, intent: Intent, survey: SurveyFacts, spec: Specification, used: Used
) -> Iterator[Criterion]:
    values = [value for value in column.values if value not in not_known(column.values)]
    if len(values) < 2 or tells_sides(column):
        return
    if {True} == {says_yes(value) or says_no(value) for value in values}:
        yield from _by_name(column, values, intent)
        return
    telling = [value for value in values if _tells(value, intent)]
    named = mentioned(telling, intent.naming) if _DEVICE.search(column.name) else wholly_named(telling, intent.naming)
    if chooses(named, intent.naming, _CHOOSING["only"], _CHOOSING["only"]) and names_no_value(spec):
        used = Used("")  # “only the malignant ones” of masks that have no name but that
    named = [value for value in named if not used.holds_any(tokens(normalise(value)))]
    named = _with_joined(named, values, intent.naming)
    unwanted = [value for value in named if is_left_out(_spoken([value], intent.naming), normalise(intent.text))]
    if unwanted:
        yield Criterion(
            column.name, [v for v in column.values if v not in unwanted], _called(_spoken(unwanted, intent.naming), True)
        )
    elif 0 < len(named) < len(values) and (
        column.role in _CIRCUMSTANCE or _DEVICE.search(column.name) or chooses(named, intent.naming, _BEFORE, _BEHIND)
    ):
        yield Criterion(column.name, named, _spoken(named, intent.naming))
    dropped = wholly_named(telling, intent.set_aside)
    if 0 < len(dropped) < len(values) and not _is_label(column, dropped, survey, intent):
        yield Criterion(column.name, [value for value in column.values if value not in dropped], _called(dropped[0], True))


def _with_joined(named: list[str], values: Sequence[str], naming: str) -> list[str]:
    """“Good or excellent”: with a value that says nothing by itself and is joined to one that does."""
    joints = rf"\s?(?:,|/|{_JOINING})\s?"
    told = [re.escape(normalise(value)) for value in named]
    pairs = {value: (re.escape(normalise(value)), one) for value in values if value not in named for one in told}
    joined = [
        value
        for value, (own, one) in pairs.items()
        if re.search(rf"(?<!\w)(?:{own}{joints}{one}|{one}{joints}{own})(?!\w)", naming)
    ]
    return [value for value in values if value in named or value in joined]


def _by_name(column: ColumnFacts, values: list[str], intent: Intent) -> Iterator[Criterion]:
    """“Only the biopsied ones”, “no TMAs”, of a column that says yes or no."""
    names = [re.sub(r"^(?:is|has|was)[_ ]", "", column.name, flags=re.I).replace("_", " ")]
    if words_of_any_request().issuperset(tokens(normalise(names[0]))):
        return
    denied = contains(intent.naming, [f"{word}{joint}{names[0]}" for word in _CHOOSING["non"] for joint in (" ", "")])
    if not denied and chooses(names, intent.naming, [*_CHOOSING["only"], *_CHOOSING["within"]], _CHOOSING["only"]):
        yield Criterion(column.name, [value for value in values if says_yes(value)], names[0])
    elif denied or contains(intent.set_aside, [normalise(names[0])]) or is_left_out(normalise(names[0]), normalise(intent.text)):
        yield Criterion(column.name, [value for value in values if says_no(value)], _called(names[0], True))


def chooses(names: Iterable[str], naming: str, before: Iterable[str], behind: Iterable[str]) -> bool:
    """Whether a name stands close behind one of some words, or close before one of others."""
    said = [tokens(spoken) for name in names for spoken in spoken_as(name)]
    return any(_stand_close(said, tokens(clause), set(before), set(behind)) for clause in naming.split(" . "))


def _stand_close(said: Iterable[list[str]], words: list[str], before: set[str], behind: set[str]) -> bool:
    places = [
        (at, at + len(name))
        for name in said
        for at in range(len(words))
        if name and contains(" ".join(words[at : at + len(name)]), [" ".join(name)])
    ]
    return any(
        not before.isdisjoint(words[max(0, start - _NEAR) : start]) or not behind.isdisjoint(words[end : end + _NEAR])
        for start, end in places
    )


def _is_label(column: ColumnFacts, dropped: list[str], survey: SurveyFacts, intent: Intent) -> bool:
    """Whether what is left out is a class: another column of labels holds it, too."""
    others = [other for other in survey.columns if other.name in survey.label_candidates and other.name != column.name]
    labels = [value for other in others for value in other.values]
    return bool(set(wholly_named(labels, intent.set_aside)) & set(dropped))


def _spoken(named: list[str], naming: str) -> str:
    """How the request calls the first of these values."""
    return next((spoken for spoken in spoken_as(named[0]) if contains(naming, [spoken])), named[0])

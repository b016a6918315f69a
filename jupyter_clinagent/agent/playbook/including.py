"""Which images a request is about: “in women”, “PA views only”, “patients over 60”, “no lateral films”, “2019 and later”.

What a request says of a column that is not the label chooses images by it; the card says so, and how to have all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from jupyter_clinagent.agent.playbook.bounded import of_bare_ages, of_bounds, of_measures
from jupyter_clinagent.agent.playbook.bounds import bounds_in
from jupyter_clinagent.agent.playbook.criterion import (
    BEFORE,
    BEHIND,
    CHOOSING,
    CIRCUMSTANCE,
    MAY_CHOOSE,
    Criterion,
    chooses,
    chooses_people,
    is_left_out,
    said_of,
)
from jupyter_clinagent.agent.playbook.drafting import Draft, Notes, concept_of, listed
from jupyter_clinagent.agent.playbook.lexicon import LEAVES_IMAGES, Intent
from jupyter_clinagent.agent.playbook.naming import mentioned, values_for, wholly_named, words_of
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.used import Used, is_idle, names_no_value, words_of_any_request
from jupyter_clinagent.agent.playbook.whom import grown_up, is_of_age, of_magnification, of_proof, of_sexes, of_side, tells_sides
from jupyter_clinagent.agent.playbook.wording import clauses_of, contains, normalise, tokens
from jupyter_clinagent.contracts import Only, Range, Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_STEM, _ENDING = 4, 3
"""Letters that words of one stem have in common at least, and those at the end by which they may differ."""
_CODE = re.compile(r"-\d+(?:\.0)?")
"""Neither yes nor no: “-1” is uncertain."""
_DEVICE = re.compile(any_word("columns.device"), re.I)


def with_inclusion(drafted: Draft, intent: Intent, survey: SurveyFacts) -> Draft:
    """The draft with the images that it is about, and a line for each thing that chooses them."""
    found = criteria(intent, survey, drafted.specification, drafted.understood)
    only = _together(found)
    if not only:
        return drafted
    spec = drafted.specification.model_copy(update={"only": only})
    notes = Notes(list(drafted.assumptions))
    units = {column.name: column.unit for column in survey.columns}
    for one in reversed(found):
        notes.first(_said(one, units.get(one.column, "")))
    every = "Say “all images” to have every one of them learnt from."
    values = (value for one in found if isinstance(one.asked, list) for value in one.asked)
    chosen = (word for one in found for word in (one.words, one.column))
    understood = (*drafted.understood, *chosen, *(spoken for value in values for spoken in spoken_as(value)))
    return replace(
        drafted, specification=spec, assumptions=tuple(notes.lines), offered=(*drafted.offered, every), understood=understood
    )


def _said(one: Criterion, unit: str) -> str:
    if isinstance(one.asked, Range):
        asked = f"{one.asked.in_words} {unit}".rstrip()
    else:
        asked = listed(value or "empty" for value in one.asked)
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
        *(one for one in of_bounds(bounds_in(plain), columns, intent, plain) if not _is_the_line(one, spec)),
        *of_measures(columns, plain),
        *([] if registry.find(spec.task).bounded or registry.find(spec.task).ordered else of_bare_ages(columns, plain, used)),
        *of_sexes(columns, plain),
        *grown_up(columns, plain),
        *of_side(columns, intent.naming),
        *of_proof(columns, plain),
        *of_magnification(columns, plain, intent.set_aside),
        *(
            one
            for column in columns
            if column.role in MAY_CHOOSE
            for one in _by_values(column, intent, survey, spec, used)
            if not _is_other_finding(column, survey, spec) or _leaves_images(one, plain)
        ),
        *(one for column in columns if names_no_value(spec) for one in _of_unnamed(column, intent, survey)),
    ]
    exact = {one.column for one in found if not is_of_age(one)}
    kept = [one for one in found if not is_of_age(one) or one.column not in exact]
    return [one for at, one in enumerate(kept) if not any((one.column, one.asked) == (o.column, o.asked) for o in kept[:at])]


def _is_the_line(one: Criterion, spec: Specification) -> bool:
    """Whether a bound is the line that a measurement is judged by: “bone age under 10 years or not”."""
    at = getattr(spec, "line", None)
    return at is not None and isinstance(one.asked, Range) and at in one.asked.bounds.values()


def _is_other_finding(column: ColumnFacts, survey: SurveyFacts, spec: Specification) -> bool:
    """Whether it is a finding beside several that are learnt: that one is only not learnt, unless images with it are to go."""
    return column.name in survey.label_candidates and registry.find(spec.task).several and len(spec.classes) > 1


def _leaves_images(one: Criterion, plain: str) -> bool:
    """Whether the clause that a criterion is read from leaves images or people out."""
    words = one.words.removeprefix("not ")
    return any(contains(clause, [words]) and LEAVES_IMAGES.search(clause) for clause in clauses_of(plain))


def wants_all(intent: Intent) -> bool:
    """Whether a request says that it is about every image."""
    kept = (clause for clause in clauses_of(_all_said(intent)) if not LEAVES_IMAGES.search(clause))  # “exclude everyone who …”
    return contains(" . ".join(kept), CHOOSING["everything"])


def _all_said(intent: Intent) -> str:
    """The request with all that was said later."""
    return normalise(" . ".join([intent.text, *intent.later]))


def _tells(value: str, intent: Intent) -> bool:
    """Whether a value says something by itself, or is asked for alone: “only the good ones”."""
    return not is_idle(value) or chooses([value], intent.naming, CHOOSING["only"], BEHIND)


def _spent(spec: Specification) -> set[str | None]:
    inside = {value for values in spec.classes.values() for value in values}
    return {spec.label_column, spec.group_column, spec.split_column, *spec.confounders, *spec.classes, *inside}


# ------------------------------------------------------------------ values
def _by_values(column: ColumnFacts, intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[Criterion]:
    """Values that a request names to have their images alone, or to have them left out; codes by what they mean."""
    if len(column.values) == 1 and column.missing and says_yes(next(iter(column.values))):
        yield from _by_name(column, [*column.values, ""], intent)  # a tick in some rows, whatever it is said to mean
        return
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
    answers = [value for value in values if says_yes(value) or says_no(value)]
    if len(answers) > 1 and all(value in answers or _CODE.fullmatch(value) for value in values):
        yield from _by_name(column, [*answers, *([""] if column.missing else [])], intent)
        return
    telling = [value for value in values if _tells(value, intent)]
    named = mentioned(telling, intent.naming) if _DEVICE.search(column.name) else wholly_named(telling, intent.naming)
    if chooses(named, intent.naming, CHOOSING["only"], CHOOSING["only"]) and names_no_value(spec):
        used = Used("")  # “only the malignant ones” of masks that have no name but that
    used = used.literally if column.role in CIRCUMSTANCE else used
    named = [value for value in named if not used.holds_any(tokens(normalise(value)))]
    named = _with_joined(named, values, intent.naming)
    unwanted = [value for value in named if is_left_out(_spoken([value], intent.naming), normalise(intent.text))]
    if unwanted:
        unwanted = _with_joined_to(unwanted, named, intent.naming)
        said = ", ".join(_spoken([value], intent.naming) for value in unwanted)
        yield Criterion(column.name, [v for v in column.values if v not in unwanted], said_of(said, True))
    elif 0 < len(named) < len(values) and (
        column.role in CIRCUMSTANCE or _DEVICE.search(column.name) or chooses(named, intent.naming, BEFORE, BEHIND)
    ):
        yield Criterion(column.name, named, _spoken(named, intent.naming))
    dropped = wholly_named(telling, intent.set_aside)
    if 0 < len(dropped) < len(values) and not _is_label(column, dropped, survey, intent):
        yield Criterion(column.name, [value for value in column.values if value not in dropped], said_of(dropped[0], True))


def _of_unnamed(column: ColumnFacts, intent: Intent, survey: SurveyFacts) -> Iterator[Criterion]:
    """“Outline the melanomas”, of masks that have no name, beside a column that says which lesion each image shows."""
    values = [value for value in column.values if value not in not_known(column.values)]
    if column.name not in survey.label_candidates or len(values) < 2 or {True} == {says_yes(v) or says_no(v) for v in values}:
        return
    named = _meant(values, column, intent.naming, intent.targets)
    unwanted = [value for value in _meant(values, column, intent.set_aside, intent.excluded) if value not in named]
    unwanted += [value for value in named if is_left_out(_spoken([value], intent.naming), normalise(intent.text))]
    if unwanted and len(unwanted) < len(values):
        words = ", ".join(_spoken([value], f"{intent.naming} {intent.set_aside}") for value in unwanted)
        yield Criterion(column.name, [v for v in values if v not in unwanted], said_of(words, True))
    elif 0 < len(named) < len(values):
        yield Criterion(column.name, named, ", ".join(_spoken([value], intent.naming) for value in named))


def _meant(values: Sequence[str], column: ColumnFacts, text: str, targets: Iterable[str]) -> list[str]:
    """Values that a text names, by their own words or by the lexicon's."""
    known = {value for target in targets for value in values_for(target, column)}
    return [value for value in values if value in known or value in mentioned(values, text)]


def _with_joined(named: list[str], values: Sequence[str], naming: str) -> list[str]:
    """“Good or excellent”: with a value that says nothing by itself and is joined to one that does."""
    joints = rf"\s?(?:,|/|{any_word('lists.joining')})\s?"
    told = [re.escape(normalise(value)) for value in named]
    pairs = {value: (re.escape(normalise(value)), one) for value in values if value not in named for one in told}
    joined = [
        value
        for value, (own, one) in pairs.items()
        if re.search(rf"(?<!\w)(?:{own}{joints}{one}|{one}{joints}{own})(?!\w)", naming)
    ]
    return [value for value in values if value in named or value in joined]


def _with_joined_to(unwanted: list[str], named: list[str], naming: str) -> list[str]:
    """“Not on the face or scalp” leaves both out."""
    words = {value: re.escape(_spoken([value], naming)) for value in named}
    between = rf"(?:\s\w+)?(?:,| {any_word('or', 'and')}|/)(?: {any_word('the', 'a', 'on', 'in')})* ?"
    for value in named:
        if value not in unwanted and any(re.search(rf"\b{words[one]}{between}{words[value]}\b", naming) for one in unwanted):
            unwanted = [*unwanted, value]
    return unwanted


def _by_name(column: ColumnFacts, values: list[str], intent: Intent) -> Iterator[Criterion]:
    """“Only the biopsied ones”, “no TMAs”, of a column that says yes or no."""
    name = _called(column.name, normalise(intent.text))
    if words_of_any_request().issuperset(tokens(normalise(name))):
        return
    denied = contains(intent.naming, [f"{word}{joint}{name}" for word in CHOOSING["non"] for joint in (" ", "")])
    if not denied and chooses_people(name, intent.naming):
        yield Criterion(column.name, [value for value in values if says_yes(value)], name)
    elif denied or contains(intent.set_aside, [normalise(name)]) or is_left_out(normalise(name), normalise(intent.text)):
        yield Criterion(column.name, [value for value in values if says_no(value) or not value], said_of(name, True))


def _called(column: str, plain: str) -> str:
    """What a normalised request calls a column of yes and no: its name, or a word of the same stem.

    Examples
    --------
    >>> _called("is_ischaemia", "without the ischaemic feet"), _called("hair", "no hairy pictures, no chair")
    ('ischaemic', 'hairy')
    """
    name = re.sub(r"^(?:is|has|was)[_ ]", "", column, flags=re.I).replace("_", " ")
    if said := next((spoken for spoken in spoken_as(name) if contains(plain, [spoken])), None):
        return said
    stem = normalise(name)[: max(_STEM, len(name) - _ENDING)]
    return next((word for word in tokens(plain) if word.startswith(stem) and len(word) <= len(name) + _ENDING), name)


def _is_label(column: ColumnFacts, dropped: list[str], survey: SurveyFacts, intent: Intent) -> bool:
    """Whether what is left out is a class: another column of labels holds it, too."""
    others = [other for other in survey.columns if other.name in survey.label_candidates and other.name != column.name]
    labels = [value for other in others for value in other.values]
    return bool(set(wholly_named(labels, intent.set_aside)) & set(dropped))


def _spoken(named: list[str], naming: str) -> str:
    """How the request calls the first of these values."""
    every = [*spoken_as(named[0]), *words_of(concept_of(named[0]) or "")]
    return next((spoken for spoken in every if contains(naming, [spoken])), named[0])

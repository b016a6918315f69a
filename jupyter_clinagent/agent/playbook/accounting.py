"""The last check before the card: what a request names, and whether the drafted specification accounts for it.

A name of the data that the draft leaves unused, a thing that nobody knows beside those that it uses or in their place, and what
was to be left out, counted together, cut or chosen (“larger than 2 cm”) and isn't, each lead to a question: without it a
clinician would meet another study than was asked for. Where nothing that is named is used, or the study would be about other
images, going on is not the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.beyond import out_of_reach
from jupyter_clinagent.agent.playbook.bounds import bounds_in, numbers_bounded
from jupyter_clinagent.agent.playbook.criterion import CIRCUMSTANCE, chooses
from jupyter_clinagent.agent.playbook.drafting import Draft, concept_of, listed, question
from jupyter_clinagent.agent.playbook.folding import folded
from jupyter_clinagent.agent.playbook.including import wants_all
from jupyter_clinagent.agent.playbook.lexicon import PROVEN, Intent
from jupyter_clinagent.agent.playbook.naming import is_generic, wholly_named, words_of
from jupyter_clinagent.agent.playbook.polarity import Health, health_of, says_no, says_yes
from jupyter_clinagent.agent.playbook.questions import asks_of_one
from jupyter_clinagent.agent.playbook.strangers import learns_all_unasked, objects_unmet, only_unknown, strangers, tells_apart
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.unread import AGAINST
from jupyter_clinagent.agent.playbook.unused import unused_words
from jupyter_clinagent.agent.playbook.used import Used, is_idle, names_no_value, views_and_sides, words_of_any_request
from jupyter_clinagent.agent.playbook.whom import of_both_sexes, tells_sides
from jupyter_clinagent.agent.playbook.wording import contains, is_term, normalise, tokens
from jupyter_clinagent.contracts import Card, Range, Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

KEY, GO_ON, STOP = "beside", "go on without it", "stop"
_CHANGES = "With “stop” nothing is trained."
_CIRCUMSTANCES = re.compile(rf"\b{any_word('by', 'every', 'asks.for_each', 'whatever')}(?: {any_word('the', 'its')})? [\w-]+")
"""“Per eye” and “whatever the thickness” ask for nothing to be done with a column."""
_ROLES = ("label", "other", "site", "sex", "confounder", "ignored")
"""Columns that a request may name to have something done with them."""
_QUOTED = re.compile(r"“([^”]+)”")
"""What an assumption of the draft speaks of is not passed over."""
_COMPARED = any_word("amounts.above", "amounts.below", "amounts.at_least", "amounts.at_most", "amounts.compared")
_LINE = re.compile(
    rf"\b{_COMPARED}\s(?P<number>\d+(?:[.,]\d+)?)(?:\s?x\s?\d+)?\s?"
    rf"(?:(?:pixels?|px|l|g|kg|{any_word('units.length', 'units.year', 'units.month', 'units.degree')})\b|°)"
)
_MONTH = re.compile(
    rf"\b{any_word('years.before', 'years.after', 'years.since', 'years.until')}\s"
    rf"{any_word('years.months')}\w*\s(?P<number>(?:19|20)\d\d)\b"
)
"""Images are chosen by years, and not by months."""
_DAY = re.compile(
    rf"\b{any_word('years.since', 'years.after', 'years.before', 'years.until')}\s(?:{any_word('the')}\s)?"
    r"(?=\S*?(?P<number>(?:19|20)\d\d))(?:\d{1,2}[./]\d{1,2}[./]\d\d\d\d|\d\d\d\d-\d\d-\d\d)\b"
)
_OWN_SPLIT = re.compile(
    rf"\b{any_word('testing')}\s(?:{any_word('them')} )?{any_word('on', 'with', 'at')}\s"
    rf"(?!(?:{any_word('the')} )?{any_word('testing')})"
    rf"(?:{any_word('the', 'a')} )?\w+"
)
"""“Train on hospital A, test on C”: no partition is made by what a column says."""
_ONE_IMAGE = re.compile(rf"\b{any_word('asks.one')} {any_word('cases.image')} {any_word('asks.for_each')} [\w-]+")
"""“One image per lesion”: of several none is picked."""
_REST = re.compile(rf"(?:{any_word('the', 'all')} )*(?:{any_word('rest', 'everything')} ?)+(?:{any_word('please')})?")
_IMAGES = re.compile(rf"\b{any_word('talk.images')}\b")
_IS_NOT = re.compile(rf"\b(?P<what>[\w-]+) {any_word('is')} {any_word('not', 'no', 'never')} (?:{any_word('a', 'the')} )?[\w-]+")
_SHORT = 4
"""Letters of a word that may say nothing."""
_SEXES = frozenset(word for name in ("male", "female") for word in spoken_as(name) if len(word) > 2)


class Beside(NamedTuple):
    """Names in a request that a draft does nothing with, in the words of the request or of the data.

    Attributes
    ----------
    of_others
        Whether the study would be about other images or classes without them.
    enough
        Whether the request names what the draft is of.
    """

    names: list[str]
    of_others: bool
    enough: bool


def what_is_beside(intent: Intent, survey: SurveyFacts, drafted: Draft, chosen: bool = False) -> Beside:
    """What a request names and the draft does nothing with.

    Parameters
    ----------
    intent, survey
        The reading of the request, and the look at the data.
    drafted
        What would be studied.
    chosen
        Whether the clinician chose what is learnt, whatever the request calls it.
    """
    spec = drafted.specification
    used = Used.by(spec, survey, intent, drafted.understood)
    new = [line for line in drafted.assumptions if line not in survey.assumptions]
    quoted = [name for line in new for name in _QUOTED.findall(line) if name not in drafted.absent]
    told = " . ".join(map(normalise, quoted))
    choosing = [*_choosing(intent, survey, spec, used)]
    aside = [*_put_aside(intent, survey, spec, Used(f"{Used.of(quoted).text} . {used.text}"))]
    elsewhere = [*_elsewhere(intent, survey, spec, used, drafted.understood)]
    unmet = [] if chosen else [*objects_unmet(intent, survey, spec, used)]
    unknown = [*strangers(intent, survey, spec, used)]
    devices = [*_devices(intent, spec)]
    found = [
        *elsewhere,
        *devices,
        *unknown,
        *choosing,
        *_alone(intent, spec),
        *aside,
        *unmet,
        *([] if chosen else _terms(intent, survey, drafted, used)),
    ]
    names = [name for name in dict.fromkeys(found) if name in devices or not contains(told, [name, name.removesuffix("s")])]
    return Beside(
        names,
        not set(names).isdisjoint([*devices, *elsewhere, *unknown, *choosing, *aside, *unmet]),
        _names_enough(intent, spec, used),
    )


def question_of(beside: Beside, drafted: Draft) -> Card:
    """Whether to go on without what the draft does nothing with; not by default where it uses no name of the request."""
    does = f"{drafted.specification.objective[:1].lower()}{drafted.specification.objective[1:]}"
    text = (
        f"The request names {listed(beside.names)}, and nothing would be done with it: this study would {does}. Go on without it?"
    )
    return question(KEY, text, [GO_ON, STOP], GO_ON if beside.enough and not beside.of_others else STOP, _CHANGES)


def _names_enough(intent: Intent, spec: Specification, used: Used) -> bool:
    """Whether the request names what the draft is of; where one thing is told from another, both."""
    if not used.holds_any(tokens(intent.naming)):
        return False
    apart = not AGAINST.isdisjoint(intent.words) or tells_apart(intent.naming)
    return len(_classes_named(intent, spec)) != 1 or not (apart or any(_alone(intent, spec)))


def _classes_named(intent: Intent, spec: Specification) -> list[str]:
    words = tokens(intent.naming)
    return [name for name, values in spec.classes.items() if Used.of([name, *values]).holds_any(words)]


# ------------------------------------------------------------------ names of the data that are not used
def _elsewhere(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used, understood: Iterable[str]) -> Iterator[str]:
    """Values of other columns, and other columns, that a request calls by their whole names."""
    if intent.distrusts or wants_all(intent):  # what is named may be the shortcut
        return
    naming = _CIRCUMSTANCES.sub(" ", intent.naming)
    chosen_by = Used.of(understood).text
    for words in understood if spec.only else ():  # “frontal” chose images already, and names no “PA” beside
        naming = re.sub(rf"\b{re.escape(words)}\b", " ", naming)
    spent = {spec.label_column, spec.group_column, *spec.confounders, *spec.classes}
    used = Used.of(value for values in spec.classes.values() for value in values) if names_no_value(spec) else used
    for column in survey.columns:
        if column.role in _ROLES and column.name not in spent:
            values = wholly_named(_telling(column.values), naming)
            everybody = column.role == "sex" and len(values) == len(column.values)  # “in women and men”
            chosen = [] if everybody else values
            named = Used(f"{used.literal} . {chosen_by}") if column.role in CIRCUMSTANCE else used
            yield from (*_not_used(chosen, named), *_not_used(wholly_named(_names_of(column), naming), used))
    boxed = [] if registry.find(spec.task).inside else wholly_named(survey.box_classes, naming)
    yield from _not_used(boxed, used)


def _not_used(names: Iterable[str], used: Used) -> Iterator[str]:
    return (name for name in names if not all(map(used.holds, tokens(normalise(name.replace("_", " "))))))


def _names_of(column: ColumnFacts) -> list[str]:
    """Its name, also without the unit behind it (“nodule_size_mm”), and each word of it that is an abbreviation (“dme_risk”)."""
    bare = re.sub(r"[_\s]+\W*[a-z%]{1,4}\W*$", "", column.name, flags=re.I)
    parts = [part for part in re.findall(r"[^\W_]+", column.name) if 1 < len(part) < 5 and len(spoken_as(part)) > 1]
    return [name for name in dict.fromkeys([bare, column.name, *parts]) if not _is_common(name)]


def _telling(values: Iterable[str]) -> list[str]:
    return [value for value in values if not is_idle(value)]


def _is_common(name: str) -> bool:
    """Whether a name is made of words that any request may have: “other”, “image”, “chest”."""
    return (len(name) > 1 and is_generic(name)) or words_of_any_request().issuperset(tokens(normalise(name)))


# ------------------------------------------------------------------ what no study of this kind does
def _devices(intent: Intent, spec: Specification) -> Iterator[str]:
    """What usually is a shortcut, asked for: “is there a pacemaker?”."""
    if intent.distrusts or intent.targets or intent.all_classes or _classes_named(intent, spec):
        return
    for family in intent.confounders:
        yield from [word for word in known.CONFOUNDERS[family] if contains(intent.naming, [word])][:1]


def _choosing(intent: Intent, survey: SurveyFacts, spec: Specification, used: Used) -> Iterator[str]:
    """What says of which images the study should be, and is not done: without it the study would be about others."""
    yield from _lines(intent, spec)
    yield from _bounds(intent, spec)
    yield from (found[0] for pattern in (_OWN_SPLIT, _ONE_IMAGE) for found in pattern.finditer(normalise(intent.text)))
    yield from _persons(intent, used)
    yield from _not_together(intent, survey, spec)
    yield from _combined(intent, survey, spec)
    yield from _denied(intent, survey, spec)
    yield from _side(intent, survey, used)
    yield from (found[0] for proven in PROVEN for found in proven.finditer(normalise(intent.text)))
    yield from _of_one(intent, spec)
    yield from _range(intent, survey, spec)
    yield from _against_health(intent, survey, spec)
    yield from _narrower(intent, survey, spec)
    yield from only_unknown(intent, survey, spec, used)
    yield from out_of_reach(intent, spec)


def _label_values(survey: SurveyFacts, spec: Specification) -> list[str]:
    return [value for column in survey.columns if column.name == spec.label_column for value in column.values]


def _not_together(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """Values that the request counts as one, and that are not in one class."""
    for value, home in folded(intent.text, _label_values(survey, spec)).items():
        if not any({value, home} <= set(values) for values in spec.classes.values()):
            yield f"{value} as {home}"


def _combined(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """“Effusion and edema together”, “isolated effusion”: each finding is learnt by itself, whatever stands beside it."""
    columns = [column for column in survey.columns if column.name in survey.label_candidates]
    beside = [column for column in columns if all(says_yes(value) or says_no(value) for value in column.values)]
    task, one_of_several = registry.find(spec.task), spec.label_column in {column.name for column in beside} and len(beside) > 1
    phrases = known.LISTS["one_class"] if task.inside else [*known.LISTS["one_class"], *known.LISTS["combined"]]
    if task.several and len(spec.classes) > 1:  # “either of them versus neither” tells two groups apart
        yield from (word for word in tokens(normalise(intent.text)) if word in AGAINST)
    if task.several or task.inside or one_of_several:
        yield from (phrase for phrase in phrases if contains(intent.naming, [phrase]))


def _denied(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """“A bulge is not a herniation” says what a value counts as, and not that it is looked for."""
    values = _label_values(survey, spec)
    for found in _IS_NOT.finditer(normalise(intent.text)):
        if wholly_named(values, found["what"]) and any(len(held) > 1 for held in spec.classes.values()):
            yield found[0]


def _of_one(intent: Intent, spec: Specification) -> Iterator[str]:
    """“Is there fluid?” asks for one thing; a study of everything that the data hold is another one."""
    task, named = registry.find(spec.task), _classes_named(intent, spec)
    every = intent.all_classes or {"normal", "abnormal"} & set(intent.targets) or len(named) == len(spec.classes)
    asked = bool(named) or asks_of_one(intent.naming.split(" . ")[0])
    if (task.several or task.inside) and intent.asks_whether and asked and not every and len(spec.classes) > 1:
        yield from list(filter(None, intent.naming.split(" . ")))[:1]


def _side(intent: Intent, survey: SurveyFacts, used: Used) -> Iterator[str]:
    """“The left eye”, where a column tells the sides and was not chosen by."""
    words = tokens(intent.naming)
    said = {side: [word for word in words if word in {side, *spoken_as(side)}] for side in ("left", "right")}
    sides = [side for side, found in said.items() if found]
    if len(sides) == 1 and any(map(tells_sides, survey.columns)) and not used.holds(sides[0]):
        yield said[sides[0]][0]


def _against_health(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """“Films with a lesion against healthy ones”: where other things are boxed, an image without the one may show another."""
    others = set(survey.box_classes) - {value for values in spec.classes.values() for value in values}
    if registry.find(spec.task).inside and others and "normal" in intent.targets and not AGAINST.isdisjoint(intent.words):
        yield from [word for word in words_of("normal") if contains(intent.naming, [word])][:1]


def _narrower(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """“Post-contrast T1”: what images are chosen by, with a word before it that nobody knows."""
    chosen = {normalise(value) for asked in spec.only.values() if isinstance(asked, list) for value in asked}
    unused = unused_words(intent.text, survey) if chosen else []
    yield from (f"{before} {word}" for before, word in pairwise(tokens(intent.naming)) if word in chosen and before in unused)


def _range(intent: Intent, survey: SurveyFacts, spec: Specification) -> Iterator[str]:
    """“In types 4-5”: a range of something that is not learnt."""
    if intent.grades is None or registry.find(spec.task).ordered or registry.find(spec.task).bounded:
        return
    if not set(intent.grades) <= set(_label_values(survey, spec)):
        yield " to ".join(intent.grades)


def _lines(intent: Intent, spec: Specification) -> Iterator[str]:
    """A line on a number, of which the specification knows nothing."""
    if getattr(spec, "line", None) is not None:  # in the unit of its column, whichever the request says
        return
    kept = spec.model_dump_json(exclude={"request", "minutes", "seed"})
    text = normalise(intent.text)
    for found in (*_LINE.finditer(text), *_MONTH.finditer(text), *_DAY.finditer(text)):
        if not re.search(rf"(?<!\d){re.escape(found['number'])}(?!\d)", kept):
            yield found[0]


def _terms(intent: Intent, survey: SurveyFacts, drafted: Draft, used: Used) -> list[str]:
    """Unused words that name a thing; any of some length where the classes use none.

    Grades and numbers are rarely called by name.
    """
    spec = drafted.specification
    whole = learns_all_unasked(intent, spec)
    if not registry.find(spec.task).usual and not whole:
        return []
    understood = [spec.title, spec.objective, *spec.classes, *intent.targets, *drafted.understood]
    said = _SEXES if used.holds_any(_SEXES) else frozenset[str]()  # boys are told from girls by one of the two
    unused = [
        word for word in unused_words(intent.text, survey, understood) if word not in said and not contains(used.text, [word])
    ]
    nothing = not used.holds_any(tokens(intent.naming)) and not intent.all_classes
    if whole:
        return [word for word in unused if nothing and len(word) > _SHORT]
    return [word for word in unused if is_term(word) or (nothing and len(word) > _SHORT)]


def _bounds(intent: Intent, spec: Specification) -> Iterator[str]:
    """Bounds on whom, when and on measures that the specification doesn't have; grades and what is measured have their own."""
    plain = normalise(intent.text)
    rates = {f"{100 * intent.target:.10g}", f"{intent.target:.10g}"} if intent.target else set()
    for bound in (*bounds_in(plain), *([] if registry.find(spec.task).bounded else numbers_bounded(plain))):
        numbers = {f"{number:.10g}" for number in bound.range.bounds.values()} - rates - {f"{intent.minutes or 0:.10g}"}
        told_apart = re.search(rf"\d\s{re.escape(bound.words)}", plain)  # “tell BI-RADS 1 from 2”
        if numbers and not told_apart and not any(numbers <= one for one in _held(spec)):
            yield bound.words


def _held(spec: Specification) -> Iterator[set[str]]:
    """The numbers of each bound that a specification has, in the unit of its column, in years and months, mm and cm."""
    ranges = [asked.bounds.values() for asked in spec.only.values() if isinstance(asked, Range)]
    line = getattr(spec, "line", None)
    for held in (*ranges, *([] if line is None else [[line]])):
        yield {f"{number * factor:.10g}" for number in held for factor in (1, 1 / 12, 12, 0.1, 10)}


def _persons(intent: Intent, used: Used) -> Iterator[str]:
    """“Girls only”: nobody is left out by a word."""
    if wants_all(intent) or of_both_sexes(intent.naming) or used.holds_any(_SEXES):
        return
    yield from (word for word in tokens(intent.naming) if word in _SEXES and not contains(used.text, [word]))


def _put_aside(intent: Intent, survey: SurveyFacts, spec: Specification, said: Used) -> Iterator[str]:
    """What the request leaves out, and nothing was left out for."""
    inside = {name for name, values in spec.classes.items() for name in (name, *values)}
    label = _label_values(survey, spec)
    findings = (column.name for column in survey.columns if column.role == "label")
    dropped = [name for name in (*label, *findings, *survey.box_classes, *survey.masks) if name not in inside]
    clauses = intent.set_aside.split(" . ")
    if registry.find(spec.task).own_names and dropped:  # names that only the task knows, but for how an image was taken
        clauses = [clause for clause in clauses if contains(clause, views_and_sides()) or _IMAGES.search(clause)]
    unsure = [word.rstrip("*") for word in families("tasks")["policies"]["uncertain"]] if not_known(label) else []
    left_out = Used.of([*dropped, *(word for name in dropped for word in words_of(concept_of(name) or ""))])
    healthy = known.HEALTHY["words"] if any(health_of(name) == Health.WELL for name in dropped) else []
    declined = [phrase for name in intent.declined for phrase in registry.find(name).words]  # “without boxes”
    idle = words_of_any_request().difference(views_and_sides())
    for clause in clauses:
        words = [word for word in tokens(clause) if word not in idle and len(word) > 1]
        words = words or (tokens(clause) if registry.find(spec.task).inside else [])  # “not the empty images” of outlines
        done = contains(clause, [*healthy, *declined, *unsure]) or any(
            left_out.holds(word) or left_out.begins(word) or contains(said.text, [word]) for word in words
        )
        if words and not done and not (dropped and _REST.fullmatch(clause.strip())):
            yield clause.strip()


def _alone(intent: Intent, spec: Specification) -> Iterator[str]:
    """“Left knees only” asks for no left against right."""
    named = _classes_named(intent, spec)
    only = len(named) == 1 and chooses(
        [named[0], *spec.classes[named[0]]], intent.naming, known.LISTS["only"], known.LISTS["only"]
    )
    if only and len(spec.classes) > 1 and not intent.asks_whether:
        yield f"{named[0]} only"

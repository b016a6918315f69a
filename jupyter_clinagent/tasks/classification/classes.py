"""Which values of the label column make which class.

The rule: nothing is left out or gathered without the request's word.

- Two or more classes that are named (“separate A from B”, “A versus B”) are what is wanted; other values are left out, and
  that is the first assumption, with counts. What the request says to leave out is left out.
- One finding alone does not say what becomes of several others: that is asked, unless the request speaks of the rest
  (“or not”, “everything else”) or asks whether the finding is there; then the others are gathered. Healthy and sick are
  opposites, and nothing is asked.
- “A from B and C” may mean two classes or three, and a word in a class's place that nobody understands may be another class:
  both are asked. The default loses nothing that was named.
- Values that mean that the label is not known are in no class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from jupyter_clinagent.agent.playbook.drafting import NONE_OF_THEM, Notes, listed, question, say_silent
from jupyter_clinagent.agent.playbook.folding import folded
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import (
    Named,
    is_generic,
    is_untold,
    mentioned,
    named_in,
    values_for,
    without_whole_names,
    words_of,
)
from jupyter_clinagent.agent.playbook.polarity import REST, Health, health_of, positive_class, says_yes
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.unread import AGAINST, EITHER, unread_classes
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import any_word, unless_after
from jupyter_clinagent.tasks.classification import TASK
from jupyter_clinagent.tasks.classification.every_value import means_every_value
from jupyter_clinagent.tasks.classification.readings import Reading, each_value, readings_of
from jupyter_clinagent.tasks.classification.together import put_together

_FROM_ON = (
    re.compile(rf"\b\w{{1,3}}\s{any_word('and', 'or')}\s{any_word('amounts.more', 'amounts.less')}\b"),
    re.compile(rf"\b{any_word('amounts.above', 'amounts.below', 'amounts.at_least', 'amounts.at_most')}\s\w{{1,3}}\b|[<>≤≥]"),
)
_WITHOUT = re.compile(
    rf"{unless_after('or', 'and', 'with', 'from', 'lists.against')}\b{any_word('without')}\s(?:{any_word('the', 'any', 'a')}\s)?"
    rf"([^.,;:!?()]+?)(?=$|[.,;:!?()]|\s{any_word('lists.against', 'in', 'on', 'from')}\b)"
)
_SIDES = re.compile(rf"\s?;\s?|\s{any_word('lists.against')}\.?\s")
_OTHERS = re.compile(rf"(?:{any_word('all', 'every', 'the')} )*{any_word('rest')}(?: together)?")
_CHANGES = "It decides which images are learnt from, and as what each counts."


def choose_classes(
    intent: Intent, column: ColumnFacts, answers: dict[str, str], notes: Notes, said: Sequence[str] = ()
) -> dict[str, list[str]] | Card:
    """The classes and the values that each gathers, or the question that is left.

    Parameters
    ----------
    said
        Words of the request that say what is wanted, for where no value is named.

    Raises
    ------
    LabelsDoNotMatch
        The column holds nothing of what the request names, or nothing to tell it from.
    BadInput
        The answer to the question names no two of the values.
    """
    unknown = set(not_known(column.values))
    told = [v for v in column.values if v not in unknown]
    without = _without(told, normalise(intent.text)) if len(told) > 2 else []
    aside = {*_set_aside(intent, column, told), *without}
    intent = _without_clause(intent) if without else intent
    counted_as = {value: home for value, home in folded(intent.text, told).items() if value not in aside}
    values = [v for v in told if v not in aside and v not in counted_as]
    _check_several(values, column)
    named = [] if intent.all_classes else named_in(intent, column, values)
    unread = unread_classes(intent.naming, column.values) if named else []
    readings, answer = _readings(intent, column, named, values, unread), answers.get("classes")
    opposed = bool(unread) and not AGAINST.isdisjoint(intent.words)
    if not answer and (len(readings) != 1 or opposed):
        doubt = intent.asks_whether or _parts(intent)  # “brain or not” means no study of all values
        if not readings:
            return _open_question(column, values, said, NONE_OF_THEM if said or doubt else "all")
        return _question(column, named, values, unread, readings)
    if answer == NONE_OF_THEM:
        raise LabelsDoNotMatch(f"“{column.name}” holds {listed(values)}, and none of them is what the request asks for.")
    chosen = _answered(answer, readings, values, column) if answer else readings[0].classes
    chosen = _with_folded(chosen, counted_as, notes)
    _say_what_is_left_out(chosen, column, told, [*values, *counted_as], notes)
    _say_what_is_gathered(chosen, column, notes)
    if answer:
        notes.add(f"It was asked what to tell apart; the answer: {answer}.")
    elif not named and not intent.all_classes:
        notes.add(f"The request names no findings, so all {len(values)} values of “{column.name}” are told apart.")
    _say_what_is_taken(chosen, named, column, unread, notes)
    return chosen


def _with_folded(classes: dict[str, list[str]], counted_as: dict[str, str], notes: Notes) -> dict[str, list[str]]:
    """The classes with the values that the request counts as others."""
    more = {name: [v for v, home in counted_as.items() if home in values] for name, values in classes.items()}
    for value, home in counted_as.items():
        if any(value in added for added in more.values()):
            notes.add(f"“{value}” is counted as “{home}”, as the request says.")
    return {name: [*values, *more[name]] for name, values in classes.items()}


def _set_aside(intent: Intent, column: ColumnFacts, told: list[str]) -> set[str]:
    """Values that the request leaves out, by the lexicon's words or by their own."""
    left = without_whole_names(told, intent.set_aside)
    excluded = [x for x in intent.excluded if not words_of(x) or contains(left, words_of(x))]
    return {v for x in excluded for v in values_for(x, column)} | set(mentioned(told, intent.set_aside))


def _without_clause(intent: Intent) -> Intent:
    """What “without …” leaves out is no class."""
    naming = _WITHOUT.sub(" ", intent.naming)
    targets = tuple(target for target in intent.targets if not words_of(target) or contains(naming, words_of(target)))
    return replace(intent, naming=naming, targets=targets)


def _without(values: Sequence[str], plain: str) -> list[str]:
    """“Melanoma or not, without vascular lesions”; “with or without” and “A or without A” leave nothing out."""
    found = _WITHOUT.findall(plain)
    named = [value for value in values if any(mentioned([value], said) for said in found)]
    return [value for value in named if not mentioned([value], _WITHOUT.sub(" ", plain))]


def _check_several(values: list[str], column: ColumnFacts) -> None:
    if len(values) < 2:
        only = f"only “{values[0]}”" if values else "nothing"
        raise LabelsDoNotMatch(f"Column “{column.name}” holds {only}; a model needs at least two classes to tell apart.")


def _readings(intent: Intent, column: ColumnFacts, named: list[Named], values: list[str], unread: list[str]) -> list[Reading]:
    if classes := put_together(intent.text, values):
        return [Reading(" against ".join(classes), classes)]
    if named:
        _all_present(named, values, column)
        return readings_of(intent, named, values, unread)
    if (absent := _present_or_not(intent, values)) is not None:
        return [absent]
    _check_named(intent, values, column)
    about_images = intent.task == TASK.name and intent.is_about_imaging
    yes_or_no = len(values) > 2 and (
        intent.asks_whether or contains(intent.naming, ["positive", "negative", "positiv", "negativ"])
    )
    by_name = not yes_or_no and not is_generic(column.name) and bool(mentioned([column.name], intent.naming))
    every = means_every_value(intent, values) or intent.all_classes or by_name
    told_apart = _parts(intent) or not EITHER.isdisjoint(intent.words)  # “immune cells or dead tissue?” beside a column “tissue”
    every = every and not (by_name and told_apart and len(values) > 2)
    open_to_all = every or ((len(values) == 2 or about_images) and not intent.versus_rest)
    return [each_value(values)] if open_to_all else []


def _present_or_not(intent: Intent, values: list[str]) -> Reading | None:
    """“Tumour yes or no”, where one value says that there is none: all others say that there is."""
    well = [value for value in values if health_of(value) == Health.WELL]
    if len(well) != 1 or len(values) < 3 or not intent.asks_whether:
        return None
    _, *what = tokens(normalise(well[0]).replace("_", " "))
    called = " ".join(what)
    if not called or not contains(intent.naming, spoken_as(called)):
        return None
    classes = {called: [value for value in values if value not in well], well[0]: well}
    return Reading(" against ".join(classes), classes)


def _parts(intent: Intent) -> bool:
    """Whether something is told from something else, or drawn a line: “Wagner 3 and above” is no study of each grade."""
    bounded = any(level.search(intent.naming) for level in _FROM_ON)
    return not AGAINST.isdisjoint(intent.words) or intent.versus_rest or bounded


def _check_named(intent: Intent, values: list[str], column: ColumnFacts) -> None:
    """“Is something abnormal?” is no question to a column of body parts: what is named must not vanish."""
    if intent.targets and not intent.all_classes:
        raise LabelsDoNotMatch(
            f"The request asks for {listed(intent.targets)}, and no value of column “{column.name}” says which images show "
            f"it; it holds {listed(values)}."
        )


def _all_present(named: list[Named], values: list[str], column: ColumnFacts) -> None:
    missing = [n.name for n in named if not n.values]
    if missing:
        raise LabelsDoNotMatch(
            f"The request asks for {listed(missing)}, but column “{column.name}” holds only {listed(values)}; name the "
            "classes by these values, or point to other data."
        )
    if all(any(v in n.values for n in named) for v in values) and len(named) == 1:
        raise LabelsDoNotMatch(f"All values of “{column.name}” count as {named[0].name}; there is nothing to tell it from.")


# ------------------------------------------------------------------ the question
def _question(column: ColumnFacts, named: list[Named], values: list[str], unread: list[str], readings: list[Reading]) -> Card:
    others = [v for v in values if not any(v in n.values for n in named)]
    if unread:
        why = f"{listed(unread)} is nothing that I know, and “{column.name}” holds {listed(values)}."
    elif others and len(named) == 1:
        why = f"The request names {next(iter(readings[0].classes))} alone, and “{column.name}” also holds {listed(others)}."
    else:
        why = "The request can be read in more than one way."
    choices = [reading.text for reading in readings]
    if unread:  # “COVID versus bacterial” where only bacterial and viral are there
        return question("classes", f"{why} What should the model tell apart?", [*choices, NONE_OF_THEM], NONE_OF_THEM, _CHANGES)
    return question("classes", f"{why} What should the model tell apart?", choices, choices[0], _CHANGES)


def _open_question(column: ColumnFacts, values: list[str], said: Sequence[str], default: str) -> Card:
    """Where the request names no value; what it says instead may not be there at all."""
    how = (
        "What should the model tell apart? Name two or more values with commas between, groups with “against” between, or “all”."
    )
    choices = ["all", *values, *([NONE_OF_THEM] if default == NONE_OF_THEM else [])]
    why = f"“{column.name}” holds {listed(values)}, and none of them is called {listed(said)}. " if said else ""
    return question("classes", f"{why}{how}", choices, default, _CHANGES)


def _answered(answer: str, readings: list[Reading], values: list[str], column: ColumnFacts) -> dict[str, list[str]]:
    offered = {reading.text.casefold(): reading.classes for reading in readings} | {"all": each_value(values).classes}
    return offered.get(answer.strip().casefold()) or _in_groups(answer, values) or _by_name(answer, values, column)


def _in_groups(answer: str, values: list[str]) -> dict[str, list[str]]:
    """“ALL and CLL against malaria and healthy”, “none against all others”; empty where a side names nothing of its own."""
    if made := put_together(answer, values):
        return made
    sides = [side.strip() for side in _SIDES.split(normalise(answer))]
    named = [[] if _OTHERS.fullmatch(side) else mentioned(values, side) or _called(side, values) for side in sides]
    spent = [value for held in named for value in held]
    others = [value for value in values if value not in spent]
    classes = {" or ".join(held): held for held in named if held} | ({REST: others} if any(map(_OTHERS.fullmatch, sides)) else {})
    return classes if 1 < len(sides) == len(classes) and len(spent) == len(set(spent)) and all(classes.values()) else {}


def _called(side: str, values: list[str]) -> list[str]:
    """Values that say nothing by themselves, and that an answer calls by name: “none”."""
    words = re.split(rf"\s?[,/+&]\s?|\s{any_word('and', 'or')}\s", side)
    keys = {normalise(value): value for value in values}
    return [keys[word] for word in words] if all(word in keys for word in words) else []


def _by_name(answer: str, values: list[str], column: ColumnFacts) -> dict[str, list[str]]:
    """Values with commas between; “rest” stands for all that are not among them."""
    known = {v.casefold(): v for v in values}
    names = [part.strip() for part in answer.replace(" vs ", ",").replace(" versus ", ",").split(",") if part.strip()]
    found = {known[n.casefold()]: [known[n.casefold()]] for n in names if n.casefold() in known}
    others = [v for v in values if v not in found]
    if others and found and (REST in map(str.casefold, names) or names == list(found)[:1]):  # one value alone: against the others
        found.setdefault(REST, others)
    if len(found) not in (len(names), len(names) + (len(names) == 1)) or len(found) < 2:
        raise BadInput(
            f"Classes “{answer}” do not fit column “{column.name}”; name two or more of {listed(values)}, with commas "
            "between, or “all”."
        )
    return found


# ------------------------------------------------------------------ what is said of them
def _say_what_is_left_out(
    classes: dict[str, list[str]], column: ColumnFacts, told: list[str], values: list[str], notes: Notes
) -> None:
    """First of all assumptions, with counts."""
    used = {v for gathered in classes.values() for v in gathered}
    say_silent(column, notes)
    reasons = {
        "label not known": [v for v in column.values if v not in told],
        "as the request says": [v for v in told if v not in values],
        "none of the classes asked for": [v for v in values if v not in used],
    }
    for reason, left in reasons.items():
        if left:
            counts = ", ".join(f"“{v}” ({column.values[v]})" for v in left)
            notes.first(f"Left out of “{column.name}” ({reason}): {counts}.")


def _say_what_is_gathered(classes: dict[str, list[str]], column: ColumnFacts, notes: Notes) -> None:
    for name, values in reversed(classes.items()):
        if len(values) > 1:
            every = f"every other value of “{column.name}”: " if name == REST else ""
            notes.add(f"“{name}” gathers {every}{listed(values)}.")


def _say_what_is_taken(
    classes: dict[str, list[str]], named: list[Named], column: ColumnFacts, unread: list[str], notes: Notes
) -> None:
    if unread:
        notes.add(f"{listed(unread)} is no value of “{column.name}” and nothing that I know, so it is in no class.")
    untold = is_untold(column, [v for values in classes.values() for v in values])
    for yes in [values[0] for values in classes.values() if untold and says_yes(values[0])]:
        finding = next((n.name for n in named if n.values == [yes] != [n.name]), "the finding")
        notes.add(f"“{column.name}” only says yes or no; “{yes}” is taken for {finding}.")
    positive, first = positive_class(classes), next(iter(classes))
    if named and len(classes) == 2 and positive != first:
        notes.add(f"The positive class is the finding, “{positive}”, although the request names “{first}” first.")

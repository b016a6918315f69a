"""The scales that a survey shows, and which of them a request speaks of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from jupyter_clinagent.agent.playbook.drafting import question
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import column_spoken_of, is_generic, mentioned
from jupyter_clinagent.agent.playbook.wording import label_key, normalise
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.grading.scale import MOST, Scale, called, scale_of

_ROLES = ("label", "other", "ignored", "confounder")
"""Roles of columns that may hold grades."""
_VERB = re.compile(rf"\b{any_word('grades.verbs')}\b")
"""What is done says nothing of which column is meant, although “quality_grade” and “t_stage” have the same words."""
_ANY_LABEL = re.compile(r"labels?|class(?:es)?|folder|targets?|categor(?:y|ies)|diagnos[ie]s|diagnose|befund|findings?|y")
"""Names of columns that any request may have among its words."""


def scales_in(survey: SurveyFacts) -> list[Scale]:
    """Every column that holds grades, labels first; aliases where there is nothing else.

    Plain numbers of a column that is no label may count anything.
    """
    found = {
        column.name: scale
        for roles in (_ROLES, ("alias",))
        for column in survey.columns
        if column.role in roles
        and (scale := scale_of(column.name, column.values, column.order, column.told_by)) is not None
        and (scale.sure or column.name in survey.label_candidates)
    }
    aliases = {column.name for column in survey.columns if column.role == "alias"}
    plain = [scale for name, scale in found.items() if name not in aliases] or list(found.values())
    return sorted(plain, key=lambda scale: (scale.column not in survey.label_candidates, not scale.sure))


def scales_for(intent: Intent, survey: SurveyFacts) -> list[Scale]:
    """Every column that holds grades, and the grades of what the request names among other classes: “grade the colitis”."""
    whole = scales_in(survey)
    held = {scale.column for scale in whole}
    columns = [c for c in survey.columns if c.name in survey.label_candidates and c.name not in held]
    return [*(scale for column in columns for scale in _of_one_thing(intent, column)), *whole]


def _of_one_thing(intent: Intent, column: ColumnFacts) -> Iterator[Scale]:
    """“Ulcerative-colitis-grade-1” to 3, beside classes that are no grades."""
    things: dict[str, dict[str, str]] = defaultdict(dict)
    for value in column.values:
        if found := _GRADED.fullmatch(normalise(value)):
            things[found["thing"]][found["level"]] = value
    for thing, values in things.items():
        scale = scale_of("grade", {level: column.values[value] for level, value in values.items()})
        if scale is not None and mentioned([thing], _VERB.sub(" ", intent.naming)):
            grades = {name: [values[level] for level in levels] for name, levels in scale.grades.items()}
            others = [value for value in column.values if not any(value in held for held in grades.values())]
            yield Scale(column.name, grades, f"the grades of “{thing}”", True, others)


_GRADED = re.compile(r"(?P<thing>.*[a-z])[\W_]+(?:grade|grad|stage|stadium|score)[\W_]*(?P<level>\w{1,3})")


def holding_ends(intent: Intent, scales: list[Scale]) -> list[Scale]:
    """Those that hold the lowest and the highest grade that a request names; all where it names none, but an age or a dose."""
    ends = [end for end in intent.grades or () if int(end) < MOST]
    return [scale for scale in scales if len(ends) < 2 or all(map(scale.find, ends))]


def spoken_of(intent: Intent, scales: list[Scale]) -> Scale | None:
    """The one whose column a request names, or has most words in common with."""
    naming = _VERB.sub(" ", intent.naming)
    names = [scale.column for scale in scales if not _ANY_LABEL.fullmatch(scale.column.lower())]
    own = mentioned(names, naming) or _by_scale(names, naming)
    name = own[0] if len(own) == 1 else column_spoken_of([*names, ""], naming)
    return next((scale for scale in scales if scale.column == name), None)


def _by_scale(names: list[str], naming: str) -> list[str]:
    """“BI-RADS 3 and above” speaks of “breast_birads”, and of the “assessment” of a mammogram."""
    said = [label_key(found[0]) for found in _OWN_NAME.finditer(naming)]
    return [name for name in names if any(key in label_key(name) or key == label_key(called(name)) for key in said)]


_OWN_NAME = re.compile(r"\b(?:(?:bi|ti|pi|li|lung|o)-?rads|isup|kellgren|kl|figo|bosniak|mayo|gleason|tnm)\b")
"""Scales with a name of their own."""


def chosen(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Scale | Card:
    """The scale that is meant, or the question which one; beside another label no scale is taken unasked.

    Raises
    ------
    BadInput
        The answer to the question names none of them.
    """
    scales = scales_for(intent, survey)
    if "label" in answers:
        return _answered(answers["label"], scales)
    fitting = holding_ends(intent, scales)
    if said := spoken_of(intent, fitting):
        return said
    _refuse_other_column(intent, survey, scales)
    labels = [scale for scale in fitting if scale.column in survey.label_candidates]
    for kind in (labels, [scale for scale in labels if scale.sure]):
        if len(kind) == 1:
            return kind[0]
    names = [scale.column for scale in fitting]
    default = "" if _OWN_NAME.search(normalise(intent.text)) else names[0]  # none of them is the one that is named
    text, changes = "Which column holds the grades that the model should learn?", "It learns these grades and is judged by them."
    return question("label", text, names, default, changes)


def _refuse_other_column(intent: Intent, survey: SurveyFacts, scales: list[Scale]) -> None:
    """The grades of one thing are not those of another.

    Raises
    ------
    LabelsDoNotMatch
        The request names a column that holds no scale.
    """
    holding = {scale.column: None for scale in scales}
    columns = (column for column in survey.columns if column.role in (*_ROLES, "alias") and len(column.values) > 1)
    others = {c.name: c.values for c in columns if c.name not in holding and not is_generic(c.name)}
    for name in mentioned(list(others), _VERB.sub(" ", intent.naming)):
        values, known = ", ".join(list(others[name])[:8]), ", ".join(f"“{scale}”" for scale in holding)
        raise LabelsDoNotMatch(
            f"“{name}” holds no grades in an order that I can read: {values}. Columns that hold grades: {known}."
        )


def _answered(answer: str, scales: list[Scale]) -> Scale:
    found = next((scale for scale in scales if scale.column == answer), None)
    if found is None:
        known = ", ".join(f"“{scale.column}”" for scale in scales)
        raise BadInput(f"Column “{answer}” holds no grades; those that do are {known}.")
    return found

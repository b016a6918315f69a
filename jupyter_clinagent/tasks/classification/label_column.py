"""Which column holds the label: by the values that the request names, by its own name, or by an answer."""

from __future__ import annotations

import re
from dataclasses import replace

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.criterion import BEFORE, BEHIND, chooses
from jupyter_clinagent.agent.playbook.drafting import NONE_OF_THEM, Notes, able, concept_of, listed, question
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import (
    column_spoken_of,
    is_generic,
    is_untold,
    mentioned,
    values_for,
    wholly_named,
    words_of,
)
from jupyter_clinagent.agent.playbook.polarity import Health, column_of_health, health_of, says_no, says_yes
from jupyter_clinagent.agent.playbook.unused import said_beside
from jupyter_clinagent.agent.playbook.wording import label_key, normalise, tokens
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, OutOfScope
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts, is_unnamed_part
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import words_in

_WITHIN = [word for word in BEFORE if word not in words_in("from", "the", "all", "of")]
_CHANGES = "Its values become the classes that are told apart."
MANY_SILENT = 0.1
"""Share of a table's rows of which a column says nothing, from which on a fuller one is offered."""


def graded(intent: Intent, survey: SurveyFacts) -> Intent:
    """“From 0 to 4” means every grade, where a column holds them.

    Raises
    ------
    OutOfScope
        Nothing else is named, and no column holds the ends.
    """
    if intent.grades is None or len(intent.targets) > 1:
        return intent
    if any(_holds_grades(column, intent) for column in survey.columns):
        return replace(intent, all_classes=True, targets=())
    candidates = [column for column in survey.columns if column.name in survey.label_candidates]
    if not intent.targets and not _speaks_of_values(candidates, intent):
        raise OutOfScope(f"No column holds grades from {' to '.join(intent.grades)}. {able()}")
    return intent


def _holds_grades(column: ColumnFacts, intent: Intent) -> bool:
    return intent.grades is not None and set(intent.grades) <= column.values.keys() and column.role not in ("split", "age")


def label_column(intent: Intent, survey: SurveyFacts, answers: dict[str, str], notes: Notes) -> ColumnFacts | Card:
    """The column that the request means, or the question which one.

    Raises
    ------
    LabelsDoNotMatch
        No column could hold the label.
    BadInput
        The answer to the question names none of them.
    """
    named = {c.name: c for c in reversed(survey.columns)}
    candidates = [named[name] for name in dict.fromkeys(survey.label_candidates) if name in named]
    if not candidates:
        if (told := _told_by_values([], intent, survey, notes) or _told_by_name(intent, survey, notes)) is not None:
            return told
        raise LabelsDoNotMatch(_no_labels(survey))
    if answers.get("label") == NONE_OF_THEM:
        raise LabelsDoNotMatch(f"No column holds what the request asks for; there are {listed(c.name for c in candidates)}.")
    if "label" in answers:
        return _columns_by_name(survey).get(answers["label"]) or _named(candidates, answers["label"])
    fitting = [c for c in candidates if _holds_grades(c, intent)] or [c for c in candidates if _covers(c, intent)]
    told = (
        _answering(intent, survey, notes)
        or _of_health(intent, survey, notes)
        or _told_by_values(candidates, intent, survey, notes)
    )
    if told is None and not (fitting and intent.targets) and not _speaks_of_values(candidates, intent):
        told = _told_by_name(intent, survey, notes)
    told = told or _told(fitting, _open_to(intent, fitting, candidates), intent, notes) or _told_by_one_value(candidates, intent)
    if told is None and all(is_unnamed_part(column.name) for column in candidates):
        return _which_part(candidates)
    if told is not None or len(candidates) == 1:
        return _or_a_fuller_one(told or candidates[0], candidates, intent)
    _refuse_what_no_column_says(intent, fitting, candidates)
    names = [column.name for column in fitting or candidates]
    telling = fitting and (
        not {"normal", "abnormal"}.issuperset(intent.targets) or any(is_untold(c, c.values) for c in candidates)
    )
    telling = telling or _speaks_of_values([one for one in candidates if not _chooses_images(one, intent)], intent)
    if not telling and (said := said_beside(intent, survey)):
        why = f"No column that could hold the label is called {listed(said)}. Which should the model learn?"
        return question("label", why, [*names, NONE_OF_THEM], NONE_OF_THEM, _CHANGES)
    how = "Which column holds the diagnosis that the model should learn?"
    asks = intent.asks_whether or not (intent.all_classes or intent.task or intent.targets)  # “is there a tumour?”, “EF below 40”
    if not telling and asks and not {"normal", "abnormal"} & set(intent.targets):
        return question("label", how, [*names, NONE_OF_THEM], NONE_OF_THEM, _CHANGES)
    return question("label", how, names, names[0], _CHANGES)


def _which_part(parts: list[ColumnFacts]) -> Card:
    """Nobody but the clinician knows, so nothing is taken by default."""
    shown = "; ".join(f"{column.name}: {', '.join(column.values)}" for column in parts)
    text = f"Only the names of the files could say what the images show, and nothing says what their parts mean ({shown}). "
    return question("label", f"{text}Which part is to be learnt?", [column.name for column in parts], "", _CHANGES)


def _or_a_fuller_one(told: ColumnFacts, candidates: list[ColumnFacts], intent: Intent) -> ColumnFacts | Card:
    """Asked, where the column that is meant is silent about many images and others about none."""
    silent, rows = told.missing, told.missing + sum(told.values.values())
    fuller = [c.name for c in candidates if c.role == "label" and not c.missing and len(c.values) > 1 and c.name != told.name]
    if silent < MANY_SILENT * rows or not fuller or told.role != "label":
        return told
    said = f"“{told.name}” says nothing of {silent} of {rows} images, which would be left out; {listed(fuller)} says it of all."
    same = [c.name for c in candidates if c.name in fuller and _counts_the_same(told, c, intent)]
    return question(
        "label", f"{said} Which column should the model learn?", [told.name, *fuller], (same or [told.name])[0], _CHANGES
    )


def _counts_the_same(told: ColumnFacts, fuller: ColumnFacts, intent: Intent) -> bool:
    """Whether a column of yes and no says yes as often as the other bears what the request asks for."""
    wanted = [value for target in intent.targets for value in values_for(target, told)]
    yes = [count for value, count in fuller.values.items() if says_yes(value)]
    return len(fuller.values) == 2 and len(yes) == 1 and yes[0] == sum(told.values[value] for value in wanted) > 0


def _open_to(intent: Intent, fitting: list[ColumnFacts], candidates: list[ColumnFacts]) -> list[ColumnFacts]:
    """Columns that the request may mean: those that fit what it names; all of them where it names nothing."""
    return fitting if fitting and (intent.targets or intent.grades) else candidates


def _told(fitting: list[ColumnFacts], offered: list[ColumnFacts], intent: Intent, notes: Notes) -> ColumnFacts | None:
    """The only one that fits what the request names, or the one of several that it names or speaks of."""
    if len(fitting) == 1 and (intent.targets or intent.grades):
        return fitting[0]
    if len(own := _own_columns(offered, intent)) == 1:
        return own[0]
    spoken_of = column_spoken_of([column.name for column in offered], intent.naming)
    if spoken_of is None or not _may_answer(_named(offered, spoken_of), intent):
        return fitting[0] if len(fitting) == 1 else None
    notes.add(f"The request speaks of “{spoken_of}”, so that column is learnt.")
    return _named(offered, spoken_of)


def _answering(intent: Intent, survey: SurveyFacts, notes: Notes) -> ColumnFacts | None:
    """The column of yes and no that is called after the one finding that is asked for: “malignant” for “is it cancer?”."""
    wanted = [target for target in intent.targets if target not in ("normal", "abnormal")]
    if len(wanted) != 1 or intent.distrusts:
        return None
    words = {label_key(word) for word in words_of(wanted[0])}
    called = [c for name, c in _columns_by_name(survey).items() if label_key(re.sub(r"^(is|has)_", "", name)) in words]
    found = [column for column in called if len(column.values) == 2 and (column.meanings or all(map(_answers, column.values)))]
    if len(found) != 1:
        return None
    notes.add(f"“{found[0].name}” says yes or no to what the request asks for, so that column is learnt.")
    return found[0]


def _of_health(intent: Intent, survey: SurveyFacts, notes: Notes) -> ColumnFacts | None:
    """The one column that says whether nothing is there, for who asks for health or illness and nothing else."""
    healthy = [column for column in _columns_by_name(survey).values() if _holds_health(column, survey)]
    column = column_of_health(survey) or (healthy[0] if len(healthy) == 1 and len(healthy[0].values) > 1 else None)
    if column is None or not intent.targets or not {"normal", "abnormal"}.issuperset(intent.targets):
        return None
    notes.add(f"“{column.name}” says of each image whether anything was found, so that column is learnt.")
    return column


def _holds_health(column: ColumnFacts, survey: SurveyFacts) -> bool:
    """Whether a value of what could be the label says that nothing was found; “none” says another thing of the sedation."""
    return column.name in survey.label_candidates and any(concept_of(value) == "normal" for value in column.values)


def _answers(value: str) -> bool:
    return says_yes(value) or says_no(value)


def _told_by_values(candidates: list[ColumnFacts], intent: Intent, survey: SurveyFacts, notes: Notes) -> ColumnFacts | None:
    """The column of which the request names most values, two at least, by their whole names: “tell hands from wrists”.

    None where several columns fit equally; a column that is not named like a label is taken with a word.
    """
    columns = _columns_by_name(survey)
    told = {name for name, c in columns.items() if c.name in survey.label_candidates and mentioned(list(c.values), intent.naming)}
    open_to_all = {
        name: c
        for name, c in columns.items()
        if not (candidates and (_chooses_images(c, intent) or (told - {name} and (c.role == "site" or _says_where(c, intent)))))
    }
    counts = {name: len(wholly_named(c.values, intent.naming)) for name, c in open_to_all.items()}
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most > 1]
    offered = [column for column in candidates if column.name in best]
    if not offered and len(best) == 1:
        notes.add(f"The request names values of “{best[0]}”, so that column is learnt.")
        return _columns_by_name(survey)[best[0]]
    return offered[0] if len(offered) == 1 else None


def _chooses_images(column: ColumnFacts, intent: Intent) -> bool:
    """“Face and neck only”, “only Wright stain”: values of a column by which images are chosen."""
    named = wholly_named(column.values, intent.naming)
    only = known.LISTS["only"]
    return 0 < len(named) < len(column.values) and chooses(named, intent.naming, only, [*only, *tokens(normalise(column.name))])


def _says_where(column: ColumnFacts, intent: Intent) -> bool:
    """“Glioma or not on coronal and sagittal slices”: values that choose images beside another column's that are told apart."""
    named = wholly_named(column.values, intent.naming)
    return 0 < len(named) < len(column.values) and chooses(named, intent.naming, _WITHIN, BEHIND)


def _told_by_one_value(candidates: list[ColumnFacts], intent: Intent) -> ColumnFacts | None:
    """The one column of which the request names a value, by its whole name, and no other: “florid against everything else”."""
    spoken = [column for column in candidates if mentioned(list(column.values), intent.naming)]
    spoken = [column for column in spoken if not _chooses_images(column, intent)]
    named = [column for column in spoken if not _says_where(column, intent)] or spoken
    return named[0] if len(named) == 1 and wholly_named(named[0].values, intent.naming) else None


def _speaks_of_values(candidates: list[ColumnFacts], intent: Intent) -> bool:
    return any(mentioned(list(column.values), intent.naming) for column in candidates)


def _told_by_name(intent: Intent, survey: SurveyFacts, notes: Notes) -> ColumnFacts | None:
    """The one column that the request names, whatever it is called: “which bone is it?” beside a column of diagnoses."""
    own = {name: column for name, column in _columns_by_name(survey).items() if len(column.values) > 1 and not is_generic(name)}
    if intent.confounders or intent.distrusts:  # a shortcut's column is named to be left alone
        return None
    named = [name for name in mentioned(list(own), intent.naming) if own[name].role not in ("age", "box", "mask")]
    named = [name for name in named if not _chooses_images(own[name], intent) and _may_answer(own[name], intent)]
    if len(named) != 1:
        return None
    notes.add(f"The request names “{named[0]}”, so that column is learnt.")
    return own[named[0]]


def _may_answer(column: ColumnFacts, intent: Intent) -> bool:
    """Whether a column can say yes or no, where that is asked for: “does this eye need an injection?” asks for no side."""
    unknown = not_known(column.values)
    known_values = [value for value in column.values if value not in unknown]
    answers = len(known_values) == 2 and all(map(_answers, known_values))
    which = next(iter(tokens(intent.naming)), "") in known.LISTS["which"]  # “which bone is it?”
    return (
        not intent.asks_whether
        or which
        or answers
        or bool(column.meanings)
        or bool(mentioned(list(column.values), intent.naming))
        or any(health_of(value) == Health.WELL for value in known_values)
    )


def _refuse_what_no_column_says(intent: Intent, fitting: list[ColumnFacts], candidates: list[ColumnFacts]) -> None:
    """A finding must not get the labels of another one under its own name.

    Raises
    ------
    LabelsDoNotMatch
        Each column is named after a finding of its own, and none after what is asked for.
    """
    wanted = [target for target in intent.targets if target not in ("normal", "abnormal")]
    open_to_any = [column for column in candidates if is_generic(column.name) and health_of(column.name) != Health.WELL]
    if wanted and not fitting and not open_to_any:
        raise LabelsDoNotMatch(
            f"The request asks for {listed(wanted)}, and no column says which images show it; there are "
            f"{listed(column.name for column in candidates)}."
        )


def _columns_by_name(survey: SurveyFacts) -> dict[str, ColumnFacts]:
    return {c.name: c for c in reversed(survey.columns) if c.role not in ("split", "group", "image")}


def _no_labels(survey: SurveyFacts) -> str:
    several = "s" * (survey.images != 1)
    said = f"No labels were found for the {survey.images} image{several} in {survey.data}, or only one class. "
    how = "Put the images in one folder per class, or add a CSV with an image and a label column."
    return said + " ".join([*survey.problems, how])


def _covers(column: ColumnFacts, intent: Intent) -> bool:
    """Whether the column's values include every target of the request (or any known finding, where none is named)."""
    if not intent.targets:
        return len(mentioned(list(column.values), intent.naming)) > 1 or any(concept_of(value) for value in column.values)
    return all(values_for(target, column) or target in ("normal", "abnormal") for target in intent.targets)


def _own_columns(candidates: list[ColumnFacts], intent: Intent) -> list[ColumnFacts]:
    """Columns of yes and no that the request names: “classify effusion” beside a column for each of many findings."""
    own = mentioned([column.name for column in candidates], intent.naming)
    return [column for column in candidates if column.name in own and (column.meanings or is_untold(column, column.values))]


def _named(candidates: list[ColumnFacts], answer: str) -> ColumnFacts:
    found = next((c for c in candidates if c.name == answer), None)
    if found is None:
        raise BadInput(
            f"There is no label column “{answer}”; the columns that could hold the label are "
            f"{listed(c.name for c in candidates)}."
        )
    return found

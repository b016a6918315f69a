"""Drafts a classification: which column holds the label, and which of its values make which class."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.debiasing import find_confounders
from jupyter_clinagent.agent.playbook.drafting import (
    DEFAULT_RATE,
    RISKS,
    Draft,
    Notes,
    classes_dreaded,
    concept_of,
    group_column,
    listed,
    named_for_risk,
    say_several_splits,
    spoken,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import label_key
from jupyter_clinagent.contracts import Card, OperatingPoint, Specification, in_words
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import TASK

MALIGNANT, REST = "malignant", "rest"
MALIGNANT_CONCEPTS = frozenset(["melanoma", "basal cell carcinoma", "actinic keratosis"])
YES = frozenset(["yes", "y", "true", "1", "10", "present", "positive", "ja", "vorhanden"])
NO = frozenset(["no", "n", "false", "0", "00", "absent", "negative", "nein", "fehlt"])
"""Values of a column that is named after a finding, letters and digits only."""


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """Draft the specification, or return the next question.

    Parameters
    ----------
    intent
        The reading of the request, changes by the clinician already merged in.
    survey
        What ``study.survey()`` showed.
    answers
        Answers to earlier questions by key (``label``, ``classes``, ``group``).
    """
    notes = Notes(list(survey.assumptions))
    if survey.boxes:
        notes.add("Boxes lie beside the labels; they don't turn the classification into a detection.")
    column = _label_column(intent, survey, answers, notes)
    if isinstance(column, Card):
        return column
    classes = _classes(intent, column, answers, notes)
    if isinstance(classes, Card):
        return classes
    specification = _specify(intent, survey, column, classes, notes)
    image = next((c.name for c in survey.columns if c.role == "image" and c.table == column.table), None)
    return Draft(specification, tuple(notes.lines), image, choose_split=say_several_splits(survey, notes))


# ------------------------------------------------------------------ which column holds the label
def _label_column(intent: Intent, survey: SurveyFacts, answers: dict[str, str], notes: Notes) -> ColumnFacts | Card:
    named = {c.name: c for c in reversed(survey.columns)}
    candidates = [named[name] for name in dict.fromkeys(survey.label_candidates) if name in named]
    if not candidates:
        raise LabelsDoNotMatch(_no_labels(survey))
    if "label" in answers:
        return _named(candidates, answers["label"])
    fitting = [c for c in candidates if _covers(c, intent)]
    if len(fitting) == 1:
        return fitting[0]
    if len(candidates) > 1:
        offered = fitting or candidates
        return _question(
            "label", "Which column holds the diagnosis that the model should learn?", [c.name for c in offered], offered[0].name
        )
    return candidates[0]


def _no_labels(survey: SurveyFacts) -> str:
    several = "s" * (survey.images != 1)
    said = f"No labels were found for the {survey.images} image{several} in {survey.data}, or only one class. "
    how = "Put the images in one folder per class, or add a CSV with an image and a label column."
    return f"{said}{' '.join(survey.problems)} {how}"


def _covers(column: ColumnFacts, intent: Intent) -> bool:
    """Whether the column's values include every target of the request (or any known finding, where none is named)."""
    if not intent.targets:
        return any(concept_of(value) for value in column.values)
    return all(_values_for(target, column) or target == "normal" for target in intent.targets)


def _named(candidates: list[ColumnFacts], answer: str) -> ColumnFacts:
    found = next((c for c in candidates if c.name == answer), None)
    if found is None:
        raise BadInput(
            f"There is no label column “{answer}”; the columns that could hold the label are "
            f"{listed(c.name for c in candidates)}."
        )
    return found


# ------------------------------------------------------------------ which values make which class
def _classes(intent: Intent, column: ColumnFacts, answers: dict[str, str], notes: Notes) -> dict[str, list[str]] | Card:
    values = [v for v in column.values if not any(v in _values_for(x, column) for x in intent.excluded)]
    if len(values) < 2:
        only = f"only “{values[0]}”" if values else "nothing"
        raise LabelsDoNotMatch(f"Column “{column.name}” holds {only}; a model needs at least two classes to tell apart.")
    wanted = answers.get("classes")
    if wanted and wanted != "all":
        return _classes_by_name(wanted, values, column)
    if intent.all_classes or wanted == "all":
        return {v: [v] for v in values}
    mentioned = [v for v in values if label_key(v) in intent.words]
    targets = list(intent.targets)
    if len(targets) == 1 or intent.versus_rest:
        return _one_against_rest(targets[0], values, column, notes) if targets else _ask_classes(values)
    if targets:
        return _one_class_each(targets, values, column)
    if len(mentioned) >= 2:
        return {v: [v] for v in mentioned}
    if len(values) == 2 or (intent.task == TASK.name and intent.is_about_imaging):
        notes.add(f"The request names no findings, so all {len(values)} values of “{column.name}” are told apart.")
        return {v: [v] for v in values}
    return _ask_classes(values)


def _one_class_each(targets: list[str], values: list[str], column: ColumnFacts) -> dict[str, list[str]]:
    found = {target: [v for v in _values_for(target, column) if v in values] for target in targets}
    if not found.get("normal", ["-"]) and len(values) == 2:
        found["normal"] = [v for v in values if not any(v in vs for name, vs in found.items() if name != "normal")]
    _all_present(found, values, column)
    return {_class_name(name, vs): vs for name, vs in found.items()}


def _class_name(target: str, values: list[str]) -> str:
    """The label value itself, unless it gathers several or only says yes or no."""
    return values[0] if len(values) == 1 and label_key(values[0]) not in YES | NO else target


def _one_against_rest(target: str, values: list[str], column: ColumnFacts, notes: Notes) -> dict[str, list[str]]:
    positive = [v for v in _values_for(target, column) if v in values] or _yes_for(target, values, column, notes)
    _all_present({target: positive}, values, column)
    others = [v for v in values if v not in positive]
    if not others:
        raise LabelsDoNotMatch(f"All values of “{column.name}” count as {target}; there is nothing to tell it from.")
    name = MALIGNANT if target == "cancer" and len(positive) > 1 else _class_name(target, positive)
    rest = _class_name(f"no {target}", others) if len(others) == 1 else REST
    if len(others) > 1:
        notes.add(f"“{rest}” gathers every other value of “{column.name}”: {listed(others)}.")
    if len(positive) > 1:
        notes.add(f"“{name}” gathers {listed(positive)}.")
    return {name: positive, rest: others}


def _yes_for(target: str, values: list[str], column: ColumnFacts, notes: Notes) -> list[str]:
    """The yes of a column of yes and no whose name says of what: taken for the one finding that the request names."""
    yes = [v for v in values if label_key(v) in YES]
    if (
        len(values) != 2
        or len(yes) != 1
        or label_key(next(v for v in values if v not in yes)) not in NO
        or concept_of(column.name)
    ):
        return []
    notes.add(f"“{column.name}” only says yes or no; “{yes[0]}” is taken for {target}.")
    return yes


def _all_present(found: dict[str, list[str]], values: list[str], column: ColumnFacts) -> None:
    missing = [name for name, vs in found.items() if not vs]
    if missing:
        raise LabelsDoNotMatch(
            f"The request asks for {listed(missing)}, but column “{column.name}” holds only {listed(values)}; name the "
            "classes by these values, or point to other data."
        )


def _classes_by_name(answer: str, values: list[str], column: ColumnFacts) -> dict[str, list[str]]:
    names = [part.strip() for part in answer.replace(" vs ", ",").split(",") if part.strip()]
    unknown = [n for n in names if n not in values]
    if unknown or len(names) < 2:
        raise BadInput(
            f"Classes “{answer}” do not fit column “{column.name}”; name two or more of {listed(values)}, with commas "
            "between, or “all”."
        )
    return {n: [n] for n in names}


def _ask_classes(values: list[str]) -> Card:
    return _question(
        "classes",
        "What should the model tell apart? Name two or more values with commas between, or “all”.",
        ["all", *values],
        "all",
    )


def _values_for(target: str, column: ColumnFacts) -> list[str]:
    if target == "cancer":
        words = {label_key(word) for word in [*known.MALIGNANT["labels"], *known.MALIGNANT["words"]]}
        return [v for v in column.values if label_key(v) in words or concept_of(v) in MALIGNANT_CONCEPTS]
    found = [v for v in column.values if concept_of(v) == target]
    return found or [v for v in column.values if concept_of(column.name) == target and label_key(v) in YES]


# ------------------------------------------------------------------ the rest of the specification
def _specify(
    intent: Intent, survey: SurveyFacts, column: ColumnFacts, classes: dict[str, list[str]], notes: Notes
) -> Specification:
    positive = _positive_class(classes)
    binary = len(classes) == 2
    names = list(classes)
    return Specification(
        task=TASK.name,
        title=" versus ".join(spoken(n) for n in names) if binary else f"{len(names)} classes of “{column.name}”",
        request=intent.text,
        objective=_objective(names, positive),
        modality=survey.modality if survey.modality != "other" else (intent.modality or "other"),
        label_column=column.name,
        classes=classes,
        positive_class=positive if binary else None,
        group_column=group_column(intent, survey, notes),
        split_column=survey.split_candidates[0] if survey.split_candidates else None,
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age", "site")],
        confounders=find_confounders(intent, survey, notes.add),
        primary_metric="auroc" if binary else "macro_auroc",
        risk=RISKS.get(intent.risk or "", "balanced"),
        operating_point=_operating_point(intent, classes, positive, binary, notes),
        minutes=intent.minutes or 10.0,
    )


def _objective(names: list[str], positive: str) -> str:
    if len(names) == 2:
        other = next(n for n in names if n != positive)
        return f"Tell {spoken(positive)} from {spoken(other)} on an image"
    return f"Assign an image to one of {len(names)} classes: {', '.join(spoken(n) for n in names)}"


def _positive_class(classes: dict[str, list[str]]) -> str:
    """The disease named; never normal, negative, benign or nevus where there is another."""

    def benign(name: str) -> bool:
        concept = concept_of(name) or concept_of(classes[name][0])
        return (
            name == REST
            or known.KIND.get(concept or "") == "benign"
            or name.startswith("no ")
            or label_key(name) in NO | {"benign", "gutartig", "other"}
        )

    return next((name for name in classes if not benign(name)), next(iter(classes)))


def _operating_point(
    intent: Intent, classes: dict[str, list[str]], positive: str, binary: bool, notes: Notes
) -> OperatingPoint | None:
    named = named_for_risk(intent, classes)
    subject = named if named and (not binary or intent.risk == "sensitivity") else positive
    if intent.risk in ("sensitivity", "specificity"):
        _say_for_which(intent, classes, subject, notes)
        target = intent.target or DEFAULT_RATE
        if intent.target is None:
            notes.add(
                f"The request names no number, so the threshold holds {DEFAULT_RATE:.0%} {intent.risk} for {in_words(subject)}."
            )
        return OperatingPoint(rule=intent.risk, target=target, positive_class=subject)
    return OperatingPoint(rule="youden", positive_class=positive) if binary else None


def _say_for_which(intent: Intent, classes: dict[str, list[str]], subject: str | list[str], notes: Notes) -> None:
    """One threshold holds for all findings that are named, unless nothing would be left to tell them from."""
    named = classes_dreaded(intent, classes)
    if isinstance(subject, list):
        notes.add(f"The request names {listed(named)}: one threshold holds for them together, against the rest.")
    elif len(named) > 1:
        notes.add(f"The request names {listed(named)}, which leaves no rest; the threshold holds for {subject}.")


def _question(key: str, text: str, choices: list[str], default: str) -> Card:
    return Card(id=f"question-{key}", kind="question", title=text, body=text, choices=choices, key=key, default=default)

"""Drafts a detection: which boxes to learn from, and what images without a box mean."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.counting import has_number
from jupyter_clinagent.agent.playbook.drafting import (
    NONE_OF_THEM,
    RISKS,
    Draft,
    Notes,
    able,
    concept_of,
    group_column,
    kind_of_images,
    listed,
    question,
    say_several_splits,
    spoken,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned, with_shared_nouns
from jupyter_clinagent.agent.playbook.terms import other_names
from jupyter_clinagent.agent.playbook.unused import unused_words
from jupyter_clinagent.agent.playbook.wording import label_key, normalise
from jupyter_clinagent.contracts import Card, OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.detection import TASK
from jupyter_clinagent.tasks.detection.specification import FALSE_ALARMS

_COUNTS = re.compile(rf"\b{any_word('boxed.counts')}\b", re.I)
ALL_BOXES = "all of them"
_BOX_LAYOUTS = ("coco", "yolo", "voc", "cvat", "via")


def wants_boxes(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether findings are to be marked with boxes.

    Words of place (“where”, “box”) decide. Without them, boxes beside a table of labels change nothing; boxes that are all
    there is are learnt from.

    Raises
    ------
    LabelsDoNotMatch
        Boxes are asked for and there are none to learn from, or a count where there is one at most.
    """
    if TASK.name in intent.declined or _names_another(intent):
        return False
    if not survey.boxes and has_number((column.name for column in survey.columns), intent.text):  # a column has counted them
        return False
    if intent.task == TASK.name and not survey.box_classes:
        raise LabelsDoNotMatch(_no_boxes(survey))
    if _COUNTS.search(intent.text) and intent.task == TASK.name and survey.boxes <= survey.boxed_images:
        raise LabelsDoNotMatch(f"No image has more than one box of {listed(survey.box_classes)}, so there is nothing to count.")
    if intent.task == TASK.name or (intent.weak and survey.box_classes):
        return True
    if not survey.box_classes or (survey.layout not in _BOX_LAYOUTS and survey.label_candidates):
        return False
    if not _has_labels(survey):
        return not _names_values(intent, survey)
    tells_apart = len(intent.targets) > 1 or intent.versus_rest or intent.asks_whether or _names_values(intent, survey)
    return intent.looks or not (intent.task or tells_apart)


def _names_another(intent: Intent) -> bool:
    """Whether the request names a task by its own words, and it isn't this one: no box answers “BI-RADS?”."""
    named = registry.tasks().get(intent.task or "")
    return named is not None and not named.usual and named.name != TASK.name


def _names_values(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether the request tells values of a column apart that are no classes of boxes: “hand or wrist?”, “classify by side”."""
    boxed = set(survey.box_classes)
    columns = [column for column in survey.columns if column.name in survey.label_candidates and not boxed & set(column.values)]
    if intent.task == registry.usual().name and mentioned([column.name for column in columns], intent.naming):
        return True
    return any(len(mentioned(list(column.values), intent.naming)) > 1 for column in columns)


def _has_labels(survey: SurveyFacts) -> bool:
    named = {c.name for c in survey.columns if c.role == "label"} | {survey.image_label}
    return any(name in named for name in survey.label_candidates)


def _no_boxes(survey: SurveyFacts) -> str:
    strangers = "all of them are for images that are not there" if survey.boxes else "there are none in the data"
    said = f"Marking or counting findings needs boxes to learn from, and {strangers}. "
    said += "".join(f"{problem} " for problem in survey.problems)
    if survey.label_candidates:
        by = f"Ask for a classification by “{survey.label_candidates[0]}” instead, which shows heat maps, or add boxes."
        return f"{said}{by} {able()}"
    return f"{said}Add them as COCO JSON, YOLO or Pascal VOC files, or as a CSV with corners. {able()}"


def draft_detection(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """Draft the specification of a detection, or ask which boxes are meant.

    Raises
    ------
    LabelsDoNotMatch
        The boxes are of something else than the request asks for.
    """
    notes = Notes(list(survey.assumptions))
    names = _classes(intent, survey, answers, notes)
    if isinstance(names, Card):
        return names
    weak = survey.supervision == "weak"
    _say_labels(survey, notes)
    _say_what_is_not_done(intent, notes)
    if _COUNTS.search(intent.text):
        notes.add("What is counted on an image are its boxes; the report sets the number found beside that of the reference.")
    several = say_several_splits(survey, notes)
    said = " and ".join(spoken(name) for name in names)
    specification = Specification(
        title=f"Boxes around {said}",
        request=intent.text,
        task=TASK.name,
        objective=f"Mark every {said} on an image with a box",
        modality=kind_of_images(intent, survey, notes),
        label_column=survey.image_label,
        classes={name: [name] for name in names},
        positive_class=names[0] if len(names) == 1 else None,
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=_subgroups(survey),
        supervision="weak" if weak else "full",
        primary_metric="map50",
        risk=RISKS.get(intent.risk or "", "balanced"),
        operating_point=_operating_point(intent, names),
        expected_output="boxes with scores; the highest score of an image says whether it shows a finding at all",
        minutes=intent.minutes or 10.0,
    )
    return Draft(specification, tuple(notes.lines), choose_split=several)


def _classes(intent: Intent, survey: SurveyFacts, answers: dict[str, str], notes: Notes) -> list[str] | Card:
    """Classes of boxes that the request names, by its findings or by their own words; all where it names none.

    Where it names something that nobody knows, that is asked about.
    """
    every = list(survey.box_classes)
    aside = mentioned(every, intent.set_aside)
    names = [n for n in every if n not in aside and not any(_shows(n, target) for target in intent.excluded)] or every
    own = mentioned(names, with_shared_nouns(intent.naming))
    wanted = [target for target in intent.targets if target not in ("normal", "abnormal")]
    if intent.all_classes or not (wanted or own):
        return names if intent.all_classes else _all_or_asked(intent, survey, names, answers, notes)
    missing = [target for target in wanted if not any(_shows(n, target) for n in names)]
    if not missing:
        named = [n for n in names if n in own or any(_shows(n, target) for target in wanted)]
        _say_unasked([n for n in every if n not in named], survey, notes)
        return named
    if len(names) == 1 and len(wanted) == 1 and concept_of(names[0]) is None:
        notes.add(_what_unnamed_boxes_mark(names[0], wanted[0], survey))
        return names
    raise LabelsDoNotMatch(
        f"The request asks for boxes around {listed(missing)}, but there are only boxes of {listed(survey.box_classes)}; name "
        "one of these, or point to other data."
    )


def _all_or_asked(
    intent: Intent, survey: SurveyFacts, names: list[str], answers: dict[str, str], notes: Notes
) -> list[str] | Card:
    unknown = unused_words(intent.text, survey)
    if not unknown:
        return names
    if "boxes" not in answers:
        said = f"The boxes mark {listed(names)}, and none of them is called {listed(unknown)}. What should be marked?"
        choices = [*dict.fromkeys([ALL_BOXES, *names]), NONE_OF_THEM]
        return question("boxes", said, choices, NONE_OF_THEM, "Boxes of that are learnt, all others are left out.")
    if answers["boxes"] == NONE_OF_THEM:
        raise LabelsDoNotMatch(f"The boxes mark {listed(names)}, and none of them is called {listed(unknown)}.")
    said = answers["boxes"].strip()
    chosen = [name for name in names if name.casefold() == said.casefold()] or mentioned(names, normalise(said))
    if not chosen and said.casefold() != ALL_BOXES:
        raise BadInput(
            f"The boxes mark {listed(names)}, and none of them is called “{said}”; name some of these, or “{ALL_BOXES}”."
        )
    notes.add(f"It was asked which boxes are meant; the answer: {said}.")
    named = chosen or names
    _say_unasked([name for name in survey.box_classes if name not in named], survey, notes)
    return named


def _say_unasked(names: list[str], survey: SurveyFacts, notes: Notes) -> None:
    if names:
        counts = ", ".join(f"“{name}” ({survey.box_classes[name]})" for name in names)
        notes.first(f"Boxes that are left out, because the request does not name them: {counts}.")


def _what_unnamed_boxes_mark(name: str, target: str, survey: SurveyFacts) -> str:
    """Boxes without a telling class mark the target, unless a column says that only some images show it."""
    labels = [c.name for c in survey.columns if c.name in survey.label_candidates and any(_shows(v, target) for v in c.values)]
    if labels:
        return (
            f"The boxes don't say what they mark, so every finding is boxed, {target} or not; a classification by “{labels[0]}” "
            "tells these apart."
        )
    return f"The boxes are all of “{name}”, which is taken for {target}."


def _shows(name: str, target: str) -> bool:
    """Whether a class of boxes is what the request calls ``target``, in either language or within a longer name."""
    key = label_key(name)
    if target == "cancer":
        return key in known.MALIGNANT["labels"]
    words = {label_key(word) for c in known.CONCEPTS if c.name == target for word in (*c.words, *c.labels)}
    return (
        concept_of(name) == target or label_key(target) in key or not words.isdisjoint({key, *map(label_key, other_names(name))})
    )


def _say_labels(survey: SurveyFacts, notes: Notes) -> None:
    """What images without a box mean: the agent finds by itself that boxes are partial."""
    bare = survey.images - survey.boxed_images - survey.unread
    if survey.image_label is None and bare:
        notes.add(f"No label says which images show a finding, so the {bare} images without a box count as negative.")
    elif survey.unboxed:
        notes.add(
            f"Boxes are partial: {survey.unboxed} images are positive by “{survey.image_label}” and have no box. They are "
            "neither left out nor taken for negatives: a model that has learnt from the boxes proposes theirs."
        )


def _say_what_is_not_done(intent: Intent, notes: Notes) -> None:
    if intent.task == "classification" and not intent.looks:
        notes.add("The data hold boxes and no image-level label, so findings are marked with boxes; each image has a score, too.")
    if intent.risk and intent.target is None:
        notes.add(f"Which mistake is worse sets no threshold for boxes: sensitivity at {FALSE_ALARMS} is reported instead.")
    for word in intent.confounders:
        notes.add(f"How far a detector relies on a {word} can't be measured yet; the figures say nothing about it.")


def _subgroups(survey: SurveyFacts) -> list[str]:
    """Columns of persons and places; of those that hold the same, one."""
    columns = {str(sorted(c.values.items())): c.name for c in reversed(survey.columns) if c.role in ("sex", "site")}
    ages = [c.name for c in survey.columns if c.role == "age"]
    return [c.name for c in survey.columns if c.name in [*columns.values(), *ages]]


def _operating_point(intent: Intent, names: list[str]) -> OperatingPoint | None:
    """Only where a number is asked for; it holds for images, by their highest score."""
    if intent.risk not in ("sensitivity", "specificity") or intent.target is None:
        return None
    dreaded = [concept for concept in (intent.risk_for, *intent.risk_also_for) if concept]
    named = [n for n in names if any(_shows(n, concept) for concept in dreaded)] or names[:1]
    positive = named if len(named) > 1 else named[0]
    return OperatingPoint(rule=intent.risk, target=intent.target, positive_class=positive)

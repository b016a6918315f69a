"""What could be outlined in the data, and what a request asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import (
    NONE_OF_THEM,
    RISKS,
    Draft,
    Notes,
    able,
    group_column,
    kind_of_images,
    listed,
    question,
    say_several_splits,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.contracts import Card, Offer, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.tasks.segmentation import TASK
from jupyter_clinagent.tasks.segmentation.naming import called_otherwise, is_unnamed, spellings, wanted_structures
from jupyter_clinagent.tasks.segmentation.unmet import not_done, other_half

ALL_OUTLINES = "all of them"
_BOX_WORDS = words_in("boxed.drawn")


def _seen(survey: SurveyFacts) -> dict[str, Any]:
    return survey.seen.get(TASK.name, {})


def offers(survey: SurveyFacts) -> list[Offer]:
    """All structures together."""
    seen = _seen(survey)
    structures: dict[str, int] = seen.get("structures", {})
    if not structures:
        return []
    unnamed = all(map(is_unnamed, structures))
    what = "what the masks show" if unnamed else listed(structures)
    thing = seen.get("confounder") or "the finding" if unnamed else what
    sentence = f"I could outline {what}, learnt from {seen['described']} of {seen['images']} images."
    return [
        Offer(
            task=TASK.name,
            sentence=sentence,
            images=seen["images"],
            classes=structures,
            request=f"Outline {thing}.",
            labels_from="outlines",
        )
    ]


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Words of outlines decide; where outlines are all there is, “find” and “mark” mean them, too, unless boxes are asked for."""
    structures = _seen(survey).get("structures")
    if TASK.name in intent.declined:
        return False
    if intent.task == TASK.name and not structures:
        raise LabelsDoNotMatch(_no_outlines(survey))
    nothing_else = not survey.label_candidates and not survey.box_classes
    marks = _marks(intent) and not survey.box_classes  # labels beside the masks are no reason to ask for boxes
    bare = intent.task is None and not contains(intent.naming, words_in("or", "lists.against"))  # “polyp or adenoma?” asks which
    meant = (marks or (nothing_else and (bare or intent.looks))) and not (_boxes(intent) or intent.asks_whether)
    return intent.task == TASK.name or bool(structures and meant and not _is_about_others(intent, structures))


def _is_about_others(intent: Intent, structures: dict[str, int]) -> bool:
    """“Find the collapsed lungs” asks for a finding, not for the lungs that are outlined."""
    findings = [c for c in known.CONCEPTS if c.name in intent.targets and c.kind == "disease"]
    names = [name for name in structures if not is_unnamed(name)]
    return bool(findings and len(names) == len(structures)) and not any(
        contains(normalise(n), c.words) for c in findings for n in names
    )


def _marks(intent: Intent) -> bool:
    """Whether findings are to be marked, and not with boxes."""
    return intent.task == "detection" and not _boxes(intent)


def _boxes(intent: Intent) -> bool:
    return contains(normalise(intent.text), _BOX_WORDS)


def _check_thing(classes: dict[str, list[str]], confounder: str | None) -> None:
    """Masks of a drain must not be learnt under the name of a disease."""
    thing = next(iter(classes))
    if confounder is None or thing in classes[thing] or contains(thing, [confounder, *known.CONFOUNDERS.get(confounder, [])]):
        return
    raise LabelsDoNotMatch(
        f"The masks go with the column “{confounder}”: they outline that, not “{thing}”. Add masks of {thing}, or ask to outline "
        f"the {confounder}."
    )


def _no_outlines(survey: SurveyFacts) -> str:
    said = "Outlining takes masks or outlines to learn from, and there are none in the data. "
    said += "".join(f"{line} " for line in _seen(survey).get("said", []))
    how = "Put masks into a folder “masks” beside the images, named like them, or add COCO or LabelMe files with polygons."
    return f"{said}{how} {able()}"


def _asked(thing: str, structures: Iterable[str], answers: dict[str, str], notes: Notes) -> Card | list[str]:
    """Which structures are meant by a name that none of them has.

    Raises
    ------
    LabelsDoNotMatch
        The answer is that none of them is.
    """
    names, answer = list(structures), answers.get("outlines")
    if answer is None:
        text = f"No mask is called “{thing}”; the masks outline {listed(names)}. What should be outlined?"
        choices = [*names, *([ALL_OUTLINES] if len(names) > 1 else []), NONE_OF_THEM]
        return question("outlines", text, choices, NONE_OF_THEM, "Only that is outlined; all else counts as background.")
    if answer == NONE_OF_THEM:
        raise LabelsDoNotMatch(
            f"The masks are of {listed(names)}, and none is of “{thing}”: name one of these, or point to other data."
        )
    notes.add(f"No mask is called “{thing}”. It was asked what should be outlined; the answer: {answer}.")
    return [answer] if answer in names else names


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """The specification: which structures, and how they are called; or the question which are meant."""
    notes, seen = Notes(list(survey.assumptions)), _seen(survey)
    chosen: dict[str, int] = seen["structures"]
    if thing := called_otherwise(intent, chosen, seen.get("readers") or ()):
        told = _asked(thing, chosen, answers, notes)
        if isinstance(told, Card):
            return told
        intent, chosen = replace(intent, naming=" and ".join(told)), {name: chosen[name] for name in told}
    for line in seen.get("said", []):
        notes.add(line)
    if _marks(intent):
        notes.add("There are masks to learn from and no boxes, so what is found is marked by its outline.")
    classes = wanted_structures(intent, chosen, notes, seen.get("readers"), seen.get("read_twice", 0))
    _check_thing(classes, seen.get("confounder"))
    if intent.risk:
        asked = "Which mistake is worse" if intent.target is None else f"A {intent.risk} of {intent.target:.0%}"
        notes.add(f"{asked} sets no threshold for outlines; how often something is found at all is reported.")
    for line in not_done(intent):
        notes.add(line)
    if half := other_half(intent.text):
        notes.first(f"One study answers one question, this one outlines. Not done: “{half}”; ask for it in a study of its own.")
    said = " and ".join(classes)
    specification = Specification(
        task=TASK.name,
        title=f"Outlines of {said}",
        request=intent.text,
        objective=f"Outline {said} on an image",
        modality=kind_of_images(intent, survey, notes),
        classes=classes,
        positive_class=next(iter(classes)) if len(classes) == 1 else None,
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age", "site")],
        primary_metric="dice",
        risk=_risk(intent),
        expected_output="a mask for each structure, at the size of the image",
        minutes=intent.minutes or 10.0,
    )
    several = say_several_splits(survey, notes)
    return Draft(specification, tuple(notes.lines), understood=spellings(chain(*classes.values())), choose_split=several)


def _risk(intent: Intent) -> str:
    """What is worse, with the rate that was asked for: no operating point keeps it, and the report has to say it."""
    worse = RISKS.get(intent.risk or "", "balanced")
    return worse if intent.target is None else f"{worse}, with {intent.target:.0%} {intent.risk}"


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification

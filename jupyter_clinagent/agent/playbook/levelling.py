"""What gets one answer: chosen from what the request says and what the data tell apart.

Each image is judged by itself unless the request asks for more; what else could be had stands on the card. Where the images of a
case bear different labels, what such a case is has to be asked: it decides what is counted.
"""

from __future__ import annotations

from dataclasses import replace

from jupyter_clinagent.agent.playbook.drafting import Draft, Notes, listed, question
from jupyter_clinagent.agent.playbook.levels import asked_level, case_called, counted_level
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.contracts import IMAGE, Card, Level, Specification
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.facts import CaseFacts, SurveyFacts
from jupyter_clinagent.tasks import registry

BY_IMAGE, LEFT_OUT = "each image by itself", "leave them out"
MOST_LEFT_OUT = 0.2
"""Of more cases than this share none is left out unless the clinician says so."""
MOST_DIFFERING = 4
"""Of more findings on which the images of a case differ only these are named."""
SLICES, SECTION = 3, "section"
"""From so many images a case on, images of this kind are taken for slices of volumes."""
_LEVEL_CHANGES = "Thresholds and figures count whatever gets one answer."
_MIXED_CHANGES = "It decides what these count as, or that their images are in no set."
_SLICES = frozenset(["slice", "slices", "section", "sections", "schicht", "schichten", "schnitt", "schnitte", "schnittbilder"])
_PARTS = ("eye", "breast", "side")
"""Often the image shows just one of them, and nothing has to say so."""


def with_level(drafted: Draft, intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """The draft with what gets one answer, or the question that has to be answered first.

    Raises
    ------
    BadInput
        An answer names nothing that the data tell apart.
    """
    spec, answer = drafted.specification, answers.get("level")
    levels = registry.find(spec.task).levels
    wanted = _answered(answer, survey) if answer else intent.level
    if not levels and (counted := counted_level(normalise(intent.text))):
        return _noted(drafted, f"Nothing is added up over the images of one {counted}: what is counted is counted in each image.")
    if wanted in (None, IMAGE):
        asked = _open_question(intent, survey) if levels and wanted is None else None
        return asked or replace(drafted, offered=_offered(survey) if levels else ())
    found = _find(wanted, survey)
    if not levels or found is None:
        others = levels and survey.cases and wanted not in _PARTS
        if not others:
            return _noted(drafted, _why_by_image(wanted, levels))
        return _which(wanted, survey, BY_IMAGE if answer else _choices(survey)[0])
    return _judged(drafted, Level(name=wanted, columns=found.columns), found, survey, answers)


def _open_question(intent: Intent, survey: SurveyFacts) -> Card | None:
    """Where the request may mean more than images, or its images are slices of something that it does not speak of."""
    volumes = next((found for found in survey.cases if not found.mixed and survey.images >= SLICES * found.cases), None)
    if volumes and survey.modality == SECTION and _SLICES.isdisjoint(intent.words):
        return _of_slices(volumes)
    may = next((found for found in survey.cases if found.name == intent.perhaps_level), None)
    return _which(may.name, survey, BY_IMAGE) if may else None


def _of_slices(found: CaseFacts) -> Card:
    """A label of a whole series says little of each slice, so nothing is taken by default."""
    name = found.name or "patient"
    text = (
        f"These are slices of CT or MR series, and all slices of a {name} bear the same label, although a slice need not show "
        "what it says. I read single slices and no 3-D volumes. What should get one answer?"
    )
    return question("level", text, [f"one answer for each {name}", BY_IMAGE], "", _LEVEL_CHANGES)


# ------------------------------------------------------------------ which level
def _answered(answer: str, survey: SurveyFacts) -> str:
    """What an answer to the question means."""
    plain = normalise(answer)
    name = asked_level(plain) or case_called(plain)
    if name is None or (name != IMAGE and _find(name, survey) is None):
        raise BadInput(f"“{answer}” is nothing that could get one answer here; there are: {listed(_choices(survey))}.")
    return name


def _find(wanted: str, survey: SurveyFacts) -> CaseFacts | None:
    """The cases of this name; else sides for parts of the body, else those of which nothing says what they are."""
    sides = [found for found in survey.cases if wanted in _PARTS and found.name in _PARTS]
    named = [found for found in survey.cases if found.name == wanted]
    unnamed = [found for found in survey.cases if not found.name and wanted not in _PARTS]
    return next(iter([*named, *sides, *unnamed]), None)


def _which(wanted: str, survey: SurveyFacts, default: str) -> Card:
    told = "" if any(found.name == wanted for found in survey.cases) else f"Nothing says which images are of one {wanted}. "
    several = "; ".join(f"{found.several} of {found.cases} {_plural(found)} have several images" for found in survey.cases)
    text = f"{told}What should get one answer? {several[:1].upper()}{several[1:]}."
    return question("level", text, [BY_IMAGE, *_choices(survey)], default, _LEVEL_CHANGES)


def _choices(survey: SurveyFacts) -> list[str]:
    return [f"one answer for each {found.name or 'patient'}" for found in survey.cases]


def _plural(found: CaseFacts) -> str:
    return Level(name=found.name or "group").plural


def _why_by_image(wanted: str, levels: bool) -> str:
    if not levels:
        return f"One answer for each {wanted} is not something I can give here: each image is judged by itself."
    return f"Nothing in the data says that several images are of one {wanted}, so each image is taken for one."


def _offered(survey: SurveyFacts) -> tuple[str, ...]:
    """What could be asked for instead: the coarsest cases whose labels agree, or the coarsest of all."""
    found = next((one for one in survey.cases if not one.mixed), next(iter(survey.cases), None))
    if found is None:
        return ()
    name = found.name or "patient"
    return (
        f"Each image is judged by itself, and {found.several} of {found.cases} {_plural(found)} have several images. Say “one "
        f"answer per {name}” to have each {name} judged once, from all of its images.",
    )


# ------------------------------------------------------------------ cases whose labels differ
def _judged(drafted: Draft, level: Level, found: CaseFacts, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    spec = drafted.specification
    mixed, answer = _mixed(found, drafted), answers.get("mixed")
    if mixed and not answer:
        return _what_are_they(level, mixed, found, drafted)
    if mixed and answer == BY_IMAGE:
        return _noted(drafted, f"{_in_how_many(level, mixed, found, drafted)} So each image is judged by itself.")
    if mixed and answer != LEFT_OUT:
        level = _one_is_enough(level, spec, str(answer))
    elif registry.find(spec.task).several and not mixed:
        level = level.model_copy(update={"rule": "any"})
    known = {
        "level": level,
        "objective": f"{spec.objective}; one answer for each {level.name}",
        "group_column": _group(spec, found, survey),
        "expected_output": f"{spec.expected_output}; from those of its images one answer for each {level.name}",
    }
    named = f"Images with the same {' and '.join(f'“{name}”' for name in found.columns)} are taken for those of one {level.name}."
    told = [] if found.name == level.name else [named]
    return _noted(replace(drafted, specification=spec.model_copy(update=known)), *told)


def _mixed(found: CaseFacts, drafted: Draft) -> int:
    """Cases whose images are of different classes; of several classes together no more than these."""
    spec = drafted.specification
    if registry.find(spec.task).several:
        return min(sum(drafted.differing.get(found.key, {}).values()), found.cases)
    home = {value: name for name, values in spec.classes.items() for value in values}
    together = found.mixed.get(spec.label_column or "", [])
    return sum(one.cases for one in together if len({home[value] for value in one.values if value in home}) > 1)


def _what_are_they(level: Level, mixed: int, found: CaseFacts, drafted: Draft) -> Card:
    enough, few = _enough(level, drafted.specification), mixed <= MOST_LEFT_OUT * found.cases
    choices = [*([enough] if enough else []), *([LEFT_OUT, BY_IMAGE] if few else [BY_IMAGE, LEFT_OUT])]
    text = f"{_in_how_many(level, mixed, found, drafted)} What is to be done with these?"
    return question("mixed", text, choices, choices[0], _MIXED_CHANGES)


def _in_how_many(level: Level, mixed: int, found: CaseFacts, drafted: Draft) -> str:
    """How many cases have images whose labels differ, and of several classes in which."""
    each = drafted.differing.get(found.key, {})
    if not each:
        return f"In {mixed} of {found.cases} {level.plural} the images bear different labels."
    counts = sorted(each.items(), key=lambda one: -one[1])
    told = ", ".join(f"“{name}” ({number})" for name, number in counts[:MOST_DIFFERING])
    more = f" and {len(counts) - MOST_DIFFERING} more" if len(counts) > MOST_DIFFERING else ""
    return f"The images of one {level.name} don't all show the same: of {found.cases} {level.plural} they differ on {told}{more}."


def _enough(level: Level, spec: Specification) -> str:
    """That the highest of the images counts; empty where no class stands above the others."""
    if registry.find(spec.task).several:
        return f"a {level.name} shows whatever any of its images shows"
    if spec.positive_class and len(spec.classes) == 2:
        return f"a {level.name} counts as {spec.positive_class} if any image does"
    return f"a {level.name} gets the highest of its images" if registry.find(spec.task).ordered else ""


def _one_is_enough(level: Level, spec: Specification, answer: str) -> Level:
    if answer != _enough(level, spec):
        raise BadInput(f"“{answer}” does not say what {level.plural} are whose images bear different labels.")
    rule = "any" if registry.find(spec.task).several else "highest"
    return level.model_copy(update={"rule": rule, "positive": spec.positive_class})


def _group(spec: Specification, found: CaseFacts, survey: SurveyFacts) -> str:
    """What holds every case together: the group as it is where it is as coarse, else the cases' own column."""
    order, own = survey.group_candidates, found.columns[0]
    coarse = spec.group_column in order and order.index(spec.group_column) <= order.index(own)
    return str(spec.group_column) if coarse else own


def _noted(drafted: Draft, *said: str) -> Draft:
    """The draft with what is said before all else."""
    notes = Notes(list(drafted.assumptions))
    for line in reversed(said):
        notes.first(line)
    return replace(drafted, assumptions=tuple(notes.lines))

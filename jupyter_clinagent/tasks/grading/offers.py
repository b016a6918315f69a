"""Which grades could be learnt from the data, and whether a request means them."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.drafting import able, said_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.unread import AGAINST
from jupyter_clinagent.agent.playbook.wanted import named_tasks
from jupyter_clinagent.agent.playbook.wording import normalise, normalised
from jupyter_clinagent.contracts import Offer, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.grading import TASK
from jupyter_clinagent.tasks.grading.cuts import cut_of, levels_in
from jupyter_clinagent.tasks.grading.drafting import draft
from jupyter_clinagent.tasks.grading.scale import LEAST, Scale, speaks_of_grades
from jupyter_clinagent.tasks.grading.scales import holding_ends, scales_for, scales_in, spoken_of
from jupyter_clinagent.tasks.grading.unmet import refuse_other_grades

__all__ = ["claims", "draft", "fitted", "offers"]

_APART = AGAINST | normalised("lists.telling_apart")
_TWO_GROUPS = normalised("lists.only", "grades.only")
"""“Only the referable ones” asks for two groups."""


def offers(survey: SurveyFacts) -> list[Offer]:
    """One for each column that holds grades, with their order and what says it."""
    return [_offer(scale, survey) for scale in scales_in(survey)]


def _offer(scale: Scale, survey: SurveyFacts) -> Offer:
    column = next(column for column in survey.columns if column.name == scale.column)
    counts = {name: sum(column.values[value] for value in known) for name, known in scale.grades.items()}
    doubt = "" if scale.sure else ", if these are grades"
    order = f"{' < '.join(scale.names)} (the order is that of {scale.source}{doubt})"
    return Offer(
        task=TASK.name,
        sentence=f"I could grade by “{scale.column}”: {order}.",
        images=survey.images,
        classes=counts,
        request=f"Grade by “{scale.column}”.",
        labels_from=said_of(column),
    )


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether grades are meant: by words such as grade, stage or severity, by a range of grades, a cut, or the column's name.

    To tell one grade from another is a classification, and so is a yes or no (“is it referable?”).

    Raises
    ------
    LabelsDoNotMatch
        Nothing else is asked for, and no column holds an ordered scale; a grade is named that is on none.
    """
    scales = scales_for(intent, survey)
    sure = [scale for scale in scales if scale.sure]
    if TASK.name in intent.declined:
        return False
    if sure:
        graded = {scale.column for scale in scales}
        refuse_other_grades(intent, scales, [value for c in survey.columns if c.name in graded for value in c.values])
    if any(_tells_apart(intent, scale) for scale in scales) or (intent.grades and not holding_ends(intent, scales)):
        return False
    if intent.task == TASK.name and not scales:
        return _refuse(intent, survey)
    if intent.task not in (TASK.name, registry.usual().name, None):
        return False
    named = intent.task == TASK.name or intent.grades or (spoken_of(intent, sure) and not intent.asks_whether)
    said = spoken_of(intent, scales)  # “Wagner 3 and above”
    return bool(scales and (named or _names_cut(intent, sure) or (said and not intent.asks_whether and cut_of(intent, said))))


def _tells_apart(intent: Intent, scale: Scale) -> bool:
    """Whether several grades are told from each other, but for a range."""
    words = set(intent.words)
    named = {level.grade for level in levels_in(intent.naming, scale) if not level.bare or level.grade[-1].isdigit()}
    return len(named) > 1 and not intent.grades and not _APART.isdisjoint(words)


def _names_cut(intent: Intent, sure: list[Scale]) -> bool:
    two_groups = intent.asks_whether or not _TWO_GROUPS.isdisjoint(intent.words)
    return not two_groups and any(cut_of(intent, scale) for scale in sure)


def _refuse(intent: Intent, survey: SurveyFacts) -> bool:
    """That there is no scale; False where the request has another task's words, too."""
    if len(named_tasks(normalise(intent.text))[0]) > 1 or _tells_values(intent, survey):
        return False
    named = [column for column in survey.columns if speaks_of_grades(column.name) and column.values]
    known = [*named, *(column for column in survey.columns if column.name in survey.label_candidates)]
    takes = f"Grading takes a column with {LEAST} or more levels in an order (0 to 4, I to IV, mild to severe)"
    if not known:
        raise LabelsDoNotMatch(f"{takes}, and there is none in the data. {able()}")
    values = ", ".join(list(known[0].values)[:8])
    why = "only two levels" if len(known[0].values) == LEAST - 1 else "no order that I can read"
    raise LabelsDoNotMatch(f"{takes}; “{known[0].name}” holds {why}: {values}.")


def _tells_values(intent: Intent, survey: SurveyFacts) -> bool:
    """“High grade serous against the others” tells values of a label apart, whatever else is called a grade."""
    labels = [column for column in survey.columns if column.name in survey.label_candidates]
    named = max((len(mentioned(list(column.values), intent.naming)) for column in labels), default=0)
    return not _APART.isdisjoint(intent.words) and named + intent.versus_rest > 1


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification

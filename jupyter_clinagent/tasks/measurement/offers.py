"""What could be measured on the images, and whether a request means it."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.bounds import bounds_in, numbers_bounded
from jupyter_clinagent.agent.playbook.counting import has_number
from jupyter_clinagent.agent.playbook.drafting import able, listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned, values_for
from jupyter_clinagent.agent.playbook.terms import other_names
from jupyter_clinagent.agent.playbook.unread import AGAINST, EITHER
from jupyter_clinagent.agent.playbook.wording import clauses_of, contains, normalise
from jupyter_clinagent.contracts import Offer
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word, words_in
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.drafting import draft, fitted
from jupyter_clinagent.tasks.measurement.reading import (
    Measurable,
    by_a_word_of_its_own,
    columns_of,
    draws_a_line,
    meant,
    named,
    of_a_kind,
    spanned,
)
from jupyter_clinagent.tasks.measurement.units import NO_UNIT

__all__ = ["claims", "draft", "fitted", "offers"]

_MEASURING = families("tasks")["measuring"]["verbs"]
"""Words that ask for a number even where a finding is named, too."""
_CONDITION = re.compile(rf"\b{any_word('where')}\b")
_ONLY = words_in("only")
_FROM = rf"\b{any_word('lines.by_means_of')}\s+(?:{any_word('the', 'its', 'of')}\s+)*"


def offers(survey: SurveyFacts) -> list[Offer]:
    """One for each column of numbers; the patients' age is measured only for who asks."""
    return [_offer(column) for column in columns_of(survey) if not column.of_patients]


def _offer(column: Measurable) -> Offer:
    unit = f"in {column.unit}" if column.unit else f"({NO_UNIT})"
    sentence = f"I could measure {column.measure} {unit} on {column.images} images, from {column.low:.4g} to {column.high:.4g}."
    return Offer(
        task=TASK.name,
        sentence=sentence,
        images=column.images,
        classes={column.measure: column.images},
        request=f"Measure “{column.name}” on each image.",
        labels_from=f"column “{column.name}”",
    )


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether a number is asked for: by a word of measuring, by a column's name with a word of estimating or a line, or alone.

    A column that a finding is to be told *from* (“pneumonia from the lung volume”) is not what is measured.

    Raises
    ------
    LabelsDoNotMatch
        It is, and no column holds it.
    """
    if TASK.name in intent.declined:
        return False
    if spanned(intent, columns_of(survey)) and not _tells_findings(intent, survey):
        return True
    if has_number((column.name for column in columns_of(survey)), intent.text):
        return True
    if intent.task not in (None, TASK.name, registry.usual().name):
        return False
    every = named(intent, columns_of(survey))
    own = [column for column in every if not _is_condition(column, intent, survey)]
    if every and not own:
        return False
    if own and intent.targets and all(_is_source(column, intent) for column in own):
        return False
    if own and _tells_findings(intent, survey) and not (contains(normalise(intent.text), _MEASURING) or draws_a_line(intent)):
        return False
    if own and _tells_values(intent, survey) and not contains(normalise(intent.text), _MEASURING):
        return False
    if intent.task == TASK.name:
        if not meant(intent, survey):
            raise LabelsDoNotMatch(_nothing_fits(survey))
        return True
    if own:
        return intent.estimates or draws_a_line(intent) or not intent.task
    asks = intent.estimates or draws_a_line(intent) or contains(normalise(intent.text), _MEASURING)
    columns = columns_of(survey)
    meant_by_kind = of_a_kind(intent, columns) or by_a_word_of_its_own(intent, columns)
    return asks and not (intent.targets or intent.all_classes) and bool(meant_by_kind)


def _tells_findings(intent: Intent, survey: SurveyFacts) -> bool:
    """“Predict malignant versus benign, whatever the size” tells values of a label; the size is named by the way."""
    labels = [column for column in survey.columns if column.name in survey.label_candidates]
    return intent.all_classes or any(values_for(target, column) for target in intent.targets for column in labels)


def _tells_values(intent: Intent, survey: SurveyFacts) -> bool:
    """“Melanoma versus nevus thicker than 2 mm” tells values of a label from one another; the number chooses images."""
    labels = [column for column in survey.columns if column.name in survey.label_candidates]
    named = [mentioned(list(column.values), intent.naming) for column in labels]
    return not (AGAINST | EITHER).isdisjoint(intent.words) and any(len(values) > 1 for values in named)


def _is_condition(column: Measurable, intent: Intent, survey: SurveyFacts) -> bool:
    """“Healed or not, HbA1c above 8 only”: a number behind what is studied, with a bound, says of whom."""
    names = [normalise(name) for name in (column.name, column.measure, *other_names(column.measure))]
    clauses = [clause for clause in clauses_of(normalise(intent.text).replace("_", " ")) if clause.strip()]
    at = [k for k, clause in enumerate(clauses) if contains(clause, names)]
    if not at or contains(_CONDITION.split(clauses[0])[0], names):
        return False
    bounded = all(numbers_bounded(clauses[k]) or bounds_in(clauses[k]) for k in at)
    others = [one.name for one in survey.columns if one.name != column.name and one.role in ("label", "other", "confounder")]
    told = mentioned(others, " . ".join(clauses[: at[0]]))
    return bounded and bool(told or any(contains(clauses[k], _ONLY) or _CONDITION.search(clauses[k]) for k in at))


def _is_source(column: Measurable, intent: Intent) -> bool:
    names = "|".join(re.escape(normalise(name)) for name in (column.name, column.measure, *other_names(column.measure)))
    return bool(re.search(rf"{_FROM}(?:{names})\b", normalise(intent.text).replace("_", " ")))


def _nothing_fits(survey: SurveyFacts) -> str:
    """Which numbers there are instead, or why there are none."""
    offered = [column for column in columns_of(survey) if not column.of_patients]
    few: dict[str, int] = survey.seen.get(TASK.name, {}).get("few", {})
    if offered:
        there = listed(column.name for column in offered)
        return f"No column holds the number that the request asks for; there is {there}: name what is to be measured by it."
    why = f" {listed(few)} holds fewer than eleven different numbers, which are grades or classes." if few else ""
    takes = "Measuring takes a table with a number for each image, and the data hold none"
    return f"{takes}.{why} {able()}"

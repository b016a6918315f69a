"""What patients have or are: columns that describe them and no image, and requests about those who have it: “in diabetics”."""

from __future__ import annotations

import re
from functools import cache

from jupyter_clinagent.agent.playbook.criterion import chooses_people
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.families import families


def describes_patient(name: str) -> bool:
    """Whether a column's name speaks of the patient and of nothing else.

    Examples
    --------
    >>> [describes_patient(name) for name in ("age>60", "is_male", "Raucher", "bone age", "effusion", "60")]
    [True, True, True, False, False, False]
    """
    words = re.findall(r"[^\W\d_]+", normalise(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)))
    patient, beside = _words("patient"), _words("beside")
    return any(word in patient for word in words) and all(word in patient or word in beside for word in words)


def without_conditions(naming: str, survey: SurveyFacts) -> SurveyFacts:
    """The survey without columns that could hold the label, but describe patients whom a request is about."""
    whom = {
        name for name in survey.label_candidates if describes_patient(name) and chooses_people(name.replace("_", " "), naming)
    }
    left = [name for name in survey.label_candidates if name not in whom]
    return survey.model_copy(update={"label_candidates": left}) if left and whom else survey


@cache
def _words(family: str) -> frozenset[str]:
    return frozenset(map(normalise, families("whom")["conditions"][family]))

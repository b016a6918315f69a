"""Where every image went: into a class, or left out for a reason. The counts add up to all that there was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_clinagent.contracts import FINDING, NO_FILE, OUTSIDE, Allocation, Gathered, LeftOut
from jupyter_clinagent.facts import CohortFacts, SurveyFacts

Classes = Mapping[str, Sequence[str]]
"""The label values of each class, as the specification has them."""
NOT_TOLD = "no reason is on record"


def allocation(survey: SurveyFacts, cohort: CohortFacts, classes: Classes, label: str | None = None) -> Allocation:
    """Where each image of the survey is in the cohort, and each value of the label.

    Where the truth lies inside the images there are two classes: finding and no finding.

    Parameters
    ----------
    classes, label
        Those of the specification, and the column that they come from.
    """
    images = {name: sum(parts.values()) for name, parts in cohort.counts.items()}
    gathered = {name: Gathered(values=_gathered(name, classes), images=count) for name, count in images.items()}
    outside = _outside(survey, classes, label)
    counts = cohort.left_out | ({OUTSIDE: cohort.left_out.get(OUTSIDE, 0)} if outside else {})
    left_out = [
        LeftOut(reason=why, count=count, values=(outside or None) if why == OUTSIDE else None) for why, count in counts.items()
    ]
    told = sum(images.values()) + sum(counts.values())
    total = max(told, survey.images + counts.get(NO_FILE, 0))
    untold = [LeftOut(reason=NOT_TOLD, count=total - told)] if total > told else []
    return Allocation(classes=gathered, left_out=left_out + untold, total=total)


def _gathered(name: str, classes: Classes) -> list[str]:
    """The label values that a class gathers."""
    if name in classes:
        return list(classes[name])
    return list(dict.fromkeys(value for values in classes.values() for value in values)) if name == FINDING else []


def _outside(survey: SurveyFacts, classes: Classes, label: str | None) -> list[str]:
    """Values of the label column that are in no class; none where the classes are no values of it (boxes, findings, a number)."""
    inside = {value.casefold() for values in classes.values() for value in values}
    columns = [column for column in survey.columns if column.name == label]
    values = list(dict.fromkeys(value for column in columns for value in column.values))
    outside = [value for value in values if value.casefold() not in inside]
    return outside if len(outside) < len(values) else []

"""Where every image went: into a class, or left out for a reason. The counts add up to all that there was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.contracts import FINDING, NO_FILE, OUTSIDE
from jupyter_clinagent.facts import CohortFacts, SurveyFacts

NOT_TOLD = "no reason is on record"


def allocation(survey: SurveyFacts, cohort: CohortFacts, specification: Mapping[str, Any]) -> dict[str, Any]:
    """The allocation as plain data.

    Returns
    -------
    dict
        ``classes`` {name: {``values``, ``images``}}, ``left_out`` [{``reason``, ``count``, perhaps ``values``}], and ``total``,
        which counts images and rows that name no image. Where the truth lies inside the images there are two classes: finding
        and no finding.
    """
    images = {name: sum(parts.values()) for name, parts in cohort.counts.items()}
    classes = {name: {"values": _values(name, specification["classes"]), "images": count} for name, count in images.items()}
    left_out = [_left_out(reason, count, survey, specification) for reason, count in cohort.left_out.items()]
    told = sum(images.values()) + sum(cohort.left_out.values())
    total = max(told, survey.images + cohort.left_out.get(NO_FILE, 0))
    if total > told:
        left_out.append({"reason": NOT_TOLD, "count": total - told})
    return {"classes": classes, "left_out": left_out, "total": total}


def _values(name: str, classes: Mapping[str, Sequence[str]]) -> list[str]:
    """The label values that a class gathers."""
    if name in classes:
        return list(classes[name])
    return [value for values in classes.values() for value in values] if name == FINDING else []


def _left_out(reason: str, count: int, survey: SurveyFacts, specification: Mapping[str, Any]) -> dict[str, Any]:
    if reason != OUTSIDE:
        return {"reason": reason, "count": count}
    inside = {value.casefold() for values in specification["classes"].values() for value in values}
    known = [column for column in survey.columns if column.name == specification.get("label_column")]
    values = dict.fromkeys(value for column in known for value in column.values if value.casefold() not in inside)
    return {"values": list(values), "reason": reason, "count": count}

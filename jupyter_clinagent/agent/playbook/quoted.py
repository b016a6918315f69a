"""A column whose name stands in quotation marks is the one that is meant, whatever else its words could mean."""

from __future__ import annotations

import re

from jupyter_clinagent.facts import SurveyFacts

_QUOTED = re.compile(r"[“„\"«‘'`]([^“”„\"«»‘’'`]{1,60})[”“\"»’'`]")
_OTHERS = ("label", "alias", "other")


def by_quoted_column(request: str, survey: SurveyFacts) -> SurveyFacts:
    """The survey without other columns that could hold the label, where the request quotes just one that could.

    Examples
    --------
    >>> survey = SurveyFacts(data="d", layout="table", images=9, label_candidates=["dx", "level"])
    >>> by_quoted_column("Classify the images by “level”", survey).label_candidates
    ['level']
    """
    said = {name.strip().casefold() for name in _QUOTED.findall(request)}
    meant = [name for name in survey.label_candidates if name.casefold() in said]
    if len(meant) != 1:
        return survey
    columns = [column for column in survey.columns if column.name in meant or column.role not in _OTHERS]
    return survey.model_copy(update={"label_candidates": meant, "columns": columns})

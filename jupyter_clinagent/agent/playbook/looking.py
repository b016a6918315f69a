"""“What is in this folder?”: a question about the data themselves is answered from the first look, and begins no study."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook.conversation.hearing import hear
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.lang.grammar import any_word

_LOOKS = re.compile(
    rf"\b{any_word('looking.what')}\b.*\b{any_word('looking.lies')}\b.*\b{any_word('looking.data')}\b"
    rf"|\b{any_word('looking.which')} {any_word('looking.columns')}\b"
    rf"|\b{any_word('counted.number')} (?:\w+ )?{any_word('looking.counted')}\b.*\b{any_word('looking.there')}\b"
    rf"|^{any_word('looking.describe')} (?:\w+ ){{0,2}}?{any_word('looking.data')}\W*$"
    rf"|\b{any_word('looking.can')}\b.*\b{any_word('looking.with')} (?:\w+ ){{0,2}}?{any_word('looking.data')}\b"
    rf"|\b{any_word('people_asked.how_old')} {any_word('looking.were')} (?:\w+ )?{any_word('looking.counted')}\b"
)
_MOST = 12
"""Values of a column that are named one by one."""


def asks_of_data(intent: Intent) -> bool:
    """Whether a message asks what the data hold, and for nothing to be learnt from them.

    Examples
    --------
    >>> from jupyter_clinagent.agent.playbook.lexicon import read_request
    >>> [asks_of_data(read_request(said)) for said in ["what's in the folder?", "how old were the patients?"]]
    [True, True]
    >>> [asks_of_data(read_request(said)) for said in ["how many cells are on each smear?", "how old are these people?"]]
    [False, False]
    """
    return not (intent.targets or intent.all_classes or intent.grades) and bool(_LOOKS.search(hear(intent.text).plain))


def told(survey: SurveyFacts) -> str:
    """What the first look found, in a few sentences."""
    return " ".join(_sentences(survey))


def _sentences(survey: SurveyFacts) -> Iterator[str]:
    yield f"In this folder are {survey.images:,} images ({modalities.find(survey.modality).title})."
    groups = [column for column in survey.columns if column.name in survey.group_candidates]
    yield from (f"“{column.name}” has {column.distinct:,} different values: what belongs together." for column in groups)
    yield from (column_told(column) for column in survey.columns if column.role in ("age", "sex", "site"))
    if others := [column.name for column in survey.columns if column.role in ("label", "confounder", "other")]:
        yield f"Further columns: {', '.join(f'“{name}”' for name in others)}."
    yield "More of it stands below the cell that looked at the data."


def column_told(column: ColumnFacts) -> str:
    """The values of a column, counted where they are few."""
    missing = f" {column.missing:,} rows have none." if column.missing else ""
    if not column.values or len(column.values) > _MOST:
        return f"The column “{column.name}” has {column.distinct:,} different values.{missing}"
    counted = ", ".join(f"{value} {count:,}" for value, count in column.values.items())
    return f"The column “{column.name}” says: {counted} (rows of the whole folder).{missing}"

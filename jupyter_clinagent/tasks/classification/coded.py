"""Columns of codes: read by what their values mean, written as the data hold them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from jupyter_clinagent.agent.playbook.drafting import Notes, listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.polarity import says_no, says_yes
from jupyter_clinagent.codes import meanings
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known

_ADJECTIVES = ("ed", "ant", "ign", "ive", "al", "ous", "ic")
"""How words end that say how something is: “not malignant”, but “no effusion”."""


def decoded(intent: Intent, survey: SurveyFacts) -> SurveyFacts:
    """The survey with meanings in place of codes, where the request or a text in the folder tells them."""
    return survey.model_copy(update={"columns": [_decoded(column, intent) for column in survey.columns]})


def _decoded(column: ColumnFacts, intent: Intent) -> ColumnFacts:
    unknown = set(not_known(column.values))
    codes = [value for value in column.values if value not in unknown]
    by_request = meanings(intent.text, codes)
    said = by_request or column.meanings or _by_name(column, codes, intent)
    if column.role == "image" or not said:
        return column
    values: dict[str, int] = defaultdict(int)
    for code, count in column.values.items():
        values[said.get(code, code)] += count
    source = "the request" if by_request else column.told_by or "its name"
    return column.model_copy(update={"values": dict(values), "meanings": said, "told_by": source})


def _by_name(column: ColumnFacts, codes: list[str], intent: Intent) -> dict[str, str]:
    """Yes and no in a column named after what the request asks for."""
    yes, no = [code for code in codes if says_yes(code)], [code for code in codes if says_no(code)]
    told_apart = {"normal", "abnormal"} & set(intent.targets)  # “fractured from normal wrists” has names of its own
    if len(codes) != 2 or not yes or not no or told_apart or not mentioned([column.name], intent.naming):
        return {}
    name = " ".join(re.split(r"[_\W]+", column.name.strip())).lower()
    return {yes[0]: name, no[0]: f"{'not' if name.endswith(_ADJECTIVES) else 'no'} {name}"}


def encoded(classes: Mapping[str, list[str]], column: ColumnFacts, notes: Notes) -> dict[str, list[str]]:
    """The classes with the codes of the data, and a word on which means what."""
    if not column.meanings:
        return dict(classes)
    codes: dict[str, list[str]] = defaultdict(list)
    for code, meaning in column.meanings.items():
        codes[meaning].append(code)
    said = "; ".join(f"{listed(found)} means {meaning}" for meaning, found in codes.items())
    notes.first(f"Codes of “{column.name}”, by {column.told_by}: {said}.")
    return {name: [code for value in values for code in codes.get(value, [value])] for name, values in classes.items()}

"""“Where is the report?”: report, model and predictions."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_WHERE = re.compile(rf"^{any_word('filed.where')}\b.*\b{any_word('filed.what')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    report = past.report
    if report is None:
        return "The report was not written yet; its cell is the last of a study."
    named = {"report": report.report, "model": report.model, "predictions": report.predictions, "summary": report.summary}
    places = "; ".join(f"{name}: {closing.beside(path)}" for name, path in named.items())
    return f"Open them from the file browser, beside the notebook: {places}. {past.source('report')}"


FAMILY = Family(
    name="files",
    help="say where the report is",
    examples=("where is the report?", "where did you save the model?", "Wo ist der Bericht?", "open the report"),
    reads=lambda heard, _past: bool(_WHERE.search(heard.plain)),
    acts=answered(_answer),
    kind="either",
    rank=15,
)

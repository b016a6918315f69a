"""“Can I publish this?”: what is there for a paper, and what only people can add."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_PUBLISH = re.compile(rf"\b{any_word('publishing.words')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    needs = f"{items} " if past.report and (items := closing.open_items(past.report.needs_you)) else ""
    return (
        "The report follows the items of CLAIM and TRIPOD+AI, “write the methods paragraph” gives the methods, and “export the "
        f"study” packs what a reviewer needs to rerun it. {needs}What is missing for a paper is another hospital's images "
        "(`jupyter clinagent evaluate`), the ethics vote, and a colleague who has read the limits: “what are the limitations?”."
    )


FAMILY = Family(
    name="publishing",
    help="what a paper needs",
    examples=("can I publish this?", "how do I cite this?", "Kann ich das veröffentlichen?"),
    reads=lambda heard, _past: bool(_PUBLISH.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=44,
)

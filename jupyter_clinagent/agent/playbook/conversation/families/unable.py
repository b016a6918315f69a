"""“E-mail it to my boss”: what no cell of a notebook should do; what can be done in its place."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_SEND = re.compile(rf"^(?:\w+ ){{0,2}}?{any_word('unable.send')}\b|\b{any_word('unable.mail')}\b")
_SHARE = re.compile(rf"^{any_word('trusted.how')} {any_word('unable.send')}\b")
_DELETE = re.compile(
    rf"^{any_word('unable.delete')} (?:\w+ ){{0,2}}?{any_word('unable.all')}\b"
    rf"|\b{any_word('unable.all')} {any_word('unable.away')}\b"
)
_TITLE = re.compile(rf"\b{any_word('unable.title')}\b")
_SHOW = re.compile(rf"^{any_word('unable.show')} (?:\w+ ){{0,2}}?[\w-]*\d{{3,}}[\w.-]*\W*$")


def _reads(heard: Heard, _past: Past) -> bool:
    return _said(heard) is not None


def _said(heard: Heard) -> str | None:
    if _SEND.search(heard.plain) or _SHARE.search(heard.plain):
        return (
            "I don't send anything from here. “Export the study” packs notebook, report and model into one file without the "
            "images, which you can pass on yourself."
        )
    if _DELETE.search(heard.plain):
        return (
            "I delete nothing: what was measured stays on record. “%clinagent undo” takes the cells of the last request out "
            "of the notebook; the study's folder beside it is yours to remove."
        )
    if _SHOW.search(heard.plain):
        return (
            "I don't show single images by name. The predictions table has each test image with its score; “show me the "
            "worst misses” shows those that went most wrong."
        )
    if _TITLE.search(heard.plain):
        return (
            "The report's title is made from what was agreed on, and I can't change it. What only you know can be added: "
            "“item 43: …”."
        )
    return None


FAMILY = Family(
    name="unable",
    help="",
    examples=(
        "email it to my boss",
        "delete everything",
        "show me image PHI_00000003",
        "change the title of the report",
        "Schick es per Mail an den Chef",
    ),
    reads=_reads,
    acts=answered(lambda heard, _past: str(_said(heard))),
    kind="either",
    rank=34,
)

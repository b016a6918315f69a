"""“Can I trust it on dark skin?”: what the data can say of such images, and how to find out."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.facts import ColumnFacts

_TRUST = re.compile(
    r"""\b(?:trust|works?|working|valid|generali[sz]\w*|fair|rely\ on\ it|reliable\ (?:for|on|in)|safe|use\ (?:it|this|the\ model)
    |how\ would\ it\ (?:do|perform|fare|work)|good\ enough|clinical\ (?:use|practice)|ready|be\ used|vertrauen|trauen
    |gut\ genug|funktioniert|gilt|gelten|verallgemeiner\w*|benutzen|einsetzen|verwenden|sicher\ (?:bei|fuer|auf))\b""",
    re.VERBOSE,
)
_ABOUT = re.compile(r"\b(?:on|for|in|with|against|at|bei|auf|fuer|in|an|mit|gegen)\s+(?!it\b|this\b|the model\b)(.+?)\W*$")
_ROLES = {
    "age": ("child", "children", "kids", "pediatric", "paediatric", "infants", "age", "older", "elderly", "young", "kinder",
            "kindern", "alter", "alte", "aeltere", "aelteren", "jugendliche"),
    "sex": ("women", "men", "female", "male", "sex", "gender", "frauen", "maenner", "maennern", "weiblich", "geschlecht"),
    "site": ("site", "scalp", "face", "hand", "foot", "back", "body part", "koerperteil", "gesicht", "kopfhaut"),
}  # fmt: skip


_PEOPLE = re.compile(
    r"\b(?:children|kids|elderly|women|men|females?|males?|sex|gender|age|kinder\w*|frauen|maenner\w*|alter|geschlecht)\b"
)
_IN_USE = re.compile(
    r"\b(?:use|used|ready|safe|einsetzen|verwenden|benutzen)\b.*\b(?:clinic\w*|practice|ward|routine|(?:my|our|real) patients"
    r"|klinik\w*|praxis|alltag)\b|\b(?:klinik\w*|praxis|alltag|routine|station)\b.*\b(?:einsetzen|verwenden|benutzen|nutzen)\b"
)
_EACH = re.compile(r"\b(?:per|by|for each|for every|nach|je|pro)\s+(?:age|sex|gender|site|body part|alter\w*|geschlecht)\b")
"""“The numbers per age group” is asked for without a question mark."""


def _reads(heard: Heard, _past: Past) -> bool:
    if not heard.asks:
        return bool(_EACH.search(heard.plain)) and not heard.may_begin_study
    asked = _TRUST.search(heard.plain) or _PEOPLE.search(heard.plain)
    how = heard.plain.startswith(("how do i", "how can i", "how many", "wie viele", "wie kann ich"))
    return bool(asked) and not (how or heard.intent.confounders or heard.may_begin_study)


def _answer(heard: Heard, past: Past) -> str:
    if _IN_USE.search(heard.plain):
        return (
            "No: it is a research model and no medical device. It was judged once, on images of the same source as those that it "
            f"learnt from {past.source('evaluation')}. Before it may be used on patients it has to be judged on your own: "
            "`jupyter clinagent evaluate BUNDLE.zip --data DIR` does that on labelled images, without training anything."
        )
    found = _ABOUT.search(heard.plain)
    about = found[1] if found else "other patients than these"
    known = _column(heard, past)
    said = _measured(known, past, about) if known else f"No column of the data says {_which(about)}, so that was not measured."
    return (
        f"{said} {past.source('survey')} The figures hold for images like those it was trained on. To find out, try it on "
        "labelled images of that kind: `jupyter clinagent evaluate BUNDLE.zip --data DIR`. Research use only; not a medical "
        "device."
    )


def _column(heard: Heard, past: Past) -> ColumnFacts | None:
    role = next((role for role, words in _ROLES.items() if heard.has(words)), None)
    return next((column for column in past.survey.columns if column.role == role), None)


def _measured(column: ColumnFacts, past: Past, about: str) -> str:
    if column.name in past.specification.subgroups:
        return (
            f"The data have a column “{column.name}”: the report gives the test figures for each of its parts; "
            f"look there for {about}."
        )
    return f"The data have a column “{column.name}”, but the figures were not looked at by it, so nothing is known of {about}."


def _which(about: str) -> str:
    return f"which images are of “{about}”"


FAMILY = Family(
    name="trust",
    help="for whom it holds",
    examples=(
        "can I trust it on dark skin?",
        "does it work for children?",
        "Kann ich es bei Kindern einsetzen?",
        "is it safe to use?",
        "can I use it in the clinic?",
        "the numbers per age group, please",
        "how would it do in another hospital?",
    ),
    reads=_reads,
    acts=answered(_answer),
    kind="either",
    rank=45,
)

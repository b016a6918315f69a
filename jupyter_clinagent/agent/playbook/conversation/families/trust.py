"""“Can I trust it on dark skin?”: what the data can say of such images, and how to find out."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.families.performance import figures_said
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalised
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.lang.grammar import any_word, words_in

_TRUST = re.compile(rf"\b{any_word('trusted.words')}\b")
_ABOUT = re.compile(rf"\b{any_word('trusted.about')}\s+(?!{any_word('trusted.itself')}\b)(.+?)\W*$")
_HOLDS = (
    "The figures hold for images like those it was trained on. To find out, try it on labelled images of that kind: "
    "`jupyter clinagent evaluate BUNDLE.zip --data DIR`. Research use only; not a medical device."
)
_ROLES = {role: words_in(f"trusted.{role}") for role in ("age", "sex", "site")}


_PEOPLE = re.compile(rf"\b{any_word('trusted.people')}\b")
_IN_USE = re.compile(
    rf"\b{any_word('trusted.use')}\b.*\b{any_word('trusted.clinic')}\b"
    rf"|\b{any_word('trusted.in_clinic')}\b.*\b{any_word('trusted.to_use')}\b"
)
_MORE_OFTEN = re.compile(rf"\b{any_word('trusted.worse')}\b.*\b{any_word('trusted.about')} (?:\w+ )?{any_word('trusted.site')}\b")
_EACH = re.compile(rf"\b{any_word('trusted.each')}\s+{any_word('trusted.group')}\b")
"""“The numbers per age group” is asked for without a question mark."""


def _reads(heard: Heard, _past: Past) -> bool:
    if heard.has(words_in("calibrated.scores")):
        return False
    if not heard.asks:
        return bool(_EACH.search(heard.plain)) and not heard.may_begin_study
    asked = _TRUST.search(heard.plain) or _PEOPLE.search(heard.plain) or _MORE_OFTEN.search(heard.plain)
    how = heard.plain.startswith(tuple(normalised("trusted.how")))
    return bool(asked) and not (how or heard.intent.confounders or heard.may_begin_study)


def _answer(heard: Heard, past: Past) -> str:
    if _IN_USE.search(heard.plain):
        return (
            "No: it is a research model and no medical device. It was judged once, on images of the same source as those that it "
            f"learnt from {past.source('evaluation')}. Before it may be used on patients it has to be judged on your own: "
            "`jupyter clinagent evaluate BUNDLE.zip --data DIR` does that on labelled images, without training anything."
        )
    found = _ABOUT.search(heard.plain)
    known = _column(heard, past)
    if found is None and known is None:
        return f"{figures_said(past)} {_HOLDS}"
    about = found[1] if found else "these patients"
    said = _measured(known, past, about) if known else f"No column of the data says {_which(about)}, so that was not measured."
    return f"{said} {past.source('survey')} {_HOLDS}"


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

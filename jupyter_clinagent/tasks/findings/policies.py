"""What entries that say “uncertain”, or nothing, count as: by the clinician's words, else left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jupyter_clinagent.agent.playbook.drafting import Notes
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.tasks.findings.specification import Policy

_SUBJECTS = {
    "uncertain": r"uncertain\w*|unsure|unclear|equivocal|unsicher\w*|unklare?\w*|fragliche?\w*",
    "not_mentioned": r"not mentioned|unmentioned|missing entries|blanks?|empty cells|nicht erw\w*hnt\w*|leere (?:zellen|felder)",
}
_LINK = r"(?:\b(?:as|als|wie|is|are|be|means?|gilt|gelten|ist|sind)|=)"
_NOT = r"(?:not|don't|doesn't|never|nicht|keine?n?)"
_YES, _NO = r"(?:positiv\w*|yes|present|ja|vorhanden)", r"(?:negativ\w*|no|absent|nein|abwesend)"
_COUNTS = re.compile(rf"{_LINK}\s+(?:(?:\w+ )??(?P<no>(?:not|nicht) (?:present|vorhanden)|{_NO})|(?P<yes>{_YES}))\b")
_LEFT_OUT = re.compile(
    r"\b(?:left|leave\w*) (?:\w+ ){0,2}out\b|\b(?:ignor|exclude|drop|ausschliess|weglass|weggelass|auslass|ausgelass)\w*"
)
_SAME_ONES = re.compile(r"\b(?:them|these|those|sie|diese)\b")


def policies_of(texts: Sequence[str]) -> dict[str, Policy]:
    """Policy for ``uncertain`` and ``not_mentioned`` entries, as the last of the texts has it that speaks of them."""
    read = {name: [policy for text in texts if (policy := _read(text, subject))] for name, subject in _SUBJECTS.items()}
    return {name: found[-1] if found else "left out" for name, found in read.items()}


def say_policies(policies: Mapping[str, Policy], counts: Mapping[str, Mapping[str, int]], notes: Notes) -> None:
    """How many entries there are of either kind, what they count as, and what to say for another reading."""
    for name, word in (("uncertain", "uncertain"), ("not_mentioned", "not mentioned")):
        number = sum(one[word] for one in counts.values())
        if number:
            means = "are left out, finding by finding" if policies[name] == "left out" else f"count as {policies[name]}"
            notes.add(
                f"{number} entries that are {word} {means}; say “count {word} as negative” (or positive) for another reading."
            )


def _read(text: str, subject: str) -> Policy | None:
    """“Count uncertain ones as positive”: what stands in the same clause as the subject, or in the next about “them”.

    What is only denied (“do not count uncertain as positive”) says nothing of what it is instead.

    Examples
    --------
    >>> _read("List all findings; count uncertain ones as negative", _SUBJECTS["uncertain"])
    'negative'
    >>> _read("unklare als nicht vorhanden zählen", _SUBJECTS["uncertain"])
    'negative'
    >>> _read("do not count uncertain ones as positive", _SUBJECTS["uncertain"]) is None
    True
    """
    found, spoken = None, False
    for clause in _clauses(text):
        spoken = bool(re.search(rf"\b(?:{subject})\b", clause)) or (spoken and bool(_SAME_ONES.search(clause)))
        found = (_meant(clause) if spoken else None) or found
    return found


def _clauses(text: str) -> list[str]:
    """“Uncertain and blank entries” are one subject; else “and” begins a clause."""
    either = "|".join(_SUBJECTS.values())
    joined = re.sub(rf"\b({either}) (?:and|und|or|oder) (?=(?:{either})\b)", r"\1 / ", normalise(text))
    return re.split(r"[.;,:]|\band\b|\bund\b", joined)


def _meant(clause: str) -> Policy | None:
    counts = _COUNTS.search(clause)
    said = counts or _LEFT_OUT.search(clause)
    if said is None or re.search(rf"\b{_NOT}\b", clause[: said.start()]):
        return None
    if counts is None:
        return "left out"
    return "negative" if counts["no"] else "positive"

"""What entries that say “uncertain”, or nothing, count as: by the clinician's words, else left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jupyter_clinagent.agent.playbook.drafting import Notes
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.tasks.findings.specification import Policy

_SUBJECTS = {
    "uncertain": r"uncertain\w*|unsure|unclear|equivocal|unsicher\w*|unklare?\w*|fragliche?\w*",
    "not_mentioned": r"not mentioned|unmentioned|missing entries|blanks?|empty cells|nicht erw\w*hnt\w*|leere (?:zellen|felder)",
}
_MEANINGS: dict[Policy, str] = {
    "positive": r"positives?|yes|present|positiv\w*|vorhanden|ja",
    "negative": r"negatives?|no|absent|negativ\w*|nicht vorhanden|nein",
    "left out": r"(?:left|leave\w*) (?:\w+ ){0,2}out|ignor\w*|exclude\w*|drop\w*|ausschliess\w*|weglass\w*|auslass\w*",
}


def policies_of(texts: Sequence[str], counts: dict[str, dict[str, int]], notes: Notes) -> dict[str, Policy]:
    """Policy for ``uncertain`` and ``not_mentioned`` entries, as the last of the texts has it that speaks of them."""
    read = {name: [policy for text in texts if (policy := _read(text, subject))] for name, subject in _SUBJECTS.items()}
    policies: dict[str, Policy] = {name: found[-1] if found else "left out" for name, found in read.items()}
    for name, word in (("uncertain", "uncertain"), ("not_mentioned", "not mentioned")):
        number = sum(one[word] for one in counts.values())
        if number:
            means = "are left out, finding by finding" if policies[name] == "left out" else f"count as {policies[name]}"
            notes.add(
                f"{number} entries that are {word} {means}; say “count {word} as negative” (or positive) for another reading."
            )
    return policies


def _read(text: str, subject: str) -> Policy | None:
    """“Count uncertain ones as positive”: what stands in the same clause as the subject.

    Examples
    --------
    >>> _read("List all findings; count uncertain ones as negative", _SUBJECTS["uncertain"])
    'negative'
    >>> _read("List all findings", _SUBJECTS["uncertain"]) is None
    True
    """
    for clause in re.split(r"[.;,:]|\band\b|\bund\b", normalise(text)):
        if re.search(rf"\b(?:{subject})\b", clause):
            rest = re.sub(rf"\b(?:{subject})\b", " ", clause)
            for policy, words in _MEANINGS.items():
                if re.search(rf"\b(?:{words})\b", rest):
                    return policy
    return None

"""What entries that say “uncertain”, or nothing, count as: by the clinician's words, else left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_clinagent.agent.playbook.drafting import Notes
from jupyter_clinagent.tasks.findings.policy_words import SUBJECTS, read_policies
from jupyter_clinagent.tasks.findings.specification import Policy

_SPOKEN = {"uncertain": "uncertain", "not_mentioned": "not mentioned"}


def policies_of(texts: Sequence[str]) -> dict[str, Policy]:
    """Policy for ``uncertain`` and ``not_mentioned`` entries, as the last of the texts has it that speaks of them."""
    policies: dict[str, Policy] = dict.fromkeys(SUBJECTS, "left out")
    for text in texts:
        policies |= read_policies(text).policies
    return policies


def say_policies(texts: Sequence[str], counts: Mapping[str, Mapping[str, int]], notes: Notes) -> None:
    """How many entries there are of either kind and what they count as; and where the request speaks of them in vain."""
    policies, unread = policies_of(texts), dict[str, str]()
    for reading in map(read_policies, texts):
        unread = {name: said for name, said in unread.items() if name not in reading.policies} | reading.unread
    for name, word in _SPOKEN.items():
        number = sum(one[word] for one in counts.values())
        if not number:
            continue
        means = "are left out, finding by finding" if policies[name] == "left out" else f"count as {policies[name]}"
        if name in unread:
            notes.add(f"“{unread[name]}” speaks of entries that are {word}, and I can't tell what they should count as.")
        notes.add(f"{number} entries that are {word} {means}; say “count {word} as negative” (or positive) for another reading.")

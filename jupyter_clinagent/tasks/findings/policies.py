"""What entries that say “uncertain”, or nothing, count as: by the clinician's words, else left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.drafting import Notes
from jupyter_clinagent.tasks.findings.naming import speaks_of_some
from jupyter_clinagent.tasks.findings.policy_words import SUBJECTS, Reading, read_policies
from jupyter_clinagent.tasks.findings.specification import Policy

_SPOKEN = {"uncertain": "uncertain", "not_mentioned": "not mentioned"}


def policies_of(texts: Sequence[str], names: Sequence[str] = ()) -> dict[str, Policy]:
    """Policy for ``uncertain`` and ``not_mentioned`` entries, as the last of the texts has it that speaks of them.

    What a text says of some of the findings (``names``) alone is not taken.
    """
    policies: dict[str, Policy] = dict.fromkeys(SUBJECTS, "left out")
    for reading in _readings(texts, names):
        policies |= reading.policies
    return policies


def agreed(policies: Mapping[str, Policy], seen: Mapping[str, Any]) -> dict[str, Policy]:
    """The same, with empty cells as “no” where the data hold only crosses: there is no other empty cell to leave out."""
    others = sum(one["not mentioned"] for one in seen["findings"].values())
    return {**policies, "not_mentioned": "negative"} if seen.get("crosses") and not others else dict(policies)


def say_crosses(texts: Sequence[str], seen: Mapping[str, Any], notes: Notes) -> None:
    """Where the request wants empty cells read otherwise of findings to which no image says no."""
    crosses = [name for name in seen.get("crosses", []) if name in seen["findings"]]
    stated = [one for reading in _readings(texts, list(seen["findings"])) if (one := reading.policies.get("not_mentioned"))]
    if crosses and stated and stated[-1] != "negative":
        notes.add(f"Empty cells of {', '.join(crosses)} are not {stated[-1]} as the request says: without them nothing says no.")


def say_policies(texts: Sequence[str], seen: Mapping[str, Any], names: Sequence[str], notes: Notes) -> None:
    """How many entries there are of either kind and what they count as; and where the request speaks of them in vain."""
    every, counts = list(seen["findings"]), [seen["findings"][name] for name in names]
    policies, unread = policies_of(texts, every), dict[str, str]()
    for reading in _readings(texts, every):
        unread = {name: said for name, said in unread.items() if name not in reading.policies} | reading.unread
    for name, word in _SPOKEN.items():
        number = sum(one[word] for one in counts)
        if not number:
            continue
        means = "are left out, finding by finding" if policies[name] == "left out" else f"count as {policies[name]}"
        if name in unread:
            notes.add(_in_vain(unread[name], word, every))
        notes.add(f"{number} entries that are {word} {means}; say “count {word} as negative” (or positive) for another reading.")


def _readings(texts: Sequence[str], names: Sequence[str]) -> list[Reading]:
    return [read_policies(text, lambda sentence: speaks_of_some(sentence, names)) for text in texts]


def _in_vain(sentence: str, word: str, names: Sequence[str]) -> str:
    """Why nothing is taken from a sentence."""
    if speaks_of_some(sentence, names):
        return f"“{sentence}” is not taken: what entries that are {word} count as can't be told for single findings yet."
    return f"“{sentence}” speaks of entries that are {word}, and I can't tell what they should count as."

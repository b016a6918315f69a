"""Reliance on confounders in words, and for the summary; its table is ``templates/reliance.html.j2``."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import RelianceFacts

FEW = 10
"""Below so many test images in a cell the figures hang on single patients."""


# ------------------------------------------------------------------ in words
def reliance_sentences(facts: RelianceFacts) -> list[str]:
    """What was found about one confounder, and what is not known."""
    value, erm = facts.model.reliance, facts.erm.reliance
    if value.value is None:
        return [f"Whether the model relies on {facts.confounder} is not known: {value.reason}."]
    first = (
        f"Of what moves the model's score, {value.value:.0%} goes with {facts.confounder} and the rest with the finding itself"
        f"{_interval(value)}."
    )
    if facts.erm == facts.model or erm.value is None:
        return [first, "No model freed from it was kept, so this is the plainly trained one.", *_unknown(facts)]
    return [first, f"Trained plainly, on the same images, it was {erm.value:.0%}{_interval(erm)}.", *_unknown(facts)]


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" (95 % interval {estimate.low:.0%} to {estimate.high:.0%})"


def _unknown(facts: RelianceFacts) -> list[str]:
    """Limits of the figures."""
    few = {cell: number for cell, number in facts.images.items() if number < FEW}
    said = [f"Only {number} test images are {cell}: the figures hang on them." for cell, number in few.items()]
    if facts.model.flips.value is None:
        said.append(
            f"How many decisions change without {facts.confounder} in the picture is not known: {facts.model.flips.reason}."
        )
    said.append(
        f"Not known: shortcuts that nobody noted beside the images, and {facts.confounder} that looks otherwise than here."
    )
    return said


# ------------------------------------------------------------------ in the summary
def reliance_json(found: Sequence[RelianceFacts]) -> dict[str, object] | None:
    """``{value, low, high, erm, …}`` of the first confounder; None where none was named."""
    if not found:
        return None
    facts = found[0]
    value, erm = facts.model.reliance, facts.erm.reliance
    return {
        "confounder": facts.confounder,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "erm": erm.value,
        "erm_low": erm.low,
        "erm_high": erm.high,
        "model": facts.model.model_dump(mode="json"),
        "plain": facts.erm.model_dump(mode="json"),
    }


def not_estimable(found: Sequence[RelianceFacts]) -> list[str]:
    """Why a reliance is missing, for the assumptions."""
    return [
        f"Reliance on {f.confounder} could not be estimated: {f.model.reliance.reason}." for f in found if f.model.reliance.reason
    ]

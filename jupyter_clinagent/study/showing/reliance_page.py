"""Reliance on confounders in words and a table, for the cell and the report."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import RelianceFacts, ShortcutFigures
from jupyter_clinagent.study.showing.markup import paragraphs, table, with_interval

FEW = 10
"""Below so many test images in a cell the figures hang on single patients."""


def reliance_tables(found: Sequence[RelianceFacts]) -> str:
    """One table for each confounder: the opened model beside the plainly trained one."""
    return "".join(_table(facts) for facts in found)


def _table(facts: RelianceFacts) -> str:
    models = [facts.model] if facts.erm == facts.model else [facts.model, facts.erm]
    head = ["On the test set", *[_model_name(facts, model) for model in models]]
    rows = [
        (words, *[with_interval(_estimate(model, key)) for model in models]) for key, words in _lines(facts.confounder).items()
    ]
    return table(head, rows, f"Reliance on {facts.confounder} (95 % interval, bootstrap over groups)")


def _model_name(facts: RelianceFacts, model: ShortcutFigures) -> str:
    role = "trained plainly" if model == facts.erm else "the model"
    return f"{model.experiment} ({role})"


def _lines(name: str) -> dict[tuple[str, str], str]:
    return {
        ("reliance", ""): f"Reliance on {name}: 0 none, 1 nothing but it",
        ("flips", ""): f"Decisions that change when {name} is painted over",
        ("false_positive_rate", "with"): f"False alarms among negatives with {name}",
        ("false_positive_rate", "without"): f"False alarms among negatives without {name}",
        ("sensitivity", "with"): f"Sensitivity with {name}",
        ("sensitivity", "without"): f"Sensitivity without {name}",
        ("auroc_without", ""): f"AUROC among images without {name}",
    }


def _estimate(model: ShortcutFigures, key: tuple[str, str]) -> Estimate | None:
    found = getattr(model, key[0])
    return found.get(key[1]) if isinstance(found, dict) else found


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


def reliance_section(found: Sequence[RelianceFacts]) -> str:
    """The section of the report; empty where no confounder was named."""
    how = (
        "<p>Reliance: in a test set weighted so that finding and confounder are independent, the logit of the score is regressed "
        "on both; the share of the confounder's coefficient in the sum of both.</p>"
    )
    parts = [f"<h3>{escape(facts.confounder)}</h3>{paragraphs(reliance_sentences(facts))}{_scrolled(facts)}" for facts in found]
    return "".join(parts) + how if parts else ""


def _scrolled(facts: RelianceFacts) -> str:
    return f'<div class="scroll">{_table(facts)}</div>'


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

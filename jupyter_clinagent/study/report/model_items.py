"""Report items 21 to 44: the model, its figures, what was checked, openness."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.contracts import Approval
from jupyter_clinagent.study.protocol.acceptance import FREED_RULE
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled, findings, listed, needs_you, not_applicable
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks import registry

MONITORING = "who checks a sample of the calls, how often, and at which figure the model is withdrawn"


def model(e: Evidence) -> Iterator[Line]:
    """21-25."""
    entry = e.opening.trained.entry
    recipe = entry.details.get("model", {})
    yield filled("Model", f"{_network(e)}; trained parts: {recipe.get('trainable')}.{_taught(e)}")
    yield filled("Initial weights", f"ImageNet weights, SHA-256 {str(recipe.get('backbone_sha256'))[:16]}.")
    yield filled(
        "Recipe and seeds",
        f"Recipe {entry.recipe[:16]}, {entry.steps} steps, seed {entry.seed}, {entry.precision}; see the ledger.",
    )
    discarded = sum(not x.kept for x in e.experiments)
    number = len(e.experiments)
    yield filled("Every experiment tried", f"{number} experiment{'s' * (number != 1)}, {discarded} not kept; all are listed.")
    yield filled("Selection rule", _rule(e))


def _network(e: Evidence) -> str:
    return e.words.network(str(e.opening.trained.entry.details.get("model", {}).get("backbone")))


def _taught(e: Evidence) -> str:
    """Whether it learnt from more than the data say."""
    data = e.opening.trained.entry.details.get("data", {})
    if data.get("pseudo_boxes"):
        return " It learnt also from boxes that an earlier detector drew where only the image's label is known (pseudo-boxes)."
    if e.opening.trained.freed_from is not None:
        return f" It was trained against reliance on {e.opening.trained.freed_from}."
    return ""


def _rule(e: Evidence) -> str:
    rule = (
        "The first experiment is kept; a later one only if the paired bootstrap over validation groups gives a gain a "
        "probability of at least 80 %."
    )
    return f"{rule} A model trained against a shortcut is kept {FREED_RULE}." if e.specification.confounders else rule


def figures(e: Evidence) -> Iterator[Line]:
    """26-31."""
    opened = e.opening.facts.unsealed
    once = "Opened once." if opened == 1 else f"Opened {opened} times, for different models: figures may be optimistic."
    yield filled("Test set used once", once)
    name = metric_name(e.opening.facts.primary_metric)
    yield filled("Intervals on headline figures", f"{name} {with_interval(e.primary)}; bootstrap over groups.")
    point = e.opening.facts.operating_point
    if point:
        yield filled(
            "Threshold chosen on validation", f"{point.threshold:.3f}, chosen on validation before the test set was opened."
        )
    elif chosen := e.words.thresholds(e):
        yield filled("Threshold chosen on validation", chosen)
    else:
        yield not_applicable("Threshold chosen on validation", _no_threshold(e))
    yield from e.words.judged(e)
    yield _subgroups(e)


def _no_threshold(e: Evidence) -> str:
    """Why there is none; a wish that the task sets no threshold for isn't called none."""
    asked = e.specification.risk
    if e.opening.facts.no_threshold or asked == "balanced":
        return e.opening.facts.no_threshold or "No threshold was asked for."
    return f"Asked for: {asked}. Threshold: {registry.specified(e.specification).own_thresholds}."


def _subgroups(e: Evidence) -> Line:
    known = e.opening.subgroups
    if not len(known):
        return needs_you("Subgroups", "which subgroups matter", "No column of the data was looked at separately.")
    judged = known["estimate"].notna().sum()
    return filled("Subgroups", f"See the table; {judged} of {len(known)} subgroups have enough images to judge.")


def judgement(e: Evidence) -> Iterator[Line]:
    """32-35."""
    yield _reliance(e)
    yield filled("Robustness to noise, crop and brightness", "See the table.")
    worst = listed((f"{kind.total} {kind.noun}" for kind in e.failures), "")
    yield filled("Failure gallery", f"See “Where it fails”: {worst}." if worst else e.words.flawless(e))
    explained = e.session.material.explanation
    if explained is None:
        yield needs_you("Heat maps with a sanity test", "study.explain() to be run, then the report again")
    else:
        correlation = f"{explained.randomisation_correlation:.2f}"
        yield filled("Heat maps with a sanity test", f"Correlation with the maps of a model with random weights: {correlation}.")


def _reliance(e: Evidence) -> Line:
    topic, found = "Reliance on shortcuts", e.opening.facts.reliance
    audited = findings(e, "association")
    if not found:
        known = f"No confounder was named. {audited or 'The audit found no column that gives the label away.'}"
        return needs_you(topic, "whether anything in the pictures might give the answer away (a drain, a ruler)", known)
    said = listed((f"{facts.confounder}: {with_interval(facts.model.reliance)}" for facts in found), "")
    if all(facts.model.reliance.value is None for facts in found):
        return needs_you(topic, "images that tell the finding and the confounder apart", f"{said}.")
    return filled(topic, f"{said}.")


def reach(e: Evidence) -> Iterator[Line]:
    """36-38."""
    yield filled(
        "External validation",
        "None: these figures hold for this data set only. `jupyter clinagent evaluate` tries the model on another hospital's "
        "images.",
    )
    yield filled(
        "Simple baseline", f"{e.words.simplest(e)}. The first experiment ({e.experiments[0].name}) stands in the ledger."
    )
    if e.decision is None:
        yield not_applicable("Decision curve", "Needs probabilities of one positive class.")
    else:
        yield filled("Decision curve", "See the curve and table of net benefit.")


def openness(e: Evidence) -> Iterator[Line]:
    """39-44."""
    yield filled("Model card and out-of-scope use", "See the model card.")
    yield needs_you(
        "Code, environment and data",
        "whether the data can be shared, and with whom",
        "Notebook, record and requirements.lock lie beside this report.",
    )
    yield filled("Log of events", f"{e.entries} entries in record.jsonl; the chain of hashes was checked.")
    yield _oversight(e.approved)
    yield needs_you("Ethics approval and funding", "ethics committee and number, funding")
    yield needs_you("Monitoring after deployment", MONITORING)


_APPROVED: dict[Approval, str] = {
    "in the chat": "A person approved the specification on its card in the chat before training.",
    "at a prompt": "A person approved the specification at a prompt before training.",
    "--yes": "No person approved the specification: it was taken as proposed, because the study was started with --yes.",
    "": "The record does not say whether a person approved the specification.",
}


def _oversight(approved: Approval) -> Line:
    """A person's approval is told from one that was given in advance by ``--yes``."""
    topic = "Human oversight"
    text = (
        f"{_APPROVED[approved]} Every step is a cell of the notebook that a person can read, stop and change. The model decides "
        "nothing about a patient."
    )
    if approved in ("in the chat", "at a prompt"):
        return filled(topic, text)
    return needs_you(topic, "who read the specification and the results, and when", text)

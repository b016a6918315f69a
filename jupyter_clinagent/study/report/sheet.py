"""The sheet of report items 1-44: what readers of a clinical model are owed, item by item.

Paraphrased from CLAIM, TRIPOD+AI, MI-CLAIM, STARD-AI, DECIDE-AI, FUTURE-AI and GMLP. Each item is *filled*, *needs you*
or *not applicable*; nothing is left blank in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.study.markup import metric_name, with_interval
from jupyter_clinagent.study.report.evidence import Evidence

Status = Literal["filled", "needs you", "not applicable"]
ASK: Status = "needs you"
NOT_STATED = "not stated"


class Item(NamedTuple):
    """One line of the sheet."""

    number: int
    topic: str
    status: Status
    text: str


def sheet(evidence: Evidence) -> list[Item]:
    """All 44 items in order."""
    sections = (_purpose, _data, _flow, _cohort, _methods, _model, _figures, _judgement, _reach, _openness)
    lines = [line for section in sections for line in section(evidence)]
    return [Item(number, *line) for number, line in enumerate(lines, start=1)]


Line = tuple[str, Status, str]


def _purpose(e: Evidence) -> Iterator[Line]:
    s = e.specification
    yield "Intended use and user", "filled", f"{s.objective} For research by clinicians; expected output: {s.expected_output}."
    order = "before" if e.confirmed_first else "AFTER"
    yield "Objective fixed before modelling", "filled", f"Specification {s.hash[:16]} was confirmed {order} the first training."
    yield "Prespecified primary metric and direction", "filled", f"{metric_name(s.primary_metric)}; {s.direction} is better."
    yield "Cost of a miss", "filled", f"Stated preference: {s.risk}."


def _data(e: Evidence) -> Iterator[Line]:
    files = len(e.session.cohort.looks.readings.table)
    yield (
        "Source, version and licence of the data",
        ASK,
        f"{files} image files, fingerprint in data_fingerprint.json; source and licence {NOT_STATED}.",
    )
    yield "Dates of the data", ASK, NOT_STATED
    yield "Setting", ASK, NOT_STATED
    left_out = "; ".join(f"{reason}: {count}" for reason, count in e.session.cohort.facts.left_out.items()) or "nothing"
    yield (
        "Inclusion and exclusion",
        "filled",
        f"Included: {_included(e)}. Left out: {left_out}.",
    )


def _included(e: Evidence) -> str:
    classes = ", ".join(e.specification.classes)
    return f"images with boxes of {classes}, and images without a finding" if e.session.detects else f"images labelled {classes}"


def _flow(e: Evidence) -> Iterator[Line]:
    table = e.session.cohort.table
    yield "Flow of patients and images", "filled", "See the flow table."
    source = e.session.cohort.facts.group_source
    grouped = f"grouped by {source}" if source else "no group ids: each image counts as its own patient (a waiver)"
    yield "Patients and images apart", "filled", f"{len(table)} images from {table['group'].nunique()} groups, {grouped}."
    yield "Partitions disjoint by group", "filled", _finding(e, "partitions")
    yield "Near-duplicates across partitions", "filled", _finding(e, "near duplicates")


def _finding(e: Evidence, topic: str) -> str:
    found = [finding.text for finding in e.session.findings if finding.topic == topic]
    return " ".join(found) or "The audit was not run; the split itself keeps groups and duplicates together."


def _cohort(e: Evidence) -> Iterator[Line]:
    d = e.demographics
    apart = ", ".join(d.loc[d["difference"] > 0.1, "column"]) if len(d) else ""
    text = (
        f"See the table; training and test differ (SMD > 0.1) in: {apart or 'nothing'}."
        if len(d)
        else "No age or sex in the data."
    )
    yield "Demographics by partition", "filled" if len(d) else ASK, text
    labels, names = e.opening.test.labels, [NO_FINDING, FINDING] if e.session.detects else e.session.cohort.classes
    shares = ", ".join(f"{name} {(labels == number).mean():.1%}" for number, name in enumerate(names))
    yield "Prevalence", "filled", f"In the test set: {shares}."
    width = (
        f"{e.primary.high - e.primary.low:.3f}" if e.primary.low is not None and e.primary.high is not None else "not estimable"
    )
    yield "Sample size", "filled", f"Width of the 95 % interval of the primary metric: {width}."
    missing = e.session.cohort.metadata.isna().sum()
    listed = ", ".join(f"{name} {count}" for name, count in missing.items() if count) or "none"
    yield "Missing data", "filled", f"Missing cells in training and validation: {listed}."


def _methods(e: Evidence) -> Iterator[Line]:
    prepared = e.opening.trained.data.recipe.get("preprocessing")
    yield "Preprocessing and resolution", "filled", f"{prepared}"
    yield (
        "De-identification",
        "filled",
        _finding(e, "identifiers") if _has(e, "identifiers") else "No identifying header or column was found.",
    )
    yield "Reference standard", ASK, f"Labels come from {e.session.cohort.label}; how they were made is {NOT_STATED}."
    yield "Annotators", ASK, NOT_STATED


def _has(e: Evidence, topic: str) -> bool:
    return any(finding.topic == topic for finding in e.session.findings)


def _model(e: Evidence) -> Iterator[Line]:
    entry = e.opening.trained.entry
    recipe = entry.details.get("model", {})
    yield "Model", "filled", f"{_network(e)}; trained parts: {recipe.get('trainable')}."
    yield "Initial weights", "filled", f"ImageNet weights, SHA-256 {str(recipe.get('backbone_sha256'))[:16]}."
    yield (
        "Recipe and seeds",
        "filled",
        f"Recipe {entry.recipe[:16]}, {entry.steps} steps, seed {entry.seed}, {entry.precision}; see the ledger.",
    )
    yield (
        "Every experiment tried",
        "filled",
        f"{len(e.experiments)}, {sum(not x.kept for x in e.experiments)} of them discarded; all are listed.",
    )
    yield (
        "Selection rule",
        "filled",
        "First one kept; later ones only if the paired bootstrap on validation groups gives a gain >= 80 % probability.",
    )
    opened = e.opening.facts.unsealed
    yield (
        "Test set used once",
        "filled",
        "Opened once." if opened == 1 else f"Opened {opened} times, for different models: figures may be optimistic.",
    )


def _network(e: Evidence) -> str:
    backbone = e.opening.trained.entry.details.get("model", {}).get("backbone")
    return f"RetinaNet on {backbone}" if e.session.detects else f"{backbone} with one linear layer"


def _figures(e: Evidence) -> Iterator[Line]:
    yield (
        "Intervals on headline figures",
        "filled",
        f"{metric_name(e.opening.facts.primary_metric)} {with_interval(e.primary)}; groups resampled.",
    )
    point = e.opening.facts.operating_point
    chosen = f"{point.threshold:.3f}, chosen on validation." if point else "No operating point was asked for."
    yield "Threshold chosen on validation", "filled" if point else "not applicable", chosen
    if e.session.detects:
        yield "Confusion by class", "filled", "See the sensitivities at fixed rates of false positives (FROC)."
        yield "Calibration", "not applicable", "The scores of a detector order its boxes; they are no probabilities."
    else:
        yield "Confusion by class", "filled", "See the confusion matrix."
        slope = "not estimable" if e.slope is None else f"{e.slope:.2f}"
        ece, brier = (with_interval(e.opening.facts.test.get(name)) for name in ("ece", "brier"))
        yield "Calibration", "filled", f"Slope {slope}, expected calibration error {ece}, Brier score {brier}."
    has = len(e.opening.subgroups) > 0
    yield "Subgroups", "filled" if has else ASK, "See the table." if has else "No subgroup columns were named."


def _judgement(e: Evidence) -> Iterator[Line]:
    found = e.opening.facts.reliance
    said = [f"{facts.confounder}: {with_interval(facts.model.reliance)}" for facts in found]
    measured = any(facts.model.reliance.value is not None for facts in found)
    yield (
        "Reliance on shortcuts",
        "filled" if measured else ASK if found else "not applicable",
        f"{'; '.join(said)}." if found else "No confounder was named.",
    )
    yield "Robustness to noise, crop and brightness", "filled", "See the table."
    yield (
        "Failure gallery",
        "filled" if e.session.explanation else ASK,
        "See the galleries." if e.session.explanation else NOT_STATED,
    )
    explained = e.session.explanation
    text = f"Correlation with a weight-randomised model {explained.randomisation_correlation:.2f}." if explained else NOT_STATED
    yield "Heat maps with a sanity test", "filled" if explained else ASK, text


def _reach(e: Evidence) -> Iterator[Line]:
    yield (
        "External validation",
        ASK,
        "None yet: these figures hold for this data set only. Use `jupyter clinagent evaluate` on another hospital's images.",
    )
    first = e.experiments[0]
    yield (
        "Simple baseline",
        "filled",
        f"Always the most frequent answer: accuracy {e.majority:.3f}; first experiment ({first.name}): see the ledger.",
    )
    has = e.decision is not None
    yield (
        "Decision curve",
        "filled" if has else "not applicable",
        "See the table of net benefit." if has else "Needs probabilities of one positive class.",
    )


def _openness(e: Evidence) -> Iterator[Line]:
    yield "Model card and out-of-scope use", "filled", "See the model card."
    yield (
        "Code, environment and data",
        "filled",
        "Notebook and record lie beside this report; whether the data can be shared is for you to say.",
    )
    yield "Log of events", "filled", f"{e.entries} entries in record.jsonl; the chain of hashes was checked."
    yield "Human oversight", "filled", "The specification was confirmed before training; every cell is in the notebook."
    yield "Ethics approval and funding", ASK, NOT_STATED
    yield (
        "Monitoring after deployment",
        ASK,
        "Template: who checks a sample of the calls, how often, and at which figure is the model withdrawn?",
    )

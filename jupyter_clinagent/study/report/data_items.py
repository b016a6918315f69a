"""Report items 1 to 20: purpose, data, flow, people, methods of the data."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.study.data.dates import column_years, span
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled, findings, listed, needs_you
from jupyter_clinagent.study.showing.markup import metric_name

NO_AUDIT = "the audit to be run (study.audit()), then the report again"


def purpose(e: Evidence) -> Iterator[Line]:
    """1-4."""
    s = e.specification
    yield filled(
        "Intended use and user", f"{s.objective.rstrip('.')}. For research by clinicians; expected output: {s.expected_output}."
    )
    order = "before" if e.confirmed_first else "AFTER"
    yield filled("Objective fixed before modelling", f"Specification {s.hash[:16]} was confirmed {order} the first training.")
    yield filled(
        "Prespecified primary metric and direction", f"{metric_name(s.primary_metric)} on validation; {s.direction} is better."
    )
    yield filled("Cost of a miss", s.costs if s.risk == "balanced" else f"Stated preference: {s.risk}.")


def sources(e: Evidence) -> Iterator[Line]:
    """5-8."""
    files = e.session.cohort.looks.readings.table
    known = f"{len(files)} image files were read; their SHA-256 fingerprints stand in data_fingerprint.json."
    yield needs_you("Source, version and licence of the data", "source, version and licence", known)
    yield _dates(e)
    yield needs_you("Setting", "where, and on which patients, the images were taken (hospital, screening, emergency)")
    left_out = listed((f"{reason}: {count}" for reason, count in e.session.cohort.facts.left_out.items()), "nothing")
    yield filled("Inclusion and exclusion", f"Included: {e.words.included(e)}. Left out: {left_out}.")


def _dates(e: Evidence) -> Line:
    cohort, headers = e.session.cohort, e.header_years
    if headers:
        text = f"{span(headers)}, by the DICOM headers of {len(headers)} of {len(cohort.table)} images."
        return filled("Dates of the data", text)
    if years := span(column_years(cohort.metadata)):
        return filled("Dates of the data", f"{years}, by the date columns of the training and validation images.")
    return needs_you("Dates of the data", "when the images were taken", "Neither headers nor columns carry a date.")


def flow(e: Evidence) -> Iterator[Line]:
    """9-12."""
    table, source = e.session.cohort.table, e.session.cohort.facts.group_source
    yield filled("Flow of patients and images", "See the flow table.")
    groups = table["group"].nunique()
    if source:
        yield filled("Patients and images apart", f"{len(table)} images from {groups} groups, grouped by {source}.")
    else:
        yield needs_you(
            "Patients and images apart",
            "whether some patients have several images; if so the figures are too good",
            f"{len(table)} images without patient ids: each was taken for a patient of its own.",
        )
    yield _audited(e, "Partitions disjoint by group", "partitions")
    yield _audited(e, "Near-duplicates across partitions", "near duplicates", "same scene", "many of one scene")


def _audited(e: Evidence, topic: str, *keys: str, otherwise: str = "") -> Line:
    """What the audit said; where it was silent, ``otherwise``; where it was not run, that it has to be."""
    if not e.session.material.audit_findings:
        return needs_you(topic, NO_AUDIT)
    return filled(topic, findings(e, *keys) or otherwise)


def people(e: Evidence) -> Iterator[Line]:
    """13-16."""
    yield _demographics(e)
    labels = e.opening.test.labels
    shares = ", ".join(f"{name} {(labels == number).mean():.1%}" for number, name in enumerate(e.words.labels(e)))
    yield filled("Prevalence", f"In the test set, by {e.specification.level.name}: {shares}.{_not_representative(e)}")
    low, high = e.primary.low, e.primary.high
    width = "can't be estimated" if low is None or high is None else f"is {e.primary.written(high - low)}{e.primary.after}"
    counted = f"{len(labels)} test {e.judged}"
    yield filled("Sample size", f"{counted}; the width of the primary metric's 95 % interval on them {width}.")
    missing = e.session.cohort.metadata.isna().sum()
    cells = listed((f"{name}: {count}" for name, count in missing.items() if count), "none")
    yield filled("Missing data", f"Missing cells in training and validation: {cells}.{e.words.unknown(e)}")


def _not_representative(e: Evidence) -> str:
    """Findings that nobody boxed are never tested on, so the test set shows too few of them."""
    if not e.session.cohort.facts.unboxed:
        return ""
    return " Images with an unboxed finding are trained on only, so these are not the shares among the patients."


def _demographics(e: Evidence) -> Line:
    topic, known = "Demographics by partition", e.demographics
    if not len(known):
        return needs_you(topic, "age and sex of the patients", "The data have no column for age or sex.")
    apart = ", ".join(known.loc[known["difference"] > 0.1, "column"]) or "nothing"
    return filled(topic, f"See the table; training and test differ (standardised mean difference above 0.1) in: {apart}.")


def methods(e: Evidence) -> Iterator[Line]:
    """17-20."""
    yield filled("Preprocessing and resolution", _preprocessing(e))
    clean = (
        "No identifying DICOM header and no column named like an identifier was found; text burnt into pixels is not searched."
    )
    yield _audited(e, "De-identification", "identifiers", otherwise=clean)
    yield needs_you(
        "Reference standard", "how the truth was established (histopathology, follow-up, consensus)", e.words.truth(e)
    )
    yield needs_you("Annotators", "who labelled, with what experience, and how far they agreed")


def _preprocessing(e: Evidence) -> str:
    prepared = e.opening.trained.data.recipe["preprocessing"]
    width, height = prepared["size"]
    rest = ", ".join(f"{name} {value}" for name, value in prepared.items() if name != "size")
    return f"{width} × {height} pixels; {rest}."

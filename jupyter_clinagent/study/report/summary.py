"""``summary.json``: the keys of the JSON summary that the study knows (the command line adds its own)."""

from __future__ import annotations

from typing import Any

from jupyter_clinagent import versions
from jupyter_clinagent._version import __version__
from jupyter_clinagent.allocation import allocation
from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import EvaluationFacts, ReportFacts
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.showing.reliance_page import not_estimable, reliance_json

METHOD = "95 % percentile interval of a bootstrap over groups"
EXACT = "95 % exact interval (Clopper and Pearson) of so many groups that are all alike"
"""How every interval of a figure is made."""


def summarise(evidence: Evidence, facts: ReportFacts) -> dict[str, Any]:
    """The summary as plain data; absolute paths."""
    session, opened = evidence.session, evidence.opening.facts
    survey = session.material.survey.assumptions if session.material.survey else []
    return {
        "schema": versions.SUMMARY,
        "clinagent": __version__,
        "facts_schema": versions.FACTS,
        "task": evidence.specification.task,
        "specification": evidence.specification.model_dump(mode="json"),
        "allocation": _allocation(evidence),
        "modality": evidence.specification.modality,
        "evaluator": session.confirmed.evaluator,
        "assumptions": [
            *survey,
            *session.cohort.facts.assumptions,
            *_not_measured(evidence),
            *_not_estimable(opened.test),
            *_unset(opened),
        ],
        "primary_metric": opened.primary_metric,
        "validation": _plain(opened.validation),
        "test": _plain(opened.test),
        "operating_point": opened.operating_point.model_dump(mode="json") if opened.operating_point else None,
        "reliance": reliance_json(opened.reliance),
        "experiments": [_experiment(entry) for entry in evidence.experiments],
        "unsealed": opened.unsealed,
        "audit": {"findings": [finding.model_dump(mode="json") for finding in session.material.audit_findings]},
        "report": facts.report,
        "predictions": facts.predictions,
        "model": facts.model,
    }


def _plain(figures: dict[str, Estimate]) -> dict[str, Any]:
    return {
        name: {"value": e.value, "low": e.low, "high": e.high, "method": _method(e)} | _unit(e) for name, e in figures.items()
    }


def _method(figure: Estimate) -> str | None:
    """How its interval was got; a share of 0 or 1 has no other than the exact one."""
    if figure.low is None:
        return None
    return EXACT if figure.value in (0.0, 1.0) and not figure.unit else METHOD


def _unit(figure: Estimate) -> dict[str, str]:
    """Only where there is one."""
    return {"unit": figure.unit} if figure.unit else {}


def _allocation(evidence: Evidence) -> dict[str, Any] | None:
    """None where the data were never surveyed: a cell of anybody's may leave that out."""
    survey, specification = evidence.session.material.survey, evidence.specification
    if survey is None:
        return None
    found = allocation(survey, evidence.session.cohort.facts, specification.classes, specification.label_column)
    return found.model_dump(mode="json", exclude_none=True)


def _experiment(entry: Any) -> dict[str, Any]:
    return {key: getattr(entry, key) for key in ("name", "hypothesis", "value", "kept", "reason", "seconds")}


def _not_measured(evidence: Evidence) -> list[str]:
    known = set(evidence.session.cohort.metadata.columns)
    absent = [name for name in evidence.specification.subgroups if name not in known]
    return [
        *not_estimable(evidence.opening.facts.reliance),
        *[f"The subgroup column {name} says nothing about these images." for name in absent],
    ]


def _unset(opened: EvaluationFacts) -> list[str]:
    return [opened.no_threshold] if opened.no_threshold else []


def _not_estimable(figures: dict[str, Estimate]) -> list[str]:
    return [f"{name} could not be estimated: {e.reason}." for name, e in figures.items() if e.value is None or e.reason]

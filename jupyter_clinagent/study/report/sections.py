"""The sections of the report, and what each needs beside the evidence; ``templates/<section>.html.j2`` is how it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.acceptance import FREED_RULE
from jupyter_clinagent.study.report.beyond import beyond
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.sheet import sheet
from jupyter_clinagent.study.report.words import cautions, summary_sentences
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.reliance_page import reliance_sentences
from jupyter_clinagent.tasks import registry


def _summary(e: Evidence) -> dict[str, Any]:
    test = e.opening.facts.test
    beside = [name for name, metric in registry.catalogue().items() if metric.headline and name in test]
    names = list(dict.fromkeys([e.opening.facts.primary_metric, *beside]))
    return {"sentences": summary_sentences(e), "headline": names, "cautions": cautions(e)}


def _performance(e: Evidence) -> dict[str, Any]:
    again = [
        pages.evaluation(e.session, facts, note="Post hoc: chosen after the opening.") for facts in e.session.material.post_hoc
    ]
    return {"opened": pages.evaluation(e.session, e.opening.facts), "post_hoc": again}


def _data(e: Evidence) -> dict[str, Any]:
    facts = e.session.cohort.facts
    return {"flow": _flow(e), "cohort": pages.cohort(facts), "people": list(e.demographics.itertuples())}


def _flow(e: Evidence) -> list[tuple[str, int, object]]:
    """Images from the files to the partitions, and the groups that they belong to."""
    known, left_out = e.session.cohort.table, e.session.cohort.facts.left_out
    flow: list[tuple[str, int, object]] = [("Image files found", len(e.session.inventory.images), "")]
    flow += [(f"Left out: {why}", number, "") for why, number in left_out.items()]
    flow += [("In the study", len(known), known["group"].nunique())]
    parts = {part: known[known["partition"] == part] for part in PARTITIONS}
    return flow + [
        (f"… in {'training' if part == 'train' else part}", len(rows), rows["group"].nunique()) for part, rows in parts.items()
    ]


def _model_card(e: Evidence) -> dict[str, Any]:
    size = (e.opening.trained.data.recipe.get("preprocessing") or {}).get("size")
    training = int((e.session.cohort.table["partition"] == "train").sum())
    return {"size": " × ".join(str(side) for side in size) if size else "resized", "training": training}


def _specification(e: Evidence) -> dict[str, Any]:
    return {"confirmed": pages.specification(e.specification, e.session.confirmed.evaluator_hash)}


def _nothing_more(_: Evidence) -> dict[str, Any]:
    return {}


SECTIONS: dict[str, tuple[str, Callable[[Evidence], dict[str, Any]]]] = {
    "summary": ("In short", _summary),
    "performance": ("How good it is", _performance),
    "heat-maps": ("What it looks at", _nothing_more),
    "failures": ("Where it fails", _nothing_more),
    "shortcuts": ("Does it take a shortcut?", lambda _: {"in_words": reliance_sentences}),
    "beyond": ("Where it holds, and where not", beyond),
    "specification": ("What was asked for", _specification),
    "data": ("The images", _data),
    "audit": ("The audit of the data", _nothing_more),
    "experiments": ("What was tried", lambda _: {"freed_rule": FREED_RULE}),
    "model-card": ("Model card", _model_card),
    "items": ("Report items", lambda e: {"lines": sheet(e)}),
    "record": ("The record", _nothing_more),
}
"""Title, and the values that the template needs beside ``e``, by the section's key."""

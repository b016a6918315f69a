"""What cells and report draw with templates: ``<folder>/templates/<name>.html.j2`` of this folder and of the report's.

Templates name each other as ``showing/…`` and ``report/…``; the small pieces that all share are ``showing/markup.html.j2``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, PrefixLoader
from markupsafe import Markup

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.templating import HTML, environment

STUDY = Path(__file__).parents[1]
HEADS = ("Training", "Validation", "Test (sealed)")
"""Columns of what is counted by partition."""


class ShownTable(NamedTuple):
    """A table to be drawn; whole numbers get thousands separators, others three decimals, an Estimate its interval."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str = ""


def render(name: str, **values: object) -> Markup:
    """A template of these folders as HTML, as in ``render("showing/cohort", facts=facts)``; what is filled in is escaped."""
    return Markup(_templates().get_template(f"{name}.{HTML}").render(values))


@cache
def _templates() -> Environment:
    folders = {name: FileSystemLoader(STUDY / name / "templates") for name in ("showing", "report")}
    made = environment(PrefixLoader(folders))
    made.filters |= {"interval": with_interval, "primary": primary_of, "metric": metric_name, "base64": _base64, "css": _css}
    made.tests["estimate"] = lambda cell: isinstance(cell, Estimate)
    return made


def _base64(png: bytes) -> str:
    return base64.b64encode(png).decode()


def _css(text: str) -> str:
    """Text for a CSS string; everything but letters, digits and blanks is written by its number."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x}" for c in text)


def with_interval(estimate: Estimate | None) -> str:
    """``0.912 (0.880–0.941)``, ``4.23 (3.91 to 4.60) months``, or why there is no figure."""
    if estimate is None:
        return "not stated"
    if estimate.value is None:
        return f"not estimable: {estimate.reason or 'no reason given'}"
    value = estimate.written(estimate.value)
    if estimate.spread:
        return f"{value} ({estimate.spread}){estimate.after}"
    return f"{value}{estimate.after} ({estimate.reason})" if estimate.reason else f"{value}{estimate.after}"


def primary_of(entry: Any) -> Estimate:
    """The primary figure of an experiment, of the ledger or of facts, on validation."""
    known = entry.validation.get(entry.metric)
    return Estimate.model_validate(known) if known else Estimate(value=entry.value, low=entry.low, high=entry.high)


def metric_name(metric: str) -> str:
    """A metric in the words of a reader."""
    return registry.metric(metric).title

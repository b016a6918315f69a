"""Where the model holds, and where not: subgroups, changed images, net benefit."""

from __future__ import annotations

from html import escape

import pandas as pd

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.protocol.evaluation import SMALL
from jupyter_clinagent.study.report.evidence import Evidence, net_benefits
from jupyter_clinagent.study.showing.markup import figure, metric_name, table, with_interval

ALARM = 0.05
"""A subgroup this far below the whole test set is marked."""


def beyond(e: Evidence) -> str:
    """Subgroups, robustness and net benefit."""
    return "".join(part(e) for part in (_subgroups, _robustness, _decision))


def scroll(content: str) -> str:
    """Wide tables scroll by themselves."""
    return f'<div class="scroll">{content}</div>'


# ------------------------------------------------------------------ subgroups
def _subgroups(e: Evidence) -> str:
    known = e.opening.subgroups
    if not len(known):
        return ""
    name = metric_name(e.opening.facts.primary_metric)
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in ("Subgroup", "Value", "Test images", f"{name} (95 % interval)"))
    rows = "".join(_subgroup(r.subgroup, r.value, r.images, r.estimate, e.primary.value) for r in known.itertuples())
    body = f"<table><caption>{_caption(e)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<h3>Subgroups</h3>{scroll(body)}"


def _caption(e: Evidence) -> str:
    enough = e.words.enough(SMALL)
    return (
        f"A subgroup is judged where it has {enough}; grey: too few to judge. Alarm: more than {ALARM:.2f} below the whole "
        "test set."
    )


def _subgroup(column: str, value: str, images: int, estimate: Estimate | None, whole: float | None) -> str:
    few = estimate is None or estimate.value is None
    alarm = not few and whole is not None and whole - estimate.value > ALARM  # type: ignore[operator, union-attr]
    shown = "too few to judge" if few else escape(with_interval(estimate))
    mark = ' <span class="tag stop">alarm</span>' if alarm else ""
    cells = f'<td>{escape(column)}</td><td>{escape(value)}</td><td class="number">{images}</td><td>{shown}{mark}</td>'
    return f'<tr class="few">{cells}</tr>' if few else f"<tr>{cells}</tr>"


# ------------------------------------------------------------------ changed images
def _robustness(e: Evidence) -> str:
    rows = [(r.change, "can't be estimated" if pd.isna(r.value) else f"{r.value:.3f}") for r in e.robustness.itertuples()]
    caption = f"The same {e.robustness['images'].iloc[0]} test images, changed"
    return "<h3>Robustness</h3>" + scroll(table(["Images", metric_name(e.opening.facts.primary_metric)], rows, caption))


# ------------------------------------------------------------------ net benefit
def _decision(e: Evidence) -> str:
    if e.decision is None:
        return ""
    fine = net_benefits(e.session, figures.DECISION_GRID)
    assert fine is not None
    drawn = figures.decision_curve(fine["threshold"].to_numpy(), fine["model"].to_numpy(), fine["everybody"].to_numpy())
    rows = [(f"{r.threshold:.2f}", f"{r.model:.3f}", f"{r.everybody:.3f}", "0") for r in e.decision.itertuples()]
    head = ["Threshold probability", "With the model", "Acting on everybody", "Acting on nobody"]
    words = (
        "<p>Net benefit weighs true alarms against false ones. The threshold probability is the risk from which on you would "
        "act: 0.10 means that one finding is worth nine needless alarms. The model helps where its line lies above both others "
        "(Vickers and Elkin 2006); it presumes that scores are probabilities, see the calibration.</p>"
    )
    shown = figure(figures.png(drawn), figures.alt_text(drawn))
    return f'<h3>Net benefit</h3>{words}<div class="pair">{shown}{scroll(table(head, rows, "Net benefit for each image"))}</div>'

"""Small pieces of HTML for cell outputs and the report. Everything from the data is escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.tasks import registry

LEFT = "text-align:left"
"""Said in each cell, because notebooks set tables right."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """A table; cells that are numbers are set right."""
    head = "".join(f'<th scope="col" style="{LEFT}">{escape(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    title = f'<caption style="{LEFT}">{escape(caption)}</caption>' if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: object) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        shown = f"{cell:,}" if isinstance(cell, int) else f"{cell:.3f}"
        return f'<td class="number" style="text-align:right">{shown}</td>'
    return f'<td style="{LEFT}">{escape(str(cell))}</td>'


def paragraphs(texts: Iterable[str]) -> str:
    """Texts as a list; nothing where there are none."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def figure(png: bytes, alt: str, caption: str = "") -> str:
    """An embedded figure with its alternative text."""
    data = base64.b64encode(png).decode()
    legend = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt, quote=True)}">{legend}</figure>'


def with_interval(estimate: Estimate | None) -> str:
    """``0.912 (0.880–0.941)``, or why there is no figure."""
    if estimate is None:
        return "not stated"
    if estimate.value is None:
        return f"not estimable: {estimate.reason or 'no reason given'}"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"


def metric_name(metric: str) -> str:
    """A metric in the words of a reader."""
    return registry.metric(metric).title

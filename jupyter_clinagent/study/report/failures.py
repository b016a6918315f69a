"""The failure gallery: each of the worst mistakes with a line for the reader's notes."""

from __future__ import annotations

from html import escape

from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.showing.failures import Failure, FailureKind
from jupyter_clinagent.study.showing.markup import figure


def failures(e: Evidence) -> str:
    """The worst misses and false alarms on the test set."""
    if not e.failures:
        return "<p>The model makes no mistake on the test set at this threshold.</p>"
    intro = (
        "<p>The mistakes that the model was surest of come first. Look for what they have in common, and note beside each "
        f"whether the picture, the label or the model is to blame.{e.words.legend()}</p>"
    )
    return intro + "".join(_kind(kind) for kind in e.failures)


def _kind(kind: FailureKind) -> str:
    shown = f"{len(kind.worst)} of {kind.total}" if len(kind.worst) < kind.total else f"All {kind.total}"
    cards = "".join(failure_card(failure) for failure in kind.worst)
    return f'<h3>{escape(kind.title)}</h3><p class="soft">{shown} on the test set.</p><div class="failures">{cards}</div>'


def failure_card(failure: Failure) -> str:
    """One mistake: the picture, what was wrong, the file, and room for notes."""
    picture = figure(failure.png, f"Test image that the model got wrong: {failure.said}")
    words = f'<p>{escape(failure.said)}</p><p class="soft"><code>{escape(failure.file)}</code></p>'
    return f'<div class="failure">{picture}<div>{words}<p class="notes">Notes:</p></div></div>'

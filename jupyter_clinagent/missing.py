"""What a turn on the command line left out, where it ended well and yet gave no report."""

from __future__ import annotations

from jupyter_clinagent.agent.workbench import Outcome

_STEPS = {
    "survey": "the data were not looked at",
    "cohort": "no images were loaded",
    "specification": "no specification was confirmed",
    "experiment": "no model was trained",
    "evaluation": "the test set was not opened",
    "report": "the report was not written",
}
"""The steps of a study in their order, by the facts that each leaves behind."""
_LONGEST = 200


def missing(outcome: Outcome, dry_run: bool) -> str | None:
    """The first step that is missing, in one sentence; None where nothing is, or where another sentence says why.

    Parameters
    ----------
    dry_run
        Only a plan was asked for.
    """
    if outcome.status not in ("done", "answered") or outcome.latest("report") or (dry_run and outcome.plan):
        return None
    step = next(words for kind, words in _STEPS.items() if not outcome.latest(kind))
    failed = f" (the last cell failed: {_short(outcome.cell_error)})" if outcome.cell_error else ""
    wanted = "plan" if dry_run else "report"
    said = f"; the last words were “{_short(outcome.message)}”" if outcome.message else ""
    return f"The study is not finished: {step}{failed}, so there is no {wanted}{said}."


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"

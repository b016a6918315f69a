"""The figures of an opening finding by finding: one row each, also for those that can't be judged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from jupyter_clinagent.contracts import Estimate, Specification
from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.markup import ShownTable, metric_name
from jupyter_clinagent.study.showing.tables import figures_table
from jupyter_clinagent.tasks.findings import metrics
from jupyter_clinagent.tasks.findings.judging import rules_of
from jupyter_clinagent.tasks.findings.scored import FindingScores

RANKED, CALLED, CALIBRATED = ("auroc", "ap"), ("sensitivity", "specificity"), ("ece", "brier")
CAPTION = (
    "Each finding on the test {judged} of which it is known (95 % interval, bootstrap over groups). Thresholds were chosen on "
    "validation; Youden: for the largest sum of sensitivity and specificity. Calibration error and Brier score: 0 is ideal."
)

UNCHOSEN = "not chosen: validation lacks {judged} with or without it"


def tables(session: Session, facts: EvaluationFacts) -> list[ShownTable | str]:
    """The means over findings, validation beside test; then each finding on the test set."""
    test, validation = session.opening.test, session.opening.trained.validation
    assert isinstance(test, FindingScores)
    assert isinstance(validation, FindingScores)
    whole = figures_table(facts, [name for name in facts.test if ":" not in name])
    return [whole, by_finding(session.confirmed.specification, facts.test, test, validation)]


def by_finding(
    specification: Specification, figures: Mapping[str, Estimate], test: FindingScores, validation: FindingScores
) -> ShownTable:
    """One row for each finding, with its figures on the test set."""
    judged = specification.level.plural
    heads = ["Finding", f"{judged.capitalize()} with / without / not known", *map(metric_name, RANKED), "Threshold (rule)"]
    thresholds = thresholds_of(specification, validation)
    rows = [
        [name, _counts(test.truth[:, number]), *_figures(figures, name, thresholds[number], test.too_few[number])]
        for number, name in enumerate(specification.classes)
    ]
    return ShownTable([*heads, *map(metric_name, (*CALLED, *CALIBRATED))], rows, CAPTION.format(judged=judged))


def _counts(truth: np.ndarray) -> str:
    return f"{(truth == 1).sum()} / {(truth == 0).sum()} / {np.isnan(truth).sum()}"


def _figures(figures: Mapping[str, Estimate], finding: str, threshold: str, too_few: str) -> list[object]:
    """Those of one finding; where it can't be judged, why, and what can be told all the same."""
    found = {name: figures[f"{name}:{finding}"] for name in (*RANKED, *CALLED, *CALIBRATED)}
    given = {name: "–" if figure.value is None else figure for name, figure in found.items()}
    ranked, called = ([given[name] for name in names] for names in (RANKED, CALLED))
    ranked = [f"– ({too_few})", "–"] if too_few else ranked
    return [*ranked, threshold, *called, *(_plain(found[name]) for name in CALIBRATED)]


def _plain(figure: Estimate) -> str:
    return "–" if figure.value is None else f"{figure.value:.3f}"


def thresholds_of(specification: Specification, validation: FindingScores) -> list[str]:
    """From when on each finding is called, and by which rule."""
    unchosen = UNCHOSEN.format(judged=specification.level.plural)
    chosen = zip(validation.thresholds, rules_of(specification), metrics.allowing(validation.truth), strict=True)
    return [f"{cut:.3f} ({_rule(*rule) if allowed else unchosen})" for cut, rule, allowed in chosen]


def _rule(rule: str, target: float | None) -> str:
    return "Youden" if target is None else f"{rule} of {target:.2f}"

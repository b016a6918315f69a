"""What a classifier's study shows: curves, heat maps, the worst mistakes, its predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.contracts import in_words
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import figures as plots
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, FailureKind, failure
from jupyter_clinagent.study.showing.markup import ShownTable
from jupyter_clinagent.study.showing.tables import tables
from jupyter_clinagent.tasks.classification.galleries import choose_rows
from jupyter_clinagent.tasks.classification.galleries import draw as galleries
from jupyter_clinagent.tasks.classification.predictions import Predictions

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]


def cohort(facts: CohortFacts) -> list[ShownTable | str]:
    """Nothing beyond images by class."""
    return []


def figures(session: Session) -> dict[str, Figure]:
    """ROC, confusion matrix and calibration."""
    test = session.opening.test
    assert isinstance(test, Predictions)
    classes, called = session.cohort.classes, test.called
    threshold, positives = session.opening.threshold, session.positives
    if len(classes) == 2 and threshold is not None and positives:
        called = np.where(test.scores[:, positives[0]] >= threshold, positives[0], 1 - positives[0])
    shown = _against_the_rest(test, classes, positives) if positives else (test.truth, test.scores, classes, None)
    return {
        "roc": plots.roc(*shown, threshold=threshold),
        "confusion": plots.confusion_matrix(metrics.confusion(test.truth, called, len(classes)), classes),
        "calibration": plots.calibration(*shown),
    }


def _against_the_rest(
    test: Predictions, classes: list[str], positives: list[int]
) -> tuple[np.ndarray, np.ndarray, list[str], int | None]:
    """Truth, probabilities (N, 2), names and the positive one of two: the rest, and the classes held together."""
    ill, score = test.binary(*positives)
    names = ["the rest", in_words([classes[k] for k in positives])]
    return ill.astype(np.int64), np.column_stack([1 - score, score]), names, 1


def failures(session: Session) -> list[FailureKind]:
    """Misses and false alarms of the positive classes; without any, wrong calls."""
    opening, classes = session.opening, session.cohort.classes
    test = opening.test
    assert isinstance(test, Predictions)
    chosen = choose_rows(test, classes, session.positives, opening.threshold, len(test.images))
    kinds = []
    for pick in (pick for pick in chosen if not pick.title.startswith("Surest hits")):
        worst = [
            failure(opening, row, f"is {classes[test.truth[row]]}; score for {classes[about]} {test.scores[row, about]:.2f}")
            for row, about in zip(pick.rows[:MOST], pick.about[:MOST], strict=True)
        ]
        kinds.append(FailureKind(pick.title, _noun(pick.title, session.positives), len(pick.rows), worst))
    return kinds


def _noun(title: str, positives: list[int]) -> str:
    if not positives:
        return "wrong calls"
    return "false alarms" if "false alarms" in title else "misses"


def predictions(known: pd.DataFrame, judged: Predictions, classes: list[str]) -> pd.DataFrame:
    """One row for each image: ``image, group, label, partition, score_<class>…``."""
    scores = pd.DataFrame(judged.scores, columns=[f"score_{label}" for label in classes])
    known.insert(2, "label", np.array(classes, dtype=object)[judged.truth])
    return pd.concat([known, scores], axis=1)

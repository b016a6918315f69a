"""Heat maps of the opened test set: the surest hits, the worst misses, and whether the maps depend on what was learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import in_words
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.heat_maps import Chosen, draw_chosen
from jupyter_clinagent.tasks.classification.predictions import Predictions


def choose_rows(test: Predictions, classes: list[str], positives: list[int], threshold: float | None, most: int) -> list[Chosen]:
    """Surest hits, worst misses and worst false alarms of the positive classes; without any, hits and misses of all in turn."""
    found = _of_positives(test, classes, positives, threshold, most) if positives else _of_all(test, most)
    return [chosen for chosen in found if len(chosen.rows)]


def _of_all(test: Predictions, most: int) -> list[Chosen]:
    called, truth = test.called, test.truth
    sure = np.argsort(-test.scores[np.arange(len(called)), called], kind="stable")
    right, wrong = (
        _in_turn(rows, truth)[:most] for rows in (sure[called[sure] == truth[sure]], sure[called[sure] != truth[sure]])
    )
    return [Chosen("Surest hits", right, called[right]), Chosen("Worst misses", wrong, called[wrong])]


def _in_turn(rows: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Rows so ordered that the true classes take turns, else the most frequent class fills the gallery."""
    turn = pd.Series(truth[rows]).groupby(truth[rows]).cumcount().to_numpy()
    return np.asarray(rows[np.argsort(turn, kind="stable")])


def _of_positives(
    test: Predictions, classes: list[str], positives: list[int], threshold: float | None, most: int
) -> list[Chosen]:
    """Maps are about the true class, or where it is none of them, about the likeliest of them."""
    name, (ill, score) = in_words([classes[k] for k in positives]), test.binary(*positives)
    about = np.where(ill, test.truth, np.asarray(positives)[test.scores[:, positives].argmax(axis=1)])
    called = score >= (0.5 if threshold is None else threshold)
    high, low = np.argsort(-score, kind="stable"), np.argsort(score, kind="stable")
    picks = [
        (f"Surest hits: {name}, recognised", high[ill[high] & called[high]]),
        (f"Worst misses: {name}, not recognised", low[ill[low] & ~called[low]]),
        (f"Worst false alarms: called {name}, but are not", high[~ill[high] & called[high]]),
    ]
    return [Chosen(title, rows[:most], about[rows[:most]]) for title, rows in picks]


def draw(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """Galleries, and the mean correlation of the maps with those of a weight-randomised model."""
    classes, test = session.cohort.classes, opening.test
    assert isinstance(test, Predictions)
    chosen = choose_rows(test, classes, session.positives, opening.threshold, most)

    def caption(row: int, about: int) -> str:
        return f"is {classes[test.truth[row]]}; {classes[about]} {test.scores[row, about]:.2f}"

    return draw_chosen(opening, chosen, caption, session.seed)

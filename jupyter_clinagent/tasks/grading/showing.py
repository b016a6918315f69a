"""What a grading shows: figures by cut and by grade, distances, heat maps, the furthest mistakes, its predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import CohortFacts, EvaluationFacts
from jupyter_clinagent.imaging import figures as plots
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, Failure, FailureKind, failure
from jupyter_clinagent.study.showing.heat_maps import Chosen, draw_chosen
from jupyter_clinagent.study.showing.markup import ShownTable
from jupyter_clinagent.study.showing.tables import figures_table
from jupyter_clinagent.tasks.grading.figures import cuts, distances
from jupyter_clinagent.tasks.grading.graded import Grades, cut_names

BY_CUT = (
    "Each cut on the test images (95 % interval, bootstrap over groups): is the image at this grade or above? Sensitivity and "
    "specificity are those of the grade named; AUROC needs no threshold."
)
BY_GRADE = "Each grade on the test images: how many are called so, and how far off the others are"


def cohort(facts: CohortFacts) -> list[ShownTable | str]:
    """Nothing beyond images by grade."""
    return []


def tables(session: Session, facts: EvaluationFacts) -> list[ShownTable | str]:
    """Figures of the whole scale, validation beside test; then each cut and each grade on the test set."""
    test, classes = session.opening.test, session.cohort.classes
    assert isinstance(test, Grades)
    whole = figures_table(facts, [name for name in facts.test if ":" not in name])
    return [whole, _by_cut(facts.test, classes), _by_grade(facts.test, test, classes)]


def _by_cut(figures: dict[str, Estimate], classes: list[str]) -> ShownTable:
    names = cut_names(classes)
    rows = [(name, *(figures[f"{metric}:{name}"] for metric in ("auroc", "sensitivity", "specificity"))) for name in names]
    return ShownTable(["Cut", "AUROC", "Sensitivity", "Specificity"], rows, BY_CUT)


def _by_grade(figures: dict[str, Estimate], test: Grades, classes: list[str]) -> ShownTable:
    """Recall, and images by distance: right, one, two, three or more grades off."""
    rows = []
    for number, name in enumerate(classes):
        off = np.abs(test.named - test.truth)[test.truth == number]
        counts = np.bincount(np.minimum(off, 3), minlength=4)
        rows.append((name, len(off), figures[f"recall:{name}"], *(int(count) for count in counts)))
    return ShownTable(["True grade", "Images", "Recall", "Right", "1 off", "2 off", "3 or more off"], rows, BY_GRADE)


def figures(session: Session) -> dict[str, Figure]:
    """Distances, confusion matrix, ROC by cut, and of the cut that was asked for the operating point and calibration."""
    test, classes, positives = session.opening.test, session.cohort.classes, session.positives
    assert isinstance(test, Grades)
    drawn = {
        "distances": distances(test, classes),
        "confusion": plots.confusion_matrix(metrics.confusion(test.truth, test.named, len(classes)), classes),
        "roc_by_cut": cuts(test, classes),
    }
    if not positives:
        return drawn
    ill, score = test.binary(*positives)
    both, names = np.column_stack([1 - score, score]), ["lower", cut_names(classes)[min(positives) - 1]]
    return drawn | {
        "roc": plots.roc(ill.astype(np.int64), both, names, 1, threshold=session.opening.threshold),
        "calibration": plots.calibration(ill.astype(np.int64), both, names, 1),
    }


# ------------------------------------------------------------------ pictures
def furthest(test: Grades) -> np.ndarray:
    """Rows of wrong calls, the furthest off first; of equally far ones those that the model was surest of."""
    named = test.named
    off, sure = np.abs(named - test.truth), test.scores[np.arange(len(named)), named]
    order = np.lexsort([-sure, -off])
    return np.asarray(order[off[order] > 0])


def galleries(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """The surest hits of each grade in turn and the furthest misses; maps show what spoke for reaching the grade named."""
    test, classes = opening.test, session.cohort.classes
    assert isinstance(test, Grades)
    hits, misses, named = _hits_in_turn(test)[:most], furthest(test)[:most], test.named
    chosen = [Chosen("Surest hits", hits, named[hits]), Chosen("Furthest misses", misses, named[misses])]

    def caption(row: int, about: int) -> str:
        return f"is {classes[test.truth[row]]}; called {classes[about]}"

    return draw_chosen(opening, [pick for pick in chosen if len(pick.rows)], caption, session.seed)


def _hits_in_turn(test: Grades) -> np.ndarray:
    """Rows of right calls, the surest first, so ordered that the grades take turns."""
    named = test.named
    sure = np.argsort(-test.scores[np.arange(len(named)), named], kind="stable")
    right = sure[named[sure] == test.truth[sure]]
    turn = pd.Series(right).groupby(test.truth[right]).cumcount().to_numpy()
    return np.asarray(right[np.argsort(turn, kind="stable")])


def failures(session: Session) -> list[FailureKind]:
    """Images graded too low and too high, the furthest off first; where a cut was asked for, its misses and false alarms too."""
    opening = session.opening
    test = opening.test
    assert isinstance(test, Grades)
    rows = furthest(test)
    low, high = rows[test.named[rows] < test.truth[rows]], rows[test.named[rows] > test.truth[rows]]
    kinds = [_kind(session, "Graded too low", "graded too low", low), _kind(session, "Graded too high", "graded too high", high)]
    return kinds + _at_the_cut(session)


def _at_the_cut(session: Session) -> list[FailureKind]:
    opening, positives = session.opening, session.positives
    if opening.threshold is None or not positives:
        return []
    name = cut_names(session.cohort.classes)[min(positives) - 1]
    ill, score = opening.test.binary(*positives)
    high, low, called = np.argsort(-score, kind="stable"), np.argsort(score, kind="stable"), score >= opening.threshold
    missed, alarms = low[ill[low] & ~called[low]], high[~ill[high] & called[high]]
    return [
        _kind(session, f"Missed at the threshold: {name}", f"misses of {name} at the threshold", missed),
        _kind(session, f"False alarms at the threshold: not {name}", f"false alarms of {name} at the threshold", alarms),
    ]


def _kind(session: Session, title: str, noun: str, rows: np.ndarray) -> FailureKind:
    opening, classes = session.opening, session.cohort.classes
    test = opening.test
    assert isinstance(test, Grades)

    def shown(row: int) -> Failure:
        named = test.named[row]
        said = f"is {classes[test.truth[row]]}, called {classes[named]} (probability {test.scores[row, named]:.2f})"
        return failure(opening, row, said)

    return FailureKind(title, noun, len(rows), [shown(row) for row in rows[:MOST]])


def predictions(known: pd.DataFrame, judged: Grades, classes: list[str]) -> pd.DataFrame:
    """One row for each image: ``image, group, label, grade, partition, score_<grade>…, at_or_above_<grade>…``."""
    names = np.array(classes, dtype=object)
    scores = pd.DataFrame(judged.scores, columns=[f"score_{label}" for label in classes])
    above = pd.DataFrame({f"at_or_above_{name}": judged.at_or_above(cut) for cut, name in enumerate(classes) if cut})
    known.insert(2, "label", names[judged.truth])
    known.insert(3, "grade", names[judged.named])
    return pd.concat([known, scores, above], axis=1)

"""Reliance on the named confounders: of an experiment on validation, and of the opened model and its ERM on the test set.

A shortcut is seen on an image, so reliance is measured image by image, whatever gets one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.facts import RelianceFacts, ShortcutFigures
from jupyter_clinagent.imaging import reliance
from jupyter_clinagent.imaging.debiasing import inpaint
from jupyter_clinagent.imaging.reliance import ConfoundedScores
from jupyter_clinagent.study.protocol.acceptance import Acceptance, judge_debiasing
from jupyter_clinagent.study.protocol.evaluation import choose_operating_point, why_no_threshold
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.outcomes import Trained
from jupyter_clinagent.study.protocol.session import Session


def confounded(session: Session, predictions: Judged, confounder: str) -> ConfoundedScores | str:
    """Scores of the images of which the confounder is known, or why there are none."""
    if not session.positives:
        return "no class is the positive one"
    shown = session.cohort.confounder(confounder).reindex(predictions.images)
    if shown.isna().all():
        return f"the data don't say which images show {confounder}, or it takes more than two values"
    known = shown.notna().to_numpy(dtype=bool)
    label, score = predictions.binary(*session.positives)
    return ConfoundedScores(
        label[known], shown[known].to_numpy(dtype=bool), score[known], np.asarray(predictions.groups)[known], confounder
    )


# ------------------------------------------------------------------ on validation
def check_debiasing(session: Session, confounder: str) -> None:
    """Debiasing comes after a plainly trained model.

    Raises
    ------
    ProtocolViolation
        It doesn't.
    """
    if session.erm is None:
        raise ProtocolViolation(
            f"Train a model without debiasing first (ERM): only beside it can be told whether the reliance on {confounder} falls."
        )


def judge_freed(session: Session, candidate: Judged, confounder: str) -> Acceptance:
    """The verdict on a model that was trained against a confounder; see :mod:`~jupyter_clinagent.study.protocol.acceptance`."""
    assert session.erm is not None
    assert session.best is not None
    parts = (session.erm.by_image, session.best.by_image, candidate)
    erm, best, freed = (confounded(session, part, confounder) for part in parts)
    if isinstance(erm, str) or isinstance(best, str) or isinstance(freed, str):
        return Acceptance(False, f"Reliance can't be estimated on validation: {freed}.")
    verdict = judge_debiasing(erm, best, freed, session.seed)
    if confounder in session.confirmed.specification.confounders:
        return verdict
    late = f"Not prespecified: {confounder} was named after the specification was confirmed."
    return Acceptance(verdict.kept, f"{verdict.reason} {late}")


def validation_figures(session: Session, predictions: Judged) -> dict[str, Estimate]:
    """``reliance`` and ``auroc_without`` on validation, for the first confounder named."""
    for name in session.confirmed.specification.confounders[:1]:
        shown = confounded(session, predictions, name)
        if isinstance(shown, ConfoundedScores):
            figures = {"reliance": reliance.reliance(shown, seed=session.seed)}
            return figures | {"auroc_without": reliance.auroc_without(shown, seed=session.seed)}
    return {}


# ------------------------------------------------------------------ on the opened test set
@dataclass(frozen=True)
class Tested:
    """A model with its predictions of the test images."""

    trained: Trained
    test: Judged


def reliance_facts(session: Session, opened: Tested, predict: Callable[[Trained], Judged]) -> list[RelianceFacts]:
    """One entry for each confounder of the specification, and for one that the opened model was freed from afterwards.

    ``predict`` gives the test predictions of the ERM model.
    """
    named, late = session.confirmed.specification.confounders, opened.trained.freed_from
    names = [*named, *([late] if late and late not in named else [])]
    if not names:
        return []
    erm = session.erm
    plain = opened if erm is None or erm is opened.trained else Tested(erm, predict(erm))
    return [_facts(session, name, opened, plain) for name in names]


def _facts(session: Session, name: str, opened: Tested, plain: Tested) -> RelianceFacts:
    shown = confounded(session, opened.test, name)
    counts = shown.counts() if isinstance(shown, ConfoundedScores) else {}
    figures = [_figures(session, name, tested) for tested in (opened, plain)]
    return RelianceFacts(confounder=name, model=figures[0], erm=figures[1], images=counts)


def _figures(session: Session, name: str, tested: Tested) -> ShortcutFigures:
    experiment, seed = tested.trained.entry.name, session.seed
    shown = confounded(session, tested.test, name)
    if isinstance(shown, str):
        missing = Estimate(value=None, reason=shown)
        return ShortcutFigures(experiment=experiment, reliance=missing, auroc_without=missing, flips=missing)
    figures = ShortcutFigures(
        experiment=experiment,
        reliance=reliance.reliance(shown, seed=seed),
        auroc_without=reliance.auroc_without(shown, seed=seed),
    )
    point = session.confirmed.specification.operating_point
    if point is None or why_no_threshold(tested.trained.by_image, point, session.cohort.classes):
        return figures
    threshold = choose_operating_point(tested.trained.by_image, point, session.cohort.classes)
    both = {"with": True, "without": False}
    at_threshold = {
        "false_positive_rate": {
            word: reliance.false_positive_rate(shown, threshold, confounder=c, seed=seed) for word, c in both.items()
        },
        "sensitivity": {word: reliance.sensitivity(shown, threshold, confounder=c, seed=seed) for word, c in both.items()},
        "flips": _flips(session, name, tested, threshold),
    }
    return figures.model_copy(update=at_threshold)


def _flips(session: Session, name: str, tested: Tested, threshold: float) -> Estimate:
    """How many decisions change when the confounder is painted over, where masks say what to paint over."""
    cohort, data = session.cohort, tested.trained.data
    shown = cohort.confounder(name).reindex(tested.test.images)
    found = {row: cohort.mask(image, name) for row, image in enumerate(tested.test.images) if shown[image]}
    masks = {row: mask for row, mask in found.items() if mask is not None and mask.any()}
    rows = np.array(list(masks), dtype=np.int64)
    if not len(rows):
        return reliance.decision_flips(np.empty(0), np.empty(0), np.empty(0), threshold)
    images = [inpaint(cohort.read(tested.test.images[row]), masks[row]) for row in rows]
    pixels = np.stack([data.preprocessing.apply(image) for image in images])
    scores = session.task.judging.scores(tested.trained.model, pixels, session.positives)
    before = tested.test.binary(*session.positives)[1][rows]
    groups = np.asarray(tested.test.groups)[rows]
    return reliance.decision_flips(before, scores, groups, threshold, seed=session.seed)

"""Which stages a training has: one for a classifier, one or two for a detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jupyter_clinagent.tasks.detection.box_data import BoxDataModule
from jupyter_clinagent.tasks.detection.feeds import BoxImageFeed, MapFeed
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.tasks.detection.module import FindingDetector
from jupyter_clinagent.imaging.feeds import Feed, ImageFeed, ProbeFeed

TUNING = 0.5
"""Share of the budget for tuning the backbone; the rest is for pyramid and heads."""


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes
    ----------
    share
        Of the time that is left when it begins.
    feed
        Builds what it is fed with; may take its time.
    metric
        What it is judged by instead of the study's own metric.
    """

    name: str
    feed: Callable[[], Feed]
    share: float = 1.0
    metric: str | None = None


def stages_of(model: ImageClassifier | FindingDetector, data: CohortDataModule) -> list[Stage]:
    """What training ``model`` on ``data`` consists of, in order.

    Raises
    ------
    ValueError
        For a detector on data without boxes.
    """
    if isinstance(model, ImageClassifier):
        return [Stage(model.trainable, partial(ProbeFeed if model.trainable == "head" else ImageFeed, model, data))]
    if not isinstance(data, BoxDataModule) or not len(data.with_boxes("train")):
        raise ValueError("a detector learns from boxes: give a BoxDataModule whose training part has some")
    if model.start != "detector" or model.new_anchors:
        model.fit_anchors(data.targets("train"))
    if model.trainable == "all":
        return [Stage("all", partial(BoxImageFeed, model, data))]
    heads = Stage("heads", partial(MapFeed, model, data))
    return [_tuning(model, data), heads] if model.start == "nothing" else [heads]


def _tuning(model: FindingDetector, data: BoxDataModule) -> Stage:
    """A few box-free patients don't show what is normal: then the backbone is tuned on the boxes instead."""
    if data.few_negatives or model.tuned_on == "boxes":
        return Stage("backbone on boxes", partial(BoxImageFeed, model, data), TUNING)
    return Stage("backbone on labels", partial(_labels, model, data), TUNING, metric="auroc")


def _labels(model: FindingDetector, data: BoxDataModule) -> Feed:
    model.classifier.freeze_plan()
    return ImageFeed(model.classifier, data)

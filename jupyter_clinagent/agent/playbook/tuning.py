"""What may be tried to make a classifier better, each going on from the best model so far with one thing changed.

The gains order the ideas and are no promises. ``tests/benchmarks/refinement.py`` measured most of them on melanoma against
nevus (HAM10000, 5,468 training images, validation of 1,175 images of 904 lesions, 128x96 pixels, one thread, one seed): each
went on for 150 steps from a half-frozen model of AUROC .925; minutes are of the processor, judging included.

======================  ====================  =======  =============
idea                    gain (95 % interval)  minutes  gain a minute
======================  ====================  =======  =============
mean of the weights     +.008 [-.002, .020]   2.0      .0038
longer training         +.006 [-.005, .018]   2.0      .0031
stronger augmentation   +.003 [-.013, .021]   2.2      .0014
a closer look           +.001 [-.003, .004]   0.6      .0012
blended images          +.002 [-.011, .015]   2.2      .0008
======================  ====================  =======  =============

No interval excludes zero, so the order is a guess with a reason. Finer images and rare classes were not measured.

A threshold is no idea here: the primary metric does not depend on it. The specification's rule chooses it on validation, and
another one is a matter of words after the study (:mod:`jupyter_clinagent.agent.playbook.conversation`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea, Signs, finer
from jupyter_clinagent.facts import ExperimentFacts

IMBALANCE = 5.0
"""From so many times as many images on, the most frequent class drowns the rarest."""
GENTLE = 3e-4
"""Peak learning rate where a tuned model goes on: half of full fine-tuning's."""
LONG = 200
"""Steps from which a training leaves the mean of its weights by itself; as in ``imaging.classification``."""
MIXUP = 0.2
"""Most pairs are blended a little only."""
RARE = "rare classes as often as common ones"


@dataclass(frozen=True)
class Setup:
    """What an experiment's cell says about data and model; with ``closer`` nothing is trained."""

    size: Size
    balance: float = 0.5
    strength: float = 1.0
    learning_rate: float | None = None
    mixup: float = 0.0
    mean_weights: bool = False
    closer: bool = False

    @classmethod
    def of(cls, facts: ExperimentFacts) -> Setup:
        """That of an experiment, whose model the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        return cls((width, height), data["balance"], (data["train_transform"] or {}).get("strength", 1.0))


def _changed(signs: Signs, **change: Any) -> Setup:
    return replace(Setup.of(signs.best), **change)


def _finer(signs: Signs) -> Setup:
    return _changed(signs, size=finer(Setup.of(signs.best).size), learning_rate=GENTLE)


def _drowned(signs: Signs) -> bool:
    several = len(signs.cohort.classes) > 2 and signs.imbalance >= IMBALANCE
    return several and Setup.of(signs.best).balance < 1


def _room_for_detail(signs: Signs) -> bool:
    return signs.room_for_detail(Setup.of(signs.best).size)


def _without_upright(signs: Signs) -> bool:
    """Skin may lie any way. Two blended radiographs would show two hearts, and left and right at once."""
    return signs.memorises and signs.survey.modality == "dermoscopy"


def _short(signs: Signs) -> bool:
    """A short training that did not memorise; a long one leaves the mean of its weights anyway."""
    return not signs.best.details["model"].get("mean_weights") and signs.best.steps < LONG and signs.best.best_at > 0.5


def _not_looked_closer(signs: Signs) -> bool:
    return not signs.kept.details["model"].get("closer")


CATALOGUE: tuple[Idea[Setup], ...] = (
    Idea(
        LONGER,
        "the validation curve was still rising when its time was over, so train on, more gently",
        0.006,
        2.0,
        lambda signs: signs.still_rising,
        partial(_changed, learning_rate=GENTLE),
    ),
    Idea(
        "mean of the weights",
        "a short training ends wherever its last steps led, so train on at a level rate and take the mean of the weights",
        0.0075,
        2.0,
        _short,
        partial(_changed, learning_rate=GENTLE, mean_weights=True),
    ),
    Idea(
        "stronger augmentation",
        "the best look at validation came early and the rest was memorised, so vary the images more",
        0.004,
        3.0,
        lambda signs: signs.memorises,
        partial(_changed, strength=1.8),
    ),
    Idea(
        "blended images",
        "the rest was memorised, and skin has no upright, so learn from pairs of images blended with each other (mixup)",
        0.003,
        3.0,
        _without_upright,
        partial(_changed, learning_rate=GENTLE, mixup=MIXUP),
    ),
    Idea(
        RARE,
        "rare classes are drowned out, so draw every class equally often",
        0.005,
        2.0,
        _drowned,
        partial(_changed, balance=1.0, learning_rate=GENTLE),
    ),
    Idea(
        "finer images",
        "the images hold details that the working size loses, so train on at a higher resolution",
        0.007,
        3.0,
        _room_for_detail,
        _finer,
    ),
    Idea(
        "a closer look",
        "a finding may show better enlarged, so look at the middle of each picture as well (test-time augmentation)",
        0.0005,
        0.0,
        _not_looked_closer,
        partial(_changed, closer=True),
    ),
)

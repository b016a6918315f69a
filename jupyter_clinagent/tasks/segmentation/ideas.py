"""What may be tried to make outlines better, each going on from the best model so far with one thing changed.

The gains order the ideas and are judgements, not measurements.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea, Signs, finer
from jupyter_clinagent.facts import ExperimentFacts

GENTLE = 1e-3
"""Peak learning rate where a tuned model goes on: half of that of every layer."""
FINER = "finer images"
PASSES = 8.0
"""What an idea needs to show, in the measure of :attr:`Idea.epochs`."""


@dataclass(frozen=True)
class OutlineSetup:
    """What an experiment's cell says about data and model."""

    size: Size
    strength: float = 1.0
    pipeline: str = "outlines"

    @classmethod
    def of(cls, facts: ExperimentFacts) -> OutlineSetup:
        """That of an experiment, whose model the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        views = data["train_transform"] or {}
        return cls((width, height), views.get("strength", 1.0), views.get("pipeline", "outlines"))


def _changed(signs: Signs, **change: Any) -> OutlineSetup:
    return replace(OutlineSetup.of(signs.best), **change)


def _finer(signs: Signs) -> OutlineSetup:
    return _changed(signs, size=finer(OutlineSetup.of(signs.best).size))


CATALOGUE: tuple[Idea[OutlineSetup], ...] = (
    Idea(FINER, "edges are sharper at a higher resolution, so train on there", 0.02, PASSES,
         lambda signs: signs.room_for_detail(OutlineSetup.of(signs.best).size), _finer),
    Idea("stronger augmentation", "the best look at validation came early and the rest was memorised, so vary the images more",
         0.01, PASSES, lambda signs: signs.memorises, partial(_changed, strength=1.5)),
    Idea(LONGER, "the outlines were still getting better when the time was over, so train on, more gently", 0.01, PASSES,
         lambda signs: signs.still_rising, _changed),
)  # fmt: skip

"""What may be tried to tell findings better, each going on from the best model so far with one thing changed.

The gains order the ideas and are judgements, not measurements.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea, Signs, finer
from jupyter_clinagent.facts import ExperimentFacts

FINER = "finer images"


@dataclass(frozen=True)
class FindingsSetup:
    """What an experiment's cell says about data and model."""

    size: Size
    strength: float = 1.0

    @classmethod
    def of(cls, facts: ExperimentFacts) -> FindingsSetup:
        """That of an experiment, whose model the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        return cls((width, height), (data["train_transform"] or {}).get("strength", 1.0))


def _changed(signs: Signs, **change: Any) -> FindingsSetup:
    return replace(FindingsSetup.of(signs.best), **change)


def _finer(signs: Signs) -> FindingsSetup:
    return _changed(signs, size=finer(FindingsSetup.of(signs.best).size))


CATALOGUE: tuple[Idea[FindingsSetup], ...] = (
    Idea("stronger augmentation", "the best look at validation came early and the rest was memorised, so vary the images more",
         0.01, 4.0, lambda signs: signs.memorises, partial(_changed, strength=1.5)),
    Idea(FINER, "small findings need more pixels, so train on at a higher resolution", 0.01, 3.0,
         lambda signs: signs.room_for_detail(FindingsSetup.of(signs.best).size), _finer),
    Idea(LONGER, "the model was still getting better when its time was over, so train on, more gently", 0.005, 4.0,
         lambda signs: signs.still_rising, _changed),
)  # fmt: skip

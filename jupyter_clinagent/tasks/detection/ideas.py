"""What may be tried to make a detector better, each going on from the best one so far, and its cell.

The gains order the ideas and are no promises. They are means of mAP50 on validation over two seeds, of 120 steps each on 600
hard wrist phantoms at 96 pixels (``tests/benchmarks/detector_refinement.py``); of single seeds, only those of finer images,
and in one seed those of every layer, stronger augmentation and more negatives, stand clear of zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea, Next, Signs, finer
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import ExperimentFacts
from jupyter_clinagent.tasks.detection import TASK
from jupyter_clinagent.tasks.detection.ladder import BOX_PIXELS, EVERY, NEGATIVES, many_negatives

GENTLE = 5e-4
"""Peak learning rate where a tuned detector goes on: half of that of every layer."""
MORE_NEGATIVES = 2 / 3
AGAIN = "pseudo-boxes ranked anew"
FINER = "finer images"


@dataclass(frozen=True)
class BoxSetup:
    """What an experiment's cell says about data and detector.

    Attributes
    ----------
    pseudo
        Whether pseudo-boxes stand in for boxes that are missing; with ``anew`` the best detector so far proposes them again.
    """

    size: Size
    window: Size | None = None
    negatives: float = 0.5
    strength: float = 1.0
    pseudo: bool = False
    anew: bool = False
    resized: bool = False

    @classmethod
    def of(cls, facts: ExperimentFacts) -> BoxSetup:
        """That of an experiment, whose detector the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        strength = (data["train_transform"] or {}).get("strength", 1.0)
        window = (data["window"][0], data["window"][1]) if data.get("window") else None
        return cls((width, height), window, data["negatives"], strength, bool(data["pseudo_boxes"]))


def _changed(signs: Signs, **change: Any) -> BoxSetup:
    """From the best so far; where boxes are partial, training never goes on from the boxed images alone."""
    best = BoxSetup.of(signs.best)
    return replace(best, **{"pseudo": best.pseudo or signs.cohort.supervision == "weak", **change})


def _finer(signs: Signs) -> BoxSetup:
    return _changed(signs, size=finer(BoxSetup.of(signs.best).size), resized=True)


def _heads_only(signs: Signs) -> bool:
    return bool(signs.best.details["model"]["trainable"] == "heads")


def _small_boxes(signs: Signs) -> bool:
    size = BoxSetup.of(signs.best).size
    small = signs.survey.median_box is None or signs.survey.median_box * min(size) < 1.5 * BOX_PIXELS
    return small and signs.room_for_detail(size)


def _few_negatives_seen(signs: Signs) -> bool:
    return many_negatives(signs.cohort) and BoxSetup.of(signs.best).negatives < MORE_NEGATIVES - 0.01


CATALOGUE: tuple[Idea[BoxSetup], ...] = (
    Idea(FINER, "typical boxes are small at this size, so train on at a higher resolution", 0.14, 2.0, _small_boxes, _finer),
    Idea("stronger augmentation", "the best look at validation came early and the rest was memorised, so vary the images more",
         0.06, 2.0, lambda signs: signs.memorises, partial(_changed, strength=1.5)),
    Idea(EVERY.name, EVERY.hypothesis, 0.05, 2.0, _heads_only, _changed),
    Idea(NEGATIVES.name, NEGATIVES.hypothesis, 0.04, 2.0, _few_negatives_seen, partial(_changed, negatives=MORE_NEGATIVES)),
    Idea(LONGER, "the detector was still getting better when its time was over, so train on, more gently", 0.03, 2.0,
         lambda signs: signs.still_rising, _changed),
    Idea(AGAIN, "the detector knows better than its teacher where to look, so it proposes the missing boxes anew", 0.02, 2.0,
         lambda signs: signs.cohort.supervision == "weak", partial(_changed, pseudo=True, anew=True)),
)  # fmt: skip


def cell(number: int, chosen: Next[BoxSetup], spec: Specification) -> str:
    """An experiment that goes on from the best detector so far with every layer free, and one thing changed."""
    look, negatives = partial(views, spec, boxed=True), f"{chosen.setup.negatives:.3g}"
    given = {"number": number, "chosen": chosen, "setup": chosen.setup, "negatives": negatives, "rate": GENTLE}
    return render(TASK.package, "refinement.py", look=look, **given)

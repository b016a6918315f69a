"""What may be tried to measure better, each going on from the best model so far with one thing changed.

The gains order the ideas and are judgements, not measurements.
"""

from __future__ import annotations

from functools import partial

from jupyter_clinagent.agent.playbook.plain_ladder import Setup, changed, on_finer_images, room_for_detail
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea

CATALOGUE: tuple[Idea[Setup], ...] = (
    Idea(LONGER, "the error was still falling when the time was over, so train on, more gently", 0.01, 4.0,
         lambda signs: signs.still_rising, changed),
    Idea("finer images", "lengths and edges are measured better on more pixels, so train on at a higher resolution", 0.01, 4.0,
         room_for_detail, on_finer_images),
    Idea("stronger augmentation", "the best look at validation came early and the rest was memorised, so vary the images more",
         0.005, 4.0, lambda signs: signs.memorises, partial(changed, strength=1.5)),
)  # fmt: skip

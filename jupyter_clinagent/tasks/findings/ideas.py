"""What may be tried to tell findings better, each going on from the best model so far with one thing changed.

The gains order the ideas and are judgements, not measurements.
"""

from __future__ import annotations

from functools import partial

from jupyter_clinagent.agent.playbook.plain_ladder import Setup, changed, on_finer_images, room_for_detail
from jupyter_clinagent.agent.playbook.refinement import LONGER, Idea

FINER = "finer images"

CATALOGUE: tuple[Idea[Setup], ...] = (
    Idea("stronger augmentation", "the best look at validation came early and the rest was memorised, so vary the images more",
         0.01, 4.0, lambda signs: signs.memorises, partial(changed, strength=1.5)),
    Idea(FINER, "small findings need more pixels, so train on at a higher resolution", 0.01, 3.0,
         room_for_detail, on_finer_images),
    Idea(LONGER, "the model was still getting better when its time was over, so train on, more gently", 0.005, 4.0,
         lambda signs: signs.still_rising, changed),
)  # fmt: skip

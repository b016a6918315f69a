"""Heat maps of chosen images of the opened test set, and whether the maps depend on what was learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening

MOST_COMPARED = 24
"""Maps that are held against those of a weight-randomised model."""


class Chosen(NamedTuple):
    """Rows of the test predictions that a gallery shows, and the class that its heat maps are about."""

    title: str
    rows: np.ndarray
    about: np.ndarray


def draw_chosen(
    opening: Opening, chosen: Sequence[Chosen], caption: Callable[[int, int], str], seed: int
) -> tuple[list[Shown], float]:
    """A gallery each, and the mean correlation of the maps with those of a weight-randomised model.

    Parameters
    ----------
    caption
        What stands above the picture of a row whose map is about a class.
    """
    from jupyter_clinagent.imaging.classifier import ImageClassifier
    from jupyter_clinagent.imaging.explanation import grad_cam, randomisation_correlation

    model, pixels, galleries = opening.trained.model, opening.trained.data.images("test"), []
    assert isinstance(model, ImageClassifier)
    for number, pick in enumerate(chosen):
        said = [caption(row, about) for row, about in zip(pick.rows, pick.about, strict=True)]
        numbers, captions = opening.pictured(pick.rows, said)
        images, about = np.asarray(pixels[numbers]), _for_each_image(opening, pick)
        maps, columns = grad_cam(model, images, about), min(max(len(images), 3), 5)
        figure = figures.heat_map_gallery(images, maps, captions, pick.title, columns=columns)
        galleries.append(Shown(f"heat_maps_{number + 1}", pick.title, figures.alt_text(figure), figures.png(figure)))
    rows = [opening.pictured(pick.rows, [])[0] for pick in chosen], [_for_each_image(opening, pick) for pick in chosen]
    sample, about = (np.concatenate(part)[:MOST_COMPARED] for part in rows)
    return galleries, float(randomisation_correlation(model, np.asarray(pixels[sample]), about, seed=seed))


def _for_each_image(opening: Opening, pick: Chosen) -> np.ndarray:
    """What the map of each image is about: that of the case to which it belongs."""
    return np.repeat(pick.about, [len(opening.images(int(row))) for row in pick.rows])

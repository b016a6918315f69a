from __future__ import annotations

import json

import numpy as np
import pytest

from jupyter_clinagent.imaging import augment

SIZE = (64, 48)
PIPELINES = [augment.dermoscopy, augment.radiograph, augment.other]


def quarters() -> np.ndarray:
    """Bright top, brighter top left: tells every flip."""
    image = np.full((48, 64, 3), 40, np.uint8)
    image[:24] = 120
    image[:24, :32] = 220
    return image


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_size_and_type_stay(pipeline):
    out = pipeline(SIZE)(quarters())
    assert out.shape == (48, 64, 3)
    assert out.dtype == np.uint8


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_same_seed_draws_the_same_variants(pipeline):
    def drawn(seed):
        transform = pipeline(SIZE)
        transform.reseed(seed)
        return [transform(quarters()) for _ in range(5)]

    assert all(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(3), strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(4), strict=True))


@pytest.mark.parametrize("pipeline", [augment.radiograph, augment.other])
def test_a_body_part_keeps_its_top_and_its_left(pipeline):
    transform = pipeline(SIZE)
    for _ in range(100):
        grey = transform(quarters()).mean(axis=2)
        top_left, top_right, bottom = grey[8:16, 8:24].mean(), grey[8:16, 40:56].mean(), grey[32:40].mean()
        assert top_left > top_right > bottom
    assert transform.symmetries == ()


def test_skin_is_seen_from_all_sides():
    transform = augment.dermoscopy(SIZE)
    brightest = {np.unravel_index(transform(quarters())[::24, ::32].mean(axis=2).argmax(), (2, 2)) for _ in range(60)}
    assert len(brightest) == 4
    assert transform.symmetries == ("horizontal", "vertical")


def test_strength_is_part_of_the_description():
    weak, strong = augment.dermoscopy(SIZE, 0.5).spec, augment.dermoscopy(SIZE, 1.5).spec
    assert json.dumps(weak) != json.dumps(strong)

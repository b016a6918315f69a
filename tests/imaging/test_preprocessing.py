from __future__ import annotations

import json

import numpy as np
import pytest

from jupyter_clinagent.imaging.preprocessing import Preprocessing


def test_any_image_comes_out_at_the_working_size():
    preprocessing = Preprocessing(size=(128, 96))
    for shape in ((150, 200, 3), (33, 500, 3), (96, 128, 3)):
        assert preprocessing.apply(np.zeros(shape, np.uint8)).shape == (96, 128, 3)


def test_the_crop_keeps_the_middle():
    image = np.zeros((100, 100, 3), np.uint8)
    image[25:75, 25:75] = 255
    assert Preprocessing(size=(50, 50), crop=0.5).apply(image).min() == 255


def test_shrinking_averages_so_that_fine_patterns_do_not_alias():
    checkered = (np.indices((128, 128)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    assert abs(int(Preprocessing(size=(32, 32)).apply(checkered).mean()) - 127) <= 1


def test_it_survives_json():
    preprocessing = Preprocessing(size=(128, 96), crop=0.9)
    assert Preprocessing.from_json(json.loads(json.dumps(preprocessing.to_json()))) == preprocessing


@pytest.mark.parametrize(("size", "crop"), [((8, 96), 1.0), ((128, 96), 0.0), ((128, 96), 1.5)])
def test_impossible_settings_are_refused(size, crop):
    with pytest.raises(ValueError, match="at least 32x32"):
        Preprocessing(size=size, crop=crop)

"""Changed test images: truth that has a place moves with what is in sight."""

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.study.protocol.robustness import Part, robustness_table
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.tasks.segmentation.metrics import measure
from jupyter_clinagent.tasks.segmentation.outlined import Outlined

SIDE = 96
CORNERS = [(30 + 4 * k, 20 + 3 * k, 52 + 5 * k, 50 + 4 * k) for k in range(6)]


def pictures() -> np.ndarray:
    """A bright rectangle on black in each."""
    images = np.zeros((len(CORNERS), SIDE, SIDE, 3), np.uint8)
    for image, (left, top, right, bottom) in zip(images, CORNERS, strict=True):
        image[top:bottom, left:right] = 200
    return images


class Bright:
    """Sees what is bright, and nothing else: perfect on these pictures, wherever the rectangle lies."""

    def __init__(self, boxes: bool) -> None:
        self.boxes = boxes

    def predict_images(self, images: np.ndarray) -> Any:
        inside = images[..., 0] > 100
        if not self.boxes:
            return inside[:, None].astype(np.float32)
        found = [cv2.boundingRect(mask.astype(np.uint8)) for mask in inside]
        return [Boxes.of([(x, y, x + w, y + h)], scores=[0.9]) for x, y, w, h in found]


def table(task: str, test: Any, data: Any, metric: str) -> dict[str, float]:
    trained = SimpleNamespace(model=Bright(boxes=task == "detection"), data=data)
    opening: Any = SimpleNamespace(test=test, trained=trained)
    rows = robustness_table(registry.find(task), opening, metric, [0], 0)
    return dict(zip(rows["change"], rows["value"], strict=True))


def outlines() -> dict[str, float]:
    images = pictures()
    masks = (images[..., :1] > 0).astype(np.uint8)
    measured = [[measure(mask[..., 0] > 0, mask[..., 0] > 0)] for mask in masks]
    test = Outlined([str(k) for k in range(len(images))], np.arange(len(images)), measured, np.ones((len(images), 1)))
    return table("segmentation", test, SimpleNamespace(images=lambda _: images, masks=lambda _: masks), "dice")


def boxes() -> dict[str, float]:
    images, truth = pictures(), [Boxes.of([corners]) for corners in CORNERS]
    test = FoundBoxes([str(k) for k in range(len(images))], np.arange(len(images)), truth, truth)
    size = (SIDE, SIDE)
    scales = np.full((len(images), 2), SIDE)
    data = SimpleNamespace(images=lambda _: images, scales=lambda _: scales, preprocessing=Preprocessing(size))
    return table("detection", test, data, "map50")


@pytest.mark.parametrize("judged", [outlines, boxes])
def test_a_perfect_model_keeps_its_figure_on_cropped_images(judged: Any) -> None:
    values = judged()
    assert len(values) == 5
    assert values["as they are"] == pytest.approx(1)
    assert values["cropped to 85% of each side"] == pytest.approx(1)


def test_a_box_that_is_hardly_in_sight_is_no_longer_to_be_found() -> None:
    from jupyter_clinagent.tasks.detection.judging import in_part

    part = Part.middle(np.zeros((1, 100, 100, 3)), 0.8)
    found = in_part(Boxes.of([(0, 40, 12, 60), (0, 40, 30, 60), (40, 40, 60, 60)]), part, (100, 100))
    assert np.allclose(found.corners, [(0, 37.5, 25, 62.5), (37.5, 37.5, 62.5, 62.5)])


def test_a_mask_and_its_picture_are_cropped_alike() -> None:
    image = pictures()[0]
    part = Part.middle(image[None], 0.85)
    assert (part.enlarged(image)[..., 0] == part.enlarged(image[..., 0])).all()
    assert part.corners(np.array([[part.left, part.top, part.right, part.bottom]]), (SIDE, SIDE)).tolist() == [[0, 0, 96, 96]]

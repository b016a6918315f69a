from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.imaging import BoxDataModule, augment
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection.box_data import box_free_crop, windowed
from tests.tasks.detection.boxed_cohorts import COLUMNS, WristCohort
from tests.tasks.detection.conftest import boxed_data


def first_batches(data, number=6, seed=0):
    return list(islice(data.box_loader(seed), number))


def test_half_of_each_batch_is_box_free_on_purpose_or_as_many_as_come(wrists):
    assert {sum(len(c) == 0 for c, _ in targets) for _, targets in first_batches(boxed_data(wrists))} == {8}
    plain = BoxDataModule(wrists, size=(64, 64), negatives=None)
    shares = [np.mean([len(c) == 0 for c, _ in targets]) for _, targets in first_batches(plain, 20)]
    natural = len(plain.without_finding("train")) / len(plain.ids("train"))
    assert np.mean(shares) == pytest.approx(natural, abs=0.08)
    assert len(set(shares)) > 1


def test_unboxed_positives_teach_nothing_and_are_never_negatives():
    cohort = WristCohort(200, size=64, boxed=0.1)
    data = BoxDataModule(cohort, size=(64, 64))
    labels, boxed = data.labels("train"), set(data.boxed_rows("train"))
    unboxed = {k for k, label in enumerate(labels) if label == 1} - boxed
    assert len(unboxed) > 5 * len(boxed) > 0
    drawn = {int(row) for rows, _ in islice(data.mixture(0), 60) for row in rows}
    assert not drawn & unboxed
    assert boxed <= drawn


def test_pseudo_boxes_make_positives_of_them_but_never_replace_a_true_box():
    cohort = WristCohort(120, size=64, boxed=0.1)
    missing = [i for i, p in cohort.phantoms.items() if p.box and i not in set(cohort.boxes["image"])]
    train = set(cohort.table.loc[cohort.table["partition"] == "train", "image"])
    known = cohort.boxes["image"].iloc[0]
    rows = [(image, "fracture", 1.0, 2.0, 11.0, 12.0) for image in [*missing, known] if image in train or image == known]
    data = BoxDataModule(cohort, size=(64, 64), pseudo_boxes=pd.DataFrame(rows, columns=COLUMNS))
    assert len(data.boxed_rows("train")) == sum(label == 1 for label in data.labels("train"))
    targets = dict(zip(data.ids("train"), data.targets("train"), strict=True))
    assert targets[rows[0][0]].corners.tolist() == [[1, 2, 11, 12]]
    if known in train:
        assert targets[known].corners.tolist() != [[1, 2, 11, 12]]
    assert data.recipe["pseudo_boxes"] != BoxDataModule(cohort, size=(64, 64)).recipe["pseudo_boxes"]


def test_the_same_seed_gives_the_same_batches(wrists):
    first, again, other = (first_batches(boxed_data(wrists), 2, seed) for seed in (1, 1, 2))
    assert all((a[0] == b[0]).all() for a, b in zip(first, again, strict=True))
    assert not all((a[0] == b[0]).all() for a, b in zip(first, other, strict=True))


def test_boxes_follow_the_augmentation():
    """A bright square on black stays inside its box, whatever happens to the picture."""
    image = np.zeros((96, 96, 3), np.uint8)
    image[40:56, 30:60] = 255
    transform = augment.radiograph_boxes((96, 96))
    for _ in range(30):
        picture, boxes = transform.with_boxes(image, Boxes.of([[30, 40, 60, 56]]))
        rows, columns = np.nonzero(picture[..., 0] > 127)
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert boxes.corners[0] == pytest.approx(seen, abs=4)


def test_a_box_that_leaves_the_picture_is_dropped():
    transform = augment.radiograph_boxes((64, 64), strength=4.0)
    edge = Boxes.of([[0, 20, 6, 40], [25, 25, 40, 40]], classes=[0, 1])
    drawn = [transform.with_boxes(np.zeros((64, 64, 3), np.uint8), edge)[1] for _ in range(40)]
    assert {tuple(boxes.classes) for boxes in drawn} >= {(0, 1), (1,)}
    assert all(boxes.corners.min() >= 0 and boxes.corners.max() <= 64 for boxes in drawn)


def test_negatives_are_cropped_from_box_free_regions_where_few_patients_have_none():
    cohort = WristCohort(40, size=64)
    data = BoxDataModule(cohort, size=(64, 64), train_transform=augment.radiograph_boxes((64, 64)))
    assert data.few_negatives
    rows, crops = next(iter(data.mixture(0)))
    assert crops.sum() == 8
    assert set(rows) <= set(data.boxed_rows("train"))
    assert sum(len(corners) == 0 for corners, _ in first_batches(data, 1)[0][1]) >= 8


def test_a_crop_never_shows_the_finding():
    image = np.zeros((80, 80, 3), np.uint8)
    image[30:50, 30:50] = 255
    rng = np.random.default_rng(0)
    crops = [box_free_crop(image, np.array([[29.0, 29, 51, 51]]), rng) for _ in range(50)]
    assert all(crop.min() == crop.max() for crop in crops)
    assert np.mean([crop.max() == 0 for crop in crops]) > 0.9
    whole = box_free_crop(image, np.array([[0.0, 0, 80, 80]]), rng)
    assert whole.min() == whole.max(), "no room: a grey picture"


def test_targets_are_in_the_models_pixels_and_sealed_for_the_test_set(wrists):
    data = BoxDataModule(wrists, size=(64, 48))
    for image, boxes in zip(data.ids("train"), data.targets("train"), strict=True):
        box = wrists.phantoms[image].box
        if box:
            assert boxes.corners[0] == pytest.approx(np.array(box) * np.array([64, 48, 64, 48]) / 96)
    assert not any(len(boxes) for boxes in data.targets("test"))
    assert data.scales("train").tolist() == [[96, 96]] * len(data.ids("train"))


def test_windows_show_half_the_time_a_box_and_half_the_time_none(wrists):
    data = BoxDataModule(wrists, size=(96, 96), window=(64, 32), train_transform=augment.radiograph_boxes((64, 32)))
    for images, targets in first_batches(data, 4):
        assert images.shape == (16, 32, 64, 3)
        assert sum(len(corners) == 0 for corners, _ in targets) in (8, 9)  # augmentation may move a box out of sight
        every = np.concatenate([corners for corners, _ in targets])
        assert (every >= 0).all()
        assert (every <= (64, 32, 64, 32)).all()
    assert data.recipe["window"] == [64, 32]
    with pytest.raises(ValueError, match="must fit"):
        BoxDataModule(wrists, size=(96, 96), window=(128, 64))


def test_a_window_is_a_part_of_the_image_at_full_detail_around_one_of_its_boxes():
    rows, columns = np.indices((120, 90), dtype=np.uint8)
    image, rng = np.dstack([rows, columns, rows]), np.random.default_rng(0)
    boxes = Boxes.of([[10, 20, 22, 30], [70, 100, 80, 118]], [0, 1])
    seen = set()
    for _ in range(60):
        pixels, shown = windowed(image, boxes, (40, 32), rng)
        y, x, _ = pixels[0, 0].astype(int)
        assert (pixels == image[y : y + 32, x : x + 40]).all()
        assert len(shown) == 1
        one = shown.classes[0]
        seen.add(int(one))
        back = shown.corners[0] + (x, y, x, y)
        assert (np.abs(back - np.clip(boxes.corners[one], (x, y, x, y), (x + 40, y + 32, x + 40, y + 32))) < 1e-4).all()
    assert seen == {0, 1}


def test_a_box_larger_than_the_window_is_shown_smaller_and_without_boxes_any_part_is_drawn():
    image, rng = np.zeros((120, 90, 3), np.uint8), np.random.default_rng(0)
    image[20:100, 10:70] = 200
    pixels, shown = windowed(image, Boxes.of([[10, 20, 70, 100]]), (40, 32), rng)
    assert pixels.shape == (32, 40, 3)
    x1, y1, x2, y2 = shown.corners[0].round().astype(int)
    assert pixels[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1].min() == 200
    assert pixels.mean() < 150
    starts = {
        windowed(np.dstack([np.indices((120, 90))[0]] * 3).astype(np.uint8), Boxes(), (40, 32), rng)[0][0, 0, 0]
        for _ in range(40)
    }
    assert min(starts) < 20
    assert max(starts) > 68

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.errors import BadInput


def test_the_same_seed_gives_the_same_pictures_byte_for_byte():
    first, again, other = (phantoms.dermoscopy(30, seed, 64) for seed in (3, 3, 4))
    assert all(np.array_equal(a.image, b.image) and a.lesion_id == b.lesion_id for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.image, b.image) for a, b in zip(first, other, strict=True))


def test_there_are_as_many_as_asked_for_with_all_seven_kinds():
    made = phantoms.dermoscopy(201, 0, 64)
    assert len({p.image_id for p in made}) == 201
    counts = Counter(p.label for p in made)
    assert set(counts) == {"akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"}
    assert counts["nv"] > 4 * counts["df"] > 0
    assert Counter(p.label for p in phantoms.triage(100, 0, 64)) == {"mel": 30, "nv": 70}


def test_several_pictures_show_one_lesion_and_agree_on_it():
    made = phantoms.triage(200, 0, 64)
    lesions: dict[str, list[phantoms.Phantom]] = {}
    for phantom in made:
        lesions.setdefault(phantom.lesion_id, []).append(phantom)
    assert {len(views) for views in lesions.values()} == {1, 2, 3}
    for views in lesions.values():
        assert len({(p.label, p.age, p.sex, p.localization) for p in views}) == 1
    pair = next(views for views in lesions.values() if len(views) > 1)
    assert not np.array_equal(pair[0].image, pair[1].image)


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_the_mask_covers_the_dark_lesion_and_the_box_encloses_it(difficulty):
    for phantom in phantoms.triage(40, 0, 96, difficulty):
        assert phantom.image.shape == (96, 96, 3)
        assert phantom.image.dtype == np.uint8
        assert phantom.image[phantom.mask].mean() < phantom.image[~phantom.mask].mean() - 20
        x_min, y_min, x_max, y_max = phantom.box
        assert phantom.mask[y_min:y_max, x_min:x_max].sum() == phantom.mask.sum()
        assert phantom.mask[y_min].any()
        assert phantom.mask[:, x_max - 1].any()


def test_hard_ones_are_harder():
    """Melanomas are told by their veil and patches: colour contrast inside separates easy kinds better than hard ones."""

    def overlap(difficulty):
        made = phantoms.triage(200, 0, 64, difficulty)
        contrast = {k: [p.image[p.mask].std(axis=0).sum() for p in made if p.label == k] for k in ("mel", "nv")}
        return np.mean(np.array(contrast["mel"])[:, None] < np.array(contrast["nv"])[None])

    assert overlap("easy") < overlap("hard") < 0.5


def test_written_phantoms_look_like_a_published_data_set(tmp_path):
    folder = phantoms.write("triage", tmp_path / "data", n=20, seed=2, size=64)
    table = pd.read_csv(folder / "metadata.csv")
    assert list(table.columns) == ["lesion_id", "image_id", "dx", "age", "sex", "localization"]
    assert {f"{image}.jpg" for image in table["image_id"]} == {path.name for path in (folder / "images").iterdir()}
    made = {p.image_id: p for p in phantoms.triage(20, 2, 64)}
    boxes = pd.read_csv(folder / "lesion_boxes.csv")
    for row in boxes.itertuples():
        assert (row.left, row.top, row.right, row.bottom) == made[row.image_id].box
    read = cv2.imread(str(folder / "images" / f"{table['image_id'][0]}.jpg"))[..., ::-1].astype(int)
    assert np.abs(read - made[table["image_id"][0]].image).mean() < 6


def test_an_unknown_kind_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="dermoscopy, triage"):
        phantoms.write("knees", tmp_path)

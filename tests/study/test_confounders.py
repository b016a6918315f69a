"""Which images show a confounder, and where: columns of yes and no, folders of masks."""

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.errors import Sealed
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.confounders import presence
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.data.masks import count_unfit, find_masks, read_mask


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["yes", "no", None], [True, False, None]),
        (["1", "0", "0"], [True, False, False]),
        (["Ja", "nein", "ja"], [True, False, True]),
        (["AP", "PA", "PA", "PA"], [True, False, False, False]),
        (["a", "b", "c"], [None, None, None]),
        ([None, None], [None, None]),
    ],
)
def test_yes_and_no_are_read_in_many_words_and_of_two_other_values_the_rarer_counts(cells, expected) -> None:
    assert presence(pd.Series(cells, dtype=object)).tolist() == expected


def _image(path, size: tuple[int, int], value: int = 200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size[1], size[0]), value, np.uint8))


def test_masks_are_found_by_the_names_of_their_images_and_by_folder(tmp_path) -> None:
    for number in range(3):
        _image(tmp_path / "images" / f"scan{number}.jpg", (40, 30))
    _image(tmp_path / "masks" / "drain" / "scan0.png", (40, 30))
    _image(tmp_path / "masks" / "drain" / "scan2_mask.png", (80, 60))
    _image(tmp_path / "masks" / "ruler" / "scan1.png", (40, 30))
    _image(tmp_path / "masks" / "ruler" / "nobody.png", (40, 30))
    found = {masks.name: masks.files for masks in find_masks(read_folder(tmp_path))}
    assert found == {
        "drain": {"images/scan0.jpg": "masks/drain/scan0.png", "images/scan2.jpg": "masks/drain/scan2_mask.png"},
        "ruler": {"images/scan1.jpg": "masks/ruler/scan1.png"},
    }


def test_two_images_of_one_name_get_no_mask_rather_than_a_guess(tmp_path) -> None:
    for folder in ("a", "b"):
        _image(tmp_path / folder / "scan.jpg", (40, 30))
    _image(tmp_path / "masks" / "scan.png", (40, 30))
    assert find_masks(read_folder(tmp_path)) == []


def test_a_mask_at_another_scale_is_resized_and_one_of_other_proportions_is_not_used(tmp_path) -> None:
    _image(tmp_path / "images" / "one.png", (40, 30))
    _image(tmp_path / "images" / "two.png", (40, 30))
    _image(tmp_path / "masks" / "one.png", (80, 60))
    _image(tmp_path / "masks" / "two.png", (50, 50))
    folder = read_folder(tmp_path)
    mask = read_mask(tmp_path / "masks" / "one.png", (30, 40))
    assert mask is not None
    assert mask.shape == (30, 40)
    assert mask.all()
    assert read_mask(tmp_path / "masks" / "two.png", (30, 40)) is None
    assert count_unfit(folder, find_masks(folder)[0]) == (1, 2)


def test_the_cohort_gives_drains_and_masks_of_training_images_and_of_test_images_only_after_the_opening(tmp_path) -> None:
    phantoms.write("chest", tmp_path / "data", n=60, seed=1, size=64, drain_negative=0.3)
    study = Study(tmp_path / "study", data=tmp_path / "data")
    cohort = study.load_cohort(label="finding", group="patient_id")
    table = pd.read_csv(tmp_path / "data" / "metadata.csv").set_index("image_id")["drain"]
    shown = cohort.confounder("drain")
    assert set(shown.index) == set(cohort.shown()["image"])
    assert all(shown[image] == (table[image.split("/")[-1][:-4]] == "yes") for image in shown.index)
    masked = next(image for image in shown.index if shown[image])
    assert cohort.mask(masked, "drain").dtype == bool  # type: ignore[union-attr]
    assert cohort.mask(next(image for image in shown.index if not shown[image]), "drain") is None
    sealed = cohort.table.loc[cohort.table["partition"] == "test", "image"].iloc[0]
    with pytest.raises(Sealed):
        cohort.mask(sealed, "drain")
    cohort.seal.open()
    assert len(cohort.confounder("drain")) == len(cohort.table)
    assert cohort.confounder("no such thing").isna().all()
    assert cohort.mask(masked, "sex") is None  # the masks outline drains, which both sexes have


def test_a_folder_of_masks_stands_for_the_confounder_where_no_column_names_it(tmp_path) -> None:
    data = phantoms.write("chest", tmp_path / "data", n=60, seed=1, size=64)
    cohort = Study(tmp_path / "study", data=data).load_cohort(label="finding", group="patient_id")
    assert (cohort.confounder("masks") == cohort.confounder("drain")).all()


def test_the_survey_counts_masks_and_says_which_do_not_fit(tmp_path) -> None:
    data = phantoms.write("chest", tmp_path / "data", n=40, seed=1, size=64)
    masks = sorted((data / "masks").iterdir())
    study = Study(tmp_path / "study", data=data)
    study.survey()
    assert study.facts["survey"].masks == {"masks": len(masks)}  # type: ignore[union-attr]
    for mask in masks:
        _image(mask, (100, 64))
    again = Study(tmp_path / "again", data=data)
    again.survey()
    facts = again.facts["survey"]
    assert facts.masks == {}  # type: ignore[union-attr]
    assert any("another size" in problem for problem in facts.problems)  # type: ignore[union-attr]

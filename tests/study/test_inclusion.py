"""A study of some of a folder's images: women alone, views from the front, patients above sixty, examinations from 2019 on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jupyter_clinagent.contracts import Range, Specification
from jupyter_clinagent.errors import BadInput, ProtocolViolation
from jupyter_clinagent.export.evaluate import _made_for
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.inclusion import criteria, read_numbers, rows_outside
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.protocol.confirmation import check_specification

IMAGES = 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty patients with a diagnosis, a number, a sex, an age and a date; every tenth of unknown sex."""
    home, rng = tmp_path_factory.mktemp("clinic"), np.random.default_rng(0)
    rows = []
    for number in range(IMAGES):
        Image.fromarray(rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)).save(home / f"im{number:03}.png")
        sex = None if number % 10 == 9 else ("female" if number % 2 else "male")
        told = {"dx": ("melanoma", "nevus")[number // 2 % 2], "sex": sex, "age": 20 + number, "size": 3 + number / 4}
        rows.append({"image": f"im{number:03}.png", "patient": f"p{number}", "date": f"{2015 + number // 10}-03-01", **told})
    pd.DataFrame(rows).to_csv(home / "table.csv", index=False)
    return home


def load(folder: Path, only: dict[str, Any], **wishes: Any) -> Cohort:
    return load_cohort(take_inventory(folder), Wishes(only=criteria(only), **wishes), Corrections.none())


@pytest.mark.parametrize(
    ("only", "kept", "reasons"),
    [
        ({"sex": ["female"]}, 32, {"not asked for: “sex” is not female": 48}),
        ({"age": {"above": 60}}, 39, {"not asked for: “age” is not above 60": 41}),
        ({"date": {"at_least": 2018, "below": 2021}}, 30, {"not asked for: “date” is not at least 2018 and below 2021": 50}),
        (
            {"sex": ["FEMALE"], "age": {"at_most": 79}},
            24,
            {"not asked for: “sex” is not FEMALE": 48, "not asked for: “age” is not at most 79": 8},
        ),
    ],
)
def test_what_was_not_asked_for_is_left_out_and_counted(
    folder: Path, only: dict[str, Any], kept: int, reasons: dict[str, int]
) -> None:
    cohort = load(folder, only, label="dx")
    assert len(cohort.table) == kept
    assert cohort.facts.left_out == reasons
    assert cohort.facts.only == criteria(only)


def test_a_measurement_is_made_of_them_alone(folder: Path) -> None:
    cohort = load(folder, {"sex": ["male"]}, task="measurement", label="size")
    assert len(cohort.table) == 40
    assert cohort.facts.left_out == {"not asked for: “sex” is not male": 40}


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        ({"colour": ["red"]}, "There is no column 'colour' to choose images by"),
        ({"sex": ["diverse"]}, "No image has a 'sex' that is diverse"),
        ({"dx": {"above": 3}}, "holds no numbers and no dates"),
        ({"age": {"about": 3}}, "only= takes, by column"),
        ({"age": {}}, "only= takes, by column"),
    ],
)
def test_what_cannot_be_chosen_by_is_said(folder: Path, only: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        load(folder, only, label="dx")


def test_the_specification_has_to_be_about_the_images_that_were_loaded(folder: Path) -> None:
    cohort = load(folder, {"sex": ["female"]}, label="dx")
    spec = Specification(
        title="t", request="r", task="classification", objective="o", classes={"melanoma": ["melanoma"], "nevus": ["nevus"]},
        primary_metric="auroc",
    )  # fmt: skip
    with pytest.raises(ProtocolViolation, match="about all images, the cohort was loaded for only images whose “sex” is female"):
        check_specification(spec, cohort.facts, "dx")
    assert spec.hash != spec.model_copy(update={"only": {"sex": ["female"]}}).hash


def test_ages_of_dicom_headers_are_read() -> None:
    assert list(read_numbers(pd.Series(["060Y", "007Y"], dtype=object), "age")) == [60, 7]


@given(st.lists(st.sampled_from(["female", "male", None]), min_size=IMAGES, max_size=IMAGES), st.integers(0, 120))
def test_every_image_fulfils_the_criteria_or_has_a_reason(sexes: list[str | None], age: int) -> None:
    ages = [str(20 + number) for number in range(IMAGES)]
    fulfils = {f"i{n}" for n, sex in enumerate(sexes) if sex == "female" and Range(below=age).holds(float(ages[n]))}
    rows = pd.DataFrame({"sex": sexes, "age": ages}, index=[f"i{n}" for n in range(IMAGES)], dtype=object)
    try:
        outside = rows_outside(rows, criteria({"sex": ["female"], "age": {"below": age}}))
    except BadInput:
        assert "female" not in sexes or age <= 20
        return
    assert set(rows.index) - set(outside) == fulfils


def test_elsewhere_it_is_said_for_whom_a_model_was_made() -> None:
    spec = Specification(
        title="t", request="r", task="classification", objective="o", classes={"a": ["a"], "b": ["b"]}, primary_metric="auroc",
        only={"sex": ["female"]},
    )  # fmt: skip
    assert _made_for(spec) == [
        "The model was made for only images whose “sex” is female; every labelled image of this folder was judged."
    ]
    assert _made_for(spec.model_copy(update={"only": {}})) == []

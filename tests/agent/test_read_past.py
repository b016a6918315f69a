"""Words of a request that were once read past: of whom, how large, how many, what becomes of them, and which grades."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.accounting import KEY, STOP
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card, Range
from jupyter_clinagent.facts import SurveyFacts
from tests.benchmarks.phrases.folders import _picture, _table

PATIENTS = {"patient_id": [f"p{k}" for k in range(90)]}
HBA1C = [6.1, 7.4, 8.8, 9.3, 10.2, 6.9, 8.1, 7.7, 9.9, 6.4, 8.5]
NUMBERS = [3, 15, 9, 4, 20, 10, 5, 28, 12, 7, 6, 18, 21]


def _with_readme(maker: Callable[[Path], None], text: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        maker(folder)
        (folder / "README.md").write_text(text)

    return make


def _named_tiles(folder: Path) -> None:
    """Names of files that say class, patient and magnification, and a text that says how."""
    kinds = [("B", "A"), ("B", "F"), ("M", "DC"), ("M", "LC")]
    for k in range(96):
        one, kind = kinds[k % 4]
        _picture(folder / f"SOB_{one}_{kind}-{k // 8:02d}-{(40, 100, 200)[k % 3]}-{k:03d}.png", False)
    (folder / "README.txt").write_text(
        "File name: SOB_<class>_<type>-<patient>-<magnification>-<number>.png\nclass: B benign, M malignant\n"
        "type: A adenosis, F fibroadenoma, DC ductal carcinoma, LC lobular carcinoma\n"
    )


MADE: dict[str, Callable[[Path], None]] = {
    "wrists": _table(
        {
            **PATIENTS,
            "body_part": ["wrist", "ankle"],
            "diagnosis": ["fracture", "no fracture", "no fracture"],
            "cast": ["1", None, None, None, None],
            "age": [7, 34, 70, 81, 12, 55],
        },
        90,
        colours=False,
    ),
    "hands": _with_readme(
        _table(
            {
                **PATIENTS,
                "boneage": [31, 60, 120, 180, 215, 90, 44, 150, 77, 133, 199, 101, 58],
                "male": [True, False],
                "chron_age": [18, 60, 121, 181, 228, 96],
            },
            90,
            colours=False,
        ),
        "boneage: bone age in months\nchron_age: age in months\nmale: True = boy, False = girl\n",
    ),
    "polyps": _table(
        {
            **PATIENTS,
            "size_mm": NUMBERS,
            "histology": ["adenoma", "hyperplastic", "SSL"],
            "segment": ["rectum", "sigmoid", "colon", "colon"],
        },
        90,
    ),
    "tubes": _table({**PATIENTS, "effusion": ["yes", "no"], "Chest Tube": ["1", None, None, None, None]}, 90, colours=False),
    "breasts": _table(
        {**PATIENTS, "density": ["A", "B", "C", "D"], "outcome": ["normal", "benign", "malignant"]}, 90, colours=False
    ),
    "cells": _table(
        {**PATIENTS, "treatment": ["DMSO", "taxol", "nocodazole"], "cell_count": [*range(13, 60)]}, 90, colours=False
    ),
    "frames": _table({**PATIENTS, "finding": ["Erosion", "Ulcer", "Normal"], "bowel_prep": ["adequate", "adequate", "poor"]}, 90),
    "feet": _table({**PATIENTS, "infection": [0, 1], "ischaemia": [0, 0, 1], "hba1c": HBA1C}, 90),
    "retina": _with_readme(
        _table({**PATIENTS, "retinopathy grade": [0, 1, 2, 3, 4]}, 90),
        "retinopathy grade: 0 = none, 1 = mild NPDR, 2 = moderate NPDR, 3 = severe NPDR, 4 = PDR\n",
    ),
    "hearts": _table({**PATIENTS, "cell": ["neutrophil", "monocyte"], "rhythm": ["SR", "SR", "AF"]}, 90),
    "corneas": _table({**PATIENTS, "stage": ["0", "I", "II", "III", "IV"]}, 90),
    "spines": _table(
        {**PATIENTS, "Cobb thoracic": [*range(5, 60, 4)], "Cobb lumbar": [*range(3, 52, 3)], "Brace": ["yes", "no", "no"]},
        90,
        colours=False,
    ),
    "chests": _table(
        {**PATIENTS, "Effusion": [0, 1], "Edema": [0, 1, 1], "Support Devices": ["1", "0", "0", None], "No Finding": [1, 0, 0]},
        90,
        colours=False,
    ),
    "heads": _table(
        {**PATIENTS, "tumour": ["glioma", "meningioma", "no_tumor", "pituitary"], "sequence": ["T1", "T1ce", "T2"]},
        90,
        colours=False,
    ),
    "tiles": _named_tiles,
}  # fmt: skip


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SurveyFacts]:
    from tests.agent.conftest import survey_facts, take_inventory

    known: dict[str, SurveyFacts] = {}

    def look(name: str) -> SurveyFacts:
        if name not in known:
            MADE[name](folder := tmp_path_factory.mktemp("data") / name)
            known[name] = survey_facts(take_inventory(folder))
        return known[name]

    return look


# ------------------------------------------------------------------ of which images
@pytest.mark.parametrize(
    ("name", "request_", "only"),
    [
        ("wrists", "fracture or no fracture, wrist only", {"body_part": ["wrist"]}),
        ("wrists", "fracture vs no fracture, leave out anything that is in a cast", {"cast": [""]}),
        ("wrists", "fracture vs no fracture, only films in a cast", {"cast": ["1"]}),
        ("wrists", "fracture or no fracture but not in ppl over 65", {"age": Range(at_most=65)}),
        ("hands", "predict bone age, only children aged 10 years or older", {"chron_age": Range(at_least=120)}),
        ("hands", "bone age under 10 years vs 10 and over", {}),
        ("polyps", "adenoma vs hyperplastic in polyps of 5 mm or less", {"size_mm": Range(at_most=5)}),
        ("polyps", "adenoma vs hyperplastic, polyps 10 mm or more", {"size_mm": Range(at_least=10)}),
        ("breasts", "grade the breast density A to D, normal mammograms only", {"outcome": ["normal"]}),
        ("frames", "ulcer vs erosion, videos with a poor prep are out", {"bowel_prep": ["adequate"]}),
        ("feet", "infection yes/no where hba1c is above 8", {"hba1c": Range(above=8)}),
        ("feet", "infection or not, HbA1c over 8", {"hba1c": Range(above=8)}),
        ("feet", "infection or not, don't use the ischaemic feet", {"ischaemia": ["0"]}),
        ("chests", "effusion or not, no films with devices", {"Support Devices": ["0", ""]}),
        ("chests", "which of effusion and edema, leave out anyone with lines or tubes", {"Support Devices": ["0", ""]}),
        ("heads", "glioma vs meningioma on contrast enhanced T1 only", {"sequence": ["T1ce"]}),
        ("tubes", "effusion yes or no, but leave out everyone who already has a chest tube in", {"Chest Tube": [""]}),
        ("polyps", "adenoma vs hyperplastic, not in the rectum or sigmoid", {"segment": ["colon"]}),
        ("heads", "glioma or not on post-contrast T1 slices", {"sequence": ["T1ce"]}),
        ("hearts", "neutrophil or monocyte in sinus rhythm", {"rhythm": ["SR"]}),
        ("tiles", "benign vs malignant at 200x", {"magnification": ["200"]}),
        ("tiles", "ductal or lobular carcinoma, everything except the 40x", {"magnification": ["100", "200"]}),
    ],
)  # fmt: skip
def test_what_is_said_of_which_images_chooses_them(
    surveyed: Callable[[str], SurveyFacts], name: str, request_: str, only: dict[str, Any]
) -> None:
    answers = {"label": "density"} if name == "breasts" else {}
    found = draft(read_request(request_), surveyed(name), answers)
    assert isinstance(found, Draft), found
    assert {key: sorted(v) if isinstance(v, list) else v for key, v in found.specification.only.items()} == {
        key: sorted(v) if isinstance(v, list) else v for key, v in only.items()
    }


# ------------------------------------------------------------------ what is learnt
@pytest.mark.parametrize(
    ("name", "request_", "task", "learnt"),
    [
        ("cells", "estimate how many cells there are, only the wells with taxol or nocodazole", "measurement", {"cell_count"}),
        ("spines", "lumbar Cobb angle, only patients without a brace", "measurement", {"Cobb lumbar"}),
        ("heads", "tumour yes or no", "classification", {"tumor", "no_tumor"}),
        ("tiles", "ductal or lobular carcinoma", "classification", {"ductal carcinoma", "lobular carcinoma"}),
        ("corneas", "stage II or higher vs below", "grading", {"stage 0", "stage I", "stage II", "stage III", "stage IV"}),
    ],
)
def test_what_the_data_count_measure_or_name_is_learnt(
    surveyed: Callable[[str], SurveyFacts], name: str, request_: str, task: str, learnt: set[str]
) -> None:
    found = draft(read_request(request_), surveyed(name), {})
    assert isinstance(found, Draft), found
    assert (found.specification.task, set(found.specification.classes)) == (task, learnt)


def test_grades_are_called_as_a_text_in_the_folder_calls_them(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("moderate or worse retinopathy vs less"), surveyed("retina"), {})
    assert isinstance(found, Draft), found
    assert found.specification.objective.endswith("grade 2 or above")
    asked = draft(read_request("severe retinopathy vs mild or moderate"), surveyed("retina"), {})
    assert isinstance(asked, Card)
    assert (asked.key, asked.default) == ("cut", "")


# ------------------------------------------------------------------ what no study says
@pytest.mark.parametrize(
    ("name", "request_", "said"),
    [
        ("frames", "how many erosions are there in each frame, ulcers and normals aside", "how many erosions"),
        ("wrists", "which of these fractures will need an operation?", "need an operation"),
        ("hands", "find kids whose bone age is more than 3 years ahead of their real age", "ahead of"),
        ("tubes", "chest tube yes or no", "chest tube"),
        ("polyps", "which adenomas are larger than 10 mm?", "which adenomas are larger than 10"),
        ("feet", "pick out feet with infection or ischaemia versus those with neither", "versus"),
    ],
)
def test_numbers_outcomes_and_differences_that_nothing_says_are_asked_about(
    surveyed: Callable[[str], SurveyFacts], name: str, request_: str, said: str
) -> None:
    asked = draft(read_request(request_), surveyed(name), {"classes": "all"} if name in ("frames", "wrists", "polyps") else {})
    assert isinstance(asked, Card), asked
    assert (asked.key, asked.default) == (KEY, STOP)
    assert f"“{said}" in asked.title

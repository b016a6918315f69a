"""Rows that name several images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts

NUMBER = 30


def two_eyes(folder: Path, right: str = "{}_right.png") -> Path:
    """A row for each patient, with both eyes and what the patient has."""
    (folder / "images").mkdir()
    rng = np.random.default_rng(0)
    for name in [f"{k}_{side}" for k in range(NUMBER) for side in ("left", "right")]:
        cv2.imwrite(str(folder / "images" / f"{name}.png"), rng.integers(0, 255, (24, 24), dtype=np.uint8))
    rows = [
        {"Left-Fundus": f"{k}_left.png", "Right-Fundus": right.format(k), "cataract": k % 2, "glaucoma": int(k % 3 == 0)}
        for k in range(NUMBER)
    ]
    pd.DataFrame(rows).to_csv(folder / "eyes.csv", index=False)
    return folder


@pytest.mark.parametrize("request_", ["List all findings", "Detect cataract"])
def test_the_card_says_which_eye_a_row_is_taken_to_describe(tmp_path: Path, request_: str) -> None:
    found = draft(read_request(request_), survey_facts(take_inventory(two_eyes(tmp_path))), {})
    assert isinstance(found, Draft)
    (said,) = [line for line in found.assumptions if "names several images" in line]
    assert "describe that of “Left-Fundus” alone, and 30 images that only the others name" in said


def test_a_second_column_that_names_no_other_image_is_not_mentioned(tmp_path: Path) -> None:
    survey = survey_facts(take_inventory(two_eyes(tmp_path, "{}_left.png")))
    assert not any("names several images" in line for line in survey.assumptions)

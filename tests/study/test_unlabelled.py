"""What is said of tables that label no image."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.tasks.findings.tables import write


def problems(folder: Path) -> list[str]:
    return survey_facts(take_inventory(folder)).problems


def test_a_table_that_names_images_and_has_no_label_is_not_said_to_name_none(tmp_path: Path) -> None:
    write(tmp_path, {"note": [f"seen {k}" for k in range(12)]})
    (tmp_path / "other.csv").write_text("scan,dx\nx1,a\nx2,b\n", encoding="utf-8")
    assert problems(tmp_path) == [
        "The rows of other.csv name none of the images.",
        "The rows of train.csv name 12 of the images, but none of its other columns (“patient_id”, “note”) holds a few values "
        "that could be a label.",
    ]


def test_a_list_of_images_alone_is_no_label(tmp_path: Path) -> None:
    write(tmp_path, {"note": [1] * 12})
    (tmp_path / "train.csv").write_text("image\nfilm001\nfilm002\n", encoding="utf-8")
    assert problems(tmp_path) == [
        "The rows of train.csv name 2 of the images, but it has no other column that holds a few values that could be a label."
    ]

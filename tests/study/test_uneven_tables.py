"""Rows that are too long for their table are counted, and numbers with a decimal comma are numbers."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.roles import as_numbers
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.data.tables import read_table
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task


def read(folder: Path, text: str) -> tuple[pd.DataFrame, list[str]]:
    problems: list[str] = []
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "t.csv", problems), problems


def images(folder: Path, count: int) -> None:
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 60, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"i{number}.png"), pixels)


def test_rows_with_too_many_cells_are_counted_and_the_others_read(tmp_path: Path) -> None:
    frame, problems = read(tmp_path, "image,dx,note\na.png,mel,\nb.png,nv,red, itching\nc.png,nv,calm\nd.png,mel,a,b,c\n")
    assert frame["image"].tolist() == ["a.png", "c.png"]
    assert problems == [
        "t.csv: 2 rows have more cells than the table has columns and are left out; put cells that hold “,” into quotation marks."
    ]


def test_a_first_row_that_is_too_long_shifts_no_other(tmp_path: Path) -> None:
    frame, problems = read(tmp_path, "image,dx\na.png,mel,old\nb.png,nv\nc.png,mel\n")
    assert frame.to_dict("list") == {"image": ["b.png", "c.png"], "dx": ["nv", "mel"]}
    assert problems[0].startswith("t.csv: 1 row has more cells")


@pytest.mark.parametrize(
    "text",
    [
        "image;dx\na.png;mel;\nb.png;nv;;\n",  # a delimiter at the end of each row
        'image,dx\na.png,"mel"\n\nb.png,nv\n',
        '"image","dx"\n"1","a.png","mel"\n"2","b.png","nv"\n',  # R names its rows, but not their column
    ],
)
def test_what_only_looks_too_long_is_read_whole(text: str, tmp_path: Path) -> None:
    frame, problems = read(tmp_path, text)
    assert frame.to_dict("list") == {"image": ["a.png", "b.png"], "dx": ["mel", "nv"]}
    assert problems == []


def test_the_survey_says_how_many_rows_were_too_long(tmp_path: Path) -> None:
    images(tmp_path, 4)
    (tmp_path / "t.csv").write_text("image,dx\ni0.png,a\ni1.png,b,c\ni2.png,a\ni3.png,b\n", encoding="utf-8")
    assert any("1 row has more cells" in said for said in survey_facts(take_inventory(tmp_path)).problems)


def test_boxes_with_decimal_commas_are_read_right(tmp_path: Path) -> None:
    images(tmp_path, 3)
    rows = ["i0.png;1,5;2,25;11,5;12", "i1.png;3;4;20,75;30,5", "i2.png;;;;"]
    (tmp_path / "boxes.csv").write_text("\n".join(["image;x_min;y_min;x_max;y_max", *rows, ""]), encoding="utf-8")
    found = take_inventory(tmp_path).boxes
    assert found is not None
    assert not found.unread
    corners = found.rows[["x_min", "y_min", "x_max", "y_max"]].astype(float).to_numpy().tolist()
    assert corners == [[1.5, 2.25, 11.5, 12.0], [3.0, 4.0, 20.75, 30.5]]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["0,5", "1,250"], [0.5, 1.25]),
        (["123,456", "98,765"], [123.456, 98.765]),
        (["1,234", "12,345"], [None, None]),
        (["1,5", "x", None], [1.5, None, None]),
        (["1.5", "2"], [1.5, 2.0]),
        (["1,2,3", "1,5"], [None, 1.5]),
    ],
)
def test_a_decimal_comma_is_told_from_thousands(cells: list[str | None], numbers: list[float | None]) -> None:
    read_as = as_numbers(pd.Series(cells, dtype=object, index=[0] * len(cells)))
    assert [None if np.isnan(value) else value for value in read_as] == numbers


def test_a_task_that_cannot_look_is_left_out_with_a_word_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "code" / "moody_package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "surveying.py").write_text("def look(inventory):\n    raise RuntimeError('not today')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(package.parent)
    registry.phantoms()["chest-findings"].phantom.write("chest-findings", tmp_path / "data", 40, 3, "easy")
    before = survey_facts(take_inventory(tmp_path / "data"))
    known = {"moody": Task("moody", "moody_package", "nothing"), **registry.tasks()}
    monkeypatch.setattr(registry, "tasks", lambda: known)
    facts = survey_facts(take_inventory(tmp_path / "data"))
    assert facts.seen == before.seen != {}
    assert facts.problems == [
        *before.problems,
        "The task moody of the package moody_package could not look at the data (RuntimeError: not today); it is left out. Tell "
        "its authors, or remove the package.",
    ]

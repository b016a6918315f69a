"""Where another hospital's grades stand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.grading.evaluating import graded_column
from jupyter_clinagent.tasks.grading.specification import Grading
from tests.study.test_finding_the_data import write_images

ASKED = Grading(
    title="t",
    request="r",
    task="grading",
    objective="o",
    label_column="dr_grade",
    classes={f"grade {k}": [str(k), f"grade {k}"] for k in range(4)},
    primary_metric="kappa_quadratic",
)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"dr_grade": [0, 1, 2, 3], "quality": [1, 2, 3, 0]}, "dr_grade"),
        ({"eye": ["left", "right"] * 2, "icdr": [0, 1, 2, 3]}, "icdr"),
        ({"one": [0, 1, 2, 3], "other": [0, 1, 2, 3]}, None),
        ({"diagnosis": ["mild", "severe"] * 2}, None),
    ],
    ids=str,
)
def test_their_grades_stand_in_the_studys_column_or_in_the_only_one_that_holds_them(
    tmp_path: Path, columns: dict[str, list[object]], found: str | None
) -> None:
    names = [f"eye_{k:03d}" for k in range(40)]
    write_images(tmp_path, [f"images/{name}.png" for name in names])
    table = {"image": names, **{name: values * 10 for name, values in columns.items()}}
    pd.DataFrame(table).to_csv(tmp_path / "t.csv", index=False)
    assert graded_column(take_inventory(tmp_path), ASKED) == found

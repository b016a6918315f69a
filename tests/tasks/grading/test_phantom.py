"""Fundus phantoms: what sets the grade is in the picture, and the table says it as a hospital would."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.tasks.grading import phantom


def test_dots_and_deposits_set_the_grade_without_overlap() -> None:
    for bounds in (phantom.DOTS, phantom.DEPOSITS):
        assert all(most <= fewest for (_, most), (fewest, _) in pairwise(bounds))
    assert all(most < fewest for (_, most), (fewest, _) in pairwise(phantom.DOTS))


def test_a_worse_eye_differs_more_from_itself_smoothed() -> None:
    rough: dict[int, list[float]] = {}
    for eye in phantom.eyes(120, 0):
        if eye.noted != "ungradable":
            inner = eye.image[32:96, 32:96, 1].astype(float)
            rough.setdefault(eye.grade, []).append(float(np.abs(np.diff(inner, axis=0)).mean()))
    means = [np.mean(rough[grade]) for grade in range(5)]
    assert means == sorted(means)


def test_the_same_seed_writes_the_same_files_and_both_eyes_of_a_patient_are_alike(tmp_path: Path) -> None:
    for name in ("a", "b"):
        phantom.write("fundus", tmp_path / name, 120, 3, "hard")
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)
    table = pd.read_csv(tmp_path / "a" / "grades.csv")
    assert (table["grade"] == "ungradable").any()
    known = table[table["grade"] != "ungradable"].assign(grade=lambda rows: rows["grade"].astype(int))
    assert (known.groupby("patient_id")["grade"].agg(lambda grades: grades.max() - grades.min()) <= 1).all()

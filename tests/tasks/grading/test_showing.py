"""What is shown of grades: distances, the furthest mistakes first, every cut and grade in a table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.grading import figures, showing
from jupyter_clinagent.tasks.grading.graded import Grades
from jupyter_clinagent.tasks.grading.judging import example


def told(truth: list[int], named: list[int], sure: list[float]) -> Grades:
    scores = np.full((len(truth), 4), 0.0)
    for row, (grade, share) in enumerate(zip(named, sure, strict=True)):
        scores[row] = (1 - share) / 3
        scores[row, grade] = share
    names = [f"i{k}" for k in range(len(truth))]
    return Grades(names, np.array(names, dtype=object), np.array(truth), scores)


def test_the_furthest_mistakes_come_first_and_of_equally_far_ones_the_surest() -> None:
    test = told([0, 0, 3, 1, 2], [0, 1, 0, 2, 1], [0.9, 0.7, 0.8, 0.9, 0.8])
    assert showing.furthest(test).tolist() == [2, 3, 4, 1]


def test_the_figure_of_distances_says_how_many_are_how_far_off() -> None:
    figure = figures.distances(told([0, 0, 3, 1], [0, 1, 0, 1], [0.9] * 4), ["a", "b", "c", "d"])
    said = "0 grades off: 50%, 1 grade off: 25%, 2 grades off: 0%, 3 grades off: 25%."
    assert figure.alt_text == f"Distance of the grade named from the true one, 4 images: {said}"  # type: ignore[attr-defined]


def test_a_cut_that_no_test_image_reaches_has_no_curve() -> None:
    figure = figures.cuts(told([0, 0, 1, 1], [0, 1, 0, 1], [0.9] * 4), ["a", "b", "c", "d"])
    assert "b or above" in figure.alt_text  # type: ignore[attr-defined]
    assert "c or above" not in figure.alt_text  # type: ignore[attr-defined]


def test_every_cut_and_every_grade_has_a_row_and_the_images_add_up() -> None:
    judged, classes, _ = example()
    session = cast(Session, SimpleNamespace(opening=SimpleNamespace(test=judged), cohort=SimpleNamespace(classes=classes)))
    found = judged.estimates(classes, [], None, 0)
    facts = EvaluationFacts(experiment="e", primary_metric="kappa_quadratic", validation=found, test=found, unsealed=1)
    _, cuts, grades = showing.tables(session, facts)
    assert not isinstance(cuts, str)
    assert not isinstance(grades, str)
    assert [row[0] for row in cuts.rows] == ["grade 1 or above", "grade 2 or above", "grade 3"]
    assert [row[0] for row in grades.rows] == classes
    for row in grades.rows:
        assert row[1] == sum(cast(tuple[int, ...], tuple(row[3:])))


def test_predictions_say_the_true_grade_the_one_named_and_what_lies_above_each_cut() -> None:
    judged, classes, _ = example()
    known = pd.DataFrame({"image": judged.images, "group": judged.groups, "partition": "test"})
    table = showing.predictions(known, judged, classes)
    assert list(table.columns[:4]) == ["image", "group", "label", "grade"]
    assert (table["grade"] == np.array(classes)[judged.named]).all()
    assert table["at_or_above_grade 2"].to_numpy() == pytest.approx(table[["score_grade 2", "score_grade 3"]].sum(axis=1))

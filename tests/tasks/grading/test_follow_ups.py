"""Words about a finished grading: a threshold is for a grade and all above it."""

from __future__ import annotations

import pytest

from tests.agent.test_follow_ups import after, finished
from tests.tasks.grading.surveys import EYES

NO_CUT = "Grade the retinopathy from 0 to 4"
CUT = "Grade the retinopathy; missing grade 2 or above is worse than a false alarm"


@pytest.mark.parametrize(
    ("request_text", "words", "cell"),
    [
        (NO_CUT, "use 90 % sensitivity for grade 3", "new_threshold('sensitivity', 0.9, positive=['grade 3', 'grade 4'])"),
        (NO_CUT, "90 % sensitivity for grade 4", "new_threshold('sensitivity', 0.9, positive='grade 4')"),
        (CUT, "use 80 % specificity instead", "new_threshold('specificity', 0.8)"),
        (CUT, "rare classes matter more", 'GradeClassifier(cohort.classes, trainable="all", start=study.model()'),
    ],
)
def test_words_about_a_finished_grading_start_what_they_mean(request_text: str, words: str, cell: str) -> None:
    clinic = finished(request_text, EYES)
    assert cell in after(clinic, words)[0]


def test_a_threshold_without_a_grade_is_asked_about_and_that_of_the_lowest_means_all_above_it() -> None:
    clinic = finished(NO_CUT, EYES, positive="grade 0")
    assert "positive=['grade 1', 'grade 2', 'grade 3', 'grade 4'])" in after(clinic, "use 95 % sensitivity")[0]


def test_the_cells_of_a_grading_are_as_short_as_those_of_a_classification() -> None:
    clinic = finished(CUT, EYES)
    trained = [source for source in clinic.sources if "run.fit" in source]
    assert "from jupyter_clinagent.imaging import CohortDataModule, GradeClassifier, augment" in trained[0]
    assert all(len(source.splitlines()) <= 12 for source in trained)

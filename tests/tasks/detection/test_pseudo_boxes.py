from __future__ import annotations

import numpy as np
import pytest

from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, training
from jupyter_clinagent.imaging.boxes import intersection_over_union
from jupyter_clinagent.tasks.detection.pseudo_boxes import rank_pseudo_boxes, unboxed_positives
from tests.tasks.detection.boxed_cohorts import WristCohort
from tests.tasks.detection.conftest import BOXED_STAGES, boxed_data


@pytest.fixture(scope="module")
def weak(tmp_path_factory):
    """Wrists with boxes on a third of the training images, and a teacher."""
    cohort = WristCohort(160, size=96, boxed=0.3)
    model, data = FindingDetector(cohort.classes), boxed_data(cohort)
    training.fit(model, data, stages=BOXED_STAGES, checkpoint_dir=tmp_path_factory.mktemp("teacher"), metric="map50")
    return cohort, model, data


def test_each_unboxed_positive_gets_one_box_and_no_negative_does(weak):
    cohort, teacher, data = weak
    pseudo = rank_pseudo_boxes(teacher, teacher.classifier, data)
    unboxed = {data.ids("train")[k] for k in unboxed_positives(data)}
    assert pseudo["image"].is_unique
    assert set(pseudo["image"]) <= unboxed
    assert len(pseudo) > 0.8 * len(unboxed)
    assert all(cohort.phantoms[image].box for image in unboxed)
    assert not unboxed & set(cohort.boxes["image"])


def test_most_pseudo_boxes_lie_where_the_fracture_is(weak):
    cohort, teacher, data = weak
    pseudo = rank_pseudo_boxes(teacher, teacher.classifier, data)
    corners = pseudo[["x_min", "y_min", "x_max", "y_max"]].to_numpy(float)
    truth = np.array([cohort.phantoms[image].box for image in pseudo["image"]], float)
    overlap = [intersection_over_union(a[None], b[None])[0, 0] for a, b in zip(corners, truth, strict=True)]
    assert np.mean(np.array(overlap) > 0.3) > 0.5


def test_without_a_classifier_the_teachers_surest_box_is_taken(weak):
    _, teacher, data = weak
    pseudo = rank_pseudo_boxes(teacher, None, data).set_index("image")
    rows = unboxed_positives(data)
    proposed = teacher.predict_images(data.images("train")[rows])
    for row, boxes in zip(rows, proposed, strict=True):
        if len(boxes):
            assert pseudo.loc[data.ids("train")[row], "score"] == pytest.approx(boxes.scores.max(), abs=1e-4)
    assert len(pseudo) == sum(len(boxes) > 0 for boxes in proposed)


def test_a_student_learns_from_them(weak, tmp_path):
    cohort, teacher, data = weak
    pseudo = rank_pseudo_boxes(teacher, teacher.classifier, data)
    more = BoxDataModule(cohort, size=data.preprocessing.size, train_transform=data.box_transform, pseudo_boxes=pseudo)
    assert len(more.boxed_rows("train")) == len(data.boxed_rows("train")) + len(pseudo)
    student = FindingDetector(cohort.classes, start=teacher.classifier)
    result = training.fit(student, more, steps=20, checkpoint_dir=tmp_path, metric="map50")
    assert result.best_value > 0


def test_with_every_box_known_there_is_nothing_to_rank(wrists, detected):
    model, data = detected
    assert rank_pseudo_boxes(model, model.classifier, data).empty

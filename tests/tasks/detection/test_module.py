from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
import torch

from jupyter_clinagent.contracts import BoxedCohortLike
from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, ImageClassifier, training
from jupyter_clinagent.tasks.detection import metrics as detection_metrics
from tests import PROMPTLY
from tests.tasks.detection.boxed_cohorts import WristCohort
from tests.tasks.detection.conftest import BOXED_STAGES, boxed_data


def fitted(cohort, folder, **options):
    model, data = FindingDetector(cohort.classes), boxed_data(cohort)
    result = training.fit(model, data, checkpoint_dir=folder, metric="map50", **options)
    return result, model, data


def short(names=("backbone on labels", "heads"), steps=4):
    return [{"name": name, "steps": steps, "total_steps": steps} for name in names]


def test_the_cohort_of_the_tests_is_one_for_detection(wrists):
    assert isinstance(wrists, BoxedCohortLike)


def test_a_minute_of_training_finds_most_fractures_of_new_patients(wrists, detected):
    model, data = detected
    ids, found = model.predict_boxes(data, "test")
    assert detection_metrics.score("map50", wrists.truth(ids), found) > 0.5
    assert detection_metrics.score("froc_1", wrists.truth(ids), found) > 0.6


def test_boxes_come_in_the_pixels_of_the_original_image(wrists, detected):
    model, data = detected
    _ids, found = model.predict_boxes(data, "test")
    inside = model.predict_images(data.images("test"))
    scale = 96 / data.preprocessing.size[0]
    for original, small in zip(found, inside, strict=True):
        assert np.allclose(original.corners, small.corners * scale, atol=1e-3)


def test_a_replay_of_the_stages_gives_the_same_detector(wrists, tmp_path):
    first, model, _data = fitted(wrists, tmp_path / "a", seconds=10, seed=5)
    assert [stage["name"] for stage in first.stages] == ["backbone on labels", "heads"]
    second, again, _ = fitted(wrists, tmp_path / "b", stages=first.stages, threads=first.threads, seed=5)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))
    assert second.stages == first.stages
    assert [row["value"] for row in second.history] == [row["value"] for row in first.history]


def test_training_in_stages_stays_within_its_budget_and_tells_its_progress(wrists, tmp_path):
    told = []
    result, _, _ = fitted(wrists, tmp_path, seconds=14, on_progress=told.append)
    assert 7 < result.seconds < 18
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert fractions[0] < 0.5 < fractions[-1]
    assert sorted(os.listdir(tmp_path)) == ["backbone-on-labels.safetensors", "best.safetensors"]
    assert result.best_value == max(row["value"] for row in result.history)


def test_steps_alone_do_not_replay_a_training_in_stages(wrists, tmp_path):
    with pytest.raises(ValueError, match="backbone on labels, heads"):
        fitted(wrists, tmp_path, steps=3)


def test_an_interrupt_ends_the_training_of_a_detector(wrists, tmp_path):
    interrupted = []

    def interrupt(progress):
        if not interrupted:
            interrupted.append(time.monotonic())
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        fitted(wrists, tmp_path, stages=short(steps=500), on_progress=interrupt)
    assert time.monotonic() - interrupted[0] < PROMPTLY


def test_the_backbone_is_frozen_while_the_heads_learn(wrists, detected, tmp_path):
    model, data = detected
    heads = FindingDetector(wrists.classes, start=model.classifier)
    before = {name: tensor.clone() for name, tensor in heads.classifier.state_dict().items()}
    training.fit(heads, data, steps=3, checkpoint_dir=tmp_path, metric="map50")
    assert all(torch.equal(before[name], tensor) for name, tensor in heads.classifier.state_dict().items())


def test_all_layers_learn_from_where_another_detector_stands(wrists, detected, tmp_path):
    model, data = detected
    further = FindingDetector(wrists.classes, trainable="all", start=model)
    assert torch.equal(further.anchor_shapes, model.anchor_shapes)
    before = further.classifier.backbone.first[0].weight.clone()
    result = training.fit(further, data, steps=2, checkpoint_dir=tmp_path, metric="map50")
    assert [stage["name"] for stage in result.stages] == ["all"]
    assert not torch.equal(before, further.classifier.backbone.first[0].weight)


def test_few_box_free_patients_tune_the_backbone_on_the_boxes(tmp_path):
    cohort = WristCohort(40, size=64)
    _, _, data = result = fitted(cohort, tmp_path, stages=short(("backbone on boxes", "heads"), 2))
    assert data.few_negatives
    assert [stage["name"] for stage in result[0].stages] == ["backbone on boxes", "heads"]


def test_the_backbone_may_be_tuned_on_the_boxes_on_purpose(wrists, tmp_path):
    model = FindingDetector(wrists.classes, tuned_on="boxes")
    result = training.fit(model, boxed_data(wrists), stages=short(("any", "name"), 2), checkpoint_dir=tmp_path, metric="map50")
    assert [stage["name"] for stage in result.stages] == ["backbone on boxes", "heads"]
    assert model.plan == "heads"


def test_a_detector_needs_boxes(wrists, tmp_path):
    class Boxless(WristCohort):
        def _boxes(self, ids):
            return super()._boxes([])

    with pytest.raises(ValueError, match="BoxDataModule"):
        fitted(Boxless(30, size=64), tmp_path, seconds=5)


def test_an_unknown_plan_is_refused():
    with pytest.raises(ValueError, match="heads, all"):
        FindingDetector(["fracture"], trainable="half")


def test_the_recipe_says_what_the_training_goes_on_from(detected):
    model, _ = detected
    recipe = FindingDetector(model.classes, start=model).recipe
    assert recipe["start"] == model.recipe
    assert FindingDetector(model.classes, start=model.classifier).recipe["start"] == model.classifier.recipe


def test_the_classifier_of_the_labels_trains_on_the_same_data(wrists, tmp_path):
    data = boxed_data(wrists)
    model = ImageClassifier(data.label_names, trainable="half")
    result = training.fit(model, data, steps=3, checkpoint_dir=tmp_path, metric="auroc")
    assert result.stages[0]["name"] == "half"


def test_two_classes_are_told_apart(tmp_path):
    """Left and right wrists as two classes of boxes: not mirrored, for that would swap them."""

    class Sides(WristCohort):
        classes = ("left", "right")

        def _boxes(self, ids):
            boxes = super()._boxes(ids)
            return boxes.assign(**{"class": [self.phantoms[image].localization for image in boxes["image"]]})

    cohort = Sides(100, size=64)
    model, data = FindingDetector(cohort.classes, views=1), BoxDataModule(cohort, size=(64, 64))
    training.fit(model, data, stages=BOXED_STAGES, checkpoint_dir=tmp_path, metric="map50")
    found = model.predict_images(data.images("validation"))
    pairs = [(t.classes[0], f.classes[0]) for t, f in zip(data.targets("validation"), found, strict=True) if len(t) and len(f)]
    assert np.mean([truth == seen for truth, seen in pairs]) > 0.7

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from itertools import pairwise

import numpy as np
import pytest

from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, training
from tests import PROMPTLY
from tests.imaging.conftest import SIZE


def fitted(cohort, folder, **options):
    data = CohortDataModule(cohort, size=SIZE, train_transform=augment.dermoscopy(SIZE), batch_size=16, balance=0.5)
    model = ImageClassifier(cohort.classes, trainable="half")
    result = training.fit(model, data, checkpoint_dir=folder, metric="auroc", **options)
    return result, model.predict_proba(data, "test")[1]


def test_a_few_steps_are_enough_to_learn_the_phantoms(cohort, trained):
    model, data = trained
    ids, probabilities = model.predict_proba(data, "test")
    assert np.mean(probabilities.argmax(axis=1) == cohort.truth(ids)) > 0.85


def test_a_replay_of_its_stages_gives_the_same_model(cohort, tmp_path):
    """They also say how often validation was looked at, which a slow machine does less often."""
    first, probabilities = fitted(cohort, tmp_path / "a", seconds=4, seed=7)
    replay = {"stages": first.stages, "threads": first.threads}
    second, again = fitted(cohort, tmp_path / "b", seed=7, **replay)
    assert np.abs(probabilities - again).max() < 1e-5
    assert [row["value"] for row in first.history] == pytest.approx([row["value"] for row in second.history], abs=1e-6)
    assert (first.steps, first.epochs) == (second.steps, second.epochs)


def test_training_stays_within_its_budget_and_uses_it(cohort, tmp_path):
    result, _ = fitted(cohort, tmp_path, seconds=8)
    assert 4 < result.seconds < 12
    assert result.hard_stop or result.steps >= training.MIN_STEPS
    assert result.precision == "32-true"


def test_training_stops_hard_when_the_machine_gets_slower(cohort, tmp_path):
    def slow(progress):
        time.sleep(3)

    result, _ = fitted(cohort, tmp_path, seconds=6, on_progress=slow)
    assert result.hard_stop
    assert result.steps < result.total_steps
    assert result.history[-1]["step"] == result.steps, "what was reached is judged and kept"


def test_a_linear_probe_learns_from_features_computed_once(tmp_path):
    from tests.imaging.cohorts import PhantomCohort

    cohort = PhantomCohort(n=120)
    data = CohortDataModule(cohort, size=SIZE, train_transform=augment.dermoscopy(SIZE))
    model = ImageClassifier(cohort.classes, trainable="head")
    result = training.fit(model, data, seconds=60, checkpoint_dir=tmp_path, metric="auroc")
    assert result.best_value > 0.9
    assert result.epochs == 30


def test_progress_is_told_at_most_once_a_second_and_ends_at_one(cohort, tmp_path):
    told, times = [], []

    def listen(progress):
        told.append(progress)
        times.append(time.monotonic())

    fitted(cohort, tmp_path, steps=12, on_progress=listen)
    assert told[-1].fraction == 1
    assert all(a.fraction < b.fraction for a, b in pairwise(told))
    assert all(later - earlier >= 1 for earlier, later in pairwise(times[:-1]))
    assert all(progress.seconds_left >= 0 for progress in told)


def test_the_best_checkpoint_wins(cohort, tmp_path):
    result, _ = fitted(cohort, tmp_path, steps=12)
    assert result.best_value == max(row["value"] for row in result.history)
    assert os.listdir(tmp_path) == ["best.safetensors"]


def test_nothing_is_printed_and_no_stray_folder_appears(cohort, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        fitted(cohort, tmp_path / "checkpoints", steps=8)
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == ["checkpoints"]
    assert not [str(w.message) for w in warned if "lightning" in str(w.filename)]


def test_an_interrupt_ends_training(cohort, tmp_path):
    interrupted = []

    def interrupt(progress):
        if not interrupted:
            interrupted.append(time.monotonic())
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fitted(cohort, tmp_path, steps=500, on_progress=interrupt)
    assert time.monotonic() - interrupted[0] < PROMPTLY
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("options", [{}, {"seconds": 1, "steps": 1}])
def test_a_budget_or_a_replay_is_needed_not_both(cohort, tmp_path, options):
    with pytest.raises(ValueError, match="either seconds"):
        fitted(cohort, tmp_path, **options)


def test_the_number_of_threads_is_put_back(cohort, tmp_path):
    import torch

    fitted(cohort, tmp_path, steps=8, threads=2)
    assert torch.get_num_threads() == 1


def test_a_trained_model_does_not_hold_the_images(trained):
    """Copies of it, as for the randomisation test, would copy them too."""
    model, _ = trained
    assert model._trainer is None

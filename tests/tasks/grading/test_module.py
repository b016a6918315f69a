"""The network that grades: its loss against the paper's loop, its probabilities, and what is left of it on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from jupyter_clinagent.imaging import CohortDataModule, augment, saving, training
from jupyter_clinagent.imaging.explanation import grad_cam
from jupyter_clinagent.tasks.grading import inference, phantom
from jupyter_clinagent.tasks.grading.metrics import median_grade
from jupyter_clinagent.tasks.grading.module import GradeClassifier, GradeEnsemble, GradeHead, corn_loss

GRADES = ["0", "1", "2", "3", "4"]
SIZE = (64, 64)


class Eyes:
    """Phantoms as a cohort; test rows are sealed."""

    def __init__(self, n: int = 80) -> None:
        self.eyes = {f"eye {k}": eye for k, eye in enumerate(phantom.eyes(n, 1)) if eye.noted != "ungradable"}
        self.classes = GRADES
        parts = {eye.patient: ("train", "validation", "test")[int(eye.patient[1:]) % 3] for eye in self.eyes.values()}
        self.table = pd.DataFrame(
            {
                "image": name,
                "label": None if parts[eye.patient] == "test" else eye.noted,
                "group": eye.patient,
                "partition": parts[eye.patient],
            }
            for name, eye in self.eyes.items()
        )

    def read(self, image: str) -> np.ndarray:
        return self.eyes[image].image


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[GradeClassifier, CohortDataModule]:
    torch.set_num_threads(1)
    data = CohortDataModule(Eyes(), size=SIZE, train_transform=augment.other(SIZE), batch_size=16)
    model = GradeClassifier(GRADES, trainable="half")
    training.fit(model, data, steps=12, checkpoint_dir=tmp_path_factory.mktemp("trained"), metric="kappa_quadratic")
    return model, data


def loss_as_in_the_paper(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Equation 8 of Shi, Cao and Raschka 2023, one step after the other, over the images that lie above the step before."""
    total, terms = torch.zeros(()), 0
    for step in range(logits.shape[1]):
        inside = labels >= step
        above = (labels[inside] > step).float()
        total = total + F.binary_cross_entropy_with_logits(logits[inside, step], above, reduction="sum")
        terms += int(inside.sum())
    return total / terms


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_and_its_gradient_are_those_of_the_paper(seed: int) -> None:
    torch.manual_seed(seed)
    head, features, labels = GradeHead(7, 5), torch.randn(40, 7), torch.randint(0, 5, (40,))
    torch.nn.init.normal_(head.weight)
    ours = corn_loss(head(features), labels)
    (gradient,) = torch.autograd.grad(ours, head.weight)
    theirs = loss_as_in_the_paper(F.linear(features, head.weight, head.bias), labels)
    (expected,) = torch.autograd.grad(theirs, head.weight)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    assert torch.allclose(gradient, expected, atol=1e-6)


def test_a_weight_counts_an_image_so_many_times() -> None:
    torch.manual_seed(0)
    logits, labels = GradeHead(7, 3)(torch.randn(6, 7)), torch.tensor([0, 1, 2, 0, 1, 2])
    twice = torch.cat([torch.arange(6), torch.tensor([2, 5])])
    weighted = corn_loss(logits, labels, torch.tensor([1.0, 1.0, 2.0]))
    assert weighted.item() == pytest.approx(corn_loss(logits[twice], labels[twice]).item(), rel=1e-5)


def test_the_head_gives_probabilities_of_grades_that_begin_alike() -> None:
    head = GradeHead(7, 5)
    assert head(torch.randn(3, 7)).exp().detach().numpy() == pytest.approx(np.full((3, 5), 0.2), abs=1e-6)
    torch.nn.init.normal_(head.weight)
    found = head(torch.randn(50, 7)).exp()
    assert found.sum(dim=1).detach().numpy() == pytest.approx(np.ones(50), abs=1e-5)


def test_an_extreme_step_has_a_finite_loss() -> None:
    head = GradeHead(1, 3)
    torch.nn.init.constant_(head.weight, 200.0)
    loss = corn_loss(head(torch.tensor([[1.0], [-1.0]])), torch.tensor([0, 2]))
    loss.backward()
    assert torch.isfinite(loss)
    assert head.weight.grad is not None
    assert torch.isfinite(head.weight.grad).all()


def test_training_on_grades_finds_an_order(trained: tuple[GradeClassifier, CohortDataModule]) -> None:
    model, data = trained
    _, scores = model.predict_proba(data, "train")
    truth = data.labels("train")
    expected = scores @ np.arange(5)
    assert np.corrcoef(expected, truth)[0, 1] > 0.5
    assert scores.sum(axis=1) == pytest.approx(np.ones(len(truth)))


def test_labels_of_grades_are_not_smoothed() -> None:
    with pytest.raises(ValueError, match="not smoothed"):
        GradeClassifier(GRADES, label_smoothing=0.1)


def test_a_heat_map_of_a_grade_shows_what_spoke_for_reaching_it(trained: tuple[GradeClassifier, CohortDataModule]) -> None:
    model, data = trained
    weight = model.head.weight
    assert torch.equal(model.directions[0], -weight[0])
    assert torch.allclose(model.directions[3], weight[:3].sum(dim=0))
    assert grad_cam(model, data.images("test")[:2], np.array([0, 4])).shape == (2, *SIZE)


def test_what_is_chosen_on_validation_is_kept_with_the_model(trained: tuple[GradeClassifier, CohortDataModule]) -> None:
    model, data = trained
    plain, truth = model.predict_images(data.images("validation")), data.labels("validation")
    told = model.calibrate(truth, plain)
    assert not np.allclose(told, plain, atol=1e-3)
    assert np.allclose(model.predict_images(data.images("validation")), told, atol=1e-4)
    again = GradeClassifier(GRADES, trainable="half", start=model)
    assert torch.equal(again.head.calibration, model.head.calibration)
    again.uncalibrated()
    assert np.allclose(again.predict_images(data.images("validation")), plain, atol=1e-4)


def test_the_saved_model_grades_alike_with_and_without_torch(
    trained: tuple[GradeClassifier, CohortDataModule], tmp_path: Path
) -> None:
    model, data = trained
    extra = {"threshold": 0.4, "positive_class": ["2", "3", "4"]}
    folder = saving.save("grading", model, data, tmp_path, extra)
    images, scores = data.images("test"), model.predict_images(data.images("test"))
    loaded = saving.load(folder)
    assert type(loaded) is GradeClassifier
    assert np.allclose(loaded.predict_images(images), scores, atol=1e-6)
    light = inference.load(folder)
    eyes = Eyes()
    pixels = [eyes.read(name) for name in data.ids("test")]
    assert np.abs(light.predict(pixels) - scores).max() <= 1e-3
    row = dict(zip(inference.header(light), inference.rows(light, pixels[0], Path("eye.png"), tmp_path)[0], strict=True))
    one = light.predict_one(pixels[0])
    assert row["grade"] == GRADES[median_grade(one[None])[0]]
    assert float(row["at_or_above_2"]) == pytest.approx(one[2:].sum(), abs=1e-5)
    assert row["above_operating_point"] == str(bool(one[2:].sum() >= 0.4)).lower()


def test_models_asked_together_are_saved_and_loaded_whole(
    trained: tuple[GradeClassifier, CohortDataModule], tmp_path: Path
) -> None:
    model, data = trained
    other = GradeClassifier(GRADES, trainable="half", start=model)
    with torch.no_grad():
        other.head.weight.mul_(1.5)
    together = GradeEnsemble([model, other])
    folder, images = saving.save("grading", together, data, tmp_path), data.images("test")[:4]
    loaded = saving.load(folder)
    assert type(loaded) is GradeEnsemble
    assert np.allclose(loaded.predict_images(images), together.predict_images(images), atol=1e-6)
    assert not np.allclose(together.predict_images(images), model.predict_images(images), atol=1e-6)

"""A model that measures: trained, saved, asked without torch, and tried on another hospital's table."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.evaluate import _shift, _text
from jupyter_clinagent.imaging import augment, training
from jupyter_clinagent.imaging.stage_run import Watch
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.measurement import TASK, phantom
from jupyter_clinagent.tasks.measurement.cells import look
from jupyter_clinagent.tasks.measurement.data import MeasurementDataModule
from jupyter_clinagent.tasks.measurement.evaluating import internal, score
from jupyter_clinagent.tasks.measurement.inference import OnnxMeasurer, header, rows
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues
from jupyter_clinagent.tasks.measurement.module import Measurer
from jupyter_clinagent.tasks.measurement.saving import load, save
from jupyter_clinagent.tasks.measurement.specification import Measurement
from tests.tasks.measurement.folders import numbers, write

SIZE = (64, 64)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    folder = tmp_path_factory.mktemp("hands")
    phantom.write("hand", folder, 90, 0, "easy")
    wishes = Wishes(label=phantom.COLUMN, classes={"boneage": [phantom.COLUMN]}, task=TASK.name, more={"unit": "months"})
    return load_cohort(take_inventory(folder), wishes, Corrections.none())


@pytest.fixture(scope="module")
def trained(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> tuple[Measurer, MeasurementDataModule]:
    torch.set_num_threads(1)
    data = MeasurementDataModule(cohort, size=SIZE, train_transform=augment.radiograph(SIZE), batch_size=16)
    model = Measurer(cohort.classes, trainable="half")
    training.fit(model, data, steps=40, checkpoint_dir=tmp_path_factory.mktemp("trained"), metric="mae")
    return model, data


@pytest.fixture(scope="module")
def saved(trained: tuple[Measurer, MeasurementDataModule], tmp_path_factory: pytest.TempPathFactory) -> OnnxMeasurer:
    return OnnxMeasurer(save(*trained, tmp_path_factory.mktemp("model")))


def specified(unit: str | None = "months", **more: object) -> Measurement:
    content = {"title": "t", "request": "r", "objective": "o", "primary_metric": "mae", "classes": {"boneage": [phantom.COLUMN]}}
    return Measurement(task="measurement", unit=unit, tolerance=12, **content, **more)  # type: ignore[arg-type]


def test_it_learns_the_age_of_hands_far_better_than_their_median_says_it(trained: tuple[Measurer, MeasurementDataModule]) -> None:
    model, data = trained
    truth = data.values("validation")
    naive = np.abs(np.median(data.values("train")) - truth).mean()
    assert np.abs(model.predict_images(data.images("validation")) - truth).mean() < 0.6 * naive


def test_an_untrained_model_says_the_mean_of_the_training_part(cohort: Cohort) -> None:
    data = MeasurementDataModule(cohort, size=SIZE)
    model = Measurer(cohort.classes, trainable="head")
    model.stages(data)
    np.testing.assert_allclose(model.predict_images(data.images("validation")), data.values("train").mean(), rtol=1e-4)


def test_an_outlier_pulls_no_harder_than_by_its_size(cohort: Cohort) -> None:
    """The slope of the loss is the same for an error of 3 and of 300 standard deviations."""
    model = Measurer(cohort.classes, trainable="head").eval()
    features = torch.zeros(1, model.backbone.channels)
    losses = [model.training_step((features, torch.tensor([[far]])), 0).item() for far in (3.0, 4.0, 300.0, 301.0)]
    assert losses[1] - losses[0] == pytest.approx(losses[3] - losses[2], abs=1e-3)


def test_of_all_looks_at_validation_the_lowest_error_is_kept(tmp_path: Path) -> None:
    class Feed:
        steps_per_epoch, judged = 1, 1
        values = iter([9.0, 4.0, 6.0])

        def value(self, metric: str, first: int | None = None) -> float:
            return next(self.values)

    module = torch.nn.Linear(1, 1)
    watch = Watch(Feed(), "mae", tmp_path / "best.safetensors", 3, 3, 0.0, None)  # type: ignore[arg-type]
    for weight in (1.0, 2.0, 3.0):
        torch.nn.init.constant_(module.weight, weight)
        watch.losses.append(0.5)
        watch._look(module)
    assert watch.best == 4.0
    assert float(load_file(watch.checkpoint)["weight"]) == 2.0


def test_a_saved_model_says_the_same_from_safetensors_and_onnx(
    trained: tuple[Measurer, MeasurementDataModule], saved: OnnxMeasurer
) -> None:
    model, data = trained
    images = data.images("validation")[:6]
    expected = model.predict_images(images)[:, 0]
    np.testing.assert_allclose(load(saved.folder).predict_images(images)[:, 0], expected, atol=1e-3)
    np.testing.assert_allclose(saved.predict(images), expected, atol=0.05)
    assert saved.unit == "months"


def test_a_prediction_is_a_number_with_its_unit(saved: OnnxMeasurer) -> None:
    (_, hand), *_ = phantom.hands(1, seed=5)
    pixels = np.repeat(hand.image[..., None], 3, axis=2)
    (row,) = rows(saved, pixels, Path("hand.png"), Path("out"))
    assert header(saved) == ["measure", "value", "unit"]
    assert (row[0], row[2]) == ("boneage", "months")
    assert float(row[1]) == pytest.approx(saved.predict_one(pixels), rel=1e-4)


# ------------------------------------------------------------------ another hospital
def elsewhere(folder: Path, column: str, values: list[str]) -> Path:
    return write(folder, {"patient": [f"P{k}" for k in range(len(values))], column: values})


def test_their_column_in_years_is_turned_into_our_months(saved: OnnxMeasurer, tmp_path: Path) -> None:
    data = elsewhere(tmp_path / "d", "bone_age_years", numbers(1, 18, 1))
    judged, left_out, said = score(saved, data, specified())
    assert isinstance(judged, MeasuredValues)
    assert sorted(judged.truth)[0] == pytest.approx(12.0)
    assert sorted(judged.truth)[-1] == pytest.approx(216.0)
    assert left_out == []
    assert "turned from years into months (times 12)" in said[0]


def test_a_unit_that_cannot_become_ours_is_refused(saved: OnnxMeasurer, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is in mm, the model measures in months"):
        score(saved, elsewhere(tmp_path / "d", "boneage_mm", numbers(10, 216)), specified())


def test_a_column_of_another_name_takes_a_map(saved: OnnxMeasurer, tmp_path: Path) -> None:
    data = elsewhere(tmp_path / "d", "GP", numbers(10, 216))
    with pytest.raises(BadInput, match="See --map THEIRS=boneage"):
        score(saved, data, specified())
    mapped = specified().model_copy(update={"classes": {"boneage": [phantom.COLUMN, "GP"]}})
    judged, _, said = score(saved, data, mapped)
    assert len(judged.images) == 60
    assert "its unit is not named and taken for months" in said[0]


def test_images_without_a_value_are_named_and_the_words_carry_units(saved: OnnxMeasurer, tmp_path: Path) -> None:
    values = numbers(10, 216)
    values[0], values[1] = "", "-1"
    judged, left_out, said = score(saved, elsewhere(tmp_path / "d", phantom.COLUMN, values), specified(line=100.0, side="above"))
    assert (len(judged.images), len(left_out)) == (58, 2)
    figures = {name: value.model_dump() for name, value in judged.estimates(["boneage"], [], None, 0).items()}
    assert figures["line_sensitivity"]["value"] is not None
    known = {"measured": judged.measured}  # type: ignore[attr-defined]
    shift = _shift(known, judged, ["boneage"], TASK)  # type: ignore[arg-type]
    text = _text({"external": figures, "internal": {}, "shift": shift, "said": list(said), "not_read": left_out})
    assert f"{figures['mae']['value']:.1f} months (" in text
    assert internal({"measured": judged.measured}, "boneage")[1] is None  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize(
    ("unit", "call"), [("months", "radiograph"), ("mm", "true_to_scale"), ("ml", "true_to_scale"), (None, "radiograph")]
)
def test_what_has_a_size_is_never_enlarged_in_training(unit: str | None, call: str) -> None:
    assert look(specified(unit, modality="radiograph"), "size", 1.5) == f"augment.{call}(size, strength=1.5)"


def test_the_true_to_scale_pipeline_keeps_the_size_of_a_disc() -> None:
    y, x = np.mgrid[:96, :96]
    disc = np.repeat((((x - 48) ** 2 + (y - 48) ** 2 < 20**2) * 200).astype(np.uint8)[..., None], 3, axis=2)
    views = augment.true_to_scale((96, 96))
    areas = [int((views(disc) > 60).all(axis=2).sum()) for _ in range(20)]
    assert max(areas) - min(areas) < 0.06 * np.mean(areas)

from __future__ import annotations

import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging import Ensemble, ImageClassifier


def images(n: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (n, 64, 64, 3), dtype=np.uint8)


def after_a_step(model: ImageClassifier) -> ImageClassifier:
    model.train()
    optimizer = model.configure_optimizers()["optimizer"]
    for _ in range(2):  # the head starts at zero: the first step moves it, the second reaches the backbone
        model.training_step((torch.from_numpy(images()), torch.tensor([0, 1, 0, 1])), 0).backward()
        optimizer.step()
    return model


@pytest.mark.parametrize(("trainable", "moves"), [("head", (False, False)), ("half", (False, True)), ("all", (True, True))])
def test_what_is_frozen_keeps_its_weights_and_batch_statistics(trainable, moves):
    fresh, model = ImageClassifier(["a", "b"], trainable=trainable), ImageClassifier(["a", "b"], trainable=trainable)
    after_a_step(model)
    for part, moved in zip(("first", "second"), moves, strict=True):
        before, after = getattr(fresh.backbone, part).state_dict(), getattr(model.backbone, part).state_dict()
        same = [torch.equal(before[name], after[name]) for name in before]
        assert all(same) is not moved
    assert not torch.equal(fresh.head.weight, model.head.weight)


def test_probabilities_sum_to_one_and_start_even():
    probabilities = ImageClassifier(["a", "b", "c"]).predict_images(images())
    assert probabilities.shape == (4, 3)
    assert np.allclose(probabilities, 1 / 3)


def test_flips_are_averaged_only_where_the_anatomy_allows(trained):
    model, data = trained
    x = data.images("validation")[:4]
    assert np.allclose(model.predict_images(x), model.predict_images(x[:, ::-1, ::-1]), atol=1e-5)
    model.symmetries = ()
    assert not np.allclose(model.predict_images(x), model.predict_images(x[:, ::-1, ::-1]), atol=1e-5)
    model.symmetries = data.symmetries


def test_predicting_does_not_depend_on_the_batch(trained):
    model, data = trained
    x = data.images("validation")[:7]
    assert np.allclose(model.predict_images(x, batch_size=7), model.predict_images(x, batch_size=2), atol=1e-6)


def test_nothing_can_be_predicted_for_no_images(trained):
    assert trained[0].predict_images(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 2)


def test_probabilities_are_those_of_the_natural_prevalence_however_images_were_drawn():
    model = ImageClassifier(["a", "b"])
    model.trained_with(drawn=np.array([0.5, 0.5]), natural=np.array([0.9, 0.1]))
    assert np.allclose(model.predict_images(images()), [0.9, 0.1], atol=1e-6)
    model.trained_with(drawn=np.array([0.9, 0.1]), natural=np.array([0.9, 0.1]))
    assert np.allclose(model.predict_images(images()), 0.5, atol=1e-6)


def test_the_weights_of_the_loss_are_taken_out_of_the_probabilities_again():
    model = ImageClassifier(["a", "b"], class_weights=[1.0, 9.0])
    model.trained_with(drawn=np.array([0.9, 0.1]), natural=np.array([0.9, 0.1]))
    assert np.allclose(model.predict_images(images()), [0.9, 0.1], atol=1e-6)


def test_equal_prevalence_changes_decisions_not_probabilities():
    plain, equal = ImageClassifier(["a", "b"]), ImageClassifier(["a", "b"], equal_prevalence=True)
    for model in (plain, equal):
        model.trained_with(drawn=np.array([0.75, 0.25]), natural=np.array([0.9, 0.1]))
    assert np.array_equal(plain.predict_images(images()), equal.predict_images(images()))
    assert plain.decision_weights is None
    assert np.allclose(equal.decision_weights, [1 / 0.9, 1 / 0.1])


def test_a_warm_start_predicts_like_the_model_it_starts_from(trained):
    model, data = trained
    onwards = ImageClassifier(model.classes, trainable="all", start=model, class_weights={"mel": 3.0, "nv": 1.0})
    onwards.symmetries = model.symmetries
    x = data.images("validation")[:4]
    assert np.allclose(model.predict_images(x), onwards.predict_images(x), atol=1e-6)
    assert onwards.recipe["start"] == model.recipe
    assert onwards.class_weights.tolist() == [3.0, 1.0]


def test_class_weights_are_taken_by_name_and_scale_the_loss():
    batch = torch.from_numpy(images(2)), torch.tensor([0, 1])
    model = ImageClassifier(["a", "b"], class_weights={"b": 1.0, "a": 0.0}, label_smoothing=0, dropout=0, learning_rate=0.1)
    after_a_step(model).eval()
    only_b = ImageClassifier(["a", "b"], class_weights=[0.0, 1.0], label_smoothing=0, start=model).eval()
    expected = torch.nn.functional.cross_entropy(only_b(batch[0])[1:], batch[1][1:])
    assert torch.allclose(only_b.training_step(batch, 0), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"trainable": "most"}, "head, half, all"),
        ({"class_weights": [1.0]}, "2 class weights"),
        ({"backbone": "x"}, "weights_file"),
    ],
)
def test_wrong_settings_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        ImageClassifier(["a", "b"], **options)


def test_the_recipe_names_the_weights_it_started_from():
    recipe = ImageClassifier(["a", "b"]).recipe
    assert len(recipe["backbone_sha256"]) == 64
    assert recipe["trainable"] == "half"


def test_an_ensemble_averages_logits_and_goes_on_from_its_first_member() -> None:
    members = [ImageClassifier(["a", "b"], trainable=plan) for plan in ("half", "all")]
    for number, member in enumerate(members):
        torch.nn.init.normal_(member.head.weight, std=0.1, generator=torch.Generator().manual_seed(number))
        member.eval()
    images = torch.randint(0, 255, (3, 64, 64, 3), dtype=torch.uint8)
    together = Ensemble(members)
    with torch.inference_mode():
        assert torch.allclose(together(images), (members[0](images) + members[1](images)) / 2, atol=1e-6)
    onward = ImageClassifier(["a", "b"], start=together)
    assert torch.equal(onward.head.weight, members[0].head.weight)
    assert len(together.recipe["members"]) == 2


def test_an_ensemble_of_one_or_of_strangers_is_refused() -> None:
    model = ImageClassifier(["a", "b"])
    with pytest.raises(ValueError, match="two members"):
        Ensemble([model])
    with pytest.raises(ValueError, match="same classes"):
        Ensemble([model, ImageClassifier(["a", "c"])])

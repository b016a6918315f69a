"""Views at prediction, and images blended in training."""

from pathlib import Path

import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging import CohortDataModule, Ensemble, ImageClassifier, augment, training
from jupyter_clinagent.imaging.views import blended, middle, views_of

SIZE = (64, 64)


def test_a_closer_look_doubles_the_views_and_magnifies_the_middle() -> None:
    images = torch.zeros((2, 64, 96, 3), dtype=torch.uint8)
    images[:, 16:48, 24:72] = 200
    assert [len(views_of(images, ("horizontal", "vertical"), closer)) for closer in (False, True)] == [4, 8]
    assert middle(images).shape == images.shape
    assert middle(images).mean() > 1.2 * images.float().mean()


def test_blended_images_count_for_both_labels_by_their_shares() -> None:
    torch.manual_seed(0)
    images, labels = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 4, 4, 3), torch.tensor([0, 1])
    seen: list[torch.Tensor] = []

    def model(batch: torch.Tensor) -> torch.Tensor:
        seen.append(batch)
        return batch.mean(dim=(1, 2, 3))

    def wrong(share_of_ones: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return (share_of_ones - label).abs().mean()

    losses = [float(blended(images, labels, 1.0, model, wrong)) for _ in range(20)]
    assert any(0.1 < float(batch[0, 0, 0, 0]) < 0.9 for batch in seen)
    assert all(0 <= loss <= 1 for loss in losses)


@pytest.mark.parametrize("change", [{"mixup": 0.4}, {"mean_weights": True}])
def test_it_trains_differently_stands_in_the_recipe_and_replays_exactly(
    data: CohortDataModule, change: dict[str, float], tmp_path: Path
) -> None:
    def trained(folder: str, **options: float) -> tuple[ImageClassifier, np.ndarray]:
        model = ImageClassifier(data.cohort.classes, **options)
        training.fit(model, data, steps=12, checkpoint_dir=tmp_path / folder, metric="auroc")
        return model, model.predict_images(data.images("validation"))

    (plain, without), (model, once), (_, again) = trained("a"), trained("b", **change), trained("c", **change)
    assert change.items() <= model.recipe.items()
    assert not change.keys() & plain.recipe.keys()
    assert np.array_equal(once, again)
    assert np.abs(once - without).max() > 1e-4


def test_a_model_that_goes_on_keeps_looking_closer_and_its_training_is_judged_from_one_view(
    trained: tuple[ImageClassifier, CohortDataModule], tmp_path: Path
) -> None:
    model, _ = trained
    closer = model.looking_closer()
    assert (closer.recipe["closer"], "closer" in model.recipe) == (True, False)
    assert ImageClassifier(model.classes, start=closer).closer
    together = Ensemble([model, model]).looking_closer()
    assert together.recipe["closer"]
    assert len(together.recipe["members"]) == 2


def test_only_pictures_without_an_upright_may_be_blended() -> None:
    """Both flips are plausible where there is no upright: that is how the playbook knows."""
    assert augment.dermoscopy(SIZE).symmetries == ("horizontal", "vertical")
    assert "vertical" not in augment.radiograph(SIZE).symmetries

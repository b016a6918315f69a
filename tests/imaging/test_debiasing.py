from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, debiasing, training
from jupyter_clinagent.imaging.drawing import SHAPES
from tests.imaging.cohorts import ConfoundedCohort, Film, chest_cohort

SIZE = (64, 64)


@pytest.fixture(scope="module")
def chest() -> ConfoundedCohort:
    return chest_cohort(seed=1, train=160, validation=120, test=20, size=64, masks=30)


def still() -> augment.Transform:
    """An augmentation that changes nothing, so that what debiasing does is seen."""
    return augment.Transform([], {"pipeline": "nothing", "size": list(SIZE)})


def images_of(cohort: ConfoundedCohort, drain: bool, label: str) -> list[str]:
    return [i for i, f in cohort.films.items() if i.startswith("train") and f.drain == drain and f.label == label]


def test_a_masked_drain_is_painted_over_and_nothing_else_is_touched(chest):
    film = next(f for f in chest.films.values() if f.mask is not None)
    cleaned = debiasing.inpaint(film.pixels, film.mask)
    around = cv2.dilate(film.mask.astype(np.uint8), np.ones((3, 3))) > 0
    assert (cleaned[~around] == film.pixels[~around]).all()
    assert cleaned[film.mask].mean() < film.pixels[film.mask].mean() - 15


def test_transplants_reach_the_drain_free_at_the_rates_asked_for_and_leave_other_films_alone(chest):
    change = debiasing.transplant(chest, "drain", still())
    change.reseed(0)
    for label, rate in (("no finding", 0.6), ("pneumothorax", 0.3)):
        free = images_of(chest, False, label)
        draws = 1200 // len(free)
        changed = [np.abs(change(chest.read(i), i).astype(int) - chest.read(i)).max() > 8 for i in free for _ in range(draws)]
        assert np.mean(changed) == pytest.approx(rate, abs=0.08)
    for image in images_of(chest, True, "no finding"):
        assert np.array_equal(change(chest.read(image), image), chest.read(image))


def test_half_of_the_draws_of_a_masked_positive_show_it_without_its_drain(chest):
    change = debiasing.transplant(chest, "drain", still())
    masked = [i for i in images_of(chest, True, "pneumothorax") if chest.films[i].mask is not None]
    gone = [not np.array_equal(change(chest.read(i), i), chest.read(i)) for i in masked for _ in range(15)]
    assert np.mean(gone) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("kind", ["transplant", "paste"])
def test_the_same_seed_gives_the_same_training_images_byte_for_byte(chest, kind):
    def epoch(seed):
        change = getattr(debiasing, kind)(chest, "drain", augment.radiograph(SIZE))
        data = CohortDataModule(chest, SIZE, change, batch_size=16, sampling=debiasing.GroupBalanced(chest, "drain"))
        return [images for images, _ in data.seeded(seed).train_dataloader()]

    assert all(torch.equal(a, b) for a, b in zip(epoch(4), epoch(4), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(epoch(4), epoch(5), strict=True))


def test_a_training_replays_exactly_by_its_steps(chest, tmp_path):
    def weights(folder):
        data = CohortDataModule(chest, SIZE, debiasing.transplant(chest, "drain", augment.radiograph(SIZE)), batch_size=16)
        model = ImageClassifier(chest.classes, trainable="half")
        training.fit(model, data, steps=4, checkpoint_dir=folder, metric="auroc", seed=3)
        return model.head.weight.detach()

    assert torch.equal(weights(tmp_path / "a"), weights(tmp_path / "b"))


def test_the_recipe_tells_confounder_donors_and_augmentation_as_plain_data(chest):
    modules = [
        CohortDataModule(chest, SIZE, debiasing.transplant(chest, "drain", augment.radiograph(SIZE))),
        CohortDataModule(chest, SIZE, debiasing.transplant(fewer_masks(chest), "drain", augment.radiograph(SIZE))),
        CohortDataModule(chest, SIZE, debiasing.paste(chest, "drain", augment.radiograph(SIZE))),
        CohortDataModule(chest, SIZE, debiasing.paste(chest, "drain", augment.radiograph(SIZE), shape="ruler")),
        CohortDataModule(chest, SIZE, sampling=debiasing.GroupBalanced(chest, "drain")),
        CohortDataModule(chest, SIZE, sampling=debiasing.GroupBalanced(chest, "drain", power=0.5)),
    ]
    assert len({json.dumps(data.recipe, sort_keys=True) for data in modules}) == len(modules)
    assert all(data.debiased == "drain" for data in modules)
    assert CohortDataModule(chest, SIZE, augment.radiograph(SIZE)).debiased is None


def fewer_masks(cohort: ConfoundedCohort) -> ConfoundedCohort:
    films = [film for image, film in cohort.films.items() if image.startswith("train")]
    outlined = {id(film) for film in [film for film in films if film.mask is not None][:5]}
    return ConfoundedCohort(cohort.classes, {"train": [f if id(f) in outlined else f._replace(mask=None) for f in films]})


def test_all_groups_are_drawn_alike_and_probabilities_know_how_often_each_class_was(chest):
    data = CohortDataModule(chest, SIZE, sampling=debiasing.GroupBalanced(chest, "drain"), batch_size=16)
    ids, labels = data.ids("train"), data.labels("train")
    strata = data.sampling.strata(ids, labels)
    drawn = np.concatenate([list(data.train_dataloader().sampler) for _ in range(6)])
    assert np.bincount(strata[drawn], minlength=4) / len(drawn) == pytest.approx([0.25] * 4, abs=0.03)
    assert data.class_shares() == pytest.approx([0.5, 0.5])


def test_checkpoints_of_a_freed_model_are_compared_where_the_drain_tells_nothing(chest):
    plain = CohortDataModule(chest, SIZE)
    freed = CohortDataModule(chest, SIZE, sampling=debiasing.GroupBalanced(chest, "drain"))
    assert plain.judging_weights() is None
    weights, labels = freed.judging_weights(), freed.labels("validation")
    drain = chest.confounder("drain").reindex(freed.ids("validation")).to_numpy(dtype=bool)
    shares = [weights[(labels == c) & drain].sum() / weights[labels == c].sum() for c in (0, 1)]
    assert shares == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("shape", list(SHAPES))
def test_drawn_shapes_vary_and_cover_a_small_part_of_the_picture(shape):
    rng = np.random.default_rng(0)
    plain = np.full((96, 96, 3), 120, np.uint8)
    drawn = [SHAPES[shape](plain, rng) for _ in range(12)]
    covered = [(np.abs(image.astype(int) - plain).max(axis=2) > 10).mean() for image in drawn]
    assert all(0.002 < share < 0.25 for share in covered)
    assert len({image.tobytes() for image in drawn}) == 12


def test_too_few_masks_and_a_drain_that_never_varies_are_refused_with_what_can_be_done(chest):
    bare = ConfoundedCohort(chest.classes, {"train": [f._replace(mask=None) for f in chest.films.values()]})
    with pytest.raises(BadInput, match="paste"):
        debiasing.transplant(bare, "drain", still())
    constant = ConfoundedCohort(["a", "b"], {"train": [Film(np.zeros((64, 64, 3), np.uint8), "a", "p", True)]})
    for refused in (debiasing.transplant, debiasing.paste):
        with pytest.raises(BadInput, match="the same in all"):
            refused(constant, "drain", still())
    with pytest.raises(BadInput, match="the same in all"):
        debiasing.GroupBalanced(constant, "drain")

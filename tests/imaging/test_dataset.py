from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging import CohortDataModule, augment, dataset
from tests.imaging.cohorts import PhantomCohort
from tests.imaging.conftest import SIZE


def batches(data: CohortDataModule, number: int = 3):
    return list(islice(data.train_dataloader(), number))


def test_ids_labels_and_images_are_in_the_same_order(cohort, data):
    ids, labels, images = data.ids("validation"), data.labels("validation"), data.images("validation")
    assert len(ids) == len(labels) == len(images)
    assert np.array_equal(labels, cohort.truth(ids))
    assert np.array_equal(images[3], data.preprocessing.apply(cohort.phantoms[ids[3]].image))


def test_sealed_images_have_no_label_but_can_be_predicted(data):
    assert (data.labels("test") == dataset.UNKNOWN).all()
    images, labels = next(iter(data.predict_dataloader()))
    assert images.shape[1:] == (64, 64, 3)
    assert (labels == dataset.UNKNOWN).all()


def test_images_are_decoded_once_even_by_a_second_data_module():
    cohort = PhantomCohort(n=40)
    for _ in range(2):
        CohortDataModule(cohort, size=SIZE).images("train")
    assert cohort.reads == (cohort.table["partition"] == "train").sum()
    CohortDataModule(cohort, size=(32, 32)).images("train")
    assert cohort.reads == 2 * (cohort.table["partition"] == "train").sum()


def test_the_cache_goes_when_the_cohort_goes():
    cohort = PhantomCohort(n=20)
    CohortDataModule(cohort, size=SIZE).images("train")
    key = id(cohort)
    assert key in dataset._caches
    del cohort
    assert key not in dataset._caches


def test_more_images_than_memory_are_kept_in_a_file_that_has_no_name(monkeypatch):
    monkeypatch.setattr(dataset, "IN_MEMORY", 1000)
    cohort = PhantomCohort(n=20)
    data = CohortDataModule(cohort, size=SIZE)
    images = data.images("train")
    assert isinstance(images, np.memmap)
    assert np.array_equal(images[0], data.preprocessing.apply(cohort.phantoms[data.ids("train")[0]].image))


def test_the_same_seed_gives_the_same_batches(data):
    first, again, other = batches(data.seeded(1)), batches(data.seeded(1)), batches(data.seeded(2))
    assert all(torch.equal(a, b) for x, y in zip(first, again, strict=True) for a, b in zip(x, y, strict=True))
    assert not torch.equal(first[0][0], other[0][0])


@pytest.mark.parametrize(("balance", "expected"), [(0.0, 0.3), (0.5, 0.396), (1.0, 0.5)])
def test_balance_decides_how_often_a_rare_class_is_drawn(balance, expected):
    cohort = PhantomCohort(n=200)
    data = CohortDataModule(cohort, size=SIZE, balance=balance, batch_size=8)
    drawn = np.concatenate([labels.numpy() for _, labels in data.train_dataloader()])
    rare = cohort.classes.index("mel")
    assert np.mean(drawn == rare) == pytest.approx(data.class_shares()[rare], abs=0.06)
    assert data.class_shares()[rare] == pytest.approx(expected, abs=0.05)


def test_without_balance_an_epoch_shows_every_image_once():
    cohort = PhantomCohort(n=60)
    data = CohortDataModule(cohort, size=SIZE)
    sampler = dataset._BalancedSampler(data._strata(), seed=0)
    assert sorted(sampler) == list(range(len(data.labels("train"))))


def test_the_recipe_tells_all_that_changes_what_the_model_sees(cohort):
    recipes = [
        str(CohortDataModule(cohort, size=SIZE, **options).recipe)
        for options in ({}, {"balance": 0.5}, {"crop": 0.9}, {"batch_size": 8}, {"train_transform": augment.dermoscopy(SIZE)})
    ]
    assert len(set(recipes)) == 5

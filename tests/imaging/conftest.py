from __future__ import annotations

import pytest
import torch

from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, training
from tests.imaging.cohorts import PhantomCohort

SIZE = (64, 64)


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small nets gain nothing from two threads, and two test runs at once would starve each other."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def cohort() -> PhantomCohort:
    return PhantomCohort(n=150)


@pytest.fixture
def data(cohort: PhantomCohort) -> CohortDataModule:
    return CohortDataModule(cohort, size=SIZE, train_transform=augment.dermoscopy(SIZE), batch_size=16)


@pytest.fixture(scope="session")
def trained(cohort: PhantomCohort, tmp_path_factory) -> tuple[ImageClassifier, CohortDataModule]:
    """A classifier that has learnt to tell the phantoms' melanoma from nevus, and its data."""
    data = CohortDataModule(cohort, size=SIZE, train_transform=augment.dermoscopy(SIZE), batch_size=16)
    model = ImageClassifier(cohort.classes, trainable="half")
    training.fit(model, data, steps=30, checkpoint_dir=tmp_path_factory.mktemp("trained"), metric="auroc")
    return model, data

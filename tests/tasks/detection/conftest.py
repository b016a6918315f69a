from __future__ import annotations

import pytest
import torch

from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, augment, training
from tests.tasks.detection.boxed_cohorts import WristCohort


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small nets gain nothing from two threads, and two test runs at once would starve each other."""
    torch.set_num_threads(1)


BOXED_SIZE = (80, 80)
BOXED_STAGES = [{"steps": 25, "total_steps": 25}, {"steps": 60, "total_steps": 60}]


def boxed_data(cohort: WristCohort) -> BoxDataModule:
    return BoxDataModule(cohort, size=BOXED_SIZE, train_transform=augment.radiograph_boxes(BOXED_SIZE))


@pytest.fixture(scope="session")
def wrists() -> WristCohort:
    return WristCohort(n=170)


@pytest.fixture(scope="session")
def detected(wrists: WristCohort, tmp_path_factory) -> tuple[FindingDetector, BoxDataModule]:
    """A detector that has learnt to find the phantoms' fractures, and its data."""
    model, data = FindingDetector(wrists.classes), boxed_data(wrists)
    training.fit(model, data, stages=BOXED_STAGES, checkpoint_dir=tmp_path_factory.mktemp("detected"), metric="map50")
    return model, data

"""What reads, trains and explains; works on plain tables and arrays and knows nothing of a study.

The names below are imported when they are first used, so that ``predict`` reads images without torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_clinagent.imaging import augment, debiasing
    from jupyter_clinagent.tasks.detection.box_data import BoxDataModule
    from jupyter_clinagent.imaging.classifier import Ensemble, ImageClassifier
    from jupyter_clinagent.imaging.dataset import CohortDataModule
    from jupyter_clinagent.tasks.detection.module import FindingDetector

__all__ = ["BoxDataModule", "CohortDataModule", "Ensemble", "FindingDetector", "ImageClassifier", "augment", "debiasing"]

_HOMES = {
    "BoxDataModule": "box_data",
    "CohortDataModule": "dataset",
    "FindingDetector": "detection",
    "Ensemble": "classification",
    "ImageClassifier": "classification",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOMES.get(name, name)}")
    return getattr(module, name) if name in _HOMES else module

"""What reads, trains and explains; works on plain tables and arrays and knows nothing of a study.

The names below are imported when they are first used, so that ``predict`` reads images without torch. What a task's cells use
comes from its folder and can be imported from here as well.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_clinagent.imaging import augment, debiasing
    from jupyter_clinagent.imaging.classifier import Ensemble, ImageClassifier
    from jupyter_clinagent.imaging.dataset import CohortDataModule

__all__ = ["CohortDataModule", "Ensemble", "ImageClassifier", "augment", "debiasing"]

_HOMES = {"CohortDataModule": "dataset", "Ensemble": "classifier", "ImageClassifier": "classifier"}


def __getattr__(name: str) -> Any:
    if name in __all__:
        module = importlib.import_module(f"{__name__}.{_HOMES.get(name, name)}")
        return getattr(module, name) if name in _HOMES else module
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from jupyter_clinagent.tasks import registry

    return registry.exported(name)

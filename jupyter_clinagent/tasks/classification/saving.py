"""A trained classifier on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.classifier_files import load, save_for
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.tasks.classification import TASK

__all__ = ["load", "save"]


def save(model: ImageClassifier, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    return save_for(TASK.name, model, data, folder, extra)

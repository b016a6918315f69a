"""A trained model that grades on disk; its ONNX model returns ``probability`` (N, grades)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging import classifier_files
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.tasks.grading import TASK
from jupyter_clinagent.tasks.grading.module import GradeClassifier, GradeEnsemble


def save(model: ImageClassifier, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    return classifier_files.save_for(TASK.name, model, data, folder, extra)


def load(folder: str | Path, weights_file: str | Path | None = None) -> ImageClassifier:
    """Rebuild a model that grades, or several asked together."""
    return classifier_files.load(folder, weights_file, GradeClassifier, GradeEnsemble)

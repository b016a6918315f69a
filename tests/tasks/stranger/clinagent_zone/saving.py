"""A classifier's, under this task's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clinagent_zone import TASK
from jupyter_clinagent.imaging.classifier_files import save_for
from jupyter_clinagent.tasks.classification.saving import load

__all__ = ["load", "save"]


def save(model: Any, data: Any, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """Write safetensors, ONNX and ``preprocessing.json``."""
    return save_for(TASK.name, model, data, folder, extra)

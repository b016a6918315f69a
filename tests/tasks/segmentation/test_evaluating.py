"""Outlines of another hospital: which images are judged, and why the others are not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.tasks.segmentation import saving
from jupyter_clinagent.tasks.segmentation.evaluating import score
from jupyter_clinagent.tasks.segmentation.inference import load
from jupyter_clinagent.tasks.segmentation.module import Outliner
from tests.tasks.segmentation.test_reading import outlined, write_mask


def test_images_that_are_left_out_are_listed_with_their_reasons(tmp_path: Path) -> None:
    data: Any = SimpleNamespace(preprocessing=Preprocessing((64, 64)))
    saving.save(Outliner(["polyps"]).eval(), data, tmp_path / "model")
    outlined(tmp_path / "data", number=8)
    masks = tmp_path / "data" / "masks"
    for name in ("scan00", "scan01"):
        (masks / f"{name}.png").unlink()
    write_mask(masks / "scan02.png", np.ones((30, 64), bool))
    content = {"title": "t", "request": "r", "objective": "o", "modality": "other", "primary_metric": "dice"}
    specification = Specification(task="segmentation", classes={"polyps": ["outline"]}, **content)  # type: ignore[arg-type]
    outside = score(load(tmp_path / "model"), tmp_path / "data", specification)
    assert outside.judged.images == [f"images/scan{k:02d}.png" for k in range(3, 8)]
    reasons = dict(line.split(": ", 1) for line in outside.left_out)
    assert list(reasons) == ["images/scan00.png", "images/scan01.png", "images/scan02.png"]
    assert reasons["images/scan01.png"] == "no mask or annotation says what is in it"
    assert "another shape" in reasons["images/scan02.png"]

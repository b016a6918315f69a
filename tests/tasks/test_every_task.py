"""Each task of ours, tried as a clinician, an auditor and another hospital would."""

from pathlib import Path

import pytest

from jupyter_clinagent.tasks import registry
from jupyter_clinagent.testing import check_task

OWN = [name for name, task in registry.tasks().items() if task.package.startswith("jupyter_clinagent.")]
IMAGES = {"detection": 60, "segmentation": 80, "grading": 200}
MINUTES = {"detection": 0.4}
BOXES = "image,class,score,x_min,y_min,x_max,y_max"


@pytest.mark.parametrize("name", OWN)
def test_a_task_keeps_what_every_task_promises(name: str, tmp_path: Path) -> None:
    check_task(registry.find(name), tmp_path, images=IMAGES.get(name, 120), minutes=MINUTES.get(name, 0.2))
    columns, *_ = (tmp_path / "predictions" / "out.csv").read_text(encoding="utf-8").splitlines()
    assert name != "detection" or columns == BOXES

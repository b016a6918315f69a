"""A task of another package: nothing here knows its name, and it does all that ours do."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGES = Path(__file__).parent / "stranger"
CHECK = """
import sys
from pathlib import Path
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.testing import check_task
told = check_task(registry.find("zone"), Path(sys.argv[1]), minutes=0.3)
print(told["task"], told["primary_metric"])
"""


def python(*arguments: str, beside: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Another interpreter, whose kernels inherit the path; with or without the stranger's package."""
    path = [str(beside)] if beside else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*path, os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_a_strangers_task_passes_the_suite(tmp_path: Path) -> None:
    done = python("-c", CHECK, str(tmp_path), beside=PACKAGES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split()[-2:] == ["zone", "auroc"]


def test_without_its_package_nobody_knows_it() -> None:
    done = python("-c", "from jupyter_clinagent.tasks import registry; registry.find('zone')")
    assert done.returncode != 0
    assert "There is no task “zone”" in done.stderr


def test_a_package_that_is_broken_does_not_take_the_others_along(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[jupyter_clinagent.tasks]\nbroken = broken_package:TASK\n")
    done = python("-c", "from jupyter_clinagent.tasks import registry; print(*registry.tasks())", beside=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "classification" in done.stdout
    assert "The task broken (broken_package:TASK) can't be used" in done.stderr

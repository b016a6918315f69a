"""The evaluator's identity outlasts comments and names; a changed formula is noticed by its figures."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_clinagent
from jupyter_clinagent.study.protocol.evaluator import evaluator_hash
from jupyter_clinagent.tasks import registry

PRINT = """
from jupyter_clinagent import __file__ as where
from jupyter_clinagent.study.protocol.evaluator import evaluator_hash
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.testing import check_golden
assert where.startswith({tree!r}), where
for task in registry.tasks().values():
    check_golden(task)
    print(task.name, evaluator_hash(task))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package's source."""
    package = Path(jupyter_clinagent.__file__).parent
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__", "_labextension"))
    return tmp_path


def identities(tree: Path) -> subprocess.CompletedProcess[str]:
    code = PRINT.format(tree=str(tree))
    environment = {"PYTHONPATH": str(tree), "PATH": "", "OMP_NUM_THREADS": "1", "HOME": str(tree)}
    return subprocess.run([sys.executable, "-c", code], cwd=tree, env=environment, capture_output=True, text=True, check=False)


def rewrite(tree: Path, old: str, new: str) -> None:
    path = tree / "jupyter_clinagent" / "imaging" / "metrics.py"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")


def test_a_comment_and_a_better_name_in_the_metrics_leave_the_identity_as_it_is(tree: Path) -> None:
    rewrite(tree, "below", "beneath")
    rewrite(tree, "import numpy as np\n", "import numpy as np  # for arrays\n")
    after = identities(tree)
    assert after.returncode == 0, after.stderr
    for line in after.stdout.splitlines():
        name, digest = line.split(" ")
        assert digest == evaluator_hash(registry.find(name))


def test_a_changed_formula_is_told_to_raise_its_version(tree: Path) -> None:
    rewrite(tree, "~_called(case)", "_called(case)")
    told = identities(tree)
    assert "raise the version of" in told.stderr, told.stderr

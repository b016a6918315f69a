"""Wheel and source distribution, built and installed into an empty environment, the labextension included."""

import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRY = """
import json, sys
from pathlib import Path
import jupyter_clinagent
from jupyter_clinagent.agent.loop import system_prompt
from jupyter_clinagent.lang.folders import HOME
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.markup import STUDY
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.testing import check_golden, check_parts
assert Path(jupyter_clinagent.__file__).is_relative_to(sys.prefix), jupyter_clinagent.__file__
for task in registry.tasks().values():
    check_parts(task)
    check_golden(task)
assert "classification" in system_prompt()
assert {"en", "de"} <= {path.parents[1].name for path in HOME.glob("*/reading/words.toml")}
assert "its words" in pages.answer(1, "its words")
assert {"page.html.j2", "style.css"} <= {path.name for path in (STUDY / "report" / "templates").iterdir()}
print(*sorted(registry.tasks()))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both; the wheel is made from the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    done = subprocess.run([sys.executable, "-m", "build", "-o", folder, ROOT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


def test_the_wheel_works_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin" / "python"
    wheel = next(built.glob("*.whl"))
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    # Other packages are those of this environment, whose editable install PYTHONPATH does not follow.
    environment = {"PYTHONPATH": sysconfig.get_path("purelib"), "PATH": "", "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([python, "-c", TRY], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == sorted(
        path.parent.name for path in (ROOT / "jupyter_clinagent" / "tasks").glob("*/golden.json")
    )
    assert (tmp_path / "share/jupyter/labextensions/jupyter-clinagent/package.json").is_file()
    assert list((tmp_path / "share/jupyter/labextensions/jupyter-clinagent/static").glob("*.js"))
    assert list((tmp_path / "etc/jupyter/jupyter_server_config.d").glob("*clinagent*.json"))
    assert (tmp_path / "bin" / "jupyter-clinagent").is_file()


def test_the_source_distribution_holds_what_tests_and_builds_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = ["LICENSE", "README.md", "pyproject.toml", "jupyter_clinagent/lang/de/reading/words.toml", "tests/conftest.py"]
    assert [name for name in needed if name not in names] == []
    assert not any("node_modules" in name for name in names)

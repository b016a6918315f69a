"""Real data and one finished study, shared by the tests."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole studies first: what takes minutes must not begin last on one of two workers."""
    whole = {ROOT / "tests", ROOT / "tests" / "browser", ROOT / "tests" / "tasks"}
    items.sort(key=lambda item: item.path.parent not in whole)


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """The folder of a real data set, or a skip with the reason."""
    base = Path(os.environ.get("CLINAGENT_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        if not (base / name).is_dir():
            pytest.skip(f"the real images {name} are not here; set CLINAGENT_DATA to their folder")
        return base / name

    return find


class FinishedStudy:
    """What one small study on phantoms left behind."""

    def __init__(self, folder: Path) -> None:
        self.data, self.notebook = folder / "data", folder / "triage.ipynb"
        self.study, self.bundle = folder / "triage-study", folder / "triage-study" / "triage.zip"
        self.summary: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """A triage study on phantoms, run once from the command line for all tests, of any worker, that only look at it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            _run_study(folder)
    return FinishedStudy(folder)


def _run_study(folder: Path) -> None:
    from jupyter_clinagent import cli, phantoms

    phantoms.write("triage", folder / "data", n=160, seed=3)
    request = "Separate melanoma from nevus. Missing a melanoma is worse than a false alarm"
    where = ["--data", str(folder / "data"), "-o", str(folder / "triage.ipynb"), "--json", str(folder / "out.json")]
    code = cli.main(["run", request, *where, "--minutes", "0.8", "--yes"])
    assert code == 0, (folder / "out.json").read_text(encoding="utf-8")

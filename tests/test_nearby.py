"""What is said of a folder that is not there."""

from pathlib import Path

import pytest

from jupyter_clinagent.nearby import no_such_folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("images", "Labels", "old/scans", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "table.csv").write_text("a")
    return tmp_path


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("imagse", "images"), ("image", "images"), ("labels2", "Labels"), ("old/scnas", "scans"), ("imges/deep/down", "images")],
)
def test_the_name_that_was_meant_is_offered(home: Path, wrong: str, right: str) -> None:
    said = no_such_folder(home / wrong, wrong)
    assert said.startswith(f"There is no folder {wrong}; ")
    assert said.endswith(f"there is “{right}”. Did you mean that?")


def test_without_a_likeness_the_folders_that_are_there_are_listed(home: Path) -> None:
    assert no_such_folder(home / "xyz").endswith("there are the folders “Labels”, “images”, “old”.")
    assert no_such_folder(home / "old" / "scans" / "xyz").endswith("no folder lies there.")


def test_a_file_is_called_a_file(home: Path) -> None:
    assert no_such_folder(home / "table.csv", "table.csv") == "table.csv is a file, not a folder."

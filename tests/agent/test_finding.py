"""The folder that an answer names, as people write paths."""

from pathlib import Path

import pytest

from jupyter_clinagent.agent.finding import find_folder


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook's folder with two folders of images, beside a home and a shared folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for folder, images in {
        "notes/data": 2,
        "notes/scans": 6,
        "notes/my scans": 1,
        "home/Desktop/films": 1,
        "shared/knees": 1,
    }.items():
        (tmp_path / folder).mkdir(parents=True)
        for number in range(images):
            (tmp_path / folder / f"{number}.png").touch()
    (tmp_path / "notes/scans/labels.csv").touch()
    (tmp_path / "notes/study-study").mkdir()
    (tmp_path / "notes/study-study/record.jsonl").touch()
    (tmp_path / "notes/study-study/figure.png").touch()
    return tmp_path / "notes"


@pytest.mark.parametrize(
    ("said", "folder"),
    [
        ("scans", "scans"),
        ("scans/", "scans"),
        ("data.", "data"),
        ("the folder is called data", "data"),
        ("in the folder scans", "scans"),
        ("It's in the scans folder", "scans"),
        ("they are in data", "data"),
        ("use data please", "data"),
        ("im Ordner scans", "scans"),
        ("Der Ordner heißt scans", "scans"),
        ("sie liegen in data", "data"),
        ("“my scans”", "my scans"),
        ("./data", "data"),
        ("scans/labels.csv", "scans"),
        ("the csv", "scans"),
        ("~/Desktop/films", "../home/Desktop/films"),
        ("Desktop/films", "../home/Desktop/films"),
        ("shared/knees", "../shared/knees"),  # as seen from what the server shows
        ("../shared/knees", "../shared/knees"),
    ],
)
def test_a_folder_is_found_from_the_notebook_the_home_or_the_servers_root(notes: Path, said: str, folder: str) -> None:
    assert find_folder(said, notes, notes.parent)["folder"] == folder


def test_a_whole_path_is_found_and_written_as_seen_from_the_notebook(notes: Path) -> None:
    assert find_folder(str(notes / "data"), notes)["folder"] == "data"


@pytest.mark.parametrize(
    ("said", "near"),
    [("scnas", ["scans"]), ("C:\\Users\\me\\scans", ["scans"]), ("~/Desktop/scans", ["scans"]), ("in the folder dtaa", ["data"])],
)
def test_a_wrong_path_is_never_another_folder_but_says_which_are_near(notes: Path, said: str, near: list[str]) -> None:
    found = find_folder(said, notes)
    assert found["folder"] is None
    assert "There is no folder" in found["said"]
    assert near[0] in found["near"]


@pytest.mark.parametrize(
    "said", ["not data", "I keep them all somewhere on the big drive near data and so on", "on the Desktop", ""]
)
def test_talk_that_names_no_folder_finds_none(notes: Path, said: str) -> None:
    assert find_folder(said, notes)["folder"] is None


def test_folders_with_images_are_offered_most_images_first_and_no_study(notes: Path) -> None:
    offered = find_folder("", notes)["offered"]
    assert [(one["folder"], one["images"]) for one in offered] == [("scans", 6), ("data", 2), ("my scans", 1)]


def test_a_folder_without_any_image_is_said_to_have_none(notes: Path) -> None:
    (notes / "papers").mkdir()
    (notes / "papers" / "methods.pdf").touch()
    found = find_folder("papers", notes)
    assert (found["folder"], found["said"]) == (None, "There is no image in papers.")

"""Masks of some images, and annotations of others: of an image of which nobody said anything, nothing is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.segmentation.surveying import look
from tests.tasks.segmentation.test_reading import SIZE, disc, load, square, write_images, write_mask

NAMES = [f"s{k:02d}" for k in range(40)]
MASKED, NOTED, SILENT = range(20), range(20, 36), range(36, 40)


def write_coco(path: Path, listed: Iterable[int], drawn: Mapping[int, str], categories: Iterable[str]) -> None:
    numbers = {name: number for number, name in enumerate(categories, start=1)}
    images = [{"id": k, "file_name": f"{NAMES[k]}.png", "height": SIZE[0], "width": SIZE[1]} for k in listed]
    shapes = [{"image_id": k, "category_id": numbers[name], "segmentation": [square(k)]} for k, name in drawn.items()]
    content = {"images": images, "annotations": shapes, "categories": [{"id": n, "name": name} for name, n in numbers.items()]}
    path.write_text(json.dumps(content), encoding="utf-8")


def write(folder: Path, mask: str = "masks/{}.png", structure: str = "cyst", listed: Iterable[int] = NOTED) -> None:
    """Masks of the first images, a COCO file that outlines the next ones, and some of which nobody says anything."""
    write_images(folder / "images", NAMES)
    for k in MASKED:
        write_mask(folder / mask.format(NAMES[k]), disc(k))
    write_coco(folder / "coco.json", listed, dict.fromkeys(NOTED, structure), [structure])


def left_out(folder: Path, **wishes: object) -> set[int]:
    return {int(Path(file).stem[1:]) for file in load(folder, **wishes).left_out}


def test_images_that_only_a_coco_file_outlines_are_learnt_from_beside_those_with_masks(tmp_path: Path) -> None:
    write(tmp_path)
    cohort = load(tmp_path)
    assert cohort.classes == ["cyst"]
    assert sum(cohort.facts.counts["finding"].values()) == len(MASKED) + len(NOTED)
    assert left_out(tmp_path) == set(SILENT)
    said = " ".join(cohort.facts.assumptions)
    assert "16 images without a mask are described by COCO; both are used." in said
    assert "taken to outline the same thing (“cyst”)" in said


def test_an_image_that_is_in_a_coco_file_without_an_outline_shows_nothing(tmp_path: Path) -> None:
    write(tmp_path, listed=[*NOTED, *SILENT])
    assert sum(load(tmp_path).facts.counts["no finding"].values()) == len(SILENT)


def test_a_coco_file_that_lists_masked_images_without_outlining_them_says_nothing_of_the_others(tmp_path: Path) -> None:
    write(tmp_path, listed=range(40))
    assert left_out(tmp_path) == set(SILENT)
    assert any("20 images have masks and are in COCO, too: the masks count." in line for line in load(tmp_path).facts.assumptions)


@pytest.mark.parametrize("structure", ["Liver", "liver"])
def test_spelling_makes_no_other_structure(structure: str, tmp_path: Path) -> None:
    write(tmp_path, "masks/liver/{}.png", structure)
    assert load(tmp_path).classes == ["liver"]


def test_images_on_which_only_another_structure_was_looked_for_are_not_without_this_one(tmp_path: Path) -> None:
    write(tmp_path, "masks/liver/{}.png")
    assert look(take_inventory(tmp_path))["structures"] == {"liver": 20, "cyst": 16}
    assert left_out(tmp_path, classes={"cyst": ["cyst"]}) == {*MASKED, *SILENT}
    assert left_out(tmp_path, classes={"liver": ["liver"]}) == {*NOTED, *SILENT}
    with pytest.raises(LabelsDoNotMatch, match="show, all of liver, cyst: ask for one of them"):
        load(tmp_path)


def test_a_coco_file_speaks_of_the_structures_that_it_names(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    write_coco(tmp_path / "a.json", range(20), dict.fromkeys(range(20), "liver"), ["liver"])
    write_coco(tmp_path / "b.json", range(20, 40), dict.fromkeys(range(20, 36), "cyst"), ["cyst", "liver"])
    assert left_out(tmp_path, classes={"cyst": ["cyst"]}) == set(range(20))
    cohort = load(tmp_path, classes={"liver": ["liver"]})
    assert not cohort.left_out
    assert sum(cohort.facts.counts["no finding"].values()) == 20

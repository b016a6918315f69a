"""Masks with a palette: a number means the same in every file only where the palettes agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import read_outline
from jupyter_clinagent.tasks.segmentation.surveying import look
from tests.tasks.segmentation.test_reading import SIZE, load, write_images

BLACK, RED, GREEN, WHITE = (0, 0, 0), (255, 0, 0), (0, 255, 0), (255, 255, 255)
NAMES = [f"s{k:02d}" for k in range(16)]
TRUTH = np.zeros(SIZE, np.uint8)
TRUTH[5:15, 5:20], TRUTH[25:40, 30:50] = 1, 2


def write(folder: Path, palettes: list[list[tuple[int, int, int]]], numbers: list[np.ndarray]) -> None:
    """Masks with the palettes in turn; no palette: a grey mask of the numbers."""
    write_images(folder / "images", NAMES)
    (folder / "masks").mkdir()
    for k, name in enumerate(NAMES):
        mask = Image.fromarray(numbers[k % len(numbers)])
        if palettes[k % len(palettes)]:
            mask = Image.fromarray(numbers[k % len(numbers)], mode="P")
            mask.putpalette([value for colour in palettes[k % len(palettes)] for value in colour])
        mask.save(folder / "masks" / f"{name}.png")


def areas(folder: Path) -> dict[str, set[int]]:
    """What each structure covers, in every image."""
    found = find_outlines(take_inventory(folder))
    assert found is not None
    return {
        name: {int(read_outline(references, folder, SIZE).sum()) for references in images.values()}
        for name, images in found.structures.items()
    }


SWAPPED = np.array([0, 2, 1], np.uint8)[TRUTH]
FIRST, SECOND = 150, 300


def test_where_palettes_differ_colours_are_read(tmp_path: Path) -> None:
    write(tmp_path, [[BLACK, RED, GREEN], [BLACK, GREEN, RED]], [TRUTH, SWAPPED])
    assert areas(tmp_path) == {"colour #ff0000": {FIRST}, "colour #00ff00": {SECOND}}
    assert "different palettes" in " ".join(look(take_inventory(tmp_path))["said"])
    (tmp_path / "legend.csv").write_text("liver,255,0,0\nspleen,0,255,0\n", encoding="utf-8")
    assert areas(tmp_path) == {"liver": {FIRST}, "spleen": {SECOND}}
    assert load(tmp_path).classes == ["spleen", "liver"]


def test_where_a_file_lacks_a_structure_its_palette_closes_up(tmp_path: Path) -> None:
    """As programs write them that list the colours in the order in which they occur."""
    alone = (TRUTH == 2).astype(np.uint8)
    write(tmp_path, [[BLACK, RED, GREEN], [BLACK, GREEN]], [TRUTH, alone])
    assert areas(tmp_path) == {"colour #ff0000": {FIRST, 0}, "colour #00ff00": {SECOND}}


def test_a_legend_of_colours_names_the_numbers_of_a_shared_palette(tmp_path: Path) -> None:
    write(tmp_path, [[BLACK, RED, GREEN]], [TRUTH])
    assert areas(tmp_path) == {"label 1": {FIRST}, "label 2": {SECOND}}
    (tmp_path / "legend.csv").write_text("liver,255,0,0\nspleen,0,255,0\n", encoding="utf-8")
    assert areas(tmp_path) == {"liver": {FIRST}, "spleen": {SECOND}}


def test_numbers_without_a_palette_beside_others_with_one_stay_numbers(tmp_path: Path) -> None:
    ramp = [(k, k, k) for k in range(256)]
    write(tmp_path, [[BLACK, RED, GREEN], [], ramp, [BLACK] * 3], [TRUTH])
    assert areas(tmp_path) == {"label 1": {FIRST}, "label 2": {SECOND}}


@pytest.mark.parametrize("other", [[BLACK, (2, 2, 2)], [(2, 2, 2), BLACK]])
def test_a_palette_of_greys_that_differs_is_read_as_greys(other: list[tuple[int, int, int]], tmp_path: Path) -> None:
    alone = (TRUTH == 2).astype(np.uint8) if other[0] == BLACK else (TRUTH != 2).astype(np.uint8)
    write(tmp_path, [[(k, k, k) for k in range(3)], other], [TRUTH, alone])
    assert areas(tmp_path) == {"label 1": {FIRST, 0}, "label 2": {SECOND}}


def test_black_and_white_in_either_order_outline_the_same(tmp_path: Path) -> None:
    write(tmp_path, [[BLACK, WHITE], [WHITE, BLACK]], [(TRUTH == 1).astype(np.uint8), (TRUTH != 1).astype(np.uint8)])
    assert areas(tmp_path) == {ONE: {FIRST}}


def test_of_one_palette_two_numbers_of_one_colour_are_two_structures(tmp_path: Path) -> None:
    write(tmp_path, [[BLACK, RED, RED]], [TRUTH, (TRUTH == 1).astype(np.uint8)])
    assert areas(tmp_path) == {"label 1": {FIRST}, "label 2": {SECOND, 0}}


def test_an_empty_mask_among_coloured_ones_is_empty(tmp_path: Path) -> None:
    write(tmp_path, [[]], [TRUTH])
    for k, name in enumerate(NAMES):
        drawn = np.array([BLACK, RED, GREEN], np.uint8)[TRUTH if k != 3 else 0 * TRUTH]
        Image.fromarray(drawn).save(tmp_path / "masks" / f"{name}.png")
    assert sum(load(tmp_path).facts.counts["no finding"].values()) == 1

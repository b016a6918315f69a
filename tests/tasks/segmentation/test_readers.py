"""Masks of several readers are no structures, and whose outline counts is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study.data.pairing import pair_masks
from tests.tasks.segmentation.test_reading import disc, outlined, write_mask
from tests.tasks.segmentation.test_unclear_outlines import drafted

BOTH = [
    ("masks/reader1/{}.png", "masks/reader2/{}.png"),
    ("masks/polyp/annotator_a/{}.png", "masks/polyp/annotator_b/{}.png"),
    ("masks/reader_anna/{}.png", "masks/reader_ben/{}.png"),
    ("masks/{}_reader1.png", "masks/{}_reader2.png"),
    ("images/{}_manual1.png", "images/{}_manual2.png"),
    ("1st_manual/{}_manual1.png", "2nd_manual/{}_manual2.png"),
    ("expert1_masks/{}.png", "expert2_masks/{}.png"),
]


@pytest.mark.parametrize("where", BOTH)
def test_two_readers_of_the_same_images_are_refused(where: tuple[str, str], tmp_path: Path) -> None:
    for name in where:
        outlined(tmp_path, mask=name)
    with pytest.raises(LabelsDoNotMatch, match="several readers' outlines of the same 30 images"):
        drafted("Outline the polyps", tmp_path)


@pytest.mark.parametrize(
    ("request_text", "meant"),
    [("Outline the polyps as in reader 2", ["reader2"]), ("Outline reader1 and reader2", ["reader1", "reader2"])],
)
def test_a_reader_that_the_request_names_is_taken(request_text: str, meant: list[str], tmp_path: Path) -> None:
    for name in BOTH[0]:
        outlined(tmp_path, mask=name)
    assert [name for names in drafted(request_text, tmp_path).specification.classes.values() for name in names] == meant


def test_readers_of_different_images_outline_one_thing(tmp_path: Path) -> None:
    for k, name in enumerate(outlined(tmp_path)):
        (tmp_path / "masks" / f"{name}.png").unlink()
        write_mask(tmp_path / "masks" / f"reader{k % 2}" / f"{name}.png", disc(k))
    found = drafted("Outline the polyps", tmp_path)
    assert found.specification.classes == {"polyps": ["reader0", "reader1"]}
    assert any("what any of them outlined counts" in line for line in found.assumptions)


def test_several_masks_of_one_reader_stay_one_outline() -> None:
    found = pair_masks(["images/a.png", "masks/a_mask.png", "masks/a_mask_1.png"])
    assert list(found.structures) == ["outline"]

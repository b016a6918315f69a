"""Pieces of images beside the images themselves: they never part."""

from pathlib import Path

import pandas as pd

from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.data.crops import find_crops
from jupyter_clinagent.study.data.filenames import parse_groups
from jupyter_clinagent.study.data.inventory import FILE_NAME, take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images

WHOLE = [f"{kind}/{n:03d}.png" for kind in ("sick", "well") for n in range(1, 5)]
PIECES = [f"{kind}/CROPPED/{n:03d}_{k:02d}.png" for kind in ("sick", "well") for n in range(1, 5) for k in (1, 2)]


def test_pieces_are_grouped_with_their_image_also_where_its_name_recurs_in_another_class(tmp_path: Path) -> None:
    write_images(tmp_path, [*WHOLE, *PIECES])
    inventory = take_inventory(tmp_path)
    assert survey_facts(inventory).group_candidates == [FILE_NAME]
    ids = group_images(inventory, pd.DataFrame(index=inventory.images), None).ids
    assert ids["sick/CROPPED/001_02.png"] == ids["sick/001.png"] != ids["well/001.png"]
    assert ids.nunique() == 8


def test_images_without_pieces_are_groups_of_their_own() -> None:
    found = parse_groups([*WHOLE, *PIECES, "sick/other.png"])
    assert found is not None
    assert found.groups["sick/other.png"] == "sick/other.png"


def test_numbered_names_without_a_whole_image_are_no_pieces() -> None:
    assert find_crops([f"a/scan_{n}.png" for n in range(40)]) == {}
    assert find_crops(["a/scan.png", *(f"a/scan_{n}.png" for n in range(40))]) == {}

"""Files that are not read are counted and said, beside images and instead of them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent.errors import NoSuchData
from jupyter_clinagent.study.data.inventory import take_inventory


def test_a_folder_of_volumes_says_what_they_are_and_what_to_do(tmp_path: Path) -> None:
    for name in ("t1.nii.gz", "t2.nii.gz"):
        (tmp_path / name).write_bytes(b"\x00")
    with pytest.raises(NoSuchData, match=r"2 files are 3-D volumes, which are not read; export their slices"):
        take_inventory(tmp_path)


def test_pictures_of_other_forms_beside_images_are_counted(tmp_path: Path) -> None:
    for k in range(4):
        cv2.imwrite(str(tmp_path / f"{k}.png"), np.zeros((8, 8), np.uint8))
    (tmp_path / "phone.HEIC").write_bytes(b"\x00")
    (tmp_path / "notes.md").write_text("nothing of images")
    problems = take_inventory(tmp_path).problems
    assert problems == ["1 file is among pictures in a form that is not read; convert them to PNG (phone.HEIC)."]

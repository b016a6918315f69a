"""Masks that draw a line around what they outline (HC18's ``_Annotation.png``)."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.segmentation.lines import are_lines, within
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import read_outline

SIZE = (160, 200)


def ellipse(thickness: int, k: int = 0) -> np.ndarray:
    drawn = np.zeros(SIZE, np.uint8)
    cv2.ellipse(drawn, (100 + k, 80), (70, 50), 20, 0, 360, 255, thickness)
    return drawn


def test_what_lies_within_the_line_is_inside_and_that_is_said(tmp_path: Path) -> None:
    for k in range(4):
        cv2.imwrite(str(tmp_path / f"{k:03d}_HC.png"), np.random.default_rng(k).integers(0, 255, SIZE, dtype=np.uint8))
        cv2.imwrite(str(tmp_path / f"{k:03d}_HC_Annotation.png"), ellipse(2, k))
    outlines = find_outlines(take_inventory(tmp_path))
    assert outlines is not None
    assert any("draw only the line" in line for line in outlines.said)
    (structure,) = outlines.structures.values()
    read = read_outline(structure["001_HC.png"], tmp_path, SIZE)
    whole = ellipse(cv2.FILLED, 1) > 0
    assert (read & whole).sum() / (read | whole).sum() > 0.95


@pytest.mark.parametrize("thickness", [cv2.FILLED, 30])
def test_discs_and_rings_of_tissue_are_no_lines(thickness: int) -> None:
    assert not are_lines([ellipse(thickness) > 0])


def test_vessels_that_enclose_meshes_are_no_lines() -> None:
    mesh = np.zeros(SIZE, np.uint8)
    for place in range(20, 160, 30):
        cv2.line(mesh, (0, place), (199, place), 255, 2)
        cv2.line(mesh, (place, 0), (place, 159), 255, 2)
    assert not are_lines([mesh > 0])


def test_an_open_line_encloses_nothing() -> None:
    line = np.zeros(SIZE, bool)
    line[80, 20:180] = True
    assert (within(line) == line).all()

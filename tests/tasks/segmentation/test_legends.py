"""Legends as programs write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.segmentation.surveying import look
from tests.tasks.segmentation.test_reading import SIZE, disc, write_images, write_mask
from tests.tasks.segmentation.test_unclear_outlines import NAMES, write_two_labels, write_values


def structures(folder: Path) -> set[str]:
    return set(look(take_inventory(folder))["structures"])


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "liver": 1, "spleen": 2},
        {"0": "background", "1": "liver", "2": "spleen"},
        {"background": 0, "organs": [1, 2], "three": [0, 1, 2], "liver": 1, "spleen": "2"},
    ],
)
def test_the_labels_of_nnu_net_are_a_legend(labels: dict[str, object], tmp_path: Path) -> None:
    write_two_labels(tmp_path)
    content = {"channel_names": {"0": "CT"}, "labels": labels, "numTraining": 20, "file_ending": ".png"}
    (tmp_path / "dataset.json").write_text(json.dumps(content), encoding="utf-8")
    assert structures(tmp_path) == {"liver", "spleen"}


TABLES = [
    "id,name,r,g,b\n0,background,0,0,0\n1,left lobe 2,255,0,0\n2,spleen,0,255,0",
    "Name;ID;Red;Green;Blue\nleft lobe 2;1;255;0;0\nspleen;2;0;255;0",
    "label,name,r,g,b,a\n1,left lobe 2,255,0,0,255\n2,spleen,0,255,0,255",
]


@pytest.mark.parametrize("lines", [*TABLES, "id\tname\n1\tleft lobe 2\n2\tspleen"])
def test_a_table_with_a_header_names_numbers(lines: str, tmp_path: Path) -> None:
    write_two_labels(tmp_path)
    (tmp_path / "classes.csv").write_text(lines, encoding="utf-8")
    assert structures(tmp_path) == {"left lobe 2", "spleen"}


@pytest.mark.parametrize("lines", [*TABLES, "name,r,g,b\nleft lobe 2,255,0,0\nspleen,0,255,0"])
def test_a_table_with_a_header_names_colours(lines: str, tmp_path: Path) -> None:
    drawn = np.zeros((*SIZE, 3), np.uint8)
    drawn[5:15, 5:15], drawn[30:40, 30:50] = (255, 0, 0), (0, 255, 0)
    write_values(tmp_path, [drawn] * len(NAMES))
    (tmp_path / "classes.csv").write_text(lines, encoding="utf-8")
    assert structures(tmp_path) == {"left lobe 2", "spleen"}


def test_the_folders_of_nnu_net_are_images_and_masks(tmp_path: Path) -> None:
    write_images(tmp_path / "imagesTr", [f"case_{k:03d}_0000" for k in range(20)])
    for k in range(20):
        write_mask(tmp_path / "labelsTr" / f"case_{k:03d}.png", disc(k))
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": {"background": 0, "liver": 255}}), encoding="utf-8")
    seen = look(take_inventory(tmp_path))
    assert (seen["structures"], seen["described"]) == ({"liver": 20}, 20)


def test_another_dataset_json_is_no_legend(tmp_path: Path) -> None:
    write_two_labels(tmp_path)
    (tmp_path / "dataset.json").write_text(json.dumps({"version": 1, "images": 2}), encoding="utf-8")
    assert structures(tmp_path) == {"label 1", "label 2"}

"""Tables of runs of pixels: which column says what is outlined, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.errors import TooFewImages
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.surveying import look
from jupyter_clinagent.tasks.segmentation.truth import true_masks
from tests.tasks.segmentation.test_reading import SIZE, disc, load, write_images

NAMES = [f"s{k:02d}" for k in range(24)]
Row = tuple[object, ...]


def table(folder: Path, columns: Sequence[str], rows: Callable[[int], Sequence[Row]], delimiter: str = ",") -> None:
    """A row of ``rows(k)`` for each outline of image k: the cells between the image and its runs, which come last."""
    write_images(folder / "images", NAMES)
    lines = [delimiter.join(["ImageId", *columns, "EncodedPixels"])]
    for k, name in enumerate(NAMES):
        for place, row in enumerate(rows(k)):
            runs = row[-1] if row and row[-1] is None else f"{1 + 100 * place} 9 {301 + 100 * place} {4 + k}"
            cells = row[:-1] if row and row[-1] is None else row
            lines.append(delimiter.join([f"{name}.png", *map(str, cells), runs or ""]))
    (folder / "train.csv").write_text("\r\n".join(lines), encoding="utf-8")


def seen(folder: Path) -> tuple[dict[str, int], str]:
    found: dict[str, Any] = dict(look(take_inventory(folder)))
    return found["structures"], " ".join(found["said"])


# ------------------------------------------------------------------ one column names them
@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("organ", ("liver", "spleen")),
        ("Struktur", ("Leber", "Milz")),
        ("Gewebe", ("Fett", "Muskel")),
        ("class_name", ("cup", "disc")),
        ("tissue", ("tumour", "stroma")),
        ("部位", ("肝臓", "脾臓")),
        ("anatomie", ("foie", "rate")),
        ("Art der Läsion", ("Zyste", "Knoten")),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_column_that_differs_within_an_image_names_structures(
    column: str, names: tuple[str, str], delimiter: str, tmp_path: Path
) -> None:
    table(tmp_path, [column], lambda k: [(names[0],), *([(names[1],)] if k % 3 else [])], delimiter)
    structures, said = seen(tmp_path)
    assert structures == {names[0]: 24, names[1]: 16}
    assert f"“{column}” of train.csv says what is outlined" in said
    assert load(tmp_path).classes == list(names)


def test_numbers_are_called_by_their_column_or_by_a_legend(tmp_path: Path) -> None:
    """Every image lists every class, and those that it does not show without runs."""
    table(tmp_path, ["ClassId"], lambda k: [(1,), (2,) if k % 3 else (2, None)])
    assert seen(tmp_path)[0] == {"ClassId 1": 24, "ClassId 2": 16}
    (tmp_path / "legend.txt").write_text("1 liver\n2 spleen\n", encoding="utf-8")
    assert seen(tmp_path)[0] == {"liver": 24, "spleen": 16}


def test_a_table_of_labels_is_no_legend_of_numbers(tmp_path: Path) -> None:
    table(tmp_path, ["ClassId"], lambda k: [(1,), (2,) if k % 3 else (2, None)])
    (tmp_path / "train.csv").rename(tmp_path / "train_labels.csv")
    assert seen(tmp_path)[0] == {"ClassId 1": 24, "ClassId 2": 16}


def test_numbers_of_a_class_that_is_not_everywhere_are_classes(tmp_path: Path) -> None:
    table(tmp_path, ["art"], lambda k: [(n,) for n in ((1,), (2,), (1, 3))[k % 3]])
    assert seen(tmp_path)[0] == {"art 1": 16, "art 2": 8, "art 3": 8}


def test_what_stands_behind_the_name_of_the_image_names_structures(tmp_path: Path) -> None:
    write_images(tmp_path / "images", NAMES)
    lines = [f"{name}.png_{what},{'3 9' if what == 'Fish' else '403 7'}" for name in NAMES for what in ("Fish", "Gravel")]
    (tmp_path / "train.csv").write_text("\n".join(["Image_Label,EncodedPixels", *lines]), encoding="utf-8")
    assert seen(tmp_path)[0] == {"Fish": 24, "Gravel": 24}
    (tmp_path / "train.csv").write_text(
        "\n".join(["ImageId_ClassId,EncodedPixels", *(line.replace("Fish", "1").replace("Gravel", "2") for line in lines)]),
        encoding="utf-8",
    )
    assert seen(tmp_path)[0] == {"ClassId 1": 24, "ClassId 2": 24}


def test_a_number_and_a_word_for_the_same_are_one_name(tmp_path: Path) -> None:
    table(tmp_path, ["id_struct", "Bezeichnung"], lambda k: [(1, "Leber"), *([(2, "Milz")] if k % 3 else [])])
    structures, said = seen(tmp_path)
    assert structures == {"Leber": 24, "Milz": 16}
    assert "could be meant" not in said


# ------------------------------------------------------------------ other columns name nothing
@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (["width", "height"], lambda k, n: (64 + k % 2, 48 + k % 3)),
        (["Höhe", "Breite"], lambda k, n: (48 - n, 64 - n)),
        (["annotation_id"], lambda k, n: (1000 + 10 * k + n,)),
        (["split"], lambda k, n: (("train", "test")[k % 2],)),
        (["study_date"], lambda k, n: (f"2020-01-0{1 + k % 5}",)),
        (["hospital"], lambda k, n: (("north", "south")[k % 2],)),
        (["n_lesions"], lambda k, n: (2 + k % 3,)),
        (["sex"], lambda k, n: ("mf"[k % 2],)),
        (["area"], lambda k, n: (40 + n,)),
    ],
)
def test_sizes_ids_splits_dates_and_counts_name_nothing(
    columns: list[str], cells: Callable[[int, int], Row], tmp_path: Path
) -> None:
    table(tmp_path, columns, lambda k: [cells(k, n) for n in range(2 + k % 3)])
    structures, said = seen(tmp_path)
    assert structures == {ONE: 24}
    assert said.startswith("Outlines were read from a table of runs of pixels. The runs of pixels in train.csv are read down")


@pytest.mark.parametrize("column", ["lesion", "Herd", "instance_number"])
def test_findings_that_are_numbered_in_each_image_are_one_structure_and_it_is_said(column: str, tmp_path: Path) -> None:
    table(tmp_path, [column], lambda k: [(n,) for n in range(1, 2 + k % 4)])
    structures, said = seen(tmp_path)
    assert structures == {ONE: 24}
    assert f"“{column}” of train.csv seems to number the findings" in said


def test_two_readers_outline_one_thing(tmp_path: Path) -> None:
    table(tmp_path, ["reader"], lambda k: [("A",), ("B",)])
    structures, said = seen(tmp_path)
    assert structures == {ONE: 24}
    assert "seems to say who outlined" in said


# ------------------------------------------------------------------ what can't be told is said
def test_where_two_columns_could_be_meant_it_is_said(tmp_path: Path) -> None:
    table(
        tmp_path, ["side", "Struktur"], lambda k: [("left", "Lunge"), ("right", "Lunge"), *([("left", "Herz")] if k % 2 else [])]
    )
    structures, said = seen(tmp_path)
    assert set(structures) == {"Lunge", "Herz"}
    assert "It is assumed that the column “Struktur” of train.csv says what is outlined; “side” could be meant, too" in said


def test_with_one_row_for_each_image_it_is_said_that_a_column_might_name_structures(tmp_path: Path) -> None:
    table(tmp_path, ["organ"], lambda k: [(("kidney", "colon")[k % 2],)])
    structures, said = seen(tmp_path)
    assert structures == {ONE: 24}
    assert "“organ” can't be told to say what is outlined" in said
    table(tmp_path, ["class"], lambda k: [(("kidney", "colon")[k % 2],)])
    assert seen(tmp_path)[0] == {"kidney": 12, "colon": 12}


def test_an_outline_that_bears_no_name_takes_its_image_out(tmp_path: Path) -> None:
    table(tmp_path, ["organ"], lambda k: [("liver",), ("spleen",) if k else ("",)])
    cohort = load(tmp_path)
    assert list(cohort.left_out) == ["images/s00.png"]
    assert "nothing says what" in cohort.left_out["images/s00.png"]


def test_a_name_without_any_outline_is_no_structure(tmp_path: Path) -> None:
    table(tmp_path, ["class"], lambda k: [("cyst",) if k % 2 else ("no finding", None)])
    assert seen(tmp_path)[0] == {"cyst": 12}
    assert sum(load(tmp_path).facts.counts["no finding"].values()) == 12


# ------------------------------------------------------------------ what a cell says
def cells(folder: Path, written: Callable[[int], object], column: str = "EncodedPixels") -> None:
    """One row an image, with this cell each."""
    write_images(folder / "images", NAMES)
    frame = pd.DataFrame({"ImageId": [f"{name}.png" for name in NAMES], column: [written(k) for k in range(len(NAMES))]})
    frame.to_csv(folder / "train.csv", index=False)


@pytest.mark.parametrize(
    "written", ["3 2 49 4", "3, 2, 49, 4", "3,2,49,4", "[3, 2, 49, 4]", "(3 2 49 4)", "3.0 2.0 49.0 4.0", "3;2;49;4"]
)
def test_runs_are_read_however_they_are_separated(written: str, tmp_path: Path) -> None:
    cells(tmp_path, lambda k: written if k % 3 else "3 2 49 4")
    cohort = load(tmp_path)
    assert sum(cohort.facts.counts["finding"].values()) == len(NAMES)
    areas = {mask.sum() for mask in true_masks(cohort, cohort.shown()["image"].tolist(), [SIZE] * len(cohort.shown()))}
    assert areas == {6}


@pytest.mark.parametrize(
    "written",
    ["[[10, 8, 40, 8, 40, 30]]", "61X13mN000`0", "3.5 2 49 4", "3 2 x 4", "7", "masks/s00.png", "unknown", "pending", "?"],
)
def test_a_cell_that_is_no_runs_takes_its_image_out_and_never_shows_nothing(written: str, tmp_path: Path) -> None:
    cells(tmp_path, lambda k: "3 2 49 4" if k else written)
    cohort = load(tmp_path)
    assert list(cohort.left_out) == ["images/s00.png"]
    assert "something else than runs of pixels" in cohort.left_out["images/s00.png"]


def test_where_no_cell_holds_runs_it_is_said_why_nothing_is_outlined(tmp_path: Path) -> None:
    cells(tmp_path, lambda k: "61X13mN000`0", "rle")
    with pytest.raises(TooFewImages, match="something else than runs of pixels"):
        load(tmp_path)


@pytest.mark.parametrize("written", ["", "-1", " -1", "-1.0", "none", "NaN", "[]", "-", "keine"])
def test_a_cell_that_says_so_shows_nothing(written: str, tmp_path: Path) -> None:
    cells(tmp_path, lambda k: "3 2 49 4" if k % 4 else written)
    cohort = load(tmp_path)
    assert not cohort.left_out
    assert sum(cohort.facts.counts["no finding"].values()) == 6


def test_a_column_segmentation_of_words_is_none_of_runs(tmp_path: Path) -> None:
    cells(tmp_path, lambda k: "yes" if k % 2 else "no", "segmentation")
    assert find_outlines(take_inventory(tmp_path)) is None


# ------------------------------------------------------------------ which way they go
def runs_in_order(folder: Path, order: str, size: tuple[int, int] = SIZE, sides: bool = False) -> None:
    """One disc in each image, its pixels numbered down the columns (“F”) or along the rows (“C”)."""
    write_images(folder / "images", NAMES, size)
    lines = ["ImageId,EncodedPixels" + ",height,width" * sides]
    for k, name in enumerate(NAMES):
        flat = np.concatenate([[False], disc(k, size).ravel(order=order), [False]])  # type: ignore[call-overload]
        first, last = (np.flatnonzero(change) for change in (~flat[:-1] & flat[1:], flat[:-1] & ~flat[1:]))
        runs = " ".join(f"{start + 1} {stop - start}" for start, stop in zip(first, last, strict=True))
        lines.append(f"{name}.png,{runs}" + f",{size[0]},{size[1]}" * sides)
    (folder / "train.csv").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(("order", "said"), [("F", "down the columns: along"), ("C", "along the rows: down")])
@pytest.mark.parametrize("sides", [True, False])
def test_the_direction_of_runs_is_told_by_the_image_s_edges(order: str, said: str, sides: bool, tmp_path: Path) -> None:
    runs_in_order(tmp_path, order, sides=sides)
    assert f"train.csv are read {said}" in seen(tmp_path)[1]
    cohort = load(tmp_path)
    images = [str(image) for image in cohort.shown()["image"]]
    masks = true_masks(cohort, images, [SIZE] * len(images))
    assert all(np.array_equal(mask[0], disc(NAMES.index(Path(i).stem))) for i, mask in zip(images, masks, strict=True))


@pytest.mark.parametrize("order", ["F", "C"])
def test_of_square_images_the_direction_is_assumed_and_said(order: str, tmp_path: Path) -> None:
    runs_in_order(tmp_path, order, (64, 64))
    assert "train.csv are taken to go down the columns, as is usual; the numbers don't tell" in seen(tmp_path)[1]

"""The data folder's tables joined with its images: which rows belong to which file."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

import pandas as pd

from jupyter_clinagent.facts import FILE_NAMES, ColumnFacts
from jupyter_clinagent.study.data.beginnings import IMAGE_OF_ID, Beginnings, begins_names, with_ids
from jupyter_clinagent.study.data.both_sides import with_both_sides
from jupyter_clinagent.study.data.boxes.coco import CocoFile, coco_boxes, coco_table, read_coco
from jupyter_clinagent.study.data.boxes.cvat import cvat_boxes
from jupyter_clinagent.study.data.boxes.found import AnnotatedBoxes
from jupyter_clinagent.study.data.boxes.odd_tables import with_box_columns
from jupyter_clinagent.study.data.boxes.tables import class_column, is_box_table, table_boxes
from jupyter_clinagent.study.data.boxes.via import via_boxes
from jupyter_clinagent.study.data.boxes.voc import voc_boxes
from jupyter_clinagent.study.data.boxes.yolo import yolo_boxes
from jupyter_clinagent.study.data.codebook import without_unknown
from jupyter_clinagent.study.data.filenames import ParsedGroups, parse_groups
from jupyter_clinagent.study.data.finding_rows import with_findings_as_columns
from jupyter_clinagent.study.data.folder import DataFolder, read_folder
from jupyter_clinagent.study.data.folder_keys import FOLDER_IMAGE, FolderIndex, names_cases, with_folder_images
from jupyter_clinagent.study.data.identifiers import DicomHeaders
from jupyter_clinagent.study.data.layouts import ClassFolders, find_case_folders, find_class_folders, find_split_folders
from jupyter_clinagent.study.data.listings import looks_like_image, with_listings
from jupyter_clinagent.study.data.masks import masks_among
from jupyter_clinagent.study.data.matching import FileIndex, file_index, image_column
from jupyter_clinagent.study.data.name_endings import find_name_endings
from jupyter_clinagent.study.data.name_parts import parts_of_names
from jupyter_clinagent.study.data.nameless import called_by_files, is_long_number
from jupyter_clinagent.study.data.near_images import with_near_images
from jupyter_clinagent.study.data.one_hot import with_one_hot
from jupyter_clinagent.study.data.opinions import with_opinions_apart
from jupyter_clinagent.study.data.pairing import pair_masks
from jupyter_clinagent.study.data.partition_tables import join_partition_tables
from jupyter_clinagent.study.data.readme import described_in
from jupyter_clinagent.study.data.roles import describe_columns
from jupyter_clinagent.study.data.spellings import with_one_spelling
from jupyter_clinagent.study.data.split_names import with_whole_names
from jupyter_clinagent.study.data.tables import Table, read_table
from jupyter_clinagent.study.data.telling import Tell, quiet
from jupyter_clinagent.study.data.told_folders import are_classes, are_labels, columns_of_classes, untold
from jupyter_clinagent.study.data.unread_files import said_unread

FOLDER, FOLDER_SPLIT, PATIENT_FOLDER, FILE_NAME = "folder", "folder_split", "patient folder", "file name"
"""Names of the synthetic columns that stand for class folders, partition folders, inner folders and parsed file names."""
NAME_ENDING = "end of file name"
"""Stands for labels at the end of file names, which count only where nothing else labels the images."""
DICOM_PATIENT = "DICOM patient"
"""Stands for the patients that DICOM headers name."""
SAME_PATIENT = "Images with the same patient (from the DICOM headers) belong together and never part"

LISTED, TABLES_READ = 0.1, 0.5
"""Shares of a first look that are done once the files are listed, and once the tables are read."""
_SUBMISSION = re.compile(r"sample[ _-]?submission|submission[ _-]?(sample|format|example)")


@dataclass(frozen=True)
class Inventory:
    """All that :func:`take_inventory` found in a data folder."""

    folder: DataFolder
    images: list[str]
    tables: list[Table]
    class_folders: ClassFolders | None
    boxes: AnnotatedBoxes | None
    parsed: ParsedGroups | None
    headers: DicomHeaders
    case_folders: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @cached_property
    def inner_folders(self) -> dict[str, str]:
        """The patient's folder of each image; without any what lies between its class folder and it, and is no class."""
        return {} if self.folders_are_classes else self.case_folders or (self.class_folders.inner if self.class_folders else {})

    @cached_property
    def folders_are_classes(self) -> bool:
        """Whether what lies below the class folders says the same as a label in a table."""
        return (
            self.class_folders is not None and not self.case_folders and are_classes(self.class_folders.inner, self.label_tables)
        )

    @cached_property
    def says_classes_again(self) -> list[str]:
        """Columns that could group images and put nearly all of each class into one group; :data:`FILE_NAME` for file names."""
        folders = [self.class_folders.label] if self.class_folders else []
        names = self.parsed is not None and are_labels(self.parsed.groups, folders, self.label_tables)
        return [*columns_of_classes(self.image_tables), *([FILE_NAME] if names else [])]

    @cached_property
    def levels(self) -> dict[str, dict[str, str]]:
        """Levels of folders that may be classes, too, by the columns that stand for them."""
        return untold(self.class_folders.levels, self.tables) if self.class_folders else {}

    @property
    def label_tables(self) -> list[Table]:
        """Tables that name images and have a label column, the one that names most images first."""
        return sorted((t for t in self.tables if t.matched and t.by_role("label")), key=lambda t: -t.matched)

    @property
    def image_tables(self) -> list[Table]:
        """Tables that name images, those with a label first."""
        first = self.label_tables
        return first + sorted((t for t in self.tables if t.matched and t not in first), key=lambda t: -t.matched)


def take_inventory(data: str | Path, tell: Tell = quiet) -> Inventory:
    """List the folder, read its tables, match rows to files and recognise the layout; ``tell`` hears how far it is."""
    folder = with_listings(read_folder(data, tell))
    problems, assumed = said_unread(folder.others), list[str]()
    images = _without_masks(folder, problems)
    index, folders = file_index(tuple(images)), FolderIndex(images)
    real = _without_submissions(folder.tables, problems)
    read = _told(real, tell)
    frames = {name: frame for name in read if (frame := _read(folder, name, problems, folders)) is not None}
    tell(TABLES_READ, f"bringing {len(images):,} images and what is said of them together")
    frames = {
        name: with_findings_as_columns(frame, name, index, problems) for name, frame in called_by_files(frames, problems).items()
    }
    frames = {name: with_whole_names(frame, name, index, images, problems) for name, frame in frames.items()}
    frames = {name: with_both_sides(frame, name, index, assumed) for name, frame in frames.items()}
    frames = {name: with_near_images(frame, name, index, images) for name, frame in frames.items()}
    frames = {name: with_one_spelling(frame, name, image_column(frame, index), problems) for name, frame in frames.items()}
    frames = {name: _with_images(frame, name, index, folders, problems) for name, frame in frames.items()}
    frames = with_ids(frames, index, Beginnings(images), assumed, problems)
    named = {name: (frame, _files_named(frame, index) if len(frames) > 1 else set()) for name, frame in frames.items()}
    tables = [_table(name, frame, index, folders) for name, frame in join_partition_tables(named).items()]
    coco = read_coco(folder, index)
    boxes = _boxes(folder, images, index, coco, tables, problems)
    tables = without_unknown(with_opinions_apart(tables + _coco_tables(coco), problems), folder, problems)
    classes = find_class_folders(images)
    told = classes is not None or boxes is not None or len(images) < len(folder.images) or any(t.matched for t in tables)
    return Inventory(
        folder,
        images,
        tables if told else tables + _names_as_table(folder, images, index, folders),
        classes,
        boxes,
        parse_groups(images),
        DicomHeaders(folder, images),
        find_case_folders(images),
        problems,
        assumed,
    )


def _names_as_table(folder: DataFolder, images: list[str], index: FileIndex, folders: FolderIndex) -> list[Table]:
    """What the names of the images say, where nothing else says anything of them."""
    parts = parts_of_names(images, (text for _, text in described_in(folder)))
    return [] if parts is None else [_table(FILE_NAMES, parts, index, folders)]


def _told(names: Sequence[str], tell: Tell) -> Iterator[str]:
    """The names of tables, each told before it is read."""
    for number, name in enumerate(names):
        tell(LISTED + (TABLES_READ - LISTED) * number / len(names), f"reading {name}")
        yield name


def _without_submissions(names: Sequence[str], problems: list[str]) -> list[str]:
    """A sample submission of a competition holds made-up labels."""
    made_up = [name for name in names if _SUBMISSION.search(PurePosixPath(name).stem.lower())]
    problems += [f"{name} is a sample of a submission: its labels are made up, and it is not read." for name in made_up]
    return [name for name in names if name not in made_up]


def _without_masks(folder: DataFolder, problems: list[str]) -> list[str]:
    """The images; where folders of masks have no image of their names, that is said."""
    paired = pair_masks(folder.images)
    strange = [] if len(paired.strange) == len(folder.images) else masks_among(folder, paired.strange)
    images = [image for image in folder.images if image not in paired.masks.union(strange)]
    if not images:
        return folder.images
    unpaired = sorted([*strange, *(paired.alone if not paired.structures else ())])
    if unpaired:
        names = ", ".join(unpaired[:3]) + ", …" * (len(unpaired) > 3)
        problems.append(f"{len(unpaired)} masks have no image of their name ({names}); they are not used.")
    return images


def _boxes(
    folder: DataFolder, images: list[str], index: FileIndex, coco: list[CocoFile], tables: list[Table], problems: list[str]
) -> AnnotatedBoxes | None:
    """Of the first format that holds any."""
    readers: list[Callable[[], AnnotatedBoxes | None]] = [
        lambda: coco_boxes(coco, folder, images),
        lambda: voc_boxes(folder, index),
        lambda: cvat_boxes(folder, index),
        lambda: via_boxes(folder, index),
        lambda: yolo_boxes(folder, images),
        lambda: table_boxes(tables),
    ]
    broken = 0
    for read in readers:
        if boxes := read():
            return boxes
        broken += len(boxes.files) if boxes is not None else 0
    if broken:
        problems.append(f"None of the {broken} files that look like files of boxes can be read.")
    return None


def _coco_tables(found: list[CocoFile]) -> list[Table]:
    """What COCO files say of their images beside their boxes, as one table."""
    told = coco_table(found)
    if told is None:
        return []
    name = found[0].name
    return [Table(name, told[0], "file_name", told[1], describe_columns(told[0], name, "file_name", told[1]))]


def _read(folder: DataFolder, name: str, problems: list[str], folders: FolderIndex) -> pd.DataFrame | None:
    def is_data(cell: str) -> bool:
        return looks_like_image(cell) or ("/" in cell and bool(folders.find(cell))) or is_long_number(cell)

    try:
        return with_one_hot(read_table(folder.path(name), problems, is_data))
    except (ValueError, OSError, EOFError, KeyError, csv.Error, zipfile.BadZipFile, zlib.error) as error:
        problems.append(f"{name} could not be read as a table ({type(error).__name__}).")
        return None


def _with_images(frame: pd.DataFrame, name: str, index: FileIndex, folders: FolderIndex, problems: list[str]) -> pd.DataFrame:
    """A table whose cells name no image may name the folders in which they lie; boxes of others get a column for each corner."""
    column = image_column(frame, index)
    return with_box_columns(frame, name, column, problems) if column else with_folder_images(frame, folders)


def _files_named(frame: pd.DataFrame, index: FileIndex) -> set[str]:
    column = image_column(frame, index)
    return set(frame[column].map(index.find).dropna()) if column else set()


def _table(name: str, frame: pd.DataFrame, index: FileIndex, folders: FolderIndex) -> Table:
    named = image_column(frame, index)
    files = frame[named].map(index.find) if named else pd.Series(None, index=frame.index, dtype=object)
    columns = describe_columns(frame, name, named, files)
    return Table(name, frame, named, files, _with_cases(columns, frame, named, folders))


def _with_cases(columns: list[ColumnFacts], frame: pd.DataFrame, named: str | None, folders: FolderIndex) -> list[ColumnFacts]:
    """Where rows were about several images each, what names these is an id of their case."""
    if named == FOLDER_IMAGE:
        cases, why = [c.name for c in columns if names_cases(frame[c.name], folders)], "names folders of patients or examinations"
    elif named == IMAGE_OF_ID:
        cases = [c.name for c in columns if c.name != named and begins_names(frame[c.name], frame[named])]
        why = "names of several images begin with it"
    else:
        return columns
    return [c.model_copy(update={"role": "group", "evidence": why}) if c.name in cases else c for c in columns]


def rows_by_file(inventory: Inventory, table: Table) -> pd.DataFrame:
    """The rows of a table that name an image, indexed by file, joined with what the other tables know of it."""
    joined = _indexed(table)
    for other in inventory.tables:
        if other is not table:
            joined = _join_files(joined, other) if other.matched else _join_key(joined, other)
    return _with_inner_folders(joined, inventory)


def _with_inner_folders(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    inner = inventory.inner_folders
    return rows.assign(**{PATIENT_FOLDER: rows.index.map(inner)}) if inner and PATIENT_FOLDER not in rows.columns else rows


def _indexed(table: Table) -> pd.DataFrame:
    named = table.files.notna()
    return table.frame[named].set_index(pd.Index(table.files[named], name="file"))


def _new_columns(joined: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    return [name for name in other.columns if name not in joined.columns]


def _join_files(joined: pd.DataFrame, other: Table) -> pd.DataFrame:
    rows = _indexed(other)
    if not rows.index.is_unique or other.by_role("box"):
        return joined
    return joined.join(rows[_new_columns(joined, rows)], how="left")


def _join_key(joined: pd.DataFrame, other: Table) -> pd.DataFrame:
    """Join a table of patients (one row each) by the id column that both tables have."""
    keys = [c for c in other.frame.columns if c in joined.columns and other.frame[c].notna().all() and other.frame[c].is_unique]
    if not keys:
        return joined
    return joined.join(other.frame.set_index(keys[0])[_new_columns(joined, other.frame)], on=keys[0], how="left")


def image_rows(inventory: Inventory) -> pd.DataFrame:
    """One row for every image, indexed by file, with all that folders and tables say of it, boxes excepted."""
    rows = pd.DataFrame(index=pd.Index(inventory.images, name="file"))
    for name, values in _folder_columns(inventory).items():
        rows[name] = pd.Series(values, dtype=object)
    for table in inventory.image_tables:
        rows = _join_columns(rows, _first_rows(table).drop(columns=_repeated(rows, table)))
    for table in inventory.tables:
        rows = rows if table.matched else _join_key(rows, table)
    return rows


def _folder_columns(inventory: Inventory) -> dict[str, dict[str, str]]:
    found = inventory.class_folders
    columns = {FOLDER: found.label} | inventory.levels | found.crossing if found else {}
    columns |= {PATIENT_FOLDER: inventory.inner_folders, FOLDER_SPLIT: find_split_folders(inventory.images)}
    return {name: values for name, values in columns.items() if values}


def _first_rows(table: Table) -> pd.DataFrame:
    """The first row that names each image; of a table of boxes without corners and classes."""
    rows = _indexed(table)
    spent = {c.name for role in ("box", "label") for c in table.by_role(role)} | {class_column(table)}
    spent = spent & set(rows.columns) if is_box_table(table) else set()
    return rows[~rows.index.duplicated()].drop(columns=[*spent, table.image_column])


def _repeated(rows: pd.DataFrame, table: Table) -> list[str]:
    """Columns that say of every image what another one says already, perhaps under another name (ids are kept)."""
    mine, spent = _first_rows(table).reindex(rows.index), {c.name for r in ("group", "split") for c in table.by_role(r)}
    new = [name for name in _new_columns(rows, mine) if name not in spent]
    return [name for name in new if any(mine[name].equals(rows[other]) for other in rows.columns)]


def _join_columns(joined: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """New columns come in; of a column that is there already (one table for each partition), empty cells are filled."""
    known = [name for name in rows.columns if name in joined.columns]
    joined = joined.join(rows[_new_columns(joined, rows)], how="left")
    for name in known:
        joined[name] = joined[name].where(joined[name].notna(), rows[name].reindex(joined.index))
    return joined


def ending_rows(inventory: Inventory) -> pd.DataFrame:
    """Rows for all images, indexed by file, with what their names end in and their patients' folders."""
    rows = pd.DataFrame({NAME_ENDING: find_name_endings(inventory.images)}, dtype=object)
    return _with_inner_folders(rows.rename_axis("file"), inventory)


def folder_rows(inventory: Inventory) -> pd.DataFrame:
    """Rows for the images in class folders, indexed by file, with the synthetic columns; tables beside are joined."""
    assert inventory.class_folders is not None
    found = inventory.class_folders
    rows = pd.DataFrame({FOLDER: found.label} | inventory.levels | found.crossing, dtype=object)
    for name, values in ((FOLDER_SPLIT, found.split), (PATIENT_FOLDER, inventory.inner_folders)):
        if values:
            rows[name] = pd.Series(values, dtype=object)
    rows.index.name = "file"
    for table in inventory.tables:
        rows = _join_files(rows, table) if table.matched else rows
    return rows

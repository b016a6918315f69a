"""The first look at a data folder: layout, columns with their roles, modality, problems. Decides nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from jupyter_clinagent import modalities
from jupyter_clinagent.facts import CaseFacts, ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.boxes.found import CORNERS, AnnotatedBoxes
from jupyter_clinagent.study.data.cases import case_facts
from jupyter_clinagent.study.data.codebook import with_meanings
from jupyter_clinagent.study.data.group_names import names_patients, restarts
from jupyter_clinagent.study.data.image_level import image_level_labels, supervision
from jupyter_clinagent.study.data.inventory import (
    DICOM_PATIENT,
    FILE_NAME,
    FOLDER,
    FOLDER_SPLIT,
    NAME_ENDING,
    PATIENT_FOLDER,
    SAME_PATIENT,
    Inventory,
    image_rows,
    rows_by_file,
)
from jupyter_clinagent.study.data.layouts import find_split_folders
from jupyter_clinagent.study.data.masks import count_unfit, find_masks
from jupyter_clinagent.study.data.modality import look_at_sample
from jupyter_clinagent.study.data.name_endings import find_name_endings
from jupyter_clinagent.study.data.roles import is_named_like_label
from jupyter_clinagent.study.data.second_images import say_second_images
from jupyter_clinagent.study.data.tables import Table
from jupyter_clinagent.study.data.telling import Tell, quiet
from jupyter_clinagent.study.data.told_folders import CLASSES_AGAIN, FOLDERS_ARE_CLASSES
from jupyter_clinagent.tasks import registry

MATCHED = 0.8
"""Share of a first look that is done once images and tables are brought together."""


def survey_facts(inventory: Inventory, tell: Tell = quiet) -> SurveyFacts:
    """Describe an inventory in the terms that the agent and the clinician share; ``tell`` hears how far it is."""
    tell(MATCHED, "looking at some of the images")
    named = [column for table in inventory.tables for column in table.columns] + _synthetic_columns(inventory)
    columns = with_meanings(named, inventory)
    look = look_at_sample(inventory.folder, inventory.images, _words(inventory, columns))
    layout = _layout(inventory)
    masks, misfits = _masks(inventory)
    seen, faults = _seen(inventory, tell)
    return SurveyFacts(
        data=str(inventory.folder.root),
        layout=layout,
        images=len(inventory.images),
        columns=columns,
        label_candidates=label_candidates(inventory),
        group_candidates=group_candidates(inventory),
        cases=_cases(inventory),
        split_candidates=split_candidates(inventory),
        modality=look.modality,
        modality_from=look.source,
        coloured=look.coloured,
        median_size=look.median_size,
        **_boxes(inventory, look.median_size),
        masks=masks,
        seen=seen,
        assumptions=_assumptions(inventory, f"Kind of images: {modalities.find(look.modality).title}, because {look.evidence}."),
        problems=[*_problems(inventory, layout, look.unreadable), *misfits, *faults],
    )


def _seen(inventory: Inventory, tell: Tell) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What each task sees, where it sees anything; and which could not look, for one must not keep the others from it."""
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for number, (name, task) in enumerate(registry.tasks().items()):
        tell(MATCHED + (1 - MATCHED) * number / len(registry.tasks()), "looking what could be learnt")
        try:
            facts = dict(task.surveying.look(inventory))
        except Exception as error:
            problems.append(
                f"The task {name} of the package {task.package} could not look at the data ({type(error).__name__}: {error}); it "
                "is left out. Tell its authors, or remove the package."
            )
            continue
        found |= {name: facts} if facts else {}
    return found, problems


def _masks(inventory: Inventory) -> tuple[dict[str, int], list[str]]:
    """Images outlined by each folder of masks that fit, and what is wrong with the others."""
    fitting, problems = {}, []
    for masks in find_masks(inventory.folder):
        unfit, seen = count_unfit(inventory.folder, masks)
        if unfit < seen:
            fitting[masks.name] = len(masks.files)
        if unfit:
            problems.append(
                f"{unfit} of {seen} masks looked at in {masks.name} have another size than their images; they are not used."
            )
    return fitting, problems


def _layout(inventory: Inventory) -> str:
    if inventory.label_tables or _joined_labels(inventory):
        return "table"
    if inventory.class_folders is not None:
        return "folders"
    return inventory.boxes.layout if inventory.boxes else ("table" if _guesses(inventory) else "unlabelled")


def _guesses(inventory: Inventory) -> list[str]:
    """What may be labels where nothing says that it is: columns, and only without any the ends of file names."""
    columns = list(dict.fromkeys(_undecided(inventory)))
    return columns or ([NAME_ENDING] if find_name_endings(inventory.images) else [])


def _undecided(inventory: Inventory) -> list[str]:
    """Columns that could be the label although nothing in their name says so."""
    tables = inventory.image_tables
    return [c.name for table in tables for c in table.columns if c.role in ("other", "confounder") and len(c.values) > 1]


def label_candidates(inventory: Inventory) -> list[str]:
    """Columns that could hold the label, best first."""
    named = [column.name for table in inventory.label_tables for column in table.by_role("label")]
    named += _joined_labels(inventory)
    folders = [FOLDER, *inventory.levels] if inventory.class_folders is not None else []
    return list(dict.fromkeys(named + folders)) or _one_class(inventory) or _guesses(inventory)


def _joined_labels(inventory: Inventory) -> list[str]:
    """Labels of tables that name no image but share an id with one that does."""
    others = [c.name for table in inventory.tables if not table.matched for c in table.by_role("label")]
    reached = (
        {name for table in inventory.image_tables[:1] for name in rows_by_file(inventory, table).columns} if others else set()
    )
    return [name for name in others if name in reached]


def _one_class(inventory: Inventory) -> list[str]:
    """Label columns with a single value: nothing to tell apart, but no other column may take their place."""
    columns = [c for table in inventory.image_tables for c in table.columns if c.role == "ignored" and c.distinct == 1]
    return [column.name for column in columns if is_named_like_label(column.name)]


def _candidates(inventory: Inventory, role: str) -> list[str]:
    return list(dict.fromkeys(c.name for table in inventory.image_tables for c in table.by_role(role)))


def group_candidates(inventory: Inventory) -> list[str]:
    """Coarsest first, as several lesions belong to one patient; what is numbered anew in each patient comes last.

    Where no column groups, the patients of DICOM headers come before folders and file names.
    """
    columns = [(_restarts(table, c), c.distinct, c.name) for table in inventory.image_tables for c in table.by_role("group")]
    again = inventory.says_classes_again
    named = list(dict.fromkeys(name for _, _, name in sorted(columns, key=lambda column: column[:2]) if name not in again))
    inner = [PATIENT_FOLDER] if inventory.inner_folders else []
    patients = [DICOM_PATIENT] if not named and inventory.headers.patients else []
    return named + patients + inner + ([FILE_NAME] if inventory.parsed and FILE_NAME not in again else [])


def _restarts(table: Table, column: ColumnFacts) -> bool:
    patients = [c.name for c in table.by_role("group") if names_patients(c.name)]
    return not names_patients(column.name) and any(restarts(table.frame[column.name], table.frame[p]) for p in patients)


def _cases(inventory: Inventory) -> list[CaseFacts]:
    """What could get one answer from several images."""
    groups = group_candidates(inventory)
    return case_facts(inventory, image_rows(inventory), groups, label_candidates(inventory)) if groups else []


def split_candidates(inventory: Inventory) -> list[str]:
    """Columns (or folders) that name partitions."""
    return _candidates(inventory, "split") + ([FOLDER_SPLIT] if _has_split_folders(inventory) else [])


def _has_split_folders(inventory: Inventory) -> bool:
    told = inventory.class_folders is not None or inventory.boxes is not None
    return told and bool(find_split_folders(inventory.images))


_ENDS = "nothing else labels the images, and their names differ only by numbers and by what they end in"
_LEVEL = "folders above or below those of the classes, which tell images apart, too"


def _synthetic_columns(inventory: Inventory) -> list[ColumnFacts]:
    if inventory.class_folders is None:
        guessed = label_candidates(inventory) == [NAME_ENDING]
        return [_synthetic(NAME_ENDING, "label", find_name_endings(inventory.images), _ENDS)] if guessed else []
    label, split = inventory.class_folders.label, inventory.class_folders.split
    columns = [_synthetic(FOLDER, "label", label, "images lie in one folder per class")]
    columns += [_synthetic(name, "label", at, _LEVEL) for name, at in inventory.levels.items()]
    columns += [_synthetic(name, "other", at, "") for name, at in inventory.class_folders.crossing.items()]
    return columns + ([_synthetic(FOLDER_SPLIT, "split", split, "folders are named like partitions")] if split else [])


def _synthetic(name: str, role: str, values: dict[str, str], evidence: str) -> ColumnFacts:
    counts = Counter(values.values())
    for value in not_known(counts) if role == "label" else ():
        del counts[value]
    facts = {"name": name, "table": "", "role": role, "values": dict(sorted(counts.items())), "evidence": evidence}
    return ColumnFacts(**facts, distinct=len(counts), missing=0)


def _boxes(inventory: Inventory, median_size: tuple[int, int] | None) -> dict[str, Any]:
    """What the boxes alone, and an image-level label beside them, say."""
    found = inventory.boxes
    if found is None:
        return {}
    level = image_level_labels(image_rows(inventory), found.images, set(found.rows["class"]))
    positive = set(level.positive.index[level.positive == True]) if level else set()  # noqa: E712
    return {
        "boxes": len(found),
        "boxed_images": len(found.images),
        "unread": len(found.unread.keys() - found.images),
        "box_classes": {str(name): int(count) for name, count in found.rows["class"].value_counts().items()},
        "median_box": _median_side(found, median_size),
        "image_label": level.column if level else None,
        "unboxed": len(positive - found.images),
        "supervision": supervision(len(positive - found.images), len(positive | found.images)),
    }


def _median_side(found: AnnotatedBoxes, median_size: tuple[int, int] | None) -> float | None:
    """Where the annotation doesn't say how large its image is, a typical one is taken."""
    corners = found.rows[CORNERS].to_numpy(dtype=float)
    usual = median_size or (np.nan, np.nan)
    size = found.rows[["width", "height"]].where(lambda given: given > 0).fillna({"width": usual[0], "height": usual[1]})
    size[found.in_parts] = 1
    area = np.abs(corners[:, 2:] - corners[:, :2]).prod(axis=1) / size.prod(axis=1).to_numpy()
    known = area[np.isfinite(area) & (area > 0)]
    return round(float(np.sqrt(np.median(known))), 4) if len(known) else None


def _words(inventory: Inventory, columns: list[ColumnFacts]) -> str:
    names = [table.name for table in inventory.tables] + [column.name for column in columns]
    values = [value for column in columns if column.role == "label" for value in column.values]
    return " ".join(names + values + inventory.images[:3])


def _assumptions(inventory: Inventory, modality: str) -> list[str]:
    said = [modality, *(inventory.boxes.said if inventory.boxes else ())]
    for table in inventory.image_tables:
        named = ", ".join(f"{c.name} = {c.role}" for c in table.columns if c.role not in ("other", "ignored"))
        said.append(f"Roles of the columns of {table.name}, from names and contents: {named}.")
    said += [FOLDERS_ARE_CLASSES] if inventory.folders_are_classes else []
    said += [CLASSES_AGAIN.format(name=name) for name in inventory.says_classes_again]
    said += [*inventory.assumed, *say_second_images(inventory)]
    if label_candidates(inventory) == [NAME_ENDING]:
        name, ending = next(iter(find_name_endings(inventory.images).items()))
        said.append(f"What file names end in may be the label, because {_ENDS}: {name} says {ending}.")
    best = next(iter(group_candidates(inventory)), None)
    if best == DICOM_PATIENT:
        said.append(f"{SAME_PATIENT}.")
    if inventory.parsed and best in (FILE_NAME, PATIENT_FOLDER):
        examples = "; ".join(f"{name} belongs to {group}" for name, group in inventory.parsed.examples)
        said.append(f"Images are grouped by ids read from file names, for example: {examples}.")
    return said


def _problems(inventory: Inventory, layout: str, unreadable: int) -> list[str]:
    found = list(inventory.problems)
    if layout == "unlabelled":
        found += _say_unlabelled(inventory)
    if inventory.boxes and inventory.boxes.strangers:
        found.append(f"{len(inventory.boxes.strangers)} boxes are for images that are not there.")
    if inventory.boxes and (doubtful := inventory.boxes.doubtful):
        found.append(
            f"The boxes of {len(doubtful)} images can't be read, or not all of them ({', '.join(doubtful[:3])}"
            f"{', …' if len(doubtful) > 3 else ''}): such images are not taken for negative, but left out unless a label says "
            "what they show."
        )
    if len(inventory.images) < 3:
        found.append(f"Only {len(inventory.images)} images.")
    if unreadable:
        found.append(f"{unreadable} of the sampled images could not be read.")
    return found


def _say_unlabelled(inventory: Inventory) -> list[str]:
    """Why no table labels the images: it names none of them, or says nothing of them that recurs."""
    strange = ", ".join(table.name for table in inventory.tables if not table.matched)
    said = [f"The rows of {strange} name none of the images."] if strange else []
    return [*said, *map(_say_no_label, inventory.image_tables)] or ["No labels: neither class folders nor a table."]


def _say_no_label(table: Table) -> str:
    others = ", ".join(f"“{c.name}”" for c in table.columns if c.role != "image")
    why = f"none of its other columns ({others})" if others else "it has no other column that"
    return f"The rows of {table.name} name {table.matched} of the images, but {why} holds a few values that could be a label."

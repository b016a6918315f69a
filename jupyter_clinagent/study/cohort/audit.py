"""What a careful colleague would check before training: said in sentences, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import NO_FILE, NOT_ASKED_FOR, OUTSIDE
from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.association import associations
from jupyter_clinagent.study.cohort.cohort import Cohort, Looks
from jupyter_clinagent.study.cohort.duplicates import all_pairs, joined_groups
from jupyter_clinagent.study.data.inventory import DICOM_PATIENT, Inventory
from jupyter_clinagent.study.data.roles import is_identifier, one_to_one
from jupyter_clinagent.tasks import registry

STRONG_ASSOCIATION = 0.05
"""A column that explains more than this share of the label's entropy is reported."""
SIGNIFICANT = 0.01
STRONG_IMBALANCE, EVEN = 5.0, 1.05
"""From so many times as many images on a class drowns another; up to so many they are as good as equally frequent."""
LARGE_SET, LARGE_SHARE = 50, 0.10
"""More images, and a larger share of them, that hang together by what they show are worth a look."""


def audit_cohort(cohort: Cohort, inventory: Inventory) -> list[AuditFinding]:
    """All findings, the gravest first."""
    checks = (_too_few, _groups, _left_out, _duplicates, _scenes, _crossing, _conflicts, _imbalance, _sizes, _associations)
    found = [finding for check in checks for finding in check(cohort)]
    found += registry.find(cohort.facts.task).targets.audit(cohort)
    found += [*_frames(cohort, inventory), *_identifiers(cohort, inventory)]
    order = {"stop": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _too_few(cohort: Cohort) -> Iterator[AuditFinding]:
    said = iter(cohort.facts.assumptions)
    for number in cohort.facts.too_few.values():
        yield AuditFinding(topic="too few", severity="stop", count=number, text=next(said))


def _groups(cohort: Cohort) -> Iterator[AuditFinding]:
    table = cohort.table
    groups, images = table["group"].nunique(), len(table)
    parts = table.groupby("partition")["group"].nunique()
    listed = ", ".join(f"{parts.get(part, 0)} in {part}" for part in ("train", "validation", "test"))
    source = f"by {cohort.facts.group_source}" if cohort.facts.group_source else "each image on its own"
    text = f"{images} images from {groups} groups ({source}): {listed}."
    yield AuditFinding(topic="groups", severity="info", count=groups, text=text)


def _left_out(cohort: Cohort) -> Iterator[AuditFinding]:
    for reason, count in Counter(cohort.left_out.values()).most_common():
        harmless = reason == OUTSIDE or reason.startswith(NOT_ASKED_FOR)
        text = f"{count} image{'s were' if count != 1 else ' was'} left out: {reason}."
        yield AuditFinding(topic="left out", severity="info" if harmless else "warning", count=count, text=text)
    missing = cohort.facts.left_out.get(NO_FILE, 0)
    if missing:
        text = f"{missing} rows of the table name an image file that is not there."
        yield AuditFinding(topic="missing files", severity="warning", count=missing, text=text)


def _duplicates(cohort: Cohort) -> Iterator[AuditFinding]:
    extra, near = sum(len(files) - 1 for files in cohort.looks.exact), len(cohort.looks.near)
    text = f"{extra} images are exact copies of another; copies and their groups stay in one partition."
    text = text if extra else "No image is an exact copy of another."
    yield AuditFinding(topic="exact duplicates", severity="warning" if extra else "info", count=extra, text=text)
    text = f"{near} pairs of images look nearly the same (perceptual hash); they and their groups stay in one partition."
    text = text if near else "No two images look nearly the same (perceptual hash)."
    yield AuditFinding(topic="near duplicates", severity="info", count=near, text=text)


def _scenes(cohort: Cohort) -> Iterator[AuditFinding]:
    """Only where nothing else tells which images belong together were scenes looked for."""
    scenes, images = cohort.looks.scenes, len(cohort.looks.files)
    if cohort.facts.group_source is None:
        severity: Literal["warning", "info"] = "warning" if scenes.too_many else "info"
        yield AuditFinding(topic="same scene", severity=severity, count=len(scenes.pairs), text=scenes.said)
    if not len(scenes.pairs):
        return
    pairs = np.concatenate([all_pairs(cohort.looks.readings, cohort.looks.near), scenes.pairs])
    largest = int(np.bincount(joined_groups(cohort.looks.files, pairs)).max())
    if largest > max(LARGE_SET, LARGE_SHARE * images):
        text = (
            f"{largest} of {images} images hang together by what they show and stay in one partition, as frames of one video "
            "should. If they are of several patients, please look at what they share: add a column that says which images are "
            "of one patient, and that decides instead."
        )
        yield AuditFinding(topic="many of one scene", severity="warning", count=largest, text=text)


def _crossing(cohort: Cohort) -> Iterator[AuditFinding]:
    looks = cohort.looks
    crossing = cohort.parted([*_alike(cohort), *_files(looks, looks.scenes.pairs)])
    if looks.crossing_groups:
        text = (
            f"{looks.crossing_groups} groups lay on both sides of the published split; their {looks.crossing_images} "
            "training images were taken out."
        )
        yield AuditFinding(topic="crossing", severity="warning", count=looks.crossing_groups, text=text)
    text = f"{crossing} duplicates lie in two partitions." if crossing else "No group and no duplicate lies in two partitions."
    yield AuditFinding(topic="partitions", severity="stop" if crossing else "info", count=crossing, text=text)


def _alike(cohort: Cohort) -> list[Sequence[str]]:
    return [*cohort.looks.exact, *_files(cohort.looks, cohort.looks.near)]


def _files(looks: Looks, pairs: np.ndarray) -> list[list[str]]:
    return [[looks.files[first], looks.files[second]] for first, second in pairs]


def _conflicts(cohort: Cohort) -> Iterator[AuditFinding]:
    label = cohort.shown().set_index("image")["label"]
    known = [[label[file] for file in files if file in label.index] for files in _alike(cohort)]
    conflicting = sum(len(set(labels)) > 1 for labels in known)
    text = f"{conflicting} pairs of duplicates in training and validation carry different labels: please look at them."
    text = text if conflicting else "No duplicates in training and validation carry different labels."
    yield AuditFinding(topic="conflicting labels", severity="warning" if conflicting else "info", count=conflicting, text=text)


def _imbalance(cohort: Cohort) -> Iterator[AuditFinding]:
    totals = {name: sum(parts.values()) for name, parts in cohort.facts.counts.items()}
    if not all(totals.values()):  # boxes on every image
        return
    least, *_, most = sorted(totals, key=lambda name: totals[name])  # two names, even where they are equally frequent
    ratio = totals[most] / totals[least]
    text = f"{most} is {ratio:.1f} times as frequent as {least} ({totals[most]} and {totals[least]} images)."
    text = (
        text if ratio >= EVEN else f"No class is clearly more frequent than another ({totals[least]} to {totals[most]} images)."
    )
    severe = ratio >= STRONG_IMBALANCE
    yield AuditFinding(topic="imbalance", severity="warning" if severe else "info", count=round(ratio), text=text)


def _sizes(cohort: Cohort) -> Iterator[AuditFinding]:
    table = cohort.looks.readings.table
    sizes = Counter(zip(table["width"], table["height"], strict=True))
    (width, height), most = sizes.most_common(1)[0]
    text = f"All images are {width} × {height} pixels."
    if len(sizes) > 1:
        text = f"{len(sizes)} different image sizes; the most frequent is {width} × {height} pixels ({most} images)."
    yield AuditFinding(topic="sizes", severity="info", count=len(sizes), text=text)


def _associations(cohort: Cohort) -> Iterator[AuditFinding]:
    shown = cohort.shown().set_index("image")
    columns = [name for name in cohort.metadata.columns if not is_identifier(str(name))]
    metadata = cohort.metadata.loc[shown.index, columns].assign(**{"image size": _size_of(cohort, shown.index)})
    for column, explained, p in associations(metadata, shown["label"], shown["group"]):
        if explained >= STRONG_ASSOCIATION and p <= SIGNIFICANT:
            yield _association(
                cohort, column, explained, p, alias=column in columns and one_to_one(metadata[column], shown["label"])
            )


def _association(cohort: Cohort, column: str, explained: float, p: float, *, alias: bool) -> AuditFinding:
    """A column that gives the label away, with what can be asked for where it says of each image whether it shows something."""
    says = f"{column} goes with the label (it explains {explained:.0%} of it in training and validation, p = {p:.3f}): "
    says += "if it shows in the images, the model may learn it instead of the disease."
    known = not alias and not cohort.confounder(column).isna().all()
    if alias:
        says = f"{column} says the same as the label: it is the answer itself, and no shortcut to be freed from."
    elif known:
        says += f" Ask that it must not rely on {column}, and that is measured and reduced."
    named = column if known else None
    return AuditFinding(topic="association", severity="warning", count=round(100 * explained), text=says, confounder=named)


def _size_of(cohort: Cohort, files: pd.Index) -> np.ndarray:
    table = cohort.looks.readings.table.loc[files]
    return np.asarray(table["width"].astype(str) + " × " + table["height"].astype(str))


def _frames(cohort: Cohort, inventory: Inventory) -> Iterator[AuditFinding]:
    frames = [count for file, count in inventory.headers.frames.items() if file in set(cohort.looks.files)]
    if frames:
        span = str(min(frames)) if min(frames) == max(frames) else f"{min(frames)} to {max(frames)}"
        text = (
            f"{len(frames)} files hold several frames ({span}); of each the middle frame is taken, the others are not looked at. "
            "Write the frames as files of their own if each has a label."
        )
        yield AuditFinding(topic="frames", severity="warning", count=len(frames), text=text)


def _identifiers(cohort: Cohort, inventory: Inventory) -> Iterator[AuditFinding]:
    counts = inventory.headers.carried
    if counts:
        grouped = cohort.facts.group_source == DICOM_PATIENT
        used = "shown or stored; patients were replaced by numbers" if grouped else "used, shown or stored"
        listed = ", ".join(f"{keyword} in {number}" for keyword, number in counts.items())
        text = f"DICOM headers hold personal data ({listed} files). No value of them is {used}."
        yield AuditFinding(topic="identifiers", severity="warning", count=max(counts.values()), text=text)
    columns = sorted({c.name for t in inventory.tables for c in t.columns if is_identifier(c.name)})
    if columns:
        text = f"Columns named like personal data ({', '.join(columns)}) are neither shown nor stored."
        yield AuditFinding(topic="identifiers", severity="warning", count=len(columns), text=text)

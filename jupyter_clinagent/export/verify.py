"""Replay a bundle in a fresh kernel, on the data, and compare every figure."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from jupyter_clinagent._version import __version__
from jupyter_clinagent.contracts import FACTS_MIME
from jupyter_clinagent.errors import Different, NoSuchData
from jupyter_clinagent.export.unpack import check, study_in, unpacked
from jupyter_clinagent.nearby import no_such_folder
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.study.cohort.corrected_images import CORRECTED_IMAGES
from jupyter_clinagent.study.cohort.corrections import CORRECTIONS
from jupyter_clinagent.study.data.folder import IMAGE_SUFFIXES, TABLE_SUFFIXES
from jupyter_clinagent.study.protocol.evaluator import judged_otherwise
from jupyter_clinagent.study.protocol.record import confirmed_in, verify_record
from jupyter_clinagent.tasks import registry

SAME_MACHINE, OTHER_MACHINE = 0.005, 0.02
"""Largest difference of a figure that counts as the same."""
_COMPARED = ("cohort", "experiment", "evaluation")
_NOT_FIGURES = {"seconds", "replayed", "unsealed", "epochs", "facts_schema"}
_IN_INTERVAL = "target_in_interval"
"""Follows from the target and the ends of an interval."""


@dataclass(frozen=True)
class Verification:
    """What a verification found."""

    same: bool
    message: str
    figures: int = 0
    largest_difference: float = 0.0
    differences: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON output."""
        return asdict(self)


def verify(
    bundle: Path, data: Path, *, tolerance: float = SAME_MACHINE, progress: Callable[[str], None] = lambda _: None
) -> Verification:
    """Replay the bundle and compare.

    Parameters
    ----------
    bundle
        What ``export`` wrote.
    data
        Folder of the original images.
    tolerance
        Largest difference of a figure; of a figure above 1, in some unit, as a share of it.

    Returns
    -------
    Verification
        ``same`` is False where a cell, a file, an image or a figure differs; the message names it.
    """
    if not data.is_dir():
        raise NoSuchData(f"{no_such_folder(data)} Give the folder of the study's images with --data DIR.")
    with unpacked(bundle) as (root, manifest):
        try:
            check(root, manifest)
            study = study_in(root, manifest)
            check_evaluator_version(verify_record(study / "record.jsonl"), manifest.get("clinagent", "?"))
            check_data(data, root)
            progress("Cells, files, record and data are those of the study. Replaying it in a fresh kernel …")
            replayed = asyncio.run(_replay(root, manifest["notebook"], study, data, progress))
        except Different as error:
            return Verification(False, str(error))
        return _compare(nbformat.read(root / manifest["notebook"], as_version=4), replayed, tolerance)


def check_evaluator_version(entries: list[dict[str, Any]], version: str) -> None:
    """Metrics and rules have to be the study's, or the replay would be judged otherwise.

    Raises
    ------
    Different
        They are of other versions; says which, and which release is needed.
    """
    confirmed = confirmed_in(entries)
    if not confirmed:
        return
    last = confirmed[-1]
    changed = judged_otherwise(registry.find(last["specification"]["task"]), last.get("versions"))
    if changed:
        raise Different(
            f"The study, made with jupyter_clinagent {version}, was judged otherwise than {__version__} judges: "
            f"{'; '.join(changed)}. Install that version to verify."
        )


def check_data(data: Path, root: Path) -> None:
    """Compare the data with those of the study by content: names stayed at home.

    Raises
    ------
    Different
        Files are missing or were changed; names the files that the study doesn't know.
    """
    known = Counter(json.loads((root / "fingerprints.json").read_text(encoding="utf-8"))["sha256"])
    found = [(p, _sha256(p)) for p in sorted(data.rglob("*")) if p.is_file()]
    missing = known - Counter(digest for _, digest in found)  # of two copies, one may be missing
    if missing:
        strangers = sorted((p for p, digest in found if digest not in known), key=_unlikely)
        shown = ", ".join(str(p.relative_to(data)) for p in strangers[:5]) or "none"
        more = f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""
        raise Different(
            f"{missing.total()} of {known.total()} data files of the study are missing or were changed in {data}. Files there "
            f"that the study does not know: {shown}{more}."
        )


def _unlikely(path: Path) -> bool:
    """Whether a file is neither image nor table: such files lie about anyhow, and are named last."""
    return not path.name.lower().endswith((*IMAGE_SUFFIXES, *TABLE_SUFFIXES))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _replay(root: Path, name: str, study: Path, data: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Run every cell in a folder of its own, which holds what to train and which images were corrected."""
    place = root / "replayed"
    (place / study.name).mkdir(parents=True)
    for kept in ("replay.json", "record.jsonl", CORRECTIONS, CORRECTED_IMAGES):
        if (study / kept).exists():
            shutil.copy(study / kept, place / study.name)
    shutil.copy(root / name, place / name)
    async with HeadlessNotebook(place / name, environment={"CLINAGENT_STUDY_DATA": str(data.resolve())}) as port:
        for cell in await port.cells():
            if cell.kind != "code":
                continue
            progress(f"  {(cell.source.splitlines() or [''])[0].lstrip('# ')}")
            result = await port.run(cell.id, expected_hash=cell.hash)
            if result.status != "ok":
                name_, text = result.error or (result.status, "")
                raise Different(f"Cell {cell.id} fails when replayed: {name_}: {text}")
            if any(facts["kind"] == "experiment" and not facts["replayed"] for facts in result.facts):
                raise Different(f"Cell {cell.id} trains another experiment than the one on record.")
        return await port.snapshot()


def _compare(before: dict[str, Any], after: dict[str, Any], tolerance: float) -> Verification:
    old, new = _with_width(dict(_figures(before))), dict(_figures(after))
    differences = [f"{name}: {value} before, not there now" for name, value in old.items() if name not in new]
    largest = 0.0
    for name in old.keys() & new.keys():
        delta = abs(old[name] - new[name]) / max(1.0, abs(old[name]))
        largest = max(largest, delta)
        if delta > tolerance:
            differences.append(f"{name}: {old[name]} before, {new[name]} now")
    if differences:
        return Verification(
            False,
            f"Different: {len(differences)} of {len(old)} figures. {sorted(differences)[0]}",
            len(old),
            largest,
            sorted(differences),
        )
    return Verification(
        True, f"Same: {len(old)} figures, largest difference {largest:.4f} (allowed {tolerance}).", len(old), largest
    )


def _with_width(figures: dict[str, float]) -> dict[str, float]:
    """The figures without intervals of no width, which earlier releases gave where all draws were alike."""
    ends = {name.removesuffix(".low") for name, low in figures.items() if low == figures.get(f"{name.removesuffix('.low')}.high")}
    return {name: figure for name, figure in figures.items() if name.removesuffix(".low").removesuffix(".high") not in ends}


def _figures(notebook: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            facts = output.get("data", {}).get(FACTS_MIME)
            if facts and facts["kind"] in _COMPARED:
                yield from _flat(facts, f"cell {cell['id']} {facts['kind']}")


def _flat(value: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NOT_FIGURES and not (key == _IN_INTERVAL and _has_no_width(value)):
                yield from _flat(inner, f"{name}.{key}")
    elif isinstance(value, (bool, int, float)):
        yield name, float(value)


def _has_no_width(point: dict[str, Any]) -> bool:
    """Whether the interval in which an operating point's target lies, or doesn't, is of no width."""
    held = point["test"].get(point["rule"], {})
    return bool(held.get("low") == held.get("high"))

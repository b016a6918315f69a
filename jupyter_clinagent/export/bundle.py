"""The bundle: a zip that another machine can replay, verify and use.

::

    <study>.ipynb            the notebook as it ran; ids replaced, patients' images left out unless asked for
    inference.ipynb          how to use the model, in five cells
    <study>-study/           replay.json (steps, seeds, threads of every experiment), record.jsonl, report.html, summary.json,
                             predictions.csv (pseudonyms; where several images give one answer also predictions_by_case.csv); of a
                             corrected study corrected_images.json (SHA-256 by pseudonym) and corrections.csv (those made before
                             the last session)
    model/                   weights.safetensors, model.onnx, preprocessing.json
    requirements.lock        the packages of the kernel that ran it
    fingerprints.json        SHA-256 of every data file, without names
    manifest.json            SHA-256 of everything above, and of each cell's source
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from jupyter_clinagent import versions
from jupyter_clinagent._version import __version__
from jupyter_clinagent.contracts import source_hash
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export import inference, scan, scrub
from jupyter_clinagent.export.corrected import corrections_of
from jupyter_clinagent.export.latest import cells_of, latest_study
from jupyter_clinagent.export.pseudonyms import Pseudonyms, pseudonyms_of
from jupyter_clinagent.study.cohort.corrected_images import CORRECTED_IMAGES, load_identities
from jupyter_clinagent.study.protocol.predictions import BY_CASE
from jupyter_clinagent.study.protocol.record import chained, verify_record

NEEDED = (
    "ledger.json",
    "record.jsonl",
    "report.html",
    "summary.json",
    "predictions.csv",
    "data_fingerprint.json",
    "requirements.lock",
    "model/model.onnx",
)


@dataclass(frozen=True)
class Bundle:
    """Where the zip is, and what the scan for identifiers found in it."""

    path: Path
    findings: list[str] = field(default_factory=list)


def export(notebook: Path, output: Path, *, with_images: bool = False, show: Callable[[list[str]], None] | None = None) -> Bundle:
    """Write the bundle of a finished study.

    Parameters
    ----------
    notebook
        The study's notebook; its folder ``<stem>-study`` lies beside it. Of several studies the last finished one is taken.
    output
        The zip to write; its folder must exist.
    with_images
        Leave patients' images in notebook and report.
    show
        Called with what the scan for identifiers found, before the zip is written; what it raises stops the export.

    Raises
    ------
    BadInput
        The notebook is not there or its study is not finished, or an id would leave the building.
    Different
        The record was tampered with.
    """
    if not notebook.is_file():
        raise BadInput(f"There is no notebook {notebook}.")
    study = latest_study(notebook, NEEDED)
    pseudonyms = pseudonyms_of(study)
    files = _files(notebook, study, pseudonyms, with_images)
    findings = _check(files, pseudonyms)
    if show:
        show(findings)
    manifest = {
        "schema": versions.MANIFEST,
        "clinagent": __version__,
        "notebook": notebook.name,
        "study": study.name,
        "with_images": with_images,
    }
    manifest |= {
        "cells": _cell_hashes(files[notebook.name]),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    files["manifest.json"] = _json(manifest)
    partial = output.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    partial.replace(output)
    return Bundle(output, findings)


def _files(notebook: Path, study: Path, pseudonyms: Pseudonyms, with_images: bool) -> dict[str, bytes]:
    document = nbformat.read(notebook, as_version=4)
    document["cells"] = cells_of(study.name, document["cells"])
    document = scrub.scrub_notebook(document, pseudonyms, with_images=with_images)
    text = {name: (study / name).read_text(encoding="utf-8") for name in NEEDED if not name.startswith("model/")}
    entries = verify_record(study / "record.jsonl")
    files = {
        notebook.name: nbformat.writes(nbformat.from_dict(_without_paths(document, notebook))).encode(),
        "inference.ipynb": inference.notebook().encode(),
        f"{study.name}/replay.json": _json(pseudonyms.scrub_all(json.loads(text["ledger.json"]))),
        f"{study.name}/record.jsonl": chained(entries, pseudonyms.scrub_all).encode(),
        f"{study.name}/report.html": scrub.scrub_html(text["report.html"], pseudonyms, with_images=with_images).encode(),
        f"{study.name}/summary.json": _json(_without_paths(pseudonyms.scrub_all(json.loads(text["summary.json"])), notebook)),
        f"{study.name}/predictions.csv": _pseudonymised_table(text["predictions.csv"], pseudonyms),
        "requirements.lock": text["requirements.lock"].encode(),
        "fingerprints.json": _fingerprints(text["data_fingerprint.json"], load_identities(study / CORRECTED_IMAGES)),
    }
    if (study / BY_CASE).exists():
        table = (study / BY_CASE).read_text(encoding="utf-8")
        files[f"{study.name}/{BY_CASE}"] = _pseudonymised_table(table, pseudonyms)
    files |= {f"{study.name}/{name}": data for name, data in corrections_of(study, pseudonyms, entries).items()}
    return files | {f"model/{p.name}": p.read_bytes() for p in sorted((study / "model").iterdir()) if p.is_file()}


def _check(files: dict[str, bytes], pseudonyms: Pseudonyms) -> list[str]:
    texts = {name: data.decode() for name, data in files.items() if name.endswith((".ipynb", ".json", ".jsonl", ".html", ".csv"))}
    left = {name: count for name, text in texts.items() if (count := pseudonyms.left_in(text))}
    if left:
        raise BadInput(
            f"Not exported: file names or group ids would leave in {', '.join(f'{n} ({c})' for n, c in left.items())}. "
            "Clear them from the notebook first."
        )
    return scan.identifiers(texts)


def _pseudonymised_table(text: str, pseudonyms: Pseudonyms) -> bytes:
    rows, kinds = list(csv.DictReader(io.StringIO(text))), {"image": "image", "case": "group", "group": "group"}
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {name: pseudonyms.of(row[name], kind) for name, kind in kinds.items() if name in row})
    return out.getvalue().encode()


def _fingerprints(text: str, corrected: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Of the files read and of those that a correction left out."""
    known = json.loads(text)
    return _json({"digest": known["digest"], "sha256": sorted(f["sha256"] for f in (known["files"] | corrected).values())})


def _without_paths(value: Any, notebook: Path) -> Any:
    """Absolute paths of this machine cut down to what lies below the notebook's folder."""
    text = json.dumps(value, ensure_ascii=False)
    for folder in (notebook.parent.resolve(), notebook.parent.resolve().parent, Path.home()):
        if len(folder.parts) > 1:
            text = text.replace(json.dumps(str(folder), ensure_ascii=False)[1:-1], ".")
    return json.loads(text)


def _cell_hashes(notebook: bytes) -> dict[str, str]:
    return {cell["id"]: source_hash(cell["source"]) for cell in nbformat.reads(notebook.decode(), as_version=4)["cells"]}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()

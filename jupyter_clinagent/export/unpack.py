"""Opening a bundle, checked against its manifest."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_clinagent import versions
from jupyter_clinagent.errors import BadInput, Different
from jupyter_clinagent.imaging.inference import METADATA, ONNX

_NEEDED = {"notebook": str, "study": str, "cells": dict, "files": dict}


@contextmanager
def unpacked(bundle: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The bundle's folder (temporary) and its manifest.

    Raises
    ------
    BadInput
        Not a bundle, or a name in it that leads out of the folder.
    OtherRelease
        A bundle whose manifest another release wrote in a form that this one can't read.
    """
    if not bundle.is_file():
        raise BadInput(f"There is no bundle {bundle}.")
    with tempfile.TemporaryDirectory(prefix="clinagent-") as folder:
        root = Path(folder).resolve()
        try:
            with zipfile.ZipFile(bundle) as archive:
                if any(not (root / name).resolve().is_relative_to(root) for name in archive.namelist()):
                    raise BadInput(f"{bundle} holds names that lead out of its folder; it was not made by export.")
                archive.extractall(root)
            manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
        except (zipfile.BadZipFile, FileNotFoundError, ValueError) as error:
            raise BadInput(f"{bundle} is not a bundle of this tool ({type(error).__name__}).") from error
        yield root, versions.needed(manifest, _NEEDED, "The manifest of the bundle", versions.MANIFEST)


def study_in(root: Path, manifest: dict[str, Any]) -> Path:
    """The study's folder in an unpacked bundle."""
    return root / str(manifest["study"])


def model_in(root: Path) -> Path:
    """The model's folder in an unpacked bundle.

    Raises
    ------
    BadInput
        The model was taken out of the bundle.
    """
    folder = root / "model"
    missing = [f"model/{name}" for name in (ONNX, METADATA) if not (folder / name).is_file()]
    if missing:
        raise BadInput(f"The bundle came without its model ({', '.join(missing)}); ask for the bundle as it was exported.")
    return folder


def check(root: Path, manifest: dict[str, Any]) -> None:
    """Every file and every cell is the one that was exported.

    Raises
    ------
    Different
        Names the cell or the file.
    """
    import nbformat  # `predict` comes without it

    from jupyter_clinagent.contracts import source_hash

    cells = nbformat.read(root / manifest["notebook"], as_version=4)["cells"]
    edited = [c for c in cells if manifest["cells"].get(c["id"]) != source_hash(c["source"])]
    if edited:
        first = edited[0]["source"].splitlines() or [""]
        raise Different(f"Cell {edited[0]['id']} was edited since the export; it begins “{first[0]}”.")
    gone = manifest["cells"].keys() - {c["id"] for c in cells}
    if gone:
        raise Different(f"Cell {min(gone)} is missing from the notebook.")
    for name, digest in manifest["files"].items():
        if not (root / name).is_file() or hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
            raise Different(f"File {name} is missing or was changed since the export.")

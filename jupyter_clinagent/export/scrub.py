"""Notebook and report without patients' images: figures are replaced unless they are marked as showing no patient."""

from __future__ import annotations

import base64
import copy
import re
import struct
import zlib
from typing import Any

from jupyter_clinagent.contracts import NO_PATIENT
from jupyter_clinagent.export.corrected import scrub_code
from jupyter_clinagent.export.pseudonyms import Pseudonyms

_IMAGE = re.compile(r"<img\b[^>]*>", re.DOTALL)
_SOURCE = re.compile(r'src="data:image/[\w+]+;base64,([^"]+)"')
_CARRIERS = ("image/png", "image/jpeg", "image/svg+xml")


def scrub_notebook(notebook: dict[str, Any], pseudonyms: Pseudonyms, *, with_images: bool) -> dict[str, Any]:
    """A copy with outputs and text pseudonymised and patients' images replaced; code stays as it ran, but where it
    names images to correct."""
    clean = copy.deepcopy(notebook)
    for cell in clean["cells"]:
        cell.pop("attachments", None)
        if cell["cell_type"] != "code":
            cell["source"] = pseudonyms.scrub(cell["source"])
        if cell["cell_type"] == "code":
            cell["source"] = scrub_code(cell["source"], pseudonyms)
            cell["outputs"] = [_scrub_output(output, pseudonyms, with_images) for output in cell["outputs"]]
    return clean


def _scrub_output(output: dict[str, Any], pseudonyms: Pseudonyms, with_images: bool) -> dict[str, Any]:
    data = output.get("data", {})
    images = {mime: data.pop(mime) for mime in _CARRIERS if mime in data}
    clean: dict[str, Any] = pseudonyms.scrub_all(output)
    if images:
        shown = with_images or all(shows_no_patient(image) for image in images.values())
        clean["data"] |= images if shown else {"image/png": placeholder()}
    return clean


def scrub_html(html: str, pseudonyms: Pseudonyms, *, with_images: bool) -> str:
    """A report with ids replaced and, by default, patients' images too. Base64 data is not searched for ids."""
    parts, last = [], 0
    for match in _IMAGE.finditer(html):
        tag = match[0]
        found = _SOURCE.search(tag)
        show = found is not None and (with_images or shows_no_patient(found[1]))
        source = found[0] if found and show else f'src="data:image/png;base64,{placeholder()}"'
        outside = pseudonyms.scrub(_SOURCE.sub('src="@"', tag))
        parts += [pseudonyms.scrub(html[last : match.start()]), outside.replace('src="@"', source)]
        last = match.end()
    return "".join([*parts, pseudonyms.scrub(html[last:])])


def shows_no_patient(image: str) -> bool:
    """Whether a base64 PNG is marked as a plot; what can't be read counts as a patient's image."""
    try:
        start = base64.b64decode(image[: 4 * 1024])
    except ValueError:
        return False
    return f"Comment\0{NO_PATIENT}".encode() in start


def placeholder(width: int = 320, height: int = 48) -> str:
    """A plain grey PNG, base64: stands where a patient's image was."""
    rows = b"".join(b"\0" + b"\xd8" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"tEXt", b"Title\0image of a patient, left out on export"),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in chunks)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()

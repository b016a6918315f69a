"""Corrections leave the building without a name: in cells, in their table, and on the record."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import tokenize
from pathlib import Path
from typing import Any

from jupyter_clinagent.export.pseudonyms import Pseudonyms
from jupyter_clinagent.study.cohort.corrected_images import CORRECTED_IMAGES, Identity, load_identities
from jupyter_clinagent.study.cohort.corrections import CORRECTIONS

_CORRECTS = re.compile(r"\.(exclude|relabel)\s*\(")
_WORDS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def scrub_code(source: str, pseudonyms: Pseudonyms) -> str:
    """Ids replaced in the strings and comments of a cell that corrects images; any other code stays as it ran."""
    if not _CORRECTS.search(source):
        return source
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type in _WORDS]
    except (tokenize.TokenError, SyntaxError):
        return source
    begins = [0]
    for line in source.split("\n"):
        begins.append(begins[-1] + len(line) + 1)
    for token in reversed(tokens):
        start, end = (begins[row - 1] + column for row, column in (token.start, token.end))
        source = source[:start] + _scrubbed(source[start:end], pseudonyms) + source[end:]
    return source


def _scrubbed(written: str, pseudonyms: Pseudonyms) -> str:
    """A string or a comment without ids; a string in which there are none stays as it is written."""
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError):  # a comment, or an f-string
        return pseudonyms.scrub(written)
    clean = pseudonyms.scrub(value) if isinstance(value, str) else value
    return written if clean == value else repr(clean)


def corrections_of(study: Path, pseudonyms: Pseudonyms, entries: list[dict[str, Any]]) -> dict[str, bytes]:
    """What a replay needs to correct the same images, by name of the file; nothing where nothing was corrected.

    The table holds the corrections that were there when the last session began: its cells make the others again.
    """
    known = {pseudonyms.of(name, "image"): identity for name, identity in load_identities(study / CORRECTED_IMAGES).items()}
    files = {CORRECTED_IMAGES: _json(known)} if known else {}
    begun = next((e["data"].get("corrections", 0) for e in reversed(entries) if e["kind"] == "study started"), 0)
    return files | ({CORRECTIONS: _table(study / CORRECTIONS, begun, pseudonyms)} if begun else {})


def _json(known: dict[str, Identity]) -> bytes:
    return json.dumps(dict(sorted(known.items())), indent=1).encode()


def _table(path: Path, rows: int, pseudonyms: Pseudonyms) -> bytes:
    out = io.StringIO()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(out, fieldnames=list(reader.fieldnames or []), lineterminator="\n")
        writer.writeheader()
        for row, _ in zip(reader, range(rows), strict=False):
            writer.writerow(row | {"image": pseudonyms.of(row["image"], "image"), "reason": pseudonyms.scrub(row["reason"])})
    return out.getvalue().encode()

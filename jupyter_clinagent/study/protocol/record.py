"""The record of a study: append-only JSON lines, each carrying the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_clinagent import versions
from jupyter_clinagent.errors import Different

GENESIS = "0" * 64


class Record:
    """Appends entries ``{schema, n, time, kind, data, previous, hash}`` to a file; never rewrites one.

    Raises
    ------
    Different
        An existing file was tampered with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last, self._count = _last_entry(path)

    def add(self, kind: str, **data: Any) -> str:
        """Append an entry and return its hash."""
        entry = {
            "schema": versions.RECORD,
            "n": self._count,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "kind": kind,
            "data": data,
            "previous": self._last,
        }
        entry["hash"] = _digest(entry)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._last, self._count = str(entry["hash"]), self._count + 1
        return self._last

    def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """All entries, or those of one kind."""
        return [entry for entry in verify_record(self.path) if kind in (None, entry["kind"])]


def verify_record(path: Path) -> list[dict[str, Any]]:
    """Check the whole chain and return its entries.

    Raises
    ------
    Different
        A line was changed, removed or inserted; says which.
    OtherRelease
        The chain is whole, but another release wrote a line in a form that this one can't read.
    """
    entries, previous = [], GENESIS
    for number, entry in _lines(path):
        if entry is None or entry.get("n") != number or entry.get("previous") != previous or entry.get("hash") != _digest(entry):
            raise Different(f"{path.name} was changed: line {number + 1} does not fit the chain of hashes.")
        entries.append(versions.needed(entry, {"kind": str, "data": dict}, f"Line {number + 1} of {path.name}", versions.RECORD))
        previous = entry["hash"]
    return entries


def confirmed_in(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was confirmed as the specification, in order: ``specification``, ``evaluator`` and perhaps ``versions``.

    Raises
    ------
    OtherRelease
        Another release wrote it in a form that this one can't read.
    """
    return [_confirmed(entry) for entry in entries if entry["kind"] == "specification confirmed"]


def _confirmed(entry: dict[str, Any]) -> dict[str, Any]:
    what, version = "The confirmed specification on record", versions.schema_of(entry)
    data = versions.needed(entry["data"], {"specification": dict, "evaluator": str}, what, versions.RECORD, version)
    versions.needed(data["specification"], {"task": str}, what, versions.RECORD, version)
    return data


def chained(entries: list[dict[str, Any]], change: Callable[[Any], Any]) -> str:
    """The entries as they stand in a file, their data changed and chained anew; ``at_home`` keeps the hash of the original."""
    lines, previous = [], GENESIS
    for entry in entries:
        new = entry | {"data": change(entry["data"]), "previous": previous}
        if {**new, "hash": None} != {**entry, "hash": None}:
            new["at_home"] = entry["hash"]
        new["hash"] = previous = _digest(new)
        lines.append(json.dumps(new, ensure_ascii=False) + "\n")
    return "".join(lines)


def _written(path: Path) -> list[str]:
    """Lines end with a newline only: what a clinician wrote may hold other characters that count as line breaks."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text.removesuffix("\n").split("\n") if text else []


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    for number, line in enumerate(_written(path)):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        yield number, entry if isinstance(entry, dict) else None


def _last_entry(path: Path) -> tuple[str, int]:
    entries = verify_record(path)
    return (entries[-1]["hash"], len(entries)) if entries else (GENESIS, 0)


def _digest(entry: dict[str, Any]) -> str:
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()

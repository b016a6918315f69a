"""Which jobs are under way, on disk: a server that is started again finds those that its end has cut off."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.utils import check_pid


class Entry(NamedTuple):
    """A job under way: the process that works on it, notebook and chat from the server's root, and the request.

    A field is added at the end and never taken away, so that releases read each other's.
    """

    pid: int
    notebook: str
    chat: str
    request: str


class Journal:
    """The jobs under way in one root folder, by id.

    Parameters
    ----------
    root
        The server's root folder; servers of other folders have journals of their own.
    """

    def __init__(self, root: str) -> None:
        name = hashlib.sha256(str(Path(root).resolve()).encode()).hexdigest()[:16]
        self._path = Path(jupyter_runtime_dir()) / f"clinagent-jobs-{name}.json"

    def note(self, job: str, notebook: str, chat: str, request: str) -> None:
        """A job begins; an earlier one of this notebook is of the past."""
        others = {key: entry for key, entry in self._read().items() if entry.notebook != notebook}
        self._write(others | {job: Entry(os.getpid(), notebook, chat, request)})

    def strike(self, job: str) -> None:
        """A job is over."""
        self._write({key: entry for key, entry in self._read().items() if key != job})

    def take_lost(self) -> list[Entry]:
        """The jobs whose process is gone, struck out; to be called before this process begins any."""
        known = self._read()
        lost = {job: entry for job, entry in known.items() if entry.pid == os.getpid() or not check_pid(entry.pid)}
        if lost:
            self._write({job: entry for job, entry in known.items() if job not in lost})
        return list(lost.values())

    def _read(self) -> dict[str, Entry]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            return {job: Entry(*entry[: len(Entry._fields)]) for job, entry in known.items()}
        except (FileNotFoundError, ValueError, TypeError):
            return {}

    def _write(self, entries: dict[str, Entry]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(entries), encoding="utf-8")
        partial.replace(self._path)

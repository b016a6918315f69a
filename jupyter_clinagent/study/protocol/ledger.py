"""The ledger: every experiment that was tried, kept or not, with what it takes to replay it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from jupyter_clinagent import versions

LEDGER, REPLAY = "ledger.json", "replay.json"
_ALWAYS = {"name": str, "hypothesis": str, "minutes": int | float, "recipe": str, "details": dict, "metric": str}


@dataclass
class Entry:
    """One experiment. ``validation`` holds ``{metric: {value, low, high, reason}}``; ``failed`` is an error's name.

    ``stages`` (steps of each) and ``threads`` replay the training.
    """

    name: str
    hypothesis: str
    minutes: float
    recipe: str
    details: dict[str, Any]
    metric: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kept: bool = False
    reason: str = ""
    seconds: float = 0.0
    steps: int = 0
    total_steps: int = 0
    epochs: float = 0.0
    stages: list[dict[str, Any]] = field(default_factory=list)
    threads: int = 0
    seed: int = 0
    precision: str = ""
    replayed: bool = False
    failed: str | None = None
    validation: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    beyond: dict[str, Any] = field(default_factory=dict)
    """Fields of another release; they are written again as they were."""


class Ledger:
    """Entries of this session, on top of what ``ledger.json`` and ``replay.json`` in the study folder remember."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beyond: dict[str, Any] = {}
        self._earlier: list[Entry] = []
        self._openings: list[str] = []
        for name in (REPLAY, LEDGER):
            self._remember(folder / name)
        self.session: list[Entry] = []

    def _remember(self, path: Path) -> None:
        if not path.exists():
            return
        known = {"experiments": list, "openings": list}
        content = versions.needed(json.loads(path.read_text(encoding="utf-8")), known, path.name, versions.LEDGER)
        self._earlier += [_entry(plain, path.name, versions.schema_of(content)) for plain in content["experiments"]]
        self._openings += [opening for opening in content["openings"] if opening not in self._openings]
        self._beyond |= {name: value for name, value in content.items() if name not in {*known, "schema"}}

    def replay_of(self, name: str, recipe: str) -> Entry | None:
        """The last finished experiment with the same name and recipe."""
        known = [
            e for e in [*self._earlier, *self.session] if e.name == name and e.recipe == recipe and not e.failed and e.stages
        ]
        return known[-1] if known else None

    def add(self, entry: Entry) -> None:
        """Enter an experiment and save."""
        self.session = [e for e in self.session if (e.name, e.recipe) != (entry.name, entry.recipe)] + [entry]
        self.save()

    @property
    def not_repeated(self) -> list[Entry]:
        """Experiments of earlier sessions that this session has not run (again)."""
        done = {(entry.name, entry.recipe) for entry in self.session}
        return list({(e.name, e.recipe): e for e in self._earlier if (e.name, e.recipe) not in done}.values())

    @property
    def all(self) -> list[Entry]:
        """Every experiment ever tried in this study."""
        return self.not_repeated + self.session

    @property
    def openings(self) -> list[str]:
        """Hashes of (specification, partition, evaluator, model recipe), one for each counted opening."""
        return list(self._openings)

    def open(self, opening: str) -> bool:
        """Count an opening of the test set; False where it is a replay."""
        if opening in self._openings:
            return False
        self._openings.append(opening)
        self.save()
        return True

    def save(self) -> None:
        """Write ``ledger.json``, whole or not at all."""
        known = {"schema": versions.LEDGER, "experiments": [_plain(entry) for entry in self.all], "openings": self._openings}
        draft = self._folder / (LEDGER + ".new")
        draft.write_text(json.dumps(self._beyond | known, indent=1), encoding="utf-8")
        draft.replace(self._folder / LEDGER)


def _entry(plain: Any, file: str, version: int) -> Entry:
    content = versions.needed(plain, _ALWAYS, f"An experiment in {file}", versions.LEDGER, version)
    known = {one.name for one in fields(Entry)} - {"beyond"}
    beyond = {name: value for name, value in content.items() if name not in known}
    return Entry(**{name: value for name, value in content.items() if name in known}, beyond=beyond)


def _plain(entry: Entry) -> dict[str, Any]:
    content = asdict(entry)
    beyond: dict[str, Any] = content.pop("beyond")
    return beyond | content


def recipe_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of plain data in canonical form."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

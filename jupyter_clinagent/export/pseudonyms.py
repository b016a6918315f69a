"""File names and group ids replaced by pseudonyms before anything leaves; the key stays in the study folder."""

from __future__ import annotations

import csv
import hashlib
import hmac
import html
import json
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import markupsafe

from jupyter_clinagent.study.cohort.corrected_images import CORRECTED_IMAGES, load_identities

KEY_FILE = "pseudonym.key"
SHORTEST = 4
"""Ids shorter than this, unless letters and digits are mixed, can't be told from words; they are replaced in tables only."""
LONG_NUMBER = 6
"""Ids of digits only are looked for among what is left from this length on; shorter ones are numbers as any other."""

_RUN = re.compile(r"\w+")


class Pseudonyms:
    """Replaces ids by keyed hashes, the same id always by the same pseudonym.

    Parameters
    ----------
    key
        Secret of this study; without it a pseudonym can't be traced back to a name by trying names.
    images, groups
        The ids to replace, as they stand in ``predictions.csv``. They may hold blanks and any other character.
    words
        Names that say nothing of a patient although an image bears them, such as those of the classes.
    """

    def __init__(self, key: bytes, images: Iterable[str], groups: Iterable[str], words: Iterable[str] = ()) -> None:
        self._key = key
        paths = {image: self.of(image, "image") for image in images}
        names = {short: paths[p] for p in paths for short in (PurePosixPath(p).name, PurePosixPath(p).stem)} | paths
        for group in groups:
            names.setdefault(group, self.of(group, "group"))
        spoken = {word.casefold() for word in words}
        self._names = {
            written: pseudonym
            for name, pseudonym in names.items()
            if _telling(name) and name.casefold() not in spoken
            for written in _as_written(name)
        }
        self._by_run = _indexed(self._names)

    def of(self, name: str, kind: str) -> str:
        """The pseudonym of one id."""
        return f"{kind}-{hmac.new(self._key, f'{kind}:{name}'.encode(), hashlib.sha256).hexdigest()[:10]}"

    def scrub(self, text: str) -> str:
        """``text`` with every id replaced."""
        parts, last = [], 0
        for start, name in self._found(text):
            parts += [text[last:start], self._names[name]]
            last = start + len(name)
        return "".join([*parts, text[last:]])

    def scrub_all(self, value: Any) -> Any:
        """The strings in what JSON holds scrubbed; numbers stay, whatever the ids look like."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, list):
            return [self.scrub_all(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self.scrub_all(inner) for name, inner in value.items()}
        return value

    def left_in(self, text: str) -> int:
        """How many ids can still be read in ``text``."""
        return len({name for _, name in self._found(text) if len(name) >= (LONG_NUMBER if name.isdigit() else SHORTEST)})

    def _found(self, text: str) -> Iterator[tuple[int, str]]:
        """Places of ids, the longest at each, none within another."""
        spans = sorted(self._candidates(text), key=lambda span: (span[0], -len(span[1])))
        last = 0
        for start, name in spans:
            if start >= last:
                last = start + len(name)
                yield start, name

    def _candidates(self, text: str) -> Iterator[tuple[int, str]]:
        for run in _RUN.finditer(text):
            for offset, name in self._by_run.get(run[0], ()):
                start = run.start() - offset
                if start >= 0 and text.startswith(name, start) and _stands_alone(text, start, name):
                    yield start, name


def _telling(name: str) -> bool:
    mixed = any(letter.isdigit() for letter in name) and any(letter.isalpha() for letter in name)
    return len(name) >= (2 if mixed else SHORTEST) and bool(_RUN.search(name))


def _as_written(name: str) -> set[str]:
    """The name as it stands in text, in HTML (quotes by one number or the other) and in JSON."""
    in_html = {html.escape(name), str(markupsafe.escape(name))}
    return {name, *in_html, json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1]}


def _indexed(names: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """Names, and where in them it stands, by the rarest word that they hold: a text is searched word by word."""
    runs = {name: list(_RUN.finditer(name)) for name in names}
    times = Counter(run[0] for found in runs.values() for run in found)
    index: dict[str, list[tuple[int, str]]] = {}
    for name, found in runs.items():
        rarest = min(found, key=lambda run: times[run[0]])
        index.setdefault(rarest[0], []).append((rarest.start(), name))
    return index


def _stands_alone(text: str, start: int, name: str) -> bool:
    """Not within a longer word, nor a number within a longer number."""
    end = start + len(name)
    around = text[start - 1 : start] + " " + text[end : end + 1]
    if name.isdigit():
        return not re.search(r"[\w.+-] | [\w-]| [.,]\d", around + text[end + 1 : end + 2])
    before = text[start - 1 : start] if name[0].isalnum() else ""
    after = text[end : end + 1] if name[-1].isalnum() else ""
    return not re.search(r"\w", before + after)


def pseudonyms_of(study: Path) -> Pseudonyms:
    """The pseudonyms of a study folder; makes and keeps its key."""
    key_file = study / KEY_FILE
    if not key_file.exists():
        key_file.write_text(secrets.token_hex(32), encoding="ascii")
        key_file.chmod(0o600)
    rows = [row for name in ("predictions.csv", "groups.csv", "left_out.csv") for row in _rows(study / name)]
    images = {row["image"]: None for row in rows} | dict.fromkeys(load_identities(study / CORRECTED_IMAGES))
    groups = sorted({row[kind] for row in rows for kind in ("group", "case") if row.get(kind)})
    words = {row.get(column) or "" for row in rows for column in ("label", "class")}
    return Pseudonyms(bytes.fromhex(key_file.read_text(encoding="ascii")), images, groups, words)


def _rows(table: Path) -> list[dict[str, str]]:
    if not table.exists():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

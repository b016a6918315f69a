"""File names and group ids replaced by pseudonyms before anything leaves; the key stays in the study folder."""

from __future__ import annotations

import csv
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

KEY_FILE = "pseudonym.key"
SHORTEST = 4
"""Ids shorter than this can't be told from numbers and words in running text; they are replaced in tables only."""

_TOKEN = re.compile(r"[\w\-./]+")


class Pseudonyms:
    """Replaces ids by keyed hashes, the same id always by the same pseudonym.

    Parameters
    ----------
    key
        Secret of this study; without it a pseudonym can't be traced back to a name by trying names.
    images, groups
        The ids to replace, as they stand in ``predictions.csv``.
    """

    def __init__(self, key: bytes, images: Iterable[str], groups: Iterable[str]) -> None:
        self._key = key
        self._names: dict[str, str] = {}
        for image in images:
            pseudonym = self.of(image, "image")
            for name in {image, PurePosixPath(image).name, PurePosixPath(image).stem}:
                self._names[name] = pseudonym
        for group in groups:
            self._names.setdefault(group, self.of(group, "group"))

    def of(self, name: str, kind: str) -> str:
        """The pseudonym of one id."""
        return f"{kind}-{hmac.new(self._key, f'{kind}:{name}'.encode(), hashlib.sha256).hexdigest()[:10]}"

    def scrub(self, text: str) -> str:
        """``text`` with every id of at least four characters replaced."""
        return _TOKEN.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        token = match[0]
        bare = token.strip(".-/")
        if len(bare) < SHORTEST:
            return token
        for name in (bare, bare.rpartition("/")[2], bare.rpartition("/")[2].rpartition(".")[0]):
            if len(name) >= SHORTEST and name in self._names:
                return token.replace(bare, self._names[name])
        return token

    def left_in(self, text: str) -> int:
        """How many ids can still be read in ``text``."""
        tokens = {part for token in set(_TOKEN.findall(text)) for part in (token.strip(".-/"), *token.split("/"))}
        return len({t for t in tokens if len(t) >= SHORTEST} & self._names.keys())


def pseudonyms_of(study: Path) -> Pseudonyms:
    """The pseudonyms of a study folder; makes and keeps its key."""
    key_file = study / KEY_FILE
    if not key_file.exists():
        key_file.write_text(secrets.token_hex(32), encoding="ascii")
        key_file.chmod(0o600)
    images, groups = _ids(study / "predictions.csv")
    left_out, _ = _ids(study / "left_out.csv")
    return Pseudonyms(bytes.fromhex(key_file.read_text(encoding="ascii")), [*images, *left_out], groups)


def _ids(table: Path) -> tuple[list[str], list[str]]:
    if not table.exists():
        return [], []
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [r["image"] for r in rows], sorted({r["group"] for r in rows if r.get("group")})

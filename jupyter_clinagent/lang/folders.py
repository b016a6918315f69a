"""The folders of the languages: ``language.toml`` says what a language is called and by which words it is known, every other file
holds sentences, English and translated; the folder ``reading`` is for :mod:`.families`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent
ENGLISH = "en"
"""What the code and the record speak."""
ABOUT = "language.toml"
WORDS = "brief.toml"
"""Words and short names that data may have, too: translated only where a sentence, or the head of a table, says so."""
COMPOSED = "composed.toml"
"""Sentences that a page puts together from several pieces of the code."""
BROWSER = "browser.toml"
"""What JupyterLab's part says by itself: the words of buttons and states on a card."""


def languages() -> dict[str, str]:
    """The name of each language in itself, by the name of its folder."""
    return {folder: str(about(folder)["name"]) for folder in _folders()}


@cache
def _folders() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in HOME.glob(f"*/{ABOUT}")))


@cache
def about(language: str) -> dict[str, Any]:
    """What ``language.toml`` says."""
    return tomllib.loads((HOME / language / ABOUT).read_text(encoding="utf-8"))


@cache
def browser_words(language: str) -> dict[str, str]:
    """What JupyterLab's part says, English and translated; sent along with each card."""
    path = HOME / language / BROWSER
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def phrases(language: str) -> dict[str, dict[str, str]]:
    """English sentences and their translations, by the file in which they stand."""
    files = sorted(path for path in (HOME / language).glob("*.toml") if path.name not in (ABOUT, BROWSER))
    return {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in files}

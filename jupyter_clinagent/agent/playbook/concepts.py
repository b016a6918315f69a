"""What the lexicon knows by name, read from ``words.toml``: findings, shortcuts, and what is out of scope."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Concept:
    """A finding that an image can show.

    ``words`` are phrases of a request; ``labels`` the label values it goes by in data, letters and digits only.
    """

    name: str
    kind: Literal["disease", "benign"]
    words: list[str]
    labels: list[str]


Families = dict[str, list[str]]

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

SAME: list[list[str]] = tomllib.loads((Path(__file__).parent / "terms.toml").read_text(encoding="utf-8"))["same"]
"""Names of the same things; see :mod:`.terms`."""
CONCEPTS = [Concept(**entry) for entry in _WORDS["concept"]]
KIND = {concept.name: concept.kind for concept in CONCEPTS}
MALIGNANT: Families = _WORDS["malignant"]
HEALTHY: Families = _WORDS["healthy"]
HARMLESS: Families = _WORDS["harmless"]
EVERYDAY: Families = _WORDS["everyday"]
GENERIC_COLUMNS: Families = _WORDS["generic_columns"]
IDLE: Families = _WORDS["idle"]
LISTS: Families = _WORDS["lists"]
CONFOUNDERS: Families = _WORDS["confounders"]
IMAGE_WORDS: Families = _WORDS["image_words"]
SIDES: list[list[str]] = _WORDS["sides"]["words"]
OUT_OF_SCOPE: Families = _WORDS["out_of_scope"]
GROUP: Families = _WORDS["group"]
FOLLOW_UP: Families = _WORDS["follow_up"]
ANSWER_HEADS: Families = _WORDS["answer_heads"]
ANSWER_OPENINGS: Families = _WORDS["answer_openings"]
PHRASES: Families = _WORDS["phrases"]

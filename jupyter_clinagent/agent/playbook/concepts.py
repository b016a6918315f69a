"""What the lexicon knows by name: findings, shortcuts, and what is out of scope.

How people call it stands in the folders of the languages (:mod:`jupyter_clinagent.lang.families`), how data sets do in
``labels.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jupyter_clinagent.lang.families import Families, families


@dataclass(frozen=True)
class Concept:
    """A finding that an image can show.

    ``words`` are phrases of a request; ``labels`` the label values it goes by in data, letters and digits only.
    """

    name: str
    kind: Literal["disease", "benign"]
    words: list[str]
    labels: list[str]


_WORDS = families("words")
_LABELS = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))
_SHORT: Families = _LABELS["abbreviations"]

SAME = [list(dict.fromkeys([name, *_SHORT.get(name, ()), *spelt])) for name, spelt in families("terms")["same"].items()]
"""Names of the same things; see :mod:`.terms`."""
APART = frozenset(families("terms")["apart"]["words"])
"""Words of these names that name nothing by themselves."""
CODES: dict[str, dict[str, str]] = _LABELS["codes"]
"""What short values mean beside each other, data set by data set."""
CONCEPTS = [Concept(words=_WORDS["concept"][entry["name"]], **entry) for entry in _LABELS["concept"]]
KIND = {concept.name: concept.kind for concept in CONCEPTS}
MALIGNANT: Families = _WORDS["malignant"] | _LABELS["malignant"]
HEALTHY: Families = _WORDS["healthy"] | _LABELS["healthy"]
HARMLESS: Families = _WORDS["harmless"] | _LABELS["harmless"]
EVERYDAY = _WORDS["everyday"]
GENERIC_COLUMNS = _WORDS["generic_columns"]
IDLE = _WORDS["idle"]
LISTS = _WORDS["lists"]
CONFOUNDERS = _WORDS["confounders"]
IMAGE_WORDS = _WORDS["image_words"]
SIDES = list(_WORDS["sides"].values())
OUT_OF_SCOPE = _WORDS["out_of_scope"]
GROUP = _WORDS["group"]
FOLLOW_UP = _WORDS["follow_up"]
ANSWER_HEADS = _WORDS["answer_heads"]
ANSWER_OPENINGS = _WORDS["answer_openings"]
PHRASES = _WORDS["phrases"]
ANSWERS = _WORDS["answers"]

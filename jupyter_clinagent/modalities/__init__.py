"""Kinds of clinical images, one file each: how they are called, what gives them away, how they may vary in training.

Names, words and numbers only; nothing here reads an image. A file added to this folder adds a kind.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Symmetry, Views

__all__ = ["ANY_WAY", "UNKNOWN", "Modality", "Symmetry", "Views", "find", "known", "of_tag", "spoken_of"]

UNKNOWN = {False: "grey", True: "other"}
"""What is known where nothing says the kind: whether there is colour."""


@cache
def known() -> Mapping[str, Modality]:
    """Every kind by its name."""
    files = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "modality")
    return {name: import_module(f"{__name__}.{name}").MODALITY for name in files}


def find(name: str) -> Modality:
    """A kind by its name.

    Raises
    ------
    ValueError
        There is no such kind; names those that there are.
    """
    if name not in known():
        raise ValueError(f"There is no kind of image “{name}”; there are: {', '.join(known())}.")
    return known()[name]


def of_tag(tag: str) -> str | None:
    """The kind that a value of DICOM's *Modality* means.

    Examples
    --------
    >>> of_tag("DX"), of_tag("US"), of_tag("SR")
    ('radiograph', 'ultrasound', None)
    """
    return next((name for name, kind in known().items() if tag in kind.tags), None)


def spoken_of(text: str, hints: bool = False, coloured: bool | None = None) -> str | None:
    """The kind that words say, or with ``hints`` that they suggest; None where they say none, or several.

    Parameters
    ----------
    text
        A request, or names with anything between them.
    coloured
        Whether the images have colour: a kind that never looks so isn't meant.

    Examples
    --------
    >>> spoken_of("Tell benign from malignant on these breast ultrasounds")
    'ultrasound'
    >>> spoken_of("HAM10000_metadata.csv"), spoken_of("Which moles are melanomas?", hints=True)
    ('dermoscopy', 'dermoscopy')
    """
    spaced = _spaced(text)
    fits = [kind for kind in known().values() if coloured is None or kind.coloured in (None, coloured)]
    said = [(kind.name, span) for kind in fits for word in (kind.hints if hints else kind.words) for span in _spans(spaced, word)]
    found = {name for name, span in said if not any(_inside(span, other) for _, other in said)}
    return found.pop() if len(found) == 1 else None


def _spaced(text: str) -> str:
    """Words of a text or of file names, small and with one blank around each: “chest_xray2” holds “xray2” and “chest”."""
    return f" {_plain(text)} "


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _spans(spaced: str, word: str) -> list[tuple[int, int]]:
    """Where a word stands by itself, or with an ending or a number; with a * at its start or end it is part of a longer one."""
    inner = re.escape(_plain(word))
    before = r"\w*" if word.startswith("*") else ""
    after = r"\w*" if word.endswith("*") else r"(?:s|es|n|en|e)?\d*"
    return [found.span() for found in re.finditer(rf"(?<= ){before}{inner}{after}(?= )", spaced)]


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether words are part of longer ones: the film of a “blood film” is no radiograph."""
    return span != other and other[0] <= span[0] and span[1] <= other[1]

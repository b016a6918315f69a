"""Looks for identifiers in what is about to leave: kinds and counts, never the values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_PATTERNS = {
    "e-mail address": re.compile(r"\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b", re.IGNORECASE),
    "phone number": re.compile(r"(?<![\w.])(?:\+\d{1,3}[ /-]?)(?:\(?\d{2,5}\)?[ /-]?)\d{3,}[ -]?\d{2,}(?![\w.])"),
    "social security number": re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w.-])"),
    "date of birth": re.compile(
        r"\b(?:dob|born|birth ?date|geb\.?|geboren)\W{0,3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", re.IGNORECASE
    ),
    "DICOM person name": re.compile(r"\b[A-Z][a-zA-Z]+\^[A-Z][a-zA-Z]*\b"),
    "home directory": re.compile(r"(?:/home/|/Users/|C:\\Users\\)[^/\\\s\"']+"),
    "medical record number": re.compile(r"\b(?:mrn|patient[ _-]?id|fallnummer)\W{0,3}\w*\d{4,}\b", re.IGNORECASE),
}

KINDS = tuple(_PATTERNS)
"""What is looked for."""


def identifiers(texts: Mapping[str, str]) -> list[str]:
    """One line per file and kind of identifier found.

    Parameters
    ----------
    texts
        Text by file name.
    """
    counts = Counter(
        (name, kind) for name, text in texts.items() for kind, pattern in _PATTERNS.items() for _ in pattern.finditer(text)
    )
    return [f"{name}: {count} × {kind}" for (name, kind), count in sorted(counts.items())]

"""Personal data in DICOM headers and in columns: counted, never quoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from jupyter_clinagent.imaging.reading import is_dicom

KEYWORDS = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "PatientTelephoneNumbers", "OtherPatientIDs",
    "OtherPatientNames", "PatientMotherBirthName", "PatientComments", "MilitaryRank", "AccessionNumber",
    "ReferringPhysicianName", "PerformingPhysicianName", "RequestingPhysician", "OperatorsName",
    "InstitutionName", "InstitutionAddress",
)  # fmt: skip
"""Attributes of DICOM PS3.15 annex E that name a person or a place."""


def count_identifiers(paths: Iterable[Path]) -> dict[str, int]:
    """How many DICOM files carry a non-empty value of each identifying attribute."""
    counts: Counter[str] = Counter()
    for path in paths:
        if is_dicom(path):
            counts.update(_carried(path))
    return dict(counts.most_common())


def _carried(path: Path) -> list[str]:
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=list(KEYWORDS))
        return [keyword for keyword in KEYWORDS if str(header.get(keyword, "")).strip()]
    except (InvalidDicomError, OSError, ValueError, TypeError, AttributeError, NotImplementedError, EOFError):
        return []

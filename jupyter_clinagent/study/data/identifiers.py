"""What DICOM headers hold: personal data, counted and never quoted; patients, numbered as they are read; numbers of frames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import pydicom
from pydicom.errors import InvalidDicomError

from jupyter_clinagent.imaging.reading import is_dicom
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.folder import DataFolder

KEYWORDS = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "PatientTelephoneNumbers", "OtherPatientIDs",
    "OtherPatientNames", "PatientMotherBirthName", "PatientComments", "MilitaryRank", "AccessionNumber",
    "ReferringPhysicianName", "PerformingPhysicianName", "RequestingPhysician", "OperatorsName",
    "InstitutionName", "InstitutionAddress",
)  # fmt: skip
"""Attributes of DICOM PS3.15 annex E that name a person or a place."""
_FRAMES = "NumberOfFrames"
_READ = (*KEYWORDS, _FRAMES)
_NOBODY = re.compile(
    r"anon[a-z]*|de[ -]?identified|pseudonym[a-z]*|removed|redacted|gelöscht|entfernt|none|no ?name|name|patient|id|test|0+|x+",
    re.I,
)
"""What stands there when the patient was taken out of the header."""


class DicomHeaders:
    """The identifying attributes and frames of a folder's images; each header is read once, when it is first asked for."""

    def __init__(self, folder: DataFolder, images: Sequence[str]) -> None:
        self._folder = folder
        self._images = list(images)

    def __repr__(self) -> str:
        return f"<DicomHeaders of {len(self._images)} images>"

    @property
    def carried(self) -> dict[str, int]:
        """How many DICOM files carry a non-empty value of each identifying attribute, the most frequent first."""
        return self._read[0]

    @property
    def patients(self) -> dict[str, int]:
        """A number for the patient of each image, by ``PatientID``, or by ``PatientName`` where there is no id.

        Empty where no two images tell that they are of one patient, and where all name the same.
        """
        return self._read[1]

    @property
    def frames(self) -> dict[str, int]:
        """How many frames each file holds that holds several."""
        return self._read[2]

    @cached_property
    def _read(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        images = [image for image in self._images if is_dicom(self._folder.path(image))]
        with ThreadPoolExecutor(4) as pool:
            headers = list(pool.map(self._header, images))
        counts = {file: _count(header.pop(_FRAMES, "")) for file, header in zip(images, headers, strict=True)}
        carried = Counter(keyword for header in headers for keyword in header)
        known = {file: key for file, header in zip(images, headers, strict=True) if (key := _patient(header))}
        numbers = {key: number for number, key in enumerate(sorted(set(known.values())), 1)}
        patients = {file: numbers[key] for file, key in known.items()} if 1 < len(numbers) < len(known) else {}
        return dict(carried.most_common()), patients, {file: count for file, count in counts.items() if count > 1}

    def _header(self, file: str) -> dict[str, str]:
        try:
            header = pydicom.dcmread(self._folder.path(file), stop_before_pixels=True, force=True, specific_tags=list(_READ))
            return {keyword: given for keyword in _READ if (given := _text(header.get(keyword, "")))}
        except (InvalidDicomError, OSError, ValueError, TypeError, AttributeError, NotImplementedError, EOFError):
            return {}


def _text(value: Any) -> str:
    return str(value).strip()


def _count(said: str) -> int:
    return int(said) if said.isdecimal() else 1


def _patient(header: Mapping[str, str]) -> tuple[str, str] | None:
    """The attribute that names the patient, and what it says, in lower case; None where it names nobody."""
    for keyword in ("PatientID", "PatientName"):
        said = " ".join(re.split(r"[\s^=]+", header.get(keyword, ""))).strip().casefold()
        if said and not not_known([said]) and not _NOBODY.fullmatch(said):
            return keyword, said
    return None

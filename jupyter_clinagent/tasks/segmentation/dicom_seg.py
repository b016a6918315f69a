"""Outlines as a DICOM segmentation object, beside the image that they belong to; needs pydicom and highdicom, no torch.

Patient and study are those of the image, as the standard asks for: the file is as confidential as the image is.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_clinagent.imaging.inference import ONNX
from jupyter_clinagent.lang.grammar import words_in

NAME = "ClinAgent"
_NEEDED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_ANY_LETTERS = "ISO_IR 192"
"""UTF-8."""
_MAY_BE_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime",
    "ReferringPhysicianName",
)  # fmt: skip
"""Attributes that every DICOM file has, though perhaps without a value (type 2)."""
_ABNORMAL = {
    "abscess": "Abscess", "cyst": "Cyst", "edema": "Edema", "hemorrhage": "Hemorrhage", "lesion": "Lesion", "mass": "Mass",
    "melanoma": "Lesion", "nodule": "Nodule", "polyp": "Lesion", "tumor": "Tumor", "tumour": "Tumor", "ulcer": "Ulcer",
}  # fmt: skip
_ANATOMY = {
    name.lower(): name
    for name in ("Artery", "Bladder", "Bone", "Brain", "Breast", "Colon", "Heart", "Kidney", "Liver", "Lung", "Pancreas",
                 "Prostate", "Retina", "Skin", "Spleen", "Stomach", "Thyroid", "Trachea", "Vein")
}  # fmt: skip
"""Names of SNOMED CT concepts in pydicom's dictionary, by the word for a structure."""
_NOT_ITSELF = frozenset(words_in("answers_in_data.not_itself"))
"""With one of these words a name means something else than what it ends with."""


class NotWritten(Exception):
    """Why there is no DICOM segmentation of an image."""


def write_segmentation(model: Any, image: Path, masks: np.ndarray, path: Path) -> None:
    """Write what is outlined, bool (structures, height, width), in a DICOM image: one segment for each structure.

    Raises
    ------
    NotWritten
        highdicom is not installed, the image has several frames, or its header lacks what a segmentation refers to.
    """
    try:
        import highdicom
        import pydicom
    except ModuleNotFoundError:
        raise NotWritten("no DICOM segmentation: highdicom is not installed") from None
    with warnings.catch_warnings():  # they quote header values
        warnings.simplefilter("ignore")
        source = pydicom.dcmread(image, force=True)
        _check(source)
        try:
            source.decode()
            source.SpecificCharacterSet = _ANY_LETTERS  # a structure may have a name that the image's letters lack
            whole = np.ascontiguousarray(masks.transpose(1, 2, 0), dtype=np.uint8)[None]
            written = highdicom.seg.Segmentation([source], whole, **_described(highdicom, model, source))
            written.SpecificCharacterSet = _ANY_LETTERS
            _drop_incomplete_measures(written)
            written.save_as(path)
        except (AttributeError, ValueError, TypeError) as error:  # their messages quote the header
            raise NotWritten(
                f"no DICOM segmentation: the header of the image does not allow it ({type(error).__name__})"
            ) from None


def _drop_incomplete_measures(written: Any) -> None:
    """Of a projection, which has no slice thickness: readers refuse them, and the image that is named has the spacing."""
    shared = written.SharedFunctionalGroupsSequence[0]
    if "PixelMeasuresSequence" in shared and "SliceThickness" not in shared.PixelMeasuresSequence[0]:
        del shared.PixelMeasuresSequence


def _check(source: Any) -> None:
    missing = [name for name in _NEEDED if not source.get(name)]
    if missing:
        raise NotWritten(f"no DICOM segmentation: the header of the image lacks {', '.join(missing)}")
    if int(source.get("NumberOfFrames", 1) or 1) > 1:
        raise NotWritten("no DICOM segmentation: the image has several frames, of which only the middle one was outlined")
    for name in _MAY_BE_EMPTY:
        if name not in source:
            setattr(source, name, "")


def _described(highdicom: Any, model: Any, source: Any) -> dict[str, Any]:
    """Who made it, with what, of which series; segmentations of one series by one model form a series."""
    from pydicom.uid import generate_uid

    installed = version("jupyter_clinagent")
    identity = hashlib.sha256((model.folder / ONNX).read_bytes()).hexdigest()[:16]
    return {
        "segmentation_type": highdicom.seg.SegmentationTypeValues.BINARY,
        "segment_descriptions": _segments(highdicom, model.classes, f"{installed}, model {identity}"),
        "series_instance_uid": generate_uid(entropy_srcs=[source.SeriesInstanceUID, identity]),
        "series_number": 1 + int(source.get("SeriesNumber") or 0),
        "series_description": "Outlines by a model, research use only",
        "sop_instance_uid": generate_uid(),
        "instance_number": int(source.get("InstanceNumber") or 1),
        "manufacturer": NAME,
        "manufacturer_model_name": NAME,
        "software_versions": installed,
        "device_serial_number": identity,
        "omit_empty_frames": False,  # that a structure was looked for and not found is a result
    }


def _segments(highdicom: Any, structures: Sequence[str], maker: str) -> list[Any]:
    from pydicom.sr.codedict import codes

    algorithm = highdicom.AlgorithmIdentificationSequence(
        name=f"{NAME} outliner", family=codes.DCM.ArtificialIntelligence, version=maker
    )
    return [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=structure[:64],
            segmented_property_category=category,
            segmented_property_type=kind,
            algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=algorithm,
        )
        for number, structure in enumerate(structures, 1)
        for category, kind in [coded(structure)]
    ]


def coded(structure: str) -> tuple[Any, Any]:
    """Category and type of a structure by the last word of its name; “selected region” where it isn't a word we know for sure."""
    from pydicom.sr.codedict import codes

    words = re.findall(r"[^\W\d_]+", structure.lower())
    last = words[-1] if words and _NOT_ITSELF.isdisjoint(words) else ""
    for word in (last, last.removesuffix("s"), last.removesuffix("es")):
        if word in _ABNORMAL:
            return codes.cid7150.MorphologicallyAbnormalStructure, getattr(codes.SCT, _ABNORMAL[word])
        if word in _ANATOMY:
            return codes.cid7150.AnatomicalStructure, getattr(codes.SCT, _ANATOMY[word])
    return codes.cid7150.SpatialAndRelationalConcept, codes.DCM.SelectedRegion

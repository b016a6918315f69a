"""An outliner without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of
from jupyter_clinagent.imaging.reading import is_dicom, spacing_in
from jupyter_clinagent.imaging.spacing import AT_DETECTOR, Spacing
from jupyter_clinagent.tasks.segmentation.dicom_seg import NotWritten, write_segmentation

SMALLEST = 5
"""Parts of fewer pixels are specks, no findings; in the truth of a study as in predictions."""
INSIDE = 0.5
"""Probability from which on a pixel counts as inside."""


class OnnxOutliner(OnnxModel):
    """An outliner saved by :func:`jupyter_clinagent.imaging.saving.save`; ``classes`` are its structures."""

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> list[np.ndarray]:
        """Masks of each file or uint8 RGB array, bool (structures, height, width) at its own size.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        return [self.predict_one(image) >= INSIDE for image in images]

    def predict_one(self, image: str | Path | np.ndarray) -> np.ndarray:
        """Probabilities of the pixels of one file or uint8 RGB array, float32 (structures, height, width) at its own size."""
        pixels = pixels_of(image)
        (inside,) = self.run(pixels, ["inside"])
        size = (pixels.shape[1], pixels.shape[0])
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_LINEAR) for one in inside])


def load(folder: Path) -> OnnxOutliner:
    """The saved outliner."""
    return OnnxOutliner(folder)


def header(model: OnnxOutliner) -> list[str]:
    """A structure, whether and how large it is (mm² where the file says how large a pixel is), how sure the model is, its mask.

    The mask stands there as COCO's uncompressed runs down the columns, and lies beside the table as a file.
    """
    return ["structure", "found", "area", "area_mm2", "score", "height", "width", "runs", "mask", "dicom_seg", "note"]


def rows(model: OnnxOutliner, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One for each structure; ``place.png`` or ``place_STRUCTURE.png`` is written, and ``place.seg.dcm`` for a DICOM image."""
    found = model.predict_one(pixels)
    masks, told = found >= INSIDE, spacing_in(image)
    files = _write_masks(model.classes, masks, place)
    seg, note = _write_seg(model, image, masks, place)
    each = zip(model.classes, found, masks, files, strict=True)
    spacing = told.spacing if told else None
    note = "; ".join([*([f"area_mm2 is {AT_DETECTOR}"] if told and told.at_detector else []), *([note] if note else [])])
    return [[*_row(name, one, mask, spacing), file.name, seg, note] for name, one, mask, file in each]


def _row(name: str, probability: np.ndarray, inside: np.ndarray, spacing: Spacing | None) -> list[str]:
    (height, width), area = inside.shape, int(inside.sum())
    physical = "" if spacing is None else f"{area * spacing[0] * spacing[1]:.4f}"
    runs = " ".join(map(str, runs_of(inside)))
    seen = str(area >= SMALLEST).lower()
    return [name, seen, str(area), physical, f"{probability.max():.6f}", str(height), str(width), runs]


def _write_masks(structures: list[str], masks: np.ndarray, place: Path) -> list[Path]:
    """Grey PNG files of the image's size, 255 inside and 0 outside."""
    place.parent.mkdir(parents=True, exist_ok=True)
    plain = [re.sub(r"[^\w-]+", "_", name) for name in structures]
    names = plain if len(set(plain)) == len(plain) else [str(number) for number in range(1, len(plain) + 1)]
    files = [place.with_name(f"{place.name}{f'_{name}' if len(names) > 1 else ''}.png") for name in names]
    for file, mask in zip(files, masks, strict=True):
        file.write_bytes(cv2.imencode(".png", mask.astype(np.uint8) * 255)[1].tobytes())
    return files


def _write_seg(model: OnnxOutliner, image: Path, masks: np.ndarray, place: Path) -> tuple[str, str]:
    """The name of the DICOM segmentation, or why there is none of a DICOM image."""
    if not is_dicom(image):
        return "", ""
    file = place.with_name(f"{place.name}.seg.dcm")
    try:
        write_segmentation(model, image, masks, file)
    except NotWritten as reason:
        return "", str(reason)
    return file.name, ""


def runs_of(inside: np.ndarray) -> list[int]:
    """Lengths of stretches outside and inside in turn, down the columns, beginning outside."""
    flat = inside.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat]).astype(np.int8)))
    return [int(length) for length in np.diff(np.concatenate([[0], edges, [flat.size]]))]

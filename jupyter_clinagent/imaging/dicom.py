"""DICOM to pixels: rescale, window, inversion, colour. Only header values of the image plane are read."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.spacing import Told, usable
from jupyter_clinagent.imaging.windowing import percentile_window, window

NOT_PICTURES = {
    "SEG": "a segmentation, not a picture of a patient",
    "RTDOSE": "a dose grid, not a picture of a patient",
    "RTSTRUCT": "a set of contours, not a picture of a patient",
    "RTPLAN": "a treatment plan, not a picture of a patient",
    "PR": "a presentation state, not a picture of a patient",
    "SR": "a structured report, not a picture of a patient",
    "KO": "a list of key objects, not a picture of a patient",
}
_GPL_SYNTAXES = {f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81)}
"""JPEG and JPEG-LS: decoded by pylibjpeg-libjpeg, which is GPL-3.0 and therefore an extra."""


def read_dicom(path: Path) -> np.ndarray:
    """Decode the image, or the middle frame of several: a scout through the body, and never a fade-in at the ends.

    Modality LUT or rescale, then VOI LUT or window (the first of several), else percentiles; MONOCHROME1 is inverted;
    YBR and palette become RGB.

    Returns
    -------
    numpy.ndarray
        uint8, grey (H, W) or RGB (H, W, 3).
    """
    with warnings.catch_warnings():  # pydicom's warnings quote header values
        warnings.simplefilter("ignore")
        header = _header(path)
        try:
            pixels = pixel_array(header, index=_middle(header))
        except Exception as error:  # decoders raise anything, and quote the header
            raise UnreadableImage(str(path), _reason(header, error)) from None
        try:
            return _render(pixels, header)
        except Exception:
            raise UnreadableImage(str(path), "its window or palette is damaged") from None


def read_spacing(path: Path) -> Told | None:
    """Millimetres from row to row and from column to column; None where the header doesn't say.

    Of a radiograph without a calibrated spacing it is that at the detector (``ImagerPixelSpacing``); so is a ``PixelSpacing``
    that is the same without saying how it was calibrated (DICOM PS3.3, 10.7.1.3).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            shared = (header.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
            measures = (shared.get("PixelMeasuresSequence") or [pydicom.Dataset()])[0]
            given, imager = header.get("PixelSpacing") or measures.get("PixelSpacing"), header.get("ImagerPixelSpacing")
            uncalibrated = imager is not None and (given is None or list(given) == list(imager))
            known = given if given is not None else imager
            spacing = usable(*known) if known is not None and len(known) == 2 else None
            return spacing and Told(spacing, uncalibrated and not header.get("PixelSpacingCalibrationType"))
        except Exception:  # a damaged header raises anything, and says nothing of pixels
            return None


def read_modality(path: Path) -> str:
    """The header's *Modality*, such as ``DX``; empty where it doesn't say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True, specific_tags=["Modality"])
            return str(header.get("Modality", "") or "").strip().upper()
        except Exception:  # a damaged header raises anything
            return ""


def _header(path: Path) -> pydicom.Dataset:
    try:
        header = pydicom.dcmread(path, force=True)
    except Exception:
        raise UnreadableImage(str(path), "not a DICOM file, or its header is damaged") from None
    modality = str(header.get("Modality", ""))
    if modality in NOT_PICTURES:
        raise UnreadableImage(str(path), NOT_PICTURES[modality])
    if "PixelData" not in header:
        raise UnreadableImage(str(path), "a DICOM file without pixels")
    if "TransferSyntaxUID" not in getattr(header, "file_meta", {}):
        raise UnreadableImage(str(path), "its header does not say how the pixels are stored (no transfer syntax)")
    return header


def _middle(header: pydicom.Dataset) -> int:
    return int(header.get("NumberOfFrames", 1) or 1) // 2


def _reason(header: pydicom.Dataset, error: Exception) -> str:
    syntax = str(header.file_meta.TransferSyntaxUID)
    if syntax in _GPL_SYNTAXES and isinstance(error, RuntimeError | NotImplementedError):
        return "needs a JPEG decoder under the GPL: pip install 'jupyter_clinagent[dicom-gpl]'"
    if isinstance(error, NotImplementedError):
        return "stored in a way that pydicom can't decode"
    return "its pixels are damaged, cut short, or need a decoder that is not installed"


def _render(pixels: np.ndarray, header: pydicom.Dataset) -> np.ndarray:
    interpretation = str(header.get("PhotometricInterpretation", ""))
    if interpretation == "PALETTE COLOR" and pixels.ndim == 2:
        return _eight_bits(apply_color_lut(pixels, header))
    if pixels.ndim == 3:
        return _eight_bits(pixels)
    padding = _padding(pixels, header)
    grey = _windowed(apply_modality_lut(pixels, header), header, ~padding)
    inverted = interpretation == "MONOCHROME1" or header.get("PresentationLUTShape") == "INVERSE"
    seen = 255 - grey if inverted else grey
    seen[padding] = 0
    return seen


def _padding(pixels: np.ndarray, header: pydicom.Dataset) -> np.ndarray:
    """Where nothing was imaged, bool (H, W): a value, or a range of them (DICOM PS3.3, C.7.5.1.1.2)."""
    value = header.get("PixelPaddingValue")
    if value is None:
        return np.zeros(pixels.shape, bool)
    ends = sorted([int(value), int(header.get("PixelPaddingRangeLimit", value))])
    return np.asarray((pixels >= ends[0]) & (pixels <= ends[1]))


def _windowed(values: np.ndarray, header: pydicom.Dataset, seen: np.ndarray) -> np.ndarray:
    if not ("WindowCenter" in header or "VOILUTSequence" in header):
        return percentile_window(values, seen)
    seen = apply_voi_lut(values, header, index=0)
    if "VOILUTSequence" in header:
        bits = int(header.VOILUTSequence[0].LUTDescriptor[2])
        return window(seen, 0, 2**bits - 1)
    return window(seen, *_output_range(values, header))


def _output_range(values: np.ndarray, header: pydicom.Dataset) -> tuple[float, float]:
    """The range that pydicom's windowing fills: that of the stored bits after the rescale."""
    ends = apply_voi_lut(np.array([[-1e9, 1e9]]), header, index=0)
    return float(ends.min()), float(ends.max())


def _eight_bits(colours: np.ndarray) -> np.ndarray:
    """RGB of 8, 16 or 32 bits by the full range of its type, so that colours keep their balance."""
    top = np.iinfo(colours.dtype).max
    return colours if colours.dtype == np.uint8 else window(colours, 0, float(top))

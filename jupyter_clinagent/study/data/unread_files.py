"""Files that may hold images in forms that are not read: no folder is passed over without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_FORMS = {
    "3-D volumes, which are not read; export their slices as PNG or DICOM": (".nii", ".nii.gz", ".mhd", ".mha", ".nrrd"),
    "packed arrays, which are not read; write one image file for each": (
        ".npz", ".npy", ".h5", ".hdf5", ".mat", ".tfrecord", ".tfrecords", ".pkl", ".parquet",
    ),
    "archives, which are not opened; unpack them": (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar"),
    "pictures in a form that is not read; convert them to PNG": (
        ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".webp", ".svs", ".ndpi", ".mrxs", ".dng", ".cr2", ".nef",
    ),
}  # fmt: skip


def said_unread(names: Sequence[str]) -> list[str]:
    """A sentence for each form that occurs among the files, the most frequent first.

    Examples
    --------
    >>> said_unread(["a/t1.nii.gz", "a/t2.nii.gz", "README.txt"])
    ['2 files are 3-D volumes, which are not read; export their slices as PNG or DICOM (t1.nii.gz, t2.nii.gz).']
    """
    found: dict[str, list[str]] = {}
    for name in names:
        form = next((form for form, suffixes in _FORMS.items() if name.lower().endswith(suffixes)), None)
        if form:
            found.setdefault(form, []).append(name.rpartition("/")[2])
    counts = Counter({form: len(files) for form, files in found.items()})
    return [_sentence(form, found[form]) for form, _ in counts.most_common()]


def _sentence(form: str, files: list[str]) -> str:
    shown = ", ".join(files[:3]) + ", …" * (len(files) > 3)
    return f"{len(files)} file{'s are' if len(files) > 1 else ' is among'} {form} ({shown})."

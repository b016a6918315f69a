"""The cohort: what imaging needs to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


FINDING, NO_FINDING = "finding", "no finding"
"""Image-level labels of a cohort whose truth lies inside its images."""

OUTSIDE, NO_FILE = "label outside the classes", "row without an image file"
"""Why an image is in no class, and what a row is that names no image."""


Partition = Literal["train", "validation", "test"]


@runtime_checkable
class CohortLike(Protocol):
    """What imaging needs to know of a cohort.

    ``table`` has one row per image: ``image`` (id; opaque for sealed rows), ``label`` (class name, missing where sealed),
    ``group``, ``partition``. ``read`` returns uint8 RGB of shape (height, width, 3).
    """

    @property
    def table(self) -> pd.DataFrame:
        """One row per image."""
        ...

    @property
    def classes(self) -> list[str]:
        """Class names in the order of the model's outputs."""
        ...

    def read(self, image: str) -> np.ndarray:
        """Pixels of one image."""
        ...


@runtime_checkable
class ConfoundedCohortLike(CohortLike, Protocol):
    """A cohort that knows which images show a confounder (a drain, a ruler), and where, for some."""

    def confounder(self, name: str) -> pd.Series:
        """Whether an image shows it (True, False, or None where unknown), by image id; not of sealed images."""
        ...

    def mask(self, image: str, confounder: str) -> np.ndarray | None:
        """Where the confounder is: bool (height, width) of the image; None where it is not outlined."""
        ...


@runtime_checkable
class BoxedCohortLike(CohortLike, Protocol):
    """A cohort whose truth is boxes: ``classes`` are theirs.

    Its ``table`` has, beside the columns above, ``boxed`` (bool; None where sealed): whether all findings of the image are
    marked. ``label`` says :data:`FINDING` or :data:`NO_FINDING`. So ``boxed`` without a box is a negative, and
    :data:`FINDING` without ``boxed`` an image of which only the label is known (weak supervision).
    """

    @property
    def boxes(self) -> pd.DataFrame:
        """One row per box: ``image, class, x_min, y_min, x_max, y_max``, original pixels; test boxes are sealed."""
        ...

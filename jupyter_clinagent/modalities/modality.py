"""What is known of a kind of image: its names, what gives it away, how it may vary without becoming another picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from jupyter_clinagent.lang.families import families

Symmetry = Literal["horizontal", "vertical"]
ANY_WAY = 180.0
"""Degrees of rotation of what has no upright."""


@dataclass(frozen=True)
class Views:
    """How training images vary at strength 1; :mod:`jupyter_clinagent.imaging.augment` makes a pipeline of it.

    Attributes
    ----------
    flips
        Mirror images that are as plausible as the original.
    rotation
        Degrees either way.
    smaller, larger
        Share by which the picture shrinks or grows.
    shift
        Share of the side by which it moves.
    exposure, gamma
        Brightness and contrast, and gamma, of images without colour, as shares; None: as they are.
    colour, hue
        Brightness, contrast and saturation, and the hue, as shares of their range; None: as they are.
    stain
        By how much the amounts of the two dyes of a stained section vary, as a share; None: not stained.
    edge
        What lies beyond the border of a moved picture.
    """

    flips: tuple[Symmetry, ...] = ()
    rotation: float = 10.0
    smaller: float = 0.1
    larger: float = 0.1
    shift: float = 0.05
    exposure: tuple[float, float] | None = None
    gamma: float | None = None
    colour: float | None = None
    hue: float = 0.0
    stain: float | None = None
    edge: Literal["mirrored", "black"] = "mirrored"

    @property
    def boxed(self) -> Views:
        """For findings marked by boxes: left is like right; black beyond the edge, where mirrors would show unmarked findings.

        A box around a turned box is larger than what it marks, so turns are small.
        """
        flips = self.flips or ("horizontal",)
        return replace(self, flips=flips, rotation=min(self.rotation, 8.0), smaller=0.1, larger=0.1, shift=0.04, edge="black")

    @property
    def unmirrored(self) -> Views:
        """For what a mirror image would change: the left eye would be learnt as the right one."""
        return replace(self, flips=())


@dataclass(frozen=True)
class Modality:
    """A kind of clinical image.

    Attributes
    ----------
    title
        How a card calls it.
    tags
        Values of DICOM's *Modality* (PS3.3, C.7.3.1.1.1).
    coloured
        Whether such images have colour; None: both occur.
    """

    name: str
    title: str
    views: Views = field(repr=False)
    tags: tuple[str, ...] = ()
    coloured: bool | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Words of a request, and of names of folders, files and columns, that say it, in all languages."""
        return self._called("kinds")

    @property
    def hints(self) -> tuple[str, ...]:
        """Words that such images usually go with; they count only where nothing says the kind itself."""
        return self._called("kind_hints")

    def _called(self, table: str) -> tuple[str, ...]:
        return tuple(families("modalities")[table].get(self.name, ()))

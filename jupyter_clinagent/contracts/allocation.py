"""Conservation: every image ends in a class or is left out for a reason, and every value of the label with them."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import Field, model_validator

from jupyter_clinagent.contracts.frozen import Frozen


class Gathered(Frozen):
    """A class: the label values that it gathers, and its images."""

    values: list[str] = []
    images: int = Field(ge=0)


class LeftOut(Frozen):
    """Images and rows that are in no class: why, how many, and which label values they bear where that is the reason."""

    reason: str
    count: int = Field(ge=0)
    values: list[str] | None = None


class Allocation(Frozen):
    """Where everything in the data folder went.

    It can't be built unless the counts add up to ``total`` and no value of the label is in two places, so whoever holds one
    knows that nothing vanished. ``total`` counts images, and rows that name no image.
    """

    classes: dict[str, Gathered]
    left_out: list[LeftOut] = []
    total: int = Field(ge=0)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        told = sum(one.images for one in self.classes.values()) + sum(one.count for one in self.left_out)
        if told != self.total:
            raise ValueError(f"{told} images and rows are in a class or left out, of {self.total}")
        twice = [value for value, times in Counter(self.values).items() if times > 1]
        if twice:
            raise ValueError(f"values of the label that are in two places: {', '.join(twice)}")
        return self

    @property
    def values(self) -> list[str]:
        """All values of the label, those of the classes first."""
        gathered = [value for one in self.classes.values() for value in one.values]
        return gathered + [value for one in self.left_out for value in one.values or []]

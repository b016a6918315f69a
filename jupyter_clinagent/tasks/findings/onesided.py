"""Findings that can't be learnt, because no image shows them or every image does: named, never trained or averaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class OneSided(NamedTuple):
    """Findings of which the images give one answer only."""

    never: list[str]
    always: list[str]

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [*self.never, *self.always]


def one_sided(answers: Mapping[str, tuple[int, int]]) -> OneSided:
    """From how many images show each finding, and how many don't.

    Examples
    --------
    >>> one_sided({"effusion": (20, 60), "fracture": (0, 80), "lung": (80, 0)})
    OneSided(never=['fracture'], always=['lung'])
    """
    never = [name for name, (yes, _) in answers.items() if not yes]
    return OneSided(never, [name for name, (yes, no) in answers.items() if yes and not no])


def say(found: OneSided, image: str = "image") -> list[str]:
    """A sentence for each kind; ``image`` is what the images are called."""
    never = [f"No {image} shows {', '.join(found.never)}, so nothing can be learnt about it."] if found.never else []
    every = f"Every {image} of which it is known shows"
    return never + ([f"{every} {', '.join(found.always)}, so nothing can be learnt about it."] if found.always else [])

"""Which of a folder's images a study is about: its inclusion criteria, column by column."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from jupyter_clinagent.contracts.frozen import Frozen

NOT_ASKED_FOR = "not asked for"
"""Begins the reason why an image is left out that a study is not about."""
_WORDS = {"at_least": "at least", "above": "above", "at_most": "at most", "below": "below"}


class Range(Frozen):
    """Numbers, or years of a column of dates, between bounds; of each kind of bound there is at most one.

    Raises
    ------
    ValueError
        It has no bound.
    """

    at_least: float | None = Field(default=None, allow_inf_nan=False)
    above: float | None = Field(default=None, allow_inf_nan=False)
    at_most: float | None = Field(default=None, allow_inf_nan=False)
    below: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if not self.bounds:
            raise ValueError("a range takes at_least=, above=, at_most= or below=")
        return self

    @property
    def bounds(self) -> dict[str, float]:
        """The bounds that there are, by name."""
        return {name: value for name in _WORDS if (value := getattr(self, name)) is not None}

    def holds(self, number: float) -> bool:
        """Whether a number lies in it.

        Examples
        --------
        >>> Range(at_least=18, below=65).holds(18), Range(above=60).holds(60)
        (True, False)
        """
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )

    @property
    def in_words(self) -> str:
        """As it stands on the card.

        Examples
        --------
        >>> Range(at_least=18, below=65).in_words
        'at least 18 and below 65'
        """
        return " and ".join(f"{_WORDS[name]} {value:.10g}" for name, value in self.bounds.items())


Only = dict[str, list[str] | Range]
"""Values, or a range of numbers, by column; an image has to fulfil all of them."""


def dumped(only: Only) -> dict[str, Any]:
    """Criteria as a cell writes them.

    Examples
    --------
    >>> dumped({"sex": ["female"], "age": Range(above=60)})
    {'sex': ['female'], 'age': {'above': 60.0}}
    """
    return {name: asked.bounds if isinstance(asked, Range) else asked for name, asked in only.items()}


def only_in_words(only: Only) -> str:
    """Inclusion criteria as they stand on the card.

    Examples
    --------
    >>> only_in_words({"sex": ["female"], "age": Range(above=60)})
    'only images whose “sex” is female and whose “age” is above 60'
    """
    return "only images " + " and ".join(f"whose “{name}” is {asked_in_words(asked)}" for name, asked in only.items())


def asked_in_words(asked: list[str] | Range) -> str:
    """What is asked of one column.

    Examples
    --------
    >>> asked_in_words(["yes", ""])
    'yes or empty'
    """
    return asked.in_words if isinstance(asked, Range) else " or ".join(value or "empty" for value in asked)


def not_included(column: str, asked: list[str] | Range) -> str:
    """Why an image is left out that does not fulfil a criterion.

    Examples
    --------
    >>> not_included("sex", ["female"]), not_included("age", Range(above=60)).startswith(NOT_ASKED_FOR)
    ('not asked for: “sex” is not female', True)
    """
    return f"not asked for: “{column}” is not {asked_in_words(asked)}"

"""Whether a test set can tell a model from a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["like_a_guess"]


def like_a_guess(figure: Mapping[str, Any], guess: float) -> str:
    """What is said of a figure of the test set whose interval holds what a guess would get; else nothing.

    Examples
    --------
    >>> like_a_guess({"value": 0.61, "low": 0.44, "high": 0.78}, guess=0.5)
    "From this test set it can't be told whether it is better than guessing."
    >>> like_a_guess({"value": 0.81, "low": 0.74, "high": 0.88}, guess=0.5)
    ''
    """
    low, high = figure.get("low"), figure.get("high")
    guesses = low is not None and high is not None and low <= guess <= high
    return "From this test set it can't be told whether it is better than guessing." if guesses else ""

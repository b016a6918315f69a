"""Which findings can be judged on a partition, and why the others can't: whatever is averaged, drawn or said goes by this."""

from __future__ import annotations

import numpy as np

FEWEST = 5
"""A finding that fewer groups show, or that fewer are without, is not judged."""
UNKNOWN = "nothing is known of it"
"""Why a finding of which the table says nothing is not judged."""


def too_few(truth: np.ndarray, groups: np.ndarray) -> list[str]:
    """Why each finding can't be judged; empty for those that can.

    Parameters
    ----------
    truth
        (N, findings): 1, 0, or NaN where it is not known.
    groups
        (N,), of each image.
    """
    showing, without = answered(truth, groups, 1), answered(truth, groups, 0)
    return [_why(yes, no) for yes, no in zip(showing, without, strict=True)]


def counted(truth: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Findings (F,), bool, that are judged and so count in the mean; all of them where none can be, which has to be said."""
    judged = np.array([not why for why in too_few(truth, groups)])
    return judged if judged.any() else np.ones(len(judged), bool)


def withheld(truth: np.ndarray, groups: np.ndarray) -> dict[str, list[str]]:
    """Why a figure of each finding is not given, by figure: a rate only asks for those whose answer it counts."""
    showing, without = answered(truth, groups, 1), answered(truth, groups, 0)
    rates = {
        "sensitivity": [_why(yes, FEWEST if yes or no else 0) for yes, no in zip(showing, without, strict=True)],
        "specificity": [_why(FEWEST if yes or no else 0, no) for yes, no in zip(showing, without, strict=True)],
        "prevalence": ["" if yes or no else UNKNOWN for yes, no in zip(showing, without, strict=True)],
    }
    return {**dict.fromkeys(("auroc", "ap", "ece", "brier"), too_few(truth, groups)), **rates}


def answered(truth: np.ndarray, groups: np.ndarray, answer: int) -> list[int]:
    """How many groups have an image with this answer, by finding."""
    named = np.asarray(groups, dtype=str)
    return [len(set(named[column == answer])) for column in truth.T]


def _why(showing: int, without: int) -> str:
    if not showing and not without:
        return UNKNOWN
    if not showing:
        return "none is known to show it"
    if not without:
        return "none is known to be without it"
    if showing < FEWEST:
        return f"only {showing} group{'s' * (showing != 1)} show{'s' * (showing == 1)} it, too few to judge"
    if without < FEWEST:
        return f"only {without} group{'s' * (without != 1)} {'are' if without != 1 else 'is'} without it, too few to judge"
    return ""

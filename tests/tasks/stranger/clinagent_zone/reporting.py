"""A classifier's."""

from jupyter_clinagent.tasks.classification.reporting import (
    PROBABILITIES,
    does,
    enough,
    guesses,
    headline,
    included,
    judged,
    labels,
    legend,
    naming,
    network,
    positive,
    simplest,
    truth,
    without_threshold,
)

__all__ = [
    "PROBABILITIES",
    "does",
    "enough",
    "guesses",
    "headline",
    "included",
    "judged",
    "labels",
    "legend",
    "naming",
    "network",
    "positive",
    "simplest",
    "truth",
    "without_threshold",
]

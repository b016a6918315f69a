"""A classifier's."""

from jupyter_clinagent.tasks.classification.planning import (
    FREES,
    THRESHOLDS,
    WISHES,
    cell,
    declines,
    plan,
    refined,
    size,
    unlearnt,
)

__all__ = ["FREES", "THRESHOLDS", "WISHES", "cell", "declines", "plan", "refined", "size", "unlearnt"]

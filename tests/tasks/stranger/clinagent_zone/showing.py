"""A classifier's."""

from jupyter_clinagent.tasks.classification.showing import cohort, failures, figures, galleries, predictions

__all__ = ["cohort", "failures", "figures", "galleries", "predictions"]

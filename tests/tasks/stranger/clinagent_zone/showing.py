"""A classifier's."""

from jupyter_clinagent.tasks.classification.showing import cohort, failures, figures, galleries, predictions, tables

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]

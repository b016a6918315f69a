"""A classifier's."""

from jupyter_clinagent.tasks.classification.judging import EXCLUSIVE, JUDGES, changed, example, predict, primary_metric, scores

__all__ = ["EXCLUSIVE", "JUDGES", "changed", "example", "predict", "primary_metric", "scores"]

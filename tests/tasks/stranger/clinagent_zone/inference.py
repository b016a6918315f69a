"""A classifier's."""

from jupyter_clinagent.tasks.classification.inference import header, load, rows

__all__ = ["header", "load", "rows"]

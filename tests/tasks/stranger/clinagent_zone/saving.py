"""A classifier's."""

from jupyter_clinagent.tasks.classification.saving import load, save

__all__ = ["load", "save"]

from jupyter_clinagent.tasks.classification.judging import example

__all__ = ["example"]

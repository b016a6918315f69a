"""In which zone of the film a device's tip lies; truth is a point, not a label. A task of another package."""

from jupyter_clinagent.tasks import classification
from jupyter_clinagent.tasks.task import Task

TASK = Task(
    name="zone",
    package=__name__,
    able="say in which zone of a film a device's tip lies, where a table has its height (“in which zone does the tip lie?”)",
    precedence=7,
    metrics=classification.TASK.metrics,
)

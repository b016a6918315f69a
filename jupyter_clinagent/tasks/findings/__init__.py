"""Several findings in one image: which of them are there."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

TASK = Task(
    name="findings",
    package=__name__,
    able="say which of several findings an image shows where a table has a column for each (“list all findings”)",
    precedence=5,
    levels=True,
    several=True,
    metrics=(
        Metric("macro_ap", "Macro average precision", "Davis and Goadrich 2006; mean over findings", told=True),
        Metric("ap", "Average precision", "Davis and Goadrich 2006"),
        Metric("prevalence", "Prevalence", "share of the images of which it is known"),
    ),
    exports={"FindingsClassifier": "module", "FindingsDataModule": "data"},
)

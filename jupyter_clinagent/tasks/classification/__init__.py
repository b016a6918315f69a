"""One of several classes for each image."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

TASK = Task(
    name="classification",
    package=__name__,
    able=(
        "classify dermoscopy images or radiographs (for example “separate melanoma from nevus; missing a melanoma is worse "
        "than a false alarm”, or “classify these images into their diagnoses”)"
    ),
    usual=True,
    levels=True,
    metrics=(
        Metric("balanced_accuracy", "Balanced accuracy", "Brodersen et al. 2010", told=True, headline=True),
        Metric("calibration_slope", "Calibration slope", "Cox 1958", low=float("-inf"), high=float("inf")),
    ),
)

"""A grade on an ordered scale for each image."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

KAPPA = "Cohen 1968, weighted by the squared distance (Fleiss and Cohen 1973)"
WITHIN = "share of the images whose grade named is at most one off"
ERROR = "mean distance of the grade named from the true one"
TASK = Task(
    name="grading",
    package=__name__,
    able="grade images on an ordered scale (“grade the retinopathy from 0 to 4; grade 2 or above must not be missed”)",
    bounded=True,
    precedence=2,
    levels=True,
    ordered=True,
    metrics=(
        Metric("kappa_quadratic", "Quadratic weighted kappa", KAPPA, low=-1.0, told=True),
        Metric("within_one", "Within one grade", WITHIN, told=True, headline=True),
        Metric("exact", "Exact grade", "share of the images whose grade is named"),
        Metric("mae_grades", "Mean error in grades", ERROR, high=float("inf"), better="lower", told=True, headline=True),
        Metric("recall", "Recall", "share of the images of a grade that are called so"),
    ),
    exports={"GradeClassifier": "module", "GradeEnsemble": "module"},
)

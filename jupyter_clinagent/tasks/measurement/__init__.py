"""One number for each image: an age, a fraction, an angle, a volume."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

_ALTMAN = "Bland and Altman 1986"

TASK = Task(
    name="measurement",
    package=__name__,
    able="measure one number on each image where a table has it, such as an ejection fraction (“estimate the bone age”)",
    bounded=True,
    precedence=4,
    alone=True,
    levels=True,
    metrics=(
        Metric("mae", "Mean absolute error", "Willmott and Matsuura 2005", told=True, high=float("inf"), better="lower"),
        Metric(
            "median_mae",
            "Mean absolute error of always saying the training median",
            "Willmott and Matsuura 2005",
            told=True,
            high=float("inf"),
            better="lower",
        ),
        Metric("median_gain", "By how much the model's is smaller", "paired bootstrap", low=float("-inf"), high=float("inf")),
        Metric("rmse", "Root mean squared error", "Chai and Draxler 2014", high=float("inf"), better="lower"),
        Metric("bias", "Bias (measured minus true)", _ALTMAN, told=True, headline=True, low=float("-inf"), high=float("inf")),
        Metric("limits_of_agreement_low", "Lower limit of agreement", _ALTMAN, told=True, low=float("-inf"), high=float("inf")),
        Metric("limits_of_agreement_high", "Upper limit of agreement", _ALTMAN, told=True, low=float("-inf"), high=float("inf")),
        Metric("within", "Share within the tolerance", "share of images", told=True, headline=True),
        Metric("r2", "R² (share of the variance explained)", "1 - residual over total sum of squares", low=float("-inf")),
        Metric("correlation", "Correlation (Pearson)", "Pearson 1895", low=-1.0),
        Metric("line_sensitivity", "Sensitivity at the line", "Altman and Bland 1994", needs="a line", told=True, headline=True),
        Metric("line_specificity", "Specificity at the line", "Altman and Bland 1994", needs="a line", told=True, headline=True),
        Metric("line_auroc", "AUROC of the measured number for the line", "Hanley and McNeil 1982", needs="a line"),
    ),
    exports={"Measurer": "module", "MeasurementDataModule": "data"},
)

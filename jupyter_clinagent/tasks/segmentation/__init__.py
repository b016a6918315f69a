"""Outlines of structures and findings, pixel by pixel."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

_OVERLAP, _SURFACE = "Taha and Hanbury 2015", "Nikolov et al. 2021"

TASK = Task(
    name="segmentation",
    package=__name__,
    able="outline findings pixel by pixel where there are masks or outlines to learn from (“outline the polyps”)",
    inside=True,
    own_names=True,
    precedence=20,
    metrics=(
        Metric("dice", "Dice", f"{_OVERLAP}; mean over the images that show the structure", told=True),
        Metric("iou", "Intersection over union", f"{_OVERLAP}; mean over the images that show the structure"),
        Metric(
            "hausdorff95",
            "Hausdorff distance, 95th percentile (pixels)",
            _OVERLAP,
            needs="images where truth and model both have an outline",
            high=float("inf"),
            better="lower",
            unit="pixels",
        ),
        Metric("surface_dice", "Surface Dice within 2 pixels", _SURFACE, told=True),
        Metric(
            "hausdorff95_mm",
            "Hausdorff distance, 95th percentile (mm)",
            _OVERLAP,
            needs="images where truth and model both have an outline",
            high=float("inf"),
            better="lower",
            unit="mm",
        ),
        Metric("surface_dice_mm", "Surface Dice within 2 mm", _SURFACE, told=True),
        Metric(
            "lesion_sensitivity",
            "Sensitivity for findings half covered",
            "Taha and Hanbury 2015, by connected parts",
            headline=True,
        ),
        Metric("found_sensitivity", "Sensitivity for images with the finding", "Altman and Bland 1994", told=True, headline=True),
        Metric(
            "found_specificity",
            "Specificity for images without it",
            "Altman and Bland 1994",
            needs="images without the finding",
            told=True,
            headline=True,
        ),
    ),
    exports={"OutlineDataModule": "data", "Outliner": "module"},
)

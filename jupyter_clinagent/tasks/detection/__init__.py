"""Boxes around findings."""

from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.task import Task

_AP, _FROC = "Lin et al. 2014 (COCO)", "Bandos et al. 2009"

TASK = Task(
    name="detection",
    package=__name__,
    able="mark findings with boxes where there are boxes to learn from (“find the fractures”)",
    inside=True,
    counts=True,
    precedence=10,
    metrics=(
        Metric("map50", "mAP50", _AP, "mAP50 (boxes that overlap by half count as found)", told=True),
        Metric("map", "mAP", _AP, "mAP (mean over overlaps from 0.5 to 0.95)", told=True),
        *(
            Metric(
                f"froc_{rate:g}",
                f"Sensitivity at {rate:g} false positive{'s' * (rate != 1)} per image",
                _FROC,
                f"Sensitivity at {rate:g} false alarm{'s' * (rate != 1)} per image",
                told=True,
                headline=rate != 1,
            )
            for rate in (0.5, 1, 2)
        ),
        Metric("froc", "Mean of these three sensitivities", _FROC),
    ),
    exports={"BoxDataModule": "box_data", "FindingDetector": "module", "rank_pseudo_boxes": "pseudo_boxes"},
)

"""The cells of a detection's experiments."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.plan import Rung, Size


def detection_cell(number: int, rung: Rung, minutes: float, modality: str, size: Size, several: bool) -> str:
    """One experiment; those after the first (or after the student) go on from its model, whatever became of each other."""
    fewer = f", views={rung.views}" if rung.views < Rung.views else ""
    windows = _WINDOWS.format(size=size, window=rung.window)
    student = _MIXED.format(window=", window=window" if rung.window else "")
    before, build, data = {
        "heads": (_FIRST.format(size=size), f"model = FindingDetector(cohort.classes{fewer})", "data"),
        "windows": (windows, _free("model"), "data"),
        "windowed teacher": (windows + _SMALL, _free("teacher"), "data"),
        "teacher": (_CLASSIFIER, _free("teacher", "model"), "data"),
        "surest": (_NO_CLASSIFIER, _free("teacher", "model"), "data"),
        "student": (_PSEUDO_BOXES.format(data=student), _free("model", "teacher"), "data"),
        "second": (_RANKED_AGAIN.format(data=student), _free("second", "model"), "data"),
        "all": ("", _free("every_layer", "model"), "data"),
        "negatives": (_MORE, "more_negatives = FindingDetector(cohort.classes, start=model)", "more"),
    }[rung.method]
    return (
        f"# Experiment {number}: {rung.hypothesis}\n{before}"
        f"with study.experiment({rung.name!r}, hypothesis={rung.hypothesis!r}, minutes={minutes:.1f}) as run:\n"
        f"    {build}\n"
        f"    run.fit({build.split(' = ')[0]}, {data})\n"
        "run.verdict"
    )


def _free(name: str, start: str = "") -> str:
    """A detector with every layer free, named so in the notebook."""
    return f'{name} = FindingDetector(cohort.classes, trainable="all"{f", start={start}" if start else ""})'


_FIRST = """from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, augment

size = {size}   # width, height in pixels
views = augment.radiograph_boxes(size)
data = BoxDataModule(cohort, size=size, train_transform=views, negatives=0.5)   # half of each batch shows no finding
"""
_WINDOWS = """from jupyter_clinagent.imaging import BoxDataModule, FindingDetector, augment

size, window = {size}, {window}   # width, height in pixels: of the image, and of the part that a training step sees
views = augment.radiograph_boxes(window)
data = BoxDataModule(cohort, size=size, window=window, train_transform=views, negatives=0.5)   # half show no finding
"""
_CLASSIFIER = """classifier = model.classifier   # learnt from the labels of all images: where it looks will rank the boxes
"""
_NO_CLASSIFIER = """classifier = None   # hardly any image is without a finding: the teacher's own scores will rank the boxes
"""
_SMALL = """classifier = None   # findings are too small for heat of whole images: the teacher's own scores will rank the boxes
"""
_PSEUDO_BOXES = """from jupyter_clinagent.imaging.weak_supervision import rank_pseudo_boxes

pseudo_boxes = rank_pseudo_boxes(teacher, classifier, data)   # one for each unboxed positive, none on negatives
{data}"""
_RANKED_AGAIN = """pseudo_boxes = rank_pseudo_boxes(model, classifier, data)
{data}"""
_MIXED = """data = BoxDataModule(cohort, size=size{window}, train_transform=views, negatives=0.5, pseudo_boxes=pseudo_boxes)
"""
_MORE = """more = BoxDataModule(cohort, size=size, train_transform=views, negatives=2 / 3, pseudo_boxes=data.pseudo_boxes)
"""

from __future__ import annotations

import numpy as np

from jupyter_clinagent.contracts import NO_PATIENT
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection import figures as box_figures

TRUTH = [Boxes.of([[10, 10, 30, 30]]), Boxes(), Boxes.of([[5, 5, 20, 20]])]
FOUND = [Boxes.of([[11, 10, 30, 29]], scores=[0.9]), Boxes.of([[40, 40, 50, 50]], scores=[0.6]), Boxes()]
IMAGES = np.zeros((3, 64, 64, 3), np.uint8)


def test_truth_and_detection_differ_by_more_than_colour():
    figure = box_figures.box_gallery({"hits": [0], "false alarms": [1]}, IMAGES, TRUTH, FOUND, columns=2)
    first = figure.axes[0]
    assert len({patch.get_linestyle() for patch in first.patches}) == 2
    assert [text.get_text() for text in first.texts if text.get_text()[0] == "0"] == ["0.90"]
    assert "1 of hits" in figures.alt_text(figure)
    assert NO_PATIENT.encode() not in figures.png(figure)


def test_a_gallery_of_nothing_is_a_figure_all_the_same():
    assert figures.png(box_figures.box_gallery({"hits": [], "misses": []}, IMAGES, TRUTH, FOUND))


def test_the_froc_curve_tells_its_figures_and_shows_no_patient():
    figure = box_figures.froc(TRUTH, FOUND)
    assert "0.50 at 1" in figures.alt_text(figure)
    assert figure.axes[0].get_xlabel() == "False positives per image"
    assert NO_PATIENT.encode() in figures.png(figure)
    assert "not defined" in figures.alt_text(box_figures.froc([Boxes()], [Boxes()]))


def test_heat_is_shown_below_the_box():
    figure = box_figures.heat_gallery(IMAGES, FOUND, np.zeros((3, 64, 64), np.float32))
    assert len(figure.axes) == 6
    assert figures.png(figure)

"""Figures of grades: how far the grade named lies from the true one, and how well each cut is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from jupyter_clinagent.imaging.figures import COLOURS, described, label_axes
from jupyter_clinagent.tasks.grading.graded import Grades, cut_names

_SHADES = {0: "#0072B2", 1: "#56B4E9", 2: "#E69F00", 3: "#D55E00"}
"""Blue where the grade is right or next to it, orange and red the further off; Okabe and Ito's palette."""
DARK = 0.5
"""From this share on the blue is too dark for black figures."""


def distances(test: Grades, classes: Sequence[str]) -> Figure:
    """Images of each true grade by how many grades the one named is too low (left) or too high (right)."""
    figure = Figure(figsize=(4.6, 4.0), layout="constrained")
    axes, off = figure.subplots(), test.named - test.truth
    for row in range(len(classes)):
        _row(axes, row, off[test.truth == row])
    reach = max(int(np.abs(off).max(initial=0)), 1)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xticks(range(-reach, reach + 1))
    axes.set_xlim(-reach - 0.6, reach + 0.6)
    axes.invert_yaxis()
    label_axes(axes, "Grade named minus true grade", "True grade", grid=False)
    counted = [f"{d} grade{'s' * (d != 1)} off: {(np.abs(off) == d).mean():.0%}" for d in range(reach + 1)]
    return described(figure, f"Distance of the grade named from the true one, {len(off)} images: {', '.join(counted)}.")


def _row(axes: Axes, row: int, off: np.ndarray) -> None:
    """The images of one true grade, the fuller the colour the more."""
    found, counts = np.unique(off, return_counts=True)
    for distance, count in zip(map(int, found), counts, strict=True):
        portion, shade = float(count / len(off)), _SHADES[min(abs(distance), 3)]
        axes.barh(row, 0.9, 0.8, left=distance - 0.45, color=shade, alpha=0.25 + 0.75 * portion)
        colour = "white" if distance == 0 and portion > DARK else "black"
        axes.text(distance, row, f"{portion:.0%}", ha="center", va="center", fontsize=8, color=colour)


def cuts(test: Grades, classes: Sequence[str]) -> Figure:
    """ROC curve of each cut on the scale: this grade or above against the lower ones."""
    figure = Figure(figsize=(4.2, 4.0), layout="constrained")
    axes, told = figure.subplots(), []
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1)
    for cut, name in enumerate(cut_names(classes), 1):
        ill = test.truth >= cut
        if ill.all() or not ill.any():
            continue
        false_positive, true_positive, _ = roc_curve(ill, test.at_or_above(cut))
        area = float(np.trapezoid(true_positive, false_positive))
        axes.plot(false_positive, true_positive, color=COLOURS[(cut - 1) % 8], label=f"{name} ({area:.3f})")
        told.append(f"{name} {area:.3f}")
    label_axes(axes, "1 - specificity", "Sensitivity")
    axes.legend(loc="lower right", fontsize=8)
    return described(figure, f"Receiver operating characteristic of each cut. Area under the curve: {'; '.join(told)}.")

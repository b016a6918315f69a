"""Figures of a detector: boxes on pictures, and the FROC curve. Truth is solid, a detection dashed with its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from jupyter_clinagent.imaging import figures
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection import metrics as detection_metrics

TRUTH, FOUND = figures.COLOURS[5], figures.COLOURS[4]
RATES = (0.5, 1.0, 2.0)


def froc(truth: Sequence[Boxes], found: Sequence[Boxes]) -> Figure:
    """Sensitivity for findings against false positives an image, with the three rates that are reported."""
    figure = Figure(figsize=(4.2, 4.0), layout="constrained")
    axes = figure.subplots()
    rates, sensitivity = detection_metrics.froc_curve(truth, found)
    axes.step(rates, sensitivity, where="post", color=figures.COLOURS[0])
    told = []
    for rate in RATES:
        value = detection_metrics.score(f"froc_{rate:g}", truth, found)
        told.append(f"{'not defined' if value is None else f'{value:.2f}'} at {rate:g}")
        if value is not None:
            axes.plot([rate], [value], "D", color=figures.COLOURS[1], markersize=5)
    axes.set_xlim(0, max(RATES) * 1.25)
    axes.set_ylim(0, 1.02)
    figures.label_axes(axes, "False positives per image", "Sensitivity for findings")
    return figures.described(figure, f"FROC curve. Sensitivity {', '.join(told)} false positives per image.")


def box_gallery(
    rows: Mapping[str, Sequence[int]], images: np.ndarray, truth: Sequence[Boxes], found: Sequence[Boxes], columns: int = 6
) -> Figure:
    """Pictures with their boxes, such as hits, misses and false alarms, one row each.

    Parameters
    ----------
    rows
        Title of each row and the indices of its pictures, such as :func:`detection_metrics.examples` gives them.
    images
        uint8 RGB, shape (N, H, W, 3).
    truth, found
        Boxes in their pixels.
    """
    figure = Figure(figsize=(1.7 * columns + 0.8, 1.8 * max(len(rows), 1) + 0.5), layout="constrained")
    grid = figure.subplots(max(len(rows), 1), columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for line, (title, chosen) in zip(grid, rows.items(), strict=False):
        line[0].text(-0.08, 0.5, title, transform=line[0].transAxes, ha="right", va="center", fontsize=9, rotation=90)
        for axes, k in zip(line, chosen, strict=False):
            _picture(axes, images[k], truth[k], found[k])
    figure.suptitle("solid: truth · dashed: detection with its score", fontsize=9)
    counts = [f"{len(chosen)} of {title}" for title, chosen in rows.items()]
    text = f"Pictures with true boxes (solid) and detections (dashed, with score): {', '.join(counts)}."
    return figures.described(figure, text, shows_patients=True)


def heat_gallery(images: np.ndarray, boxes: Sequence[Boxes], heat: np.ndarray, columns: int = 6) -> Figure:
    """Pictures with their best box above, the same with its heat map below."""
    number = min(len(images), columns)
    figure = Figure(figsize=(1.7 * max(number, 1), 3.7), layout="constrained")
    grid = figure.subplots(2, max(number, 1), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for k in range(number):
        _picture(grid[0][k], images[k], Boxes(), boxes[k][:1])
        grid[1][k].imshow(figures.overlay(images[k], heat[k]))
    text = f"{number} pictures with the best detection (dashed), and below where its score comes from."
    return figures.described(figure, text, shows_patients=True)


def _picture(axes: Axes, image: np.ndarray, truth: Boxes, found: Boxes) -> None:
    axes.imshow(image)
    for corners in truth.corners:
        _rectangle(axes, corners, TRUTH, "solid")
    for corners, score in zip(found.corners, found.scores, strict=True):
        _rectangle(axes, corners, FOUND, (0, (3, 2)))
        axes.text(corners[0], corners[1] - 2, f"{score:.2f}", color=FOUND, fontsize=6, va="bottom")


def _rectangle(axes: Axes, corners: np.ndarray, colour: str, style: object) -> None:
    low, size = corners[:2] - 0.5, corners[2:] - corners[:2]
    axes.add_patch(Rectangle(tuple(low), *size, fill=False, edgecolor=colour, linestyle=style, linewidth=1.4))

"""Figures of measured numbers: against the truth, and how they agree with it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues
from jupyter_clinagent.tasks.measurement.units import with_unit

_BIG, _SEEN_THROUGH = 12, 0.55
"""Size of a point in square points, and how opaque it is."""


def against_truth(test: MeasuredValues, measure: str) -> Figure:
    """Measured against true numbers, with the diagonal on which both are the same, and the line where one is drawn."""
    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.subplots()
    both = np.concatenate([test.truth, test.measured])
    ends = [float(both.min()), float(both.max())]
    axes.plot(ends, ends, color="#999999", linestyle=":", linewidth=1, label="measured = true")
    axes.scatter(test.truth, test.measured, color=figures.COLOURS[0], s=_BIG, alpha=_SEEN_THROUGH, linewidths=0)
    if test.scale.line is not None:
        for draw in (axes.axvline, axes.axhline):
            draw(test.scale.line, color=figures.COLOURS[1], linewidth=1, linestyle="--")
    unit = f" ({test.scale.unit})" if test.scale.unit else ""
    figures.label_axes(axes, f"True {measure}{unit}", f"Measured {measure}{unit}")
    axes.legend(fontsize=8, loc="upper left")
    low, high = (with_unit(value, test.scale.unit) for value in (test.truth.min(), test.truth.max()))
    return figures.described(
        figure,
        f"Measured against true {measure} of {len(test.images)} test images, between {low} and {high}; the diagonal is ideal.",
    )


def agreement(test: MeasuredValues, known: dict[str, Estimate]) -> Figure:
    """Bland and Altman 1986: the difference of the two against their mean, with bias and limits of agreement.

    Parameters
    ----------
    known
        The estimates ``bias``, ``limits_of_agreement_low`` and ``limits_of_agreement_high``.
    """
    figure = Figure(figsize=(5.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.scatter(
        (test.truth + test.measured) / 2, test.differences, color=figures.COLOURS[0], s=_BIG, alpha=_SEEN_THROUGH, linewidths=0
    )
    axes.axhline(0, color="#999999", linestyle=":", linewidth=1)
    told = [_across(axes, known[name], title, colour) for name, title, colour in _LINES]
    unit = f" ({test.scale.unit})" if test.scale.unit else ""
    figures.label_axes(axes, f"Mean of measured and true number{unit}", f"Measured minus true number{unit}")
    return figures.described(figure, f"Agreement of {len(test.images)} test images (Bland and Altman): {'; '.join(told)}.")


_LINES = (
    ("limits_of_agreement_high", "upper limit of agreement", figures.COLOURS[1]),
    ("bias", "bias", figures.COLOURS[2]),
    ("limits_of_agreement_low", "lower limit of agreement", figures.COLOURS[1]),
)


def _across(axes: Axes, figure: Estimate, title: str, colour: str) -> str:
    """A line across with the band of its interval, and its words."""
    if figure.value is None:
        return f"{title} not estimable"
    axes.axhline(figure.value, color=colour, linewidth=1.2, linestyle="-" if title == "bias" else "--")
    if figure.low is not None and figure.high is not None:
        axes.axhspan(figure.low, figure.high, color=colour, alpha=0.12, linewidth=0)
    told = f"{title} {figure.written(figure.value)}{figure.after}"
    axes.annotate(
        told, (0.99, figure.value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=7, color=colour
    )
    return told

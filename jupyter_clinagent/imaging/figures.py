"""Figures for notebook and report: colour-blind-safe, axes with units, and a sentence for those who can't see them.

Every function returns a new matplotlib Figure that belongs to no global state.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.metrics import roc_curve

from jupyter_clinagent.contracts import NO_PATIENT
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.lang import ENGLISH, speak_phrase, used
from jupyter_clinagent.tasks import registry

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
"""Okabe and Ito's palette."""
LABEL = 24
"""Longer labels of an axis are broken."""
MAP = "cividis"
HEAT = "inferno"
DECISION_GRID = np.linspace(0.01, 0.80, 80)
"""Threshold probabilities of a decision curve."""


def png(figure: Figure, dpi: int = 110) -> bytes:
    """The figure as PNG, with its alternative text in the metadata, and whether an export may show it."""
    buffer = io.BytesIO()
    _translate(figure)
    mark = {} if getattr(figure, "shows_patients", True) else {"Comment": NO_PATIENT}
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Description": alt_text(figure), **mark})
    return buffer.getvalue()


def _translate(figure: Figure) -> None:
    """What is written in it, in the language of the study; names of classes and columns stay."""
    if used() != ENGLISH:
        for text in figure.findobj(Text):
            text.set_text(speak_phrase(text.get_text(), used()))


def alt_text(figure: Figure) -> str:
    """What the figure shows, in a sentence or two."""
    return str(getattr(figure, "alt_text", ""))


def roc(
    y: np.ndarray, proba: np.ndarray, classes: Sequence[str], positive: int | None = None, threshold: float | None = None
) -> Figure:
    """ROC curve of the positive class, or one against the rest for each; the operating point where a threshold is given."""
    figure, axes = _square()
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1)
    shown = range(len(classes)) if positive is None else [positive]
    areas = [_roc_line(axes, np.asarray(y) == c, proba[:, c], classes[c], COLOURS[k % 8]) for k, c in enumerate(shown)]
    if positive is not None and threshold is not None:
        _operating_point(axes, np.asarray(y) == positive, proba[:, positive] >= threshold)
    label_axes(axes, "1 - specificity", "Sensitivity")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", fontsize=8)
    return described(figure, "Receiver operating characteristic. Area under the curve: " + "; ".join(areas) + ".")


def confusion_matrix(matrix: np.ndarray, classes: Sequence[str]) -> Figure:
    """Counts, shaded by the share of each true class."""
    figure, axes = _square()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=MAP, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "black" if shares[row, column] > 0.6 else "white"
        axes.text(column, row, str(int(count)), ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), classes)
    label_axes(axes, "Predicted", "Truth", grid=False)
    recalls = [f"{name} {shares[i, i]:.0%}" for i, name in enumerate(classes)]
    return described(figure, f"Confusion matrix of {int(matrix.sum())} images. Correct: {', '.join(recalls)}.")


def calibration(y: np.ndarray, proba: np.ndarray, classes: Sequence[str], positive: int | None = None, bins: int = 10) -> Figure:
    """Predicted probability against observed share, with Wilson intervals, of the positive class or of the top one."""
    index = positive if positive is not None else (1 if len(classes) == 2 else None)
    confidence = proba.max(axis=1) if index is None else proba[:, index]
    hit = (proba.argmax(axis=1) == y) if index is None else (np.asarray(y) == index)
    figure, axes = _square()
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1)
    member = np.minimum((confidence * bins).astype(int), bins - 1)
    for b in np.unique(member):
        _calibration_point(axes, confidence[member == b], hit[member == b])
    label_axes(axes, "Predicted probability", "Observed share")
    name = "top class" if index is None else classes[index]
    ece = metrics.score("ece", np.asarray(y), proba, positive=index)
    return described(figure, f"Calibration of the {name}: expected calibration error {_text(ece)}; the diagonal is ideal.")


def learning_curve(history: Sequence[Mapping[str, float]], metric: str, unit: str = "") -> Figure:
    """Loss on training and metric on validation over the epochs."""
    figure = Figure(figsize=(5.4, 3.0), layout="constrained")
    left = figure.subplots()
    right = left.twinx()
    epochs = [row["epoch"] for row in history]
    (loss,) = left.plot(epochs, [row["loss"] for row in history], "o--", color=COLOURS[0], markersize=3, label="training loss")
    values = [row["value"] for row in history]
    (value,) = right.plot(epochs, values, "s-", color=COLOURS[1], markersize=4, label=f"validation {_named(metric)}")
    label_axes(left, "Epoch", "Training loss")
    right.set_ylabel(fill(f"Validation {_named(metric, unit)}", LABEL))
    _end_at_one(right, metric)
    left.legend(handles=[loss, value], fontsize=8, loc="center right")
    best = max((v for v in values if not np.isnan(v)), key=lambda v: _sign(metric) * v, default=None)
    told = f"best validation {_named(metric, unit)} {_text(best)} in {_text(epochs[-1], 1)} epochs"
    return described(figure, f"Learning curve: {told}.")


def _end_at_one(axes: Axes, metric: str) -> None:
    """A share is not above 1; an axis that goes on to 1.04 says it could be."""
    if registry.metric(metric).high == 1:
        axes.set_ylim(top=min(axes.get_ylim()[1], 1.01))


def running_best(names: Sequence[str], values: Sequence[float], kept: Sequence[bool], metric: str, unit: str = "") -> Figure:
    """Every experiment on validation, rejected ones too, and the best so far as a line."""
    figure = Figure(figsize=(5.4, 3.0), layout="constrained")
    axes = figure.subplots()
    x = np.arange(1, len(values) + 1)
    ranks = [_sign(metric) * value if keep else -np.inf for value, keep in zip(values, kept, strict=True)]
    best = _sign(metric) * np.maximum.accumulate(ranks)
    axes.step(x, np.where(np.isfinite(best), best, np.nan), where="post", color=COLOURS[0], label="kept so far")
    for keep, marker, label in ((True, "o", "kept"), (False, "x", "discarded")):
        chosen = [i for i, k in enumerate(kept) if k == keep]
        axes.plot(x[chosen], [values[i] for i in chosen], marker, color=COLOURS[0 if keep else 1], label=label)
    _end_at_one(axes, metric)
    axes.set_xticks(x, [f"{i}: {name}" for i, name in zip(x, names, strict=True)], rotation=20, ha="right", fontsize=8)
    label_axes(axes, "Experiment", fill(f"Validation {_named(metric, unit)}", LABEL))
    axes.legend(fontsize=8, loc="lower right" if _sign(metric) > 0 else "upper right")
    told = [f"{n} {v:.3f} ({'kept' if k else 'discarded'})" for n, v, k in zip(names, values, kept, strict=True)]
    return described(figure, f"Validation {_named(metric, unit)} of each experiment: {', '.join(told)}.")


def contact_sheet(images: Mapping[str, Sequence[np.ndarray]]) -> Figure:
    """One row of pictures for each class, the class beside it."""
    columns = max((len(row) for row in images.values()), default=1)
    figure = Figure(figsize=(1.1 * columns + 0.8, 1.1 * max(len(images), 1)), layout="constrained")
    grid = figure.subplots(max(len(images), 1), max(columns, 1), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for row, (name, pictures) in zip(grid, images.items(), strict=False):
        row[0].text(-0.15, 0.5, name, transform=row[0].transAxes, ha="right", va="center", fontsize=9)
        for axes, picture in zip(row, pictures, strict=False):
            axes.imshow(picture)
    counts = [f"{len(row)} of {name}" for name, row in images.items()]
    return described(figure, f"Contact sheet of labelled images: {', '.join(counts)}.", shows_patients=True)


def heat_map_gallery(images: np.ndarray, maps: np.ndarray, captions: Sequence[str], title: str = "", columns: int = 5) -> Figure:
    """Pictures above, the same pictures with their heat maps below, a caption under each pair."""
    rows = max(1, -(-len(images) // columns))
    figure = Figure(figsize=(1.7 * columns, 3.1 * rows + 0.5), layout="constrained")
    grid = figure.subplots(2 * rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for k, (image, heat, caption) in enumerate(zip(images, maps, captions, strict=True)):
        above, below = grid[2 * (k // columns)][k % columns], grid[2 * (k // columns) + 1][k % columns]
        above.imshow(image)
        below.imshow(overlay(image, heat))
        above.set_title(caption, fontsize=7)
    if title:
        figure.suptitle(title, fontsize=10)
    return described(
        figure, f"{title}: {len(images)} images, each with its Grad-CAM heat map. {'; '.join(captions)}.", shows_patients=True
    )


def overlay(image: np.ndarray, heat: np.ndarray, strength: float = 0.5) -> np.ndarray:
    """A heat map (H, W) in 0 … 1 over a uint8 RGB image (H, W, 3)."""
    import matplotlib

    colours = matplotlib.colormaps[HEAT](np.clip(heat, 0, 1))[..., :3] * 255
    return np.asarray(np.clip((1 - strength) * image + strength * colours, 0, 255), dtype=np.uint8)


def decision_curve(thresholds: np.ndarray, model: np.ndarray, everybody: np.ndarray) -> Figure:
    """Net benefit (k,) of acting on the model's calls and on everybody, against threshold probabilities (k,)."""
    figure, axes = _square()
    axes.plot(thresholds, model, color=COLOURS[0], label="with the model")
    axes.plot(thresholds, everybody, color=COLOURS[1], linestyle="--", label="acting on everybody")
    axes.axhline(0, color="#666666", linestyle=":", linewidth=1, label="acting on nobody")
    top = max(float(model.max()), float(everybody.max()), 0.01)
    axes.set_ylim(-0.3 * top, 1.1 * top)  # acting on everybody falls without bound
    label_axes(axes, "Threshold probability", "Net benefit for each image")
    axes.legend(fontsize=8, loc="upper right")
    better = thresholds[model > np.maximum(everybody, 0)]
    where = f"between thresholds of {better.min():.2f} and {better.max():.2f}" if len(better) else "at no threshold"
    return described(figure, f"Decision curve: the model is better than acting on everybody or nobody {where}.")


# ------------------------------------------------------------------ parts
def _square() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.2, 4.0), layout="constrained")
    return figure, figure.subplots()


def label_axes(axes: Axes, x: str, y: str, *, grid: bool = True) -> None:
    """Names with units, and a faint grid."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if grid:
        axes.grid(alpha=0.25)


def described(figure: Figure, text: str, *, shows_patients: bool = False) -> Figure:
    """Say what the figure shows, and whether an export may show it."""
    figure.alt_text = text  # type: ignore[attr-defined]
    figure.shows_patients = shows_patients  # type: ignore[attr-defined]
    return figure


def _roc_line(axes: Axes, hit: np.ndarray, scores: np.ndarray, name: str, colour: str) -> str:
    if hit.all() or not hit.any():
        return f"{name} not defined"
    false_positive, true_positive, _ = roc_curve(hit, scores)
    area = metrics.score("auroc", hit.astype(int), np.column_stack([1 - scores, scores]), positive=1)
    axes.plot(false_positive, true_positive, color=colour, label=f"{name} ({_text(area)})")
    return f"{name} {_text(area)}"


def _operating_point(axes: Axes, hit: np.ndarray, called: np.ndarray) -> None:
    sensitivity, false_positive = called[hit].mean(), called[~hit].mean()
    label = f"operating point ({sensitivity:.2f}, {1 - false_positive:.2f})"
    axes.plot([false_positive], [sensitivity], "D", color=COLOURS[1], label=label)


def _calibration_point(axes: Axes, confidence: np.ndarray, hit: np.ndarray) -> None:
    low, high = metrics.wilson(int(hit.sum()), len(hit))
    axes.plot([confidence.mean()] * 2, [low, high], color=COLOURS[0], linewidth=1)
    axes.plot([confidence.mean()], [hit.mean()], "o", color=COLOURS[0], markersize=4)


def _named(metric: str, unit: str = "") -> str:
    return f"{registry.metric(metric).running}{f' ({unit})' if unit else ''}"


def _sign(metric: str) -> int:
    return registry.metric(metric).sign


def _text(value: Any, digits: int = 3) -> str:
    return "not defined" if value is None else f"{value:.{digits}f}"

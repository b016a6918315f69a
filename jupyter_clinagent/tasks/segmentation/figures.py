"""Figures of outlines: pictures with truth and model, and how the Dice is spread."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib.figure import Figure

from jupyter_clinagent.imaging import figures

TRUTH, FOUND = (86, 180, 233), (230, 159, 0)
"""Colours of the true outline and the model's (RGB, of Okabe and Ito's palette)."""
LINE = 110
"""The longer side of a picture, in widths of the model's line."""


def with_outlines(image: np.ndarray, truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """A picture (uint8 RGB) with true outlines thick and blue, the model's thin and orange; masks bool (S, H, W)."""
    drawn = np.ascontiguousarray(image)
    width = max(1, round(max(image.shape[:2]) / LINE))
    for masks, colour, thickness in ((truth, TRUTH, 2 * width), (found, FOUND, width)):
        for mask in masks:
            contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(drawn, contours, -1, colour, thickness)
    return drawn


def spread(dice: np.ndarray, classes: Sequence[str]) -> Figure:
    """How many images have which Dice, structure by structure (N, S)."""
    figure = Figure(figsize=(4.4, 3.6), layout="constrained")
    axes = figure.subplots()
    bins, told = np.linspace(0, 1, 21).tolist(), []
    for number, name in enumerate(classes):
        values = dice[~np.isnan(dice[:, number]), number]
        axes.hist(
            values, bins=bins, histtype="step", linewidth=1.6, color=figures.COLOURS[number % len(figures.COLOURS)], label=name
        )
        if len(values):
            low, middle, high = np.percentile(values, [25, 50, 75])
            told.append(f"{name}: half of {len(values)} images between {low:.2f} and {high:.2f}, median {middle:.2f}")
    axes.legend(fontsize=8)
    figures.label_axes(axes, "Dice of an image", "Images")
    return figures.described(figure, f"Distribution of the Dice. {'; '.join(told) or 'No image shows a structure'}.")


def gallery(rows: dict[str, list[tuple[np.ndarray, str]]], columns: int = 5) -> Figure:
    """Pictures with their outlines and captions, one row for each kind."""
    figure = Figure(figsize=(1.9 * columns + 0.6, 2.1 * max(len(rows), 1) + 0.4), layout="constrained")
    grid = figure.subplots(max(len(rows), 1), columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for line, (title, pictures) in zip(grid, rows.items(), strict=False):
        line[0].text(-0.08, 0.5, title, transform=line[0].transAxes, ha="right", va="center", fontsize=9, rotation=90)
        for axes, (picture, caption) in zip(line, pictures, strict=False):
            axes.imshow(picture)
            axes.set_title(caption, fontsize=7)
    figure.suptitle("blue: truth · orange: model", fontsize=9)
    counts = ", ".join(f"{len(pictures)} of {title}" for title, pictures in rows.items())
    return figures.described(
        figure, f"Pictures with the true outline (blue) and the model's (orange): {counts}.", shows_patients=True
    )


def heat_gallery(pictures: Sequence[np.ndarray], heat: Sequence[np.ndarray], captions: Sequence[str]) -> Figure:
    """Pictures above, the model's probability of each pixel below."""
    number = max(len(pictures), 1)
    figure = Figure(figsize=(1.9 * number, 4.0), layout="constrained")
    grid = figure.subplots(2, number, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for k, (picture, one, caption) in enumerate(zip(pictures, heat, captions, strict=True)):
        grid[0][k].imshow(picture)
        grid[0][k].set_title(caption, fontsize=7)
        grid[1][k].imshow(figures.overlay(picture, one))
    return figures.described(
        figure, f"{len(pictures)} pictures, and below how sure the model is of each pixel.", shows_patients=True
    )

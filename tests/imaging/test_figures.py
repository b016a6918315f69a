from __future__ import annotations

import cv2
import numpy as np
import pytest

from jupyter_clinagent.imaging import figures, metrics

CLASSES = ["akiec", "mel", "nv"]


@pytest.fixture(scope="module")
def predictions():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 120)
    return y, rng.dirichlet(np.ones(3), 120) * 0.5 + 0.5 * np.eye(3)[y]


def drawn(predictions) -> dict[str, figures.Figure]:
    y, proba = predictions
    pictures = np.random.default_rng(0).integers(0, 255, (7, 32, 48, 3), dtype=np.uint8)
    history = [{"step": k, "epoch": k / 2, "seconds": k, "loss": 1 / k, "value": 0.7 + k / 50} for k in range(1, 5)]
    return {
        "roc": figures.roc(y, proba, CLASSES),
        "operating point": figures.roc(y, proba, CLASSES, positive=1, threshold=0.4),
        "confusion": figures.confusion_matrix(metrics.confusion(y, proba.argmax(1), 3), CLASSES),
        "calibration": figures.calibration(y, proba, CLASSES),
        "curve": figures.learning_curve(history, "macro_auroc"),
        "ledger": figures.running_best(["probe", "half", "all"], [0.8, 0.9, 0.85], [True, True, False], "auroc"),
        "sheet": figures.contact_sheet({"mel": list(pictures[:4]), "nv": list(pictures[4:])}),
        "gallery": figures.heat_map_gallery(pictures, np.ones((7, 32, 48)), [f"mel {k}" for k in range(7)], "Worst misses"),
    }


def test_every_figure_is_a_png_and_says_in_words_what_it_shows(predictions):
    for name, figure in drawn(predictions).items():
        png = figures.png(figure)
        assert cv2.imdecode(np.frombuffer(png, np.uint8), 1).std() > 5, name
        assert len(figures.alt_text(figure)) > 30, name
        assert figures.alt_text(figure)[:20].encode() in png, name


def test_axes_of_plots_are_labelled(predictions):
    for name, figure in drawn(predictions).items():
        if name not in ("sheet", "gallery"):
            axes = figure.axes[0]
            assert axes.get_xlabel(), name
            assert axes.get_ylabel(), name


def test_the_words_carry_the_figures(predictions):
    y, proba = predictions
    text = figures.alt_text(figures.roc(y, proba, CLASSES, positive=1))
    assert f"{metrics.score('auroc', y, proba, positive=1):.3f}" in text
    assert "discarded" in figures.alt_text(drawn(predictions)["ledger"])


def test_the_operating_point_lies_on_the_curve(predictions):
    y, proba = predictions
    figure = figures.roc(y, proba, CLASSES, positive=1, threshold=0.4)
    x, sensitivity = figure.axes[0].lines[-1].get_xydata()[0]
    assert sensitivity == pytest.approx(metrics.score("sensitivity", y, proba, positive=1, threshold=0.4))
    assert 1 - x == pytest.approx(metrics.score("specificity", y, proba, positive=1, threshold=0.4))


def test_a_missing_class_does_not_break_a_figure(predictions):
    _, proba = predictions
    figure = figures.roc(np.zeros(120, int), proba, CLASSES)
    assert "not defined" in figures.alt_text(figure)
    assert figures.png(figure)


def test_figures_leave_no_global_state(predictions):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    drawn(predictions)
    assert plt.get_fignums() == before


def test_heat_reddens_where_it_is():
    heat = np.zeros((32, 48))
    heat[:, 24:] = 1
    shown = figures.overlay(np.full((32, 48, 3), 100, np.uint8), heat)
    assert shown[:, 30:].mean() > shown[:, :20].mean() + 50

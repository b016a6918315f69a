"""What a training cell shows while it runs: one line and a learning curve, updated in place."""

from __future__ import annotations

from jupyter_clinagent.contracts import Estimate, Progress
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.imaging.training import FitResult, TrainingProgress
from jupyter_clinagent.study.showing.display import ProgressDisplay
from jupyter_clinagent.study.showing.markup import metric_name, with_interval


class LiveTraining:
    """Progress of one experiment. The curve is drawn anew only after a look at validation, because drawing takes time too."""

    def __init__(self, name: str, metric: str, unit: str = "") -> None:
        self._name, self._metric, self._unit = name, metric, unit
        self._display = ProgressDisplay()
        self._curve: bytes | None = None
        self._drawn = 1

    def update(self, progress: TrainingProgress) -> None:
        """Called by the training, at most once a second."""
        self._draw(progress.history)
        figure = Estimate(value=progress.value, unit=self._unit or None)
        value = "" if progress.value is None else f", {metric_name(self._metric)} {with_interval(figure)} on validation"
        fraction, left = min(1.0, progress.fraction), max(0.0, progress.seconds_left)
        self._tell(fraction, left, f"{fraction:.0%}, about {left:.0f} s left{value}")

    def finish(self, result: FitResult) -> None:
        """Leave the final state on the screen."""
        self._draw(result.history)
        self._tell(1.0, 0.0, f"trained {result.steps} steps in {result.seconds:.0f} s")

    def _draw(self, history: list[dict[str, float]]) -> None:
        if len(history) > self._drawn:
            self._drawn = len(history)
            self._curve = figures.png(figures.learning_curve(history, self._metric, self._unit))

    def _tell(self, fraction: float, left: float, text: str) -> None:
        progress = Progress(experiment=self._name, fraction=fraction, seconds_left=left, text=f"{self._name}: {text}")
        self._display.update(progress, self._curve)

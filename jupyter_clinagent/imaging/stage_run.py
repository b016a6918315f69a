"""Training one stage: its steps within the time that is left, looks at the validation set, and the best weights."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lightning as L
import numpy as np
from safetensors.torch import load_file, save_file

from jupyter_clinagent.imaging.averaging import RunningMean
from jupyter_clinagent.imaging.feeds import Feed, judging_seconds, seconds_per_step
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.tasks import registry

PRECISION: Literal["32-true"] = "32-true"
VALIDATIONS = 4
"""Looks at the validation set in one training, the one at its end included: they cost time that training could use."""
MOST_JUDGING = 0.15
"""Share of the budget beyond which there are fewer of them."""
HEADROOM = 0.95
"""Share of the budget that is planned; the rest absorbs a machine that gets slower."""
MIN_STEPS = 8
AVERAGED_FROM = 0.3
"""Share of the steps after which the mean of the weights begins."""
TIMING = 0.08
"""Share of the budget that timing the first steps may take."""


@dataclass(frozen=True)
class TrainingProgress:
    """Told at most once a second while training runs."""

    fraction: float
    seconds_left: float
    step: int
    total_steps: int
    loss: float | None
    value: float | None
    history: list[dict[str, float]]


@dataclass(frozen=True)
class Run:
    """What the stages of a training share."""

    folder: Path
    metric: str
    deadline: float
    seed: int
    last: bool
    tell: Callable[[TrainingProgress], None] | None


def train_stage(stage: Stage, replay: Mapping[str, Any] | None, run: Run) -> Watch:
    """Train one stage, or replay its steps, and leave its model with the best weights."""
    began = time.monotonic()
    feed, metric = stage.feed(), stage.metric or run.metric
    deadline = began + stage.share * (run.deadline - began)
    deadline = max(deadline, time.monotonic() + feed.least_seconds)
    planned, looks = _recorded(replay) if replay else _affordable(feed, metric, deadline)
    feed.model.total_steps = planned
    path = run.folder / ("best.safetensors" if run.last else f"{stage.name.replace(' ', '-')}.safetensors")
    watch = Watch(feed, metric, path, planned, looks, deadline, run.tell)
    watch.later = 0.0 if run.deadline == deadline else run.deadline - deadline
    L.seed_everything(run.seed, verbose=False)
    _run(feed.model, feed.loader(run.seed), watch, int(replay["steps"]) if replay else planned)
    feed.model.load_state_dict(load_file(watch.checkpoint))
    feed.model.eval()
    return watch


def _recorded(replay: Mapping[str, Any]) -> tuple[int, int]:
    return int(replay["total_steps"]), int(replay.get("looks", VALIDATIONS))


def _affordable(feed: Feed, metric: str, deadline: float) -> tuple[int, int]:
    """Steps that fit into what is left of the budget, and looks at the validation set among them."""
    if not feed.timed:
        return feed.max_steps, VALIDATIONS
    patience = TIMING * (deadline - time.monotonic())
    step, judging = seconds_per_step(feed.model, feed.loader(0), patience), judging_seconds(feed, metric)
    left = HEADROOM * (deadline - time.monotonic())
    looks = int(np.clip(MOST_JUDGING * left / max(judging, 1e-6), 1, VALIDATIONS))
    return int(np.clip((left - looks * judging) / step, MIN_STEPS, feed.max_steps)), looks


# ------------------------------------------------------------------ the run
class Watch(L.Callback):
    """Judges on validation now and then, keeps the best weights, tells progress, and stops when the time is over."""

    def __init__(
        self,
        feed: Feed,
        metric: str,
        checkpoint: Path,
        planned: int,
        looks: int,
        deadline: float,
        on_progress: Callable[[TrainingProgress], None] | None,
    ) -> None:
        self.feed, self.metric, self.planned, self.deadline, self.on_progress = feed, metric, planned, deadline, on_progress
        self.sign = registry.metric(metric).sign
        self.checkpoint, self.later, self.late = checkpoint, 0.0, False
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        self.step, self.best, self.history = 0, None, []
        self.losses: list[float] = []
        self.mean = RunningMean()
        self.started, self.told = time.monotonic(), -math.inf
        self.looks, self.due = looks, {round(planned * (k + 1) / looks) for k in range(looks)}

    step: int
    best: float | None
    history: list[dict[str, float]]

    @property
    def summary(self) -> dict[str, Any]:
        """What replays the stage, and how far it came."""
        return {"steps": self.step, "total_steps": self.planned, "looks": self.looks, "value": self.best}

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Count, look at validation where it is due, and stop when the time is over."""
        self.step += 1
        self.losses.append(float(outputs["loss"]))
        if self.step > AVERAGED_FROM * self.planned and getattr(module, "averaged", False):
            self.mean.add(module)
        over = time.monotonic() > self.deadline
        if self.step in self.due and not over:
            self._judge(module)
        self._tell()
        self.late = over and self.step < self.planned
        trainer.should_stop = trainer.should_stop or over

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """What was reached is judged and kept."""
        if not self.history or self.history[-1]["step"] != self.step:
            self._judge(module)

    def _judge(self, module: Any) -> None:
        with self.mean.instead_of(module):
            self._look(module)
        module.train()

    def _look(self, module: Any) -> None:
        value = self.feed.value(self.metric)
        self.history.append(
            {
                "step": self.step,
                "epoch": round(self.step / self.feed.steps_per_epoch, 3),
                "seconds": round(time.monotonic() - self.started, 1),
                "loss": float(np.mean(self.losses)),
                "value": math.nan if value is None else value,
            }
        )
        self.losses = []
        if self.best is None or (value is not None and self.sign * value >= self.sign * self.best):  # of equals the last one
            self.best = value
            save_file({name: tensor.contiguous() for name, tensor in module.state_dict().items()}, self.checkpoint)

    def _tell(self) -> None:
        now = time.monotonic()
        if self.on_progress is None or (now - self.told < 1 and self.step < self.planned):
            return
        self.told = now
        per_step = (now - self.started) / self.step
        left = min((self.planned - self.step) * per_step, self.deadline - now) + self.later
        loss = self.losses[-1] if self.losses else None
        fraction, history = self.step / self.planned, list(self.history)
        self.on_progress(TrainingProgress(fraction, max(0.0, left), self.step, self.planned, loss, self.best, history))


def _run(model: L.LightningModule, loader: Any, watch: Watch, steps: int) -> None:
    trainer = L.Trainer(
        max_steps=steps,
        max_epochs=-1,
        accelerator="auto",
        devices=1,
        precision=PRECISION,
        callbacks=[watch],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=watch.checkpoint.parent,
    )
    handler = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(model.train(), loader)  # Lightning leaves the mode as it finds it
    except SystemExit:  # what Lightning makes of an interrupt; in a kernel it must stay one
        raise KeyboardInterrupt from None
    finally:
        model.trainer = None  # a copy of the model must not copy the loaders with all images
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)

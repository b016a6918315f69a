"""How fast this machine trains and predicts, measured in a few seconds before a plan is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import torch

from jupyter_clinagent.imaging.backbones import DEFAULT
from jupyter_clinagent.imaging.classifier import ImageClassifier

BATCH = 16
BATCH_PIXELS = BATCH * 128 * 128
"""Of larger images fewer make up a batch, so that measuring takes no longer."""


def measure_speed(
    sizes: Sequence[tuple[int, int]] = ((128, 96),), backbone: str = DEFAULT, seconds: float = 3.0
) -> tuple[int, dict[str, dict[str, float]]]:
    """Time real forward and backward passes for about ``seconds`` in all, at least two of each.

    Returns
    -------
    tuple
        Threads of torch, and milliseconds an image: ``{"head" | "half" | "all" | "predict": {"128x96": ms, …}}``. The
        head's figure is that of computing an image's features once.
    """
    model = ImageClassifier(["a", "b"], backbone, "all")
    share = seconds / (3 * max(len(sizes), 1))
    found: dict[str, dict[str, float]] = {"head": {}, "half": {}, "all": {}, "predict": {}}
    for width, height in sizes:
        batch = min(max(BATCH_PIXELS // (width * height), 2), BATCH)
        images = torch.randint(0, 255, (batch, height, width, 3), dtype=torch.uint8)
        key = f"{width}x{height}"
        for part in ("all", "half"):
            model.trainable = part
            found[part][key] = _milliseconds(partial(_step, model, images), batch, share)
        looked = _milliseconds(partial(_predict, model, images), batch, share)
        found["predict"][key] = found["head"][key] = min(looked, found["half"][key])  # no gradient: never longer than with one
    return torch.get_num_threads(), found


def _milliseconds(work: Callable[[], None], batch: int, seconds: float) -> float:
    """For one image, the fastest of several runs: others are disturbed by what else is done."""
    work()  # allocates
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 2 or time.perf_counter() - began < seconds:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return round(min(times) * 1000 / batch, 2)


@torch.inference_mode()
def _predict(model: ImageClassifier, images: torch.Tensor) -> None:
    model.eval()(images)


def _step(model: ImageClassifier, images: torch.Tensor) -> None:
    model.freeze_plan()
    model.train().training_step((images, torch.arange(len(images)) % 2), 0).backward()  # type: ignore[no-untyped-call]
    model.zero_grad()

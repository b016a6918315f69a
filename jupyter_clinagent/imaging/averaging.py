"""The mean of a model's weights over the steps of its training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class RunningMean:
    """Mean of weights and batch statistics over a training at a level rate.

    Polyak & Juditsky 1992; Izmailov et al. 2018 ("stochastic weight averaging"). What each step gets wrong in another
    direction cancels out, so that one model does what otherwise takes an ensemble.
    """

    def __init__(self) -> None:
        self.count = 0
        self._mean: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def add(self, model: nn.Module) -> None:
        """Take the weights as they are now into the mean."""
        self.count += 1
        for name, tensor in _numbers(model):
            if name in self._mean:
                self._mean[name].lerp_(tensor, 1 / self.count)
            else:
                self._mean[name] = tensor.clone()

    @contextmanager
    def instead_of(self, model: nn.Module) -> Iterator[None]:
        """The model has the mean weights inside the block (its own, where there is no mean yet), and its own again after it."""
        own = {name: tensor.clone() for name, tensor in _numbers(model)} if self.count else {}
        _set(model, self._mean)
        try:
            yield
        finally:
            _set(model, own)


def _numbers(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    return ((name, tensor) for name, tensor in model.state_dict().items() if tensor.is_floating_point())


@torch.no_grad()
def _set(model: nn.Module, values: dict[str, torch.Tensor]) -> None:
    for name, tensor in model.state_dict().items():
        if name in values:
            tensor.copy_(values[name])

from __future__ import annotations

import torch

from jupyter_clinagent.imaging.averaging import RunningMean


def test_the_mean_stands_in_for_the_weights_inside_the_block_only():
    model, mean = torch.nn.Linear(1, 1, bias=False), RunningMean()
    with mean.instead_of(model):
        first = float(model.weight)  # no mean yet: the model's own
    for value in (1.0, 2.0, 6.0):
        torch.nn.init.constant_(model.weight, value)
        mean.add(model)
    with mean.instead_of(model):
        assert float(model.weight) == 3.0
    assert float(model.weight) == 6.0
    assert first not in (3.0, 6.0)


def test_counters_are_left_alone():
    model, mean = torch.nn.BatchNorm1d(2), RunningMean()
    mean.add(model)
    model.train()(torch.randn(4, 2))
    mean.add(model)
    with mean.instead_of(model):
        assert int(model.num_batches_tracked) == 1

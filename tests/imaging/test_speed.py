from __future__ import annotations

import torch

from jupyter_clinagent.imaging.speed import measure_speed


def test_training_more_layers_costs_more_and_everything_is_measured():
    threads, speed = measure_speed(sizes=((64, 64), (96, 96)), seconds=2)
    assert threads == torch.get_num_threads()
    assert set(speed) == {"head", "half", "all", "predict"}
    assert all(set(by_size) == {"64x64", "96x96"} and min(by_size.values()) > 0 for by_size in speed.values())
    assert speed["all"]["96x96"] > speed["predict"]["96x96"]

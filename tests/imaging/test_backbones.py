from __future__ import annotations

import socket

import pytest
import timm
import torch
from safetensors.torch import save_file

from jupyter_clinagent.imaging.backbones import load_backbone


def test_the_default_needs_no_network(monkeypatch):
    def refuse(*_):
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    backbone = load_backbone().eval()
    assert len(backbone.sha256) == 64
    with torch.inference_mode():
        assert backbone(torch.zeros(1, 3, 96, 128)).shape == (1, 1280, 3, 4)


def test_both_halves_together_are_the_timm_model():
    backbone = load_backbone().eval()
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    tensors = list(backbone.state_dict().values())
    model.load_state_dict(dict(zip(model.state_dict(), [*tensors, *list(model.classifier.state_dict().values())], strict=True)))
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(backbone(x), model.forward_features(x), atol=1e-5)


def test_another_backbone_comes_from_a_local_file(tmp_path):
    model = timm.create_model("resnet10t", pretrained=False)
    path = tmp_path / "weights.safetensors"
    save_file(model.state_dict(), path)
    backbone = load_backbone("resnet10t", path).eval()
    with torch.inference_mode():
        x = torch.randn(1, 3, 64, 64)
        assert torch.allclose(backbone(x), model.eval().forward_features(x), atol=1e-5)
    assert backbone.mean[0] == pytest.approx(255 * 0.485)


def test_another_backbone_without_weights_is_refused():
    with pytest.raises(ValueError, match="nothing is downloaded"):
        load_backbone("resnet10t")


def test_weights_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "weights.pth"
    torch.save(timm.create_model("resnet10t", pretrained=False).state_dict(), path)
    with pytest.raises(RuntimeError, match="Missing key"):
        load_backbone("resnet18", path)


def test_other_families_are_refused_clearly(tmp_path):
    path = tmp_path / "weights.pth"
    torch.save(timm.create_model("vit_tiny_patch16_224", pretrained=False).state_dict(), path)
    with pytest.raises(ValueError, match="EfficientNet"):
        load_backbone("vit_tiny_patch16_224", path)

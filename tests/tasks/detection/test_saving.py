from __future__ import annotations

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging import saving
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.inference import load_onnx
from jupyter_clinagent.tasks.detection.inference import OnnxDetector


@pytest.fixture(scope="module")
def saved(detected, tmp_path_factory):
    model, data = detected
    return saving.save("detection", model, data, tmp_path_factory.mktemp("detector"), {"threshold": 0.3})


def by_torch(model, data, image) -> Boxes:
    found = model.predict_images(data.preprocessing.apply(image)[None])[0]
    return found.moved(data.preprocessing.to_original(found.corners, image.shape[1], image.shape[0]))


@pytest.mark.parametrize("shape", [(96, 96), (150, 70), (60, 200)])
def test_onnx_finds_the_same_boxes_in_images_of_any_aspect_ratio(detected, saved, wrists, shape):
    model, data = detected
    onnx = OnnxDetector(saved)
    seen = 0
    for image in data.ids("test")[:8]:
        pixels = cv2.resize(wrists.read(image), shape[::-1])
        ours, theirs = by_torch(model, data, pixels), onnx.predict_one(pixels)
        assert len(ours) == len(theirs)
        assert np.abs(ours.corners - theirs.corners).max(initial=0) < 0.05
        assert np.abs(ours.scores - theirs.scores).max(initial=0) < 1e-3
        seen += len(ours)
    assert seen


def test_an_image_without_any_detection_gives_no_box_in_either(detected, saved):
    model, data = detected
    blank, mute = np.zeros((50, 80, 3), np.uint8), saving.load(saved)
    with torch.no_grad():
        mute.head.classification_head.cls_logits.bias.fill_(-20)
        mute.head.classification_head.cls_logits.weight.fill_(0)
    folder = saving.save("detection", mute, data, saved / "mute")
    assert len(by_torch(mute, data, blank)) == len(OnnxDetector(folder).predict_one(blank)) == 0
    assert len(by_torch(model, data, blank)) == len(OnnxDetector(saved).predict_one(blank))


def test_a_saved_detector_runs_without_torch(detected, saved, wrists, tmp_path):
    model, data = detected
    image = data.ids("test")[0]
    cv2.imwrite(str(tmp_path / "a.png"), wrists.read(image))
    code = (
        "import sys, json; from jupyter_clinagent.imaging.inference import load_onnx\n"
        "found = load_onnx(sys.argv[1]).predict([sys.argv[2]])[0]\n"
        "assert not {'torch', 'torchvision', 'lightning', 'albumentations', 'pandas'} & set(sys.modules)\n"
        "print(json.dumps([found.corners.tolist(), found.scores.tolist()]))"
    )
    done = subprocess.run([sys.executable, "-c", code, saved, tmp_path / "a.png"], capture_output=True, text=True, check=True)
    corners, scores = json.loads(done.stdout)
    expected = by_torch(model, data, wrists.read(image))
    assert np.allclose(np.reshape(corners, (-1, 4)), expected.corners, atol=0.05)
    assert np.allclose(scores, expected.scores, atol=1e-3)


def test_the_saved_weights_give_the_same_detector(detected, saved):
    model, data = detected
    images = data.images("test")[:4]
    for a, b in zip(model.predict_images(images), saving.load(saved).predict_images(images), strict=True):
        assert np.allclose(a.corners, b.corners)
        assert np.allclose(a.scores, b.scores)


def test_the_metadata_say_that_it_detects(saved, detected):
    metadata = json.loads((saved / "preprocessing.json").read_text())
    assert (metadata["task"], metadata["classes"], metadata["threshold"]) == ("detection", ["fracture"], 0.3)
    assert metadata["recipe"] == detected[0].recipe
    assert isinstance(load_onnx(saved), OnnxDetector)

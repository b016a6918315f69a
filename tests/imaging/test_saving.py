from __future__ import annotations

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging import Ensemble, ImageClassifier, saving
from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    model, data = trained
    return saving.save("classification", model, data, tmp_path_factory.mktemp("model"), {"threshold": 0.3})


def test_onnx_gives_the_same_scores_from_files_without_torch(trained, saved, cohort, tmp_path):
    model, data = trained
    ids, expected = model.predict_proba(data, "test")
    for image in ids:
        cv2.imwrite(str(tmp_path / f"{image}.png"), cohort.phantoms[image].image[..., ::-1])
    code = (
        "import sys, json, pathlib; from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier\n"
        "folder, images = sys.argv[1], [pathlib.Path(sys.argv[2]) / f'{i}.png' for i in sys.argv[3:]]\n"
        "scores = OnnxClassifier(folder).predict(images).tolist()\n"
        "assert not {'torch', 'lightning', 'albumentations', 'pandas'} & set(sys.modules)\n"
        "print(json.dumps(scores))"
    )
    done = subprocess.run([sys.executable, "-c", code, saved, tmp_path, *ids], capture_output=True, text=True, check=True)
    assert np.abs(np.array(json.loads(done.stdout)) - expected).max() <= 1e-3


def test_the_saved_weights_give_the_same_model(trained, saved):
    model, data = trained
    loaded = saving.load(saved)
    images = data.images("test")[:5]
    assert np.allclose(model.predict_images(images), loaded.predict_images(images), atol=1e-6)


def test_the_metadata_say_how_to_use_the_model(saved, trained):
    metadata = json.loads((saved / "preprocessing.json").read_text())
    assert metadata["schema"] == 1
    assert metadata["size"] == [64, 64]
    assert metadata["classes"] == ["mel", "nv"]
    assert metadata["threshold"] == 0.3
    assert metadata["recipe"] == trained[0].recipe


def test_the_saved_model_decides_like_the_trained_one(trained, tmp_path):
    model, data = trained
    model.equal_prevalence = True
    saved = OnnxClassifier(saving.save("classification", model, data, tmp_path))
    weights = model.decision_weights
    assert saving.load(tmp_path).decision_weights.tolist() == weights.tolist()
    model.equal_prevalence = False
    rare = model.classes.index("mel")
    torn = np.where(np.arange(2) == rare, 1.01 / weights[rare], 1 / weights[1 - rare])
    assert saved.decide(torn / torn.sum()) == "mel"


def test_predicting_nothing_gives_nothing(saved):
    assert OnnxClassifier(saved).predict([]).shape == (0, 2)


def test_an_ensemble_is_saved_and_loaded_whole_and_its_onnx_gives_the_same(trained, tmp_path):
    model, data = trained
    other = ImageClassifier(model.classes)
    torch.nn.init.normal_(other.head.weight, std=0.1, generator=torch.Generator().manual_seed(0))
    together = Ensemble([model, other])
    folder = saving.save("classification", together, data, tmp_path / "ensemble")
    images = data.images("test")[:5]
    expected = together.predict_images(images)
    assert np.abs(saving.load(folder).predict_images(images) - expected).max() < 1e-6
    onnx = OnnxClassifier(folder)
    found = onnx.session.run(["probability"], {"image": images})[0]
    assert np.abs(found - expected).max() <= 1e-3
    assert np.abs(expected - model.predict_images(images)).max() > 1e-3


def test_a_closer_look_is_saved_with_the_model_and_its_onnx_gives_the_same(trained, tmp_path):
    model, data = trained
    closer = model.looking_closer()
    folder = saving.save("classification", closer, data, tmp_path / "closer")
    images = data.images("test")[:5]
    expected = closer.predict_images(images)
    assert np.abs(expected - model.predict_images(images)).max() > 1e-3
    assert np.abs(saving.load(folder).predict_images(images) - expected).max() < 1e-6
    found = OnnxClassifier(folder).session.run(["probability"], {"image": images})[0]
    assert np.abs(found - expected).max() <= 1e-3

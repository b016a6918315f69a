"""What release 0.1.0 exported still verifies, opens as a replay, and is explained where something is missing."""

import json
import zipfile
from pathlib import Path

import pytest

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.export.predict import predict
from jupyter_clinagent.export.verify import verify
from jupyter_clinagent.study import Study

RELEASE = Path(__file__).parent / "release_0_1_0"
BUNDLE, DATA = RELEASE / "bundle.zip", RELEASE / "data"


def test_a_bundle_of_the_first_release_verifies_under_this_one() -> None:
    verdict = verify(BUNDLE, DATA)
    assert verdict.same, verdict.message
    assert verdict.message.startswith("Same: 94 figures")


def test_a_test_set_that_the_first_release_opened_opens_as_a_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(BUNDLE) as archive:
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINAGENT_STUDY_DATA", str(DATA))
    names: dict[str, Study] = {}
    for source in _cells(tmp_path / "study.ipynb"):
        if any(word in source for word in ("Study(", "load_cohort(", "confirm(", "Experiment 1", "unseal(")):
            exec(source, names)
    evaluation = names["study"].facts["evaluation"]
    assert (evaluation.replayed, evaluation.unsealed) == (True, 1)
    known = [json.loads(line) for line in (tmp_path / "study-study" / "record.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["kind"] for entry in known if "open" in entry["kind"]] == ["test set opened", "opening replayed"]


def _cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_a_bundle_without_its_model_says_so_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"came without its model \(model/model.onnx, model/preprocessing.json\); ask for"):
        predict(BUNDLE, [DATA / "images"], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
    with pytest.raises(BadInput, match="came without its model"):
        evaluate(BUNDLE, DATA)

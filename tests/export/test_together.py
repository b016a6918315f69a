"""Two of four diagnoses must not be missed: one threshold holds for them together, from the specification to the bundle."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import OperatingPoint
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.export.predict import predict
from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study import Study
from tests.study.conftest import make_specification, run_probe

CLASSES = {name: [name] for name in ("mel", "bcc", "nv", "bkl")}
POINT = OperatingPoint(rule="sensitivity", target=0.9, positive_class=["mel", "bcc"])


@dataclass
class Finished:
    """A study of four diagnoses, its bundle, and its test figures computed anew from the predictions that it wrote."""

    study: Study
    folder: Path
    bundle: Path
    said: dict[str, Any]

    @property
    def test(self) -> pd.DataFrame:
        table = pd.read_csv(self.folder / "predictions.csv")
        return table[table["partition"] == "test"]

    def rates(self, threshold: float) -> tuple[float, float]:
        """Sensitivity and specificity of mel and bcc together on the test set."""
        ill, called = self.test["label"].isin(["mel", "bcc"]), self.test["score_mel"] + self.test["score_bcc"] >= threshold
        return float(called[ill].mean()), float((~called[~ill]).mean())


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    home = tmp_path_factory.mktemp("together")
    phantoms.write("dermoscopy", home / "data", n=320, seed=3, size=64)
    study = Study(home / "skin-study", data=home / "data", request="missing melanoma or bcc is worse", minutes=1)
    study.load_cohort(label="dx", classes=CLASSES, group="lesion_id")
    study.audit()
    study.confirm(specification())
    run_probe(study)
    study.unseal("the planned experiments are finished")
    study.explain(images=3)
    study.report()
    nbformat.write(nbformat.v4.new_notebook(), home / "skin.ipynb")
    said = json.loads((home / "skin-study" / "summary.json").read_text(encoding="utf-8"))
    return Finished(study, home / "skin-study", export(home / "skin.ipynb", home / "skin.zip").path, said)


def specification(point: OperatingPoint = POINT):
    return make_specification(classes=CLASSES, positive_class=None, primary_metric="macro_auroc", operating_point=point)


def test_the_threshold_holds_for_the_sum_of_their_scores(together: Finished) -> None:
    facts = together.study.facts["evaluation"]
    assert isinstance(facts, EvaluationFacts)
    point = facts.operating_point
    assert point is not None
    assert point.positive_class == ["mel", "bcc"]
    assert point.validation["sensitivity"].value >= 0.9  # type: ignore[operator]
    found = point.test["sensitivity"].value, point.test["specificity"].value
    assert found == pytest.approx(together.rates(point.threshold), abs=1e-6)
    assert found == (facts.test["sensitivity"].value, facts.test["specificity"].value)


def test_summary_report_and_specification_name_them_together(together: Finished) -> None:
    assert together.said["operating_point"]["positive_class"] == ["mel", "bcc"]
    assert together.said["specification"]["operating_point"]["positive_class"] == ["mel", "bcc"]
    report = (together.folder / "report.html").read_text(encoding="utf-8")
    assert "images of mel or bcc" in report
    assert "call it mel or bcc from a score of" in report
    assert "Worst misses: mel or bcc, not recognised" in report


def test_predict_adds_their_scores_up(together: Finished, tmp_path: Path) -> None:
    predict(together.bundle, [together.folder.parent / "data" / "images"], tmp_path / "p.csv")
    with (tmp_path / "p.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    threshold = together.said["operating_point"]["threshold"]
    sums = np.array([float(row["score_mel"]) + float(row["score_bcc"]) for row in rows])
    clear = np.abs(sums - threshold) > 1e-5  # scores are written with six digits
    called = np.array([row["above_operating_point"] == "true" for row in rows])
    assert np.array_equal(called[clear], sums[clear] >= threshold)
    assert 0 < called.mean() < 1


def test_evaluate_judges_them_together_at_the_frozen_threshold(together: Finished, tmp_path: Path) -> None:
    phantoms.write("dermoscopy", tmp_path / "other", n=200, seed=9, size=64)
    result = evaluate(together.bundle, tmp_path / "other")
    assert result["operating_point"]["positive_class"] == ["mel", "bcc"]
    assert result["external"]["sensitivity"]["value"] > 0.6
    assert 0 <= result["external"]["specificity"]["value"] <= 1


def test_a_new_threshold_may_hold_for_others_together(together: Finished) -> None:
    study, opened = together.study, together.study.facts["evaluation"]
    study.new_threshold("specificity", 0.9, positive=["mel", "bkl"])
    facts = study.facts["evaluation"]
    assert isinstance(facts, EvaluationFacts)
    assert facts.operating_point is not None
    assert facts.operating_point.named == "mel or bkl"
    assert facts.operating_point.validation["specificity"].value >= 0.9  # type: ignore[operator]
    study._facts["evaluation"] = opened
    study._session.material.post_hoc.clear()


def test_a_threshold_for_every_class_is_refused(together: Finished, tmp_path: Path) -> None:
    study = Study(tmp_path / "study", data=together.folder.parent / "data")
    study.load_cohort(label="dx", classes=CLASSES, group="lesion_id")
    with pytest.raises(ProtocolViolation, match="none is the rest"):
        study.confirm(specification(OperatingPoint(positive_class=list(CLASSES))))
    with pytest.raises(ProtocolViolation, match="positive class scc is no class"):
        study.confirm(specification(OperatingPoint(positive_class=["mel", "scc"])))


def test_the_hash_of_a_specification_with_one_positive_class_is_what_it_was() -> None:
    assert make_specification().model_dump(mode="json")["operating_point"]["positive_class"] == "mel"
    assert make_specification().hash == "8d69a03e600cb6aeeacbb710f1c6270731b6eba5c55a35a3b32ca4832e81f26b"

"""The shipped JSON schemas are those of the code, and a real study keeps them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import pytest

from jupyter_clinagent import cli
from jupyter_clinagent.contracts import FACTS_MIME
from jupyter_clinagent.facts import AuditFacts
from jupyter_clinagent.schemas import FOLDER, as_text, schemas
from tests.conftest import FinishedStudy
from tests.export.test_bundle import members
from tests.export.test_release_0_1_0 import BUNDLE


@pytest.mark.parametrize("name", list(schemas()))
def test_a_shipped_schema_is_that_of_the_code(name: str) -> None:
    shipped = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert shipped == as_text(schemas()[name]), "write them anew with python -m jupyter_clinagent.schemas"


def test_no_schema_is_left_over() -> None:
    assert {path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.json")} == set(schemas())


def test_a_finished_study_keeps_the_schemas(finished: FinishedStudy) -> None:
    known = schemas()
    jsonschema.validate(finished.summary["specification"], known["specification"])
    jsonschema.validate(finished.summary["plan"], known["plan"])
    kinds = set()
    for cell in nbformat.read(finished.summary["notebook"], as_version=4).cells:
        for output in cell.get("outputs", []):
            told = output.get("data", {}).get(FACTS_MIME)
            if told:
                told = json.loads(told) if isinstance(told, str) else told
                jsonschema.validate(told, known[f"facts-{told['kind']}"])
                kinds.add(told["kind"])
    assert {"survey", "cohort", "audit", "speed", "specification", "experiment", "evaluation", "report"} <= kinds


def test_files_of_a_finished_study_keep_the_schemas(finished: FinishedStudy) -> None:
    _check_bundle(finished.bundle)
    known = schemas()
    jsonschema.validate(finished.summary, known["summary"])
    assert finished.summary.keys() >= known["summary"]["properties"].keys()
    assert (finished.summary["facts_schema"], finished.summary["evaluator"]["auroc"]) == (1, 1)
    assert finished.summary["modality"] == "dermoscopy"
    perfect, other = (finished.summary["test"][name] for name in ("auroc", "brier"))
    assert (perfect["value"], "exact interval" in perfect["method"]) == (1.0, True)
    assert "bootstrap over groups" in other["method"]
    assert finished.summary["allocation"]["total"] == 160
    for line in (finished.study / "record.jsonl").read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), known["record-entry"])
        assert json.loads(line)["schema"] == 1


def test_files_of_the_first_release_keep_the_schemas() -> None:
    _check_bundle(BUNDLE)


def _check_bundle(bundle: Path) -> None:
    known, files = schemas(), members(bundle)
    manifest = json.loads(files["manifest.json"])
    jsonschema.validate(manifest, known["manifest"])
    jsonschema.validate(json.loads(files[f"{manifest['study']}/summary.json"]), known["summary"])
    lines = files[f"{manifest['study']}/record.jsonl"].decode().splitlines()
    assert len(lines) > 5
    for line in lines:
        jsonschema.validate(json.loads(line), known["record-entry"])


def test_the_summary_of_a_study_that_failed_keeps_the_schema(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert cli.main(["run", "melanoma or nevus", "--data", str(tmp_path / "nowhere"), "--json", str(out)]) == 2
    jsonschema.validate(json.loads(out.read_text(encoding="utf-8")), schemas()["summary"])


@pytest.mark.parametrize(
    ("name", "spoilt"),
    [("summary", {"schema": 2}), ("manifest", {"schema": 1, "cells": {}}), ("record-entry", {"n": 0, "kind": "survey"})],
)
def test_a_file_that_lacks_what_readers_need_breaks_its_schema(name: str, spoilt: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, schemas()[name])


def test_a_specification_of_no_task_breaks_the_schema() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"task": "astrology"}, schemas()["specification"])


def test_facts_of_a_later_release_are_read_and_what_is_new_in_them_is_kept() -> None:
    told = {
        "kind": "audit",
        "findings": [{"topic": "t", "severity": "info", "count": 1, "text": "x", "certainty": 0.9}],
        "weather": "fine",
    }
    read = AuditFacts.model_validate(told)
    assert read.model_dump()["weather"] == "fine"
    assert read.findings[0].model_dump()["certainty"] == 0.9
    jsonschema.validate(told, schemas()["facts-audit"])

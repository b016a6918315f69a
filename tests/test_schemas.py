"""The shipped JSON schemas are those of the code, and a real study keeps them."""

import json

import jsonschema
import nbformat
import pytest

from jupyter_clinagent.contracts import FACTS_MIME
from jupyter_clinagent.facts import AuditFacts
from jupyter_clinagent.schemas import FOLDER, as_text, schemas
from tests.conftest import FinishedStudy


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

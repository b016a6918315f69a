"""Twenty requests about numbers, written before anything read them: half of them were looked at while the reading was built."""

import tomllib
from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import measure_in
from tests.tasks.measurement.folders import FOLDERS, surveyed

PHRASES = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SurveyFacts]:
    home = tmp_path_factory.mktemp("folders")
    return {name: surveyed(home / name, columns) for name, columns in FOLDERS.items()}


def reading(request: str, survey: SurveyFacts) -> str:
    """As ``phrases.toml`` writes it."""
    try:
        found = draft(read_request(request), survey, {})
    except ClinAgentError:
        return "refuse"
    if not isinstance(found, Draft):
        return "ask"
    specification = registry.specified(found.specification)
    if not isinstance(specification, Measurement):
        return specification.task
    column = str(specification.label_column)
    if specification.line is not None:
        return f"{column} {specification.side} {specification.line:g}"
    named = measure_in(column).unit is None and specification.unit is not None and column != "age"
    return f"{column} in {specification.unit}" if named else column


@pytest.mark.parametrize(("folder", "request_", "expected"), PHRASES["known"])
def test_requests_that_were_looked_at_are_read_as_they_were_meant(
    surveys: dict[str, SurveyFacts], folder: str, request_: str, expected: str
) -> None:
    assert reading(request_, surveys[folder]) == expected

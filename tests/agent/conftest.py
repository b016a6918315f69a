"""What the tests of reading requests share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts


@pytest.fixture(scope="module")
def surveyed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SurveyFacts]:
    """The survey of a folder by its name in the module's ``MADE``, which says how each is filled."""
    home, made = tmp_path_factory.mktemp("folders"), request.module.MADE

    @cache
    def look(name: str) -> SurveyFacts:
        folder: Path = home / name
        folder.mkdir()
        made[name](folder)
        return survey_facts(take_inventory(folder))

    return look

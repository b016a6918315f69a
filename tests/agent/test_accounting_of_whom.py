"""Who is studied: a request for some patients or places only is never met with all of them in silence."""

import pytest

from jupyter_clinagent.agent.playbook.accounting import GO_ON, KEY
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from tests.agent.surveys import DERMOSCOPY


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("Separate melanoma from nevus. Only patients over 60", "patients over 60"),
        ("melanoma versus nevus in men under 50", "men under 50"),
        ("Melanom gegen Nävus bei Frauen ab 40", "frauen ab 40"),
        ("melanoma versus nevus in women", "women"),
    ],
)
def test_a_restriction_is_asked_about_and_said(request_: str, named: str) -> None:
    asked = draft(read_request(request_), DERMOSCOPY, {})
    assert isinstance(asked, Card)
    assert f"“{named}”" in asked.body
    found = draft(read_request(request_), DERMOSCOPY, {KEY: GO_ON})
    assert isinstance(found, Draft)
    assert f"“{named}”" in found.assumptions[0]


@pytest.mark.parametrize(
    "request_",
    [
        "Separate melanoma from nevus in under 20 minutes",
        "Separate melanoma from nevus; the sensitivity for patients must be above 90 %",
    ],
)
def test_a_time_or_a_rate_is_no_age(request_: str) -> None:
    assert isinstance(draft(read_request(request_), DERMOSCOPY, {}), Draft)

"""Words of a request that changed nothing are named on the card."""

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.unused import unused_words
from tests.agent.surveys import BOXED, CHEST, DERMOSCOPY


@pytest.mark.parametrize(
    ("request_", "unused"),
    [
        ("Tell melanoma from nevus", []),
        ("Could you please build me a model that tells melanoma from nevus, missing a melanoma is worse", []),
        ("Kannst du mir bitte Melanome von Nävi unterscheiden?", []),
        ("Tell melanoma from nevus on Fitzpatrick VI with a transformer", ["fitzpatrick", "transformer"]),
        ("Melanom gegen Nävus, aber nur bei Rauchern", ["rauchern"]),
        ("Classify by dx, in the folder /data/ham10000", []),
    ],
)
def test_words_that_say_something_and_change_nothing(request_: str, unused: list[str]) -> None:
    assert unused_words(request_, DERMOSCOPY) == unused


def test_they_stand_among_the_assumptions() -> None:
    found = draft(read_request("Tell melanoma from nevus with a transformer"), DERMOSCOPY, {})
    assert isinstance(found, Draft)
    assert found.assumptions[-1] == "Words of the request that changed nothing: “transformer”."


@pytest.mark.parametrize(
    ("request_", "survey"),
    [
        ("Separate melanoma from nevus. Missing a melanoma is worse than a false alarm", DERMOSCOPY),
        ("Classify these dermoscopy images into their diagnoses", DERMOSCOPY),
        ("Find the fractures and mark them with boxes", BOXED),
        ("Tell pneumonia from normal on these chest films", CHEST),
    ],
)
def test_nothing_is_said_where_all_is_used(request_: str, survey: object) -> None:
    found = draft(read_request(request_), survey, {})  # type: ignore[arg-type]
    assert isinstance(found, Draft)
    assert not [line for line in found.assumptions if "changed nothing" in line]

"""The catalogue of sentence families: each example is read by its own family and by no other, and does what its family says."""

import pytest

from jupyter_clinagent.agent.playbook.conversation.catalogue import able, catalogue, is_read, nearest
from jupyter_clinagent.agent.playbook.conversation.family import Family
from jupyter_clinagent.agent.playbook.conversation.hearing import hear
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.turn import fold
from tests.agent.surveys import RULERS
from tests.agent.test_follow_ups import finished

EXAMPLES = [(family, example) for family in catalogue() for example in family.examples]


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(fold(finished(survey=RULERS).messages).calls)


@pytest.mark.parametrize(("family", "example"), EXAMPLES, ids=[f"{family.name}: {example}" for family, example in EXAMPLES])
def test_every_example_is_read_by_its_own_family_and_by_no_other(family: Family, example: str, past: Past) -> None:
    assert [one.name for one in catalogue() if is_read(one, hear(example), past)] == [family.name]


@pytest.mark.parametrize(("family", "example"), EXAMPLES, ids=[f"{family.name}: {example}" for family, example in EXAMPLES])
def test_every_example_does_something_and_a_question_runs_nothing(family: Family, example: str) -> None:
    clinic = finished(survey=RULERS)
    before = len(clinic.sources)
    message = clinic.ask(example)
    assert clinic.status in ("done", "answered", "bad_input")
    assert "did not understand" not in message
    if family.kind == "question":
        assert clinic.sources[before:] == []


def test_each_family_has_a_name_of_its_own_and_what_it_does_is_said() -> None:
    names = [family.name for family in catalogue()]
    assert len(set(names)) == len(names)
    assert all(family.help in able() for family in catalogue())


def test_the_nearest_examples_have_most_words_in_common() -> None:
    assert nearest("shwo me worst miss")[0] == "show me the worst misses"

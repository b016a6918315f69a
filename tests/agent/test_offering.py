"""What a folder could be used for: each offer's own request asks for just that, and can be chosen where nothing fits."""

from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, offers
from jupyter_clinagent.agent.playbook.drafting import NONE_OF_THEM, Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.offering import KEY
from jupyter_clinagent.agent.playbook.quoted import by_quoted_column
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks import registry
from tests.agent.surveys import CHEST, DERMOSCOPY, TWO_LABELS
from tests.agent.test_asking import FAILS, Said

STRANGE = "Tell apart vertebra fractures and healthy vertebrae"


def asked(*said: str, request: str = STRANGE, **kwargs: Any) -> tuple[Said, str]:
    clinic = Said(KEY, list(said), cells=FAILS, **kwargs)
    return clinic, clinic.ask(request)


def begun(clinic: Said) -> list[str]:
    return [source for source in clinic.sources if "study.survey()" in source]


# ------------------------------------------------------------------ what is offered
@pytest.mark.parametrize("kind", registry.phantoms())
def test_the_request_of_an_offer_is_read_as_that_offer(kind: str, tmp_path: Path) -> None:
    registry.phantoms()[kind].phantom.write(kind, tmp_path, 60, 3, "easy")
    survey = survey_facts(take_inventory(tmp_path))
    for offer in offers(survey):
        found = draft(read_request(offer.request), survey, {})
        assert isinstance(found, Draft), offer.request
        same_column = found.specification.label_column and f"“{found.specification.label_column}”" in offer.labels_from
        assert found.specification.task == offer.task or same_column, offer.request
        assert len(found.specification.classes) == max(1, len(offer.classes)), offer.request


def test_an_offer_says_what_a_study_of_it_would_rest_on() -> None:
    (offer,) = [one for one in offers(CHEST) if one.task == "classification"]
    assert (offer.request, offer.labels_from) == ("Classify the images into all classes of “folder”.", "the names of the folders")
    assert offer.grouped_by == next(iter(CHEST.group_candidates), None)
    lacking = {one.split_by for one in offers(SurveyFacts(**DERMOSCOPY.model_dump() | {"split_candidates": []}))}
    assert lacking == {None}


@pytest.mark.parametrize("name", TWO_LABELS.label_candidates)
def test_a_column_in_quotation_marks_is_the_one_that_is_meant(name: str) -> None:
    assert by_quoted_column(f"Classify by “{name}”", TWO_LABELS).label_candidates == [name]
    assert by_quoted_column(f'Klassifiziere nach "{name}"', TWO_LABELS).label_candidates == [name]
    assert by_quoted_column(f"Classify by {name}", TWO_LABELS) == TWO_LABELS


# ------------------------------------------------------------------ and chosen
def test_what_fits_nothing_is_answered_by_offers_to_choose_from() -> None:
    clinic, said = asked(NONE_OF_THEM)
    (question,) = [call["args"] for call in clinic.calls if call["name"] == "ask_clinician"]
    assert question["choices"] == [*(offer.request for offer in offers(DERMOSCOPY)), NONE_OF_THEM]
    assert question["default"] == NONE_OF_THEM
    assert question["question"].startswith(said)


def test_a_chosen_offer_becomes_the_request_of_the_study() -> None:
    clinic, _ = asked("the first one")
    chosen = offers(DERMOSCOPY)[0].request
    assert chosen not in begun(clinic)[0]
    assert chosen in begun(clinic)[-1]
    assert any("load_cohort" in source for source in clinic.sources)


@pytest.mark.parametrize("answer", ["no", "nein, danke", "none of these", "you choose", "stop"])
def test_nothing_is_begun_that_nobody_chose(answer: str) -> None:
    clinic, _ = asked(answer)
    assert not any("load_cohort" in source for source in clinic.sources)


def test_another_request_may_be_the_answer() -> None:
    clinic, _ = asked("Tell melanoma from nevus")
    assert "Tell melanoma from nevus" in begun(clinic)[-1]
    assert any("'mel'" in source for source in clinic.sources if "load_cohort" in source)


def test_what_names_nothing_in_the_data_is_answered_by_offers_too() -> None:
    clinic, said = asked("no", request="separate rich from poor")
    assert said.startswith("I could not find in that request what could be learnt from these data.")
    assert [call["args"]["key"] for call in clinic.calls if call["name"] == "ask_clinician"] == [KEY]

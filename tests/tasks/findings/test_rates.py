"""Each rate belongs to the findings of its own clause; what is not certain is quoted and not taken."""

from collections.abc import Sequence

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.steps import _merge
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.tasks.findings.tables import alternating, write

NAMES = ["effusion", "nodule", "cardiomegaly", "catheter"]
S, P = "sensitivity", "specificity"
BOTH = {"nodule": (S, 0.95), "effusion": (P, 0.9)}
TWO = {"nodule": (S, 0.95), "catheter": (P, 0.95)}
BUT_CATHETER = dict.fromkeys(NAMES[:3], (S, 0.95))
HELD = [
    ("95 % sensitivity for nodule, 90 % specificity for effusion", BOTH),
    ("95 % sensitivity for nodule and 90 % specificity for effusion", BOTH),
    ("Nodule: 95 % sensitivity. Effusion: 90 % specificity.", BOTH),
    ("nodule 95 % sensitivity, effusion 90 % specificity", BOTH),
    ("For nodule 95 % sensitivity, for effusion 90 % specificity", BOTH),
    ("95 % sensitivity for nodule, effusion 90 % specificity", BOTH),
    ("Nodule sensitivity 95 %, effusion specificity 90 %", BOTH),
    ("Sensitivity for nodule of 95 %, specificity for effusion should be 90 %", BOTH),
    ("95 % Sensitivität für Rundherde, 90 % Spezifität für Erguss", BOTH),
    ("Catch 95 % of nodules and 90 % of effusions", {"nodule": (S, 0.95), "effusion": (S, 0.9)}),
    ("Sensitivity: nodule 95 %, effusion 90 %", {"nodule": (S, 0.95), "effusion": (S, 0.9)}),
    ("95 % sensitivity for all but catheter", BUT_CATHETER),
    ("95 % sensitivity for each except catheter", BUT_CATHETER),
    ("95 % sensitivity for nodule but not for catheter", {"nodule": (S, 0.95)}),
    ("95 % sensitivity for nodule, effusion and cardiomegaly", BUT_CATHETER),
    ("90 % specificity for catheter, 95 % sensitivity for the others", BUT_CATHETER | {"catheter": (P, 0.9)}),
    ("missing a nodule is worse, a false alarm of catheter is worse", TWO),
    ("Ein übersehener Rundherd ist schlimmer, beim Katheter ist ein Fehlalarm schlimmer", TWO),
    ("I'd rather have a false alarm of catheter than miss a nodule", {"nodule": (S, 0.95)}),
    ("Missing a nodule is worse than a false alarm. Hold 97 % sensitivity", {"nodule": (S, 0.97)}),
    ("Missing nodules and effusions is worse than a false alarm", dict.fromkeys(NAMES[:2], (S, 0.95))),
    ("Do not miss a nodule", {"nodule": (S, 0.95)}),
    ("Nodules must not be missed", {"nodule": (S, 0.95)}),
    ("Hold 95 % sensitivity", dict.fromkeys(NAMES, (S, 0.95))),
]
UNCERTAIN = [
    "95 % and 90 % sensitivity for nodule and effusion, respectively",
    "95 % sensitivity for pneumothorax",
    "95 % sensitivity and 90 % specificity",
    "95 % sensitivity and 90 % specificity for nodule",
    "95 % sensitivity for nodule and 90 % specificity",
    "100 % sensitivity for nodule",
]


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    table: dict[str, Sequence[object]] = {name: alternating(step) for step, name in enumerate(NAMES, 2)}
    return survey_facts(take_inventory(write(tmp_path_factory.mktemp("table"), table)))


def drafted(survey: SurveyFacts, request: str, *later: str) -> Draft:
    intent = read_request(request)
    for wish in later:
        intent = _merge(intent, read_request(wish))
    found = draft(intent, survey, {})
    assert isinstance(found, Draft)
    return found


def held(found: Draft) -> dict[str, tuple[str, float]]:
    content = found.specification.model_dump()
    return {name: (kind, rate) for kind in (S, P) for name, rate in content[f"{kind}_for"].items()}


@pytest.mark.parametrize(("words", "rates"), HELD)
def test_a_rate_is_for_the_findings_of_its_own_clause_and_all_findings_stay(
    survey: SurveyFacts, words: str, rates: dict[str, tuple[str, float]]
) -> None:
    found = drafted(survey, f"List all findings. {words}")
    assert held(found) == rates
    assert list(found.specification.classes) == NAMES
    assert not any("is not taken" in line for line in found.assumptions)


@pytest.mark.parametrize("words", UNCERTAIN)
def test_a_rate_of_which_it_is_not_certain_for_what_it_is_is_quoted_and_not_taken(survey: SurveyFacts, words: str) -> None:
    found = drafted(survey, f"List all findings. {words}")
    assert (held(found), found.specification.risk) == ({}, "balanced")
    assert any(line.startswith(f"“{words}” is not taken") for line in found.assumptions)


def test_findings_that_are_asked_for_are_not_those_of_a_rate(survey: SurveyFacts) -> None:
    found = drafted(survey, "Find nodule and effusion, 95 % sensitivity for nodule")
    assert (list(found.specification.classes), held(found)) == (["effusion", "nodule"], {"nodule": (S, 0.95)})
    alone = drafted(survey, "Nodule and effusion, 95 % sensitivity")
    assert list(alone.specification.classes) == ["effusion", "nodule"]


def test_the_card_names_each_rate_and_which_mistake_is_worse_for_which(survey: SurveyFacts) -> None:
    found = drafted(survey, "List all findings; 95 % sensitivity for nodule, 90 % specificity for effusion")
    assert "The thresholds hold 95% sensitivity on validation for “nodule”, each for itself." in found.assumptions
    assert "The thresholds hold 90% specificity on validation for “effusion”, each for itself." in found.assumptions
    assert "worse than a false alarm for nodule; a false alarm is worse than a miss for effusion" in found.specification.risk


def test_a_later_wish_replaces_the_rate_of_what_it_names(survey: SurveyFacts) -> None:
    request = "List all findings; 95 % sensitivity for nodule, 90 % specificity for effusion"
    changed = drafted(survey, request, "95 % sensitivity for effusion")
    assert held(changed) == dict.fromkeys(NAMES[:2], (S, 0.95))
    assert held(drafted(survey, request, "20 minutes")) == BOTH
    assert held(drafted(survey, "List all findings; missing a nodule is worse", "97 % sensitivity")) == {"nodule": (S, 0.97)}

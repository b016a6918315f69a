"""Shortcuts that nobody named: what becomes of a column that the audit finds to go with the label."""

from typing import Any

import pytest

from tests.agent.surveys import DRAIN_IS_THE_LABEL, DRAINS, FEW_DRAINS, MASKED_DRAINS
from tests.agent.test_playbook import Clinic


def finding(column: str, explained: int) -> dict[str, Any]:
    return {
        "topic": "association",
        "severity": "warning",
        "count": explained,
        "text": f"{column} goes with the label",
        "confounder": column,
    }


DRAIN, SCANNER, SEX = finding("drain", 40), finding("scanner_type", 55), finding("sex", 30)


def confirmed(clinic: Clinic) -> str:
    return next(source for source in clinic.sources if "study.confirm" in source)


def card(clinic: Clinic) -> str:
    return str([c["args"]["body"] for c in clinic.calls if c["name"] == "propose_specification"][-1])


@pytest.mark.parametrize(
    "request_text",
    [
        "Find pneumothorax on chest x-rays; it must not rely on shortcuts",
        "Pneumothorax erkennen, ohne Abkürzungen",
        "Classify pneumothorax without any bias",
        "Pneumothorax auf Röntgenbildern; das Modell soll nicht schummeln",
        "Detect pneumothorax for the right reasons",
        "Classify pneumothorax; beware of spurious correlations",
    ],
)
def test_where_the_request_distrusts_shortcuts_the_discovered_column_becomes_the_confounder(request_text: str) -> None:
    clinic = Clinic(MASKED_DRAINS, findings=[DRAIN])
    clinic.ask(request_text)
    assert "confounders=['drain']" in confirmed(clinic)
    assert "debiasing.transplant(cohort, 'drain'" in [s for s in clinic.sources if "study.experiment" in s][-1]
    assert "the audit found that “drain” goes with the label" in card(clinic)
    assert "names nothing" not in card(clinic)
    assert sum("unseal" in source for source in clinic.sources) == 1


def test_without_such_words_it_stays_a_warning_with_the_sentence_to_say() -> None:
    clinic = Clinic(DRAINS, findings=[DRAIN])
    said = clinic.ask("Find pneumothorax on chest x-rays")
    assert "confounders=" not in confirmed(clinic)
    assert "“it must not rely on drain”" in card(clinic)
    assert "drain goes with the label" in said


def test_the_offered_sentence_said_on_the_card_frees_the_model() -> None:
    wish = {"choice": "Change", "text": "it must not rely on scanner_type"}
    clinic = Clinic(DRAINS, findings=[SCANNER], propose_specification=[wish])
    clinic.ask("Find pneumothorax on chest x-rays")
    assert "confounders=['scanner_type']" in confirmed(clinic)


def test_of_several_the_strongest_is_taken_and_the_others_are_named() -> None:
    clinic = Clinic(DRAINS, findings=[DRAIN, SCANNER, SEX])
    clinic.ask("Find pneumothorax on chest x-rays; no shortcuts")
    assert "confounders=['scanner_type']" in confirmed(clinic)
    assert "“drain” goes with the label, and nothing is done about it" in card(clinic)


@pytest.mark.parametrize(("survey", "found"), [(DRAIN_IS_THE_LABEL, DRAIN), (DRAINS, SEX), (FEW_DRAINS, DRAIN)])
def test_an_alias_a_subgroup_and_what_hardly_occurs_are_never_put_forward(survey: Any, found: dict[str, Any]) -> None:
    clinic = Clinic(survey, findings=[found])
    clinic.ask("Find pneumothorax on chest x-rays; it must not rely on shortcuts")
    assert "confounders=" not in confirmed(clinic)
    assert "names nothing" in card(clinic)


def test_a_shortcut_that_is_named_is_what_counts_whatever_else_was_found() -> None:
    clinic = Clinic(DRAINS, findings=[SCANNER])
    clinic.ask("Find pneumothorax on chest x-rays; it must not rely on the drain")
    assert "confounders=['drain']" in confirmed(clinic)
    assert "“scanner_type” goes with the label, and nothing is done about it" in card(clinic)


def test_distrust_after_the_study_frees_the_model_from_what_the_audit_had_found() -> None:
    clinic = Clinic(MASKED_DRAINS, findings=[DRAIN])
    clinic.ask("Find pneumothorax on chest x-rays")
    before = len(clinic.sources)
    clinic.ask("I fear it takes a shortcut")
    later = clinic.sources[before:]
    assert "debiasing.transplant(cohort, 'drain'" in later[0]
    assert not any("unseal" in source for source in later)

"""Plain requests of the benchmark that may be looked at: what is read rightly stays so."""

from collections import Counter
from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, speaks_of
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.naming import column_spoken_of, mentioned, wholly_named
from jupyter_clinagent.errors import LabelsDoNotMatch, OutOfScope
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from tests.benchmarks.phrases.__main__ import read_half

RIGHT, ANOTHER = 91, 0
"""Of the 100 known ones; raise the first and lower the second with every better reading."""


def test_what_is_read_rightly_stays_so(tmp_path: Path) -> None:
    read = list(read_half("known", tmp_path))
    counts = Counter(one.became for one in read)
    assert len(read) == 100
    assert counts["crash"] == 0
    assert counts["right"] >= RIGHT, [one.request for one in read if one.became != "right"]
    assert counts["another study"] <= ANOTHER, [one.request for one in read if one.became == "another study"]


@pytest.mark.parametrize(
    ("text", "values", "named"),
    [
        ("box the white blood cells and the platelets", ["WBC", "RBC", "Platelets"], ["WBC", "Platelets"]),
        ("Erythrozyten einzeichnen", ["WBC", "RBC"], ["RBC"]),
        ("left or right", ["L", "R"], ["L", "R"]),
        ("he has a tumour", ["HE", "TUM"], ["HE", "TUM"]),  # “HE” by its own letters
        ("he has one", ["haemorrhages", "drusen"], []),  # but no pronoun is an abbreviation
        ("moles", ["nv", "mole"], ["mole"]),
    ],
)
def test_values_are_named_by_abbreviation_expansion_and_in_german(text: str, values: list[str], named: list[str]) -> None:
    assert mentioned(values, text) == named


def test_a_whole_name_counts_and_a_part_of_it_does_not() -> None:
    values = ["benign", "malignant melanoma", "non-neoplastic"]
    assert wholly_named(values, "benign from malignant and non-neoplastic") == ["benign", "non-neoplastic"]


def test_the_column_with_most_words_in_common_is_spoken_of() -> None:
    assert (
        column_spoken_of(["adjudicated_dr_grade", "adjudicated_dme"], "grade the diabetic retinopathy") == "adjudicated_dr_grade"
    )
    assert column_spoken_of(["reader_1", "reader_2"], "what did the reader say") is None
    assert column_spoken_of(["diagnosis"], "the diagnosis") is None  # nothing to choose from


def _survey(**columns: dict[str, int]) -> SurveyFacts:
    facts = [
        ColumnFacts(name=name, table="t.csv", role="label", distinct=len(values), missing=0, values=values)
        for name, values in columns.items()
    ]
    return SurveyFacts(data="d", layout="table", images=60, columns=facts, label_candidates=list(columns))


def test_the_column_whose_values_are_named_is_learnt() -> None:
    survey = _survey(fractured={"0": 30, "1": 30}, part={"hand": 20, "wrist": 20, "other": 20})
    drafted = draft(read_request("hand, wrist or something else?"), survey, {})
    assert isinstance(drafted, Draft)
    assert drafted.specification.label_column == "part"
    assert sorted(drafted.specification.classes) == ["hand", "other", "wrist"]


def test_what_no_value_tells_of_ends_in_a_sentence() -> None:
    with pytest.raises(LabelsDoNotMatch, match="no value of column “part” says which images show it"):
        draft(read_request("Is there something abnormal on these films?"), _survey(part={"shoulder": 30, "wrist": 30}), {})


@pytest.mark.parametrize(
    ("request_text", "learnt"), [("Grade the knees from 0 to 2", ["0", "1", "2"]), ("Rate them 0 to 9", None)]
)
def test_a_range_means_every_grade_of_the_column_that_holds_it(request_text: str, learnt: list[str] | None) -> None:
    survey = _survey(KL={"0": 20, "1": 20, "2": 20})
    if learnt is None:
        with pytest.raises(OutOfScope, match="No column holds grades from 0 to 9"):
            draft(read_request(request_text), survey, {})
    else:
        drafted = draft(read_request(request_text), survey, {})
        assert isinstance(drafted, Draft)
        assert [value for values in drafted.specification.classes.values() for value in values] == learnt
        assert drafted.specification.primary_metric == "kappa_quadratic", "a far mistake counts more than a near one"


def test_words_that_only_the_data_know_are_a_request() -> None:
    survey = _survey(kind={"frobnitz": 30, "gadolith": 30})
    assert speaks_of(read_request("frobnitz or gadolith?"), survey)
    assert not speaks_of(read_request("tea or coffee?"), survey)

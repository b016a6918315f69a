"""What a request says of uncertain and empty entries, in many words; what can't be read is said."""

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.steps import _merge
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.findings.naming import asked_for, excepted
from jupyter_clinagent.tasks.findings.policy_words import read_policies
from tests.tasks.findings.tables import EACH, NUMBER, alternating, write

# Written before the words and the reader were.
UNSEEN = [
    ("List all findings, treat the unclear ones as negative", "negative", "left out"),
    ("All findings please. When in doubt assume it is there.", "positive", "left out"),
    ("List all findings; -1 means no", "negative", "left out"),
    ("List all findings, blanks count as absent", "left out", "negative"),
    ("List all findings; a missing entry means the finding is not there", "left out", "negative"),
    ("Every finding, ignore the uncertain labels", "left out", "left out"),
    ("All findings, if it's unclear, say yes", "positive", "left out"),
    ("List all findings. Possible counts as present.", "positive", "left out"),
    ("List all findings; what is not mentioned is normal", "left out", "negative"),
    ("List all findings, drop uncertain entries", "left out", "left out"),
    ("Alle Befunde, fragliche zählen als positiv", "positive", "left out"),
    ("Alle Befunde; im Zweifel nein", "negative", "left out"),
    ("Alle Befunde, leere Felder bedeuten nicht vorhanden", "left out", "negative"),
    ("Alle Befunde; was nicht erwähnt ist, ist negativ", "left out", "negative"),
    ("Alle Befunde; -1 als negativ werten", "negative", "left out"),
    ("Alle Befunde, unklare Fälle weglassen", "left out", "left out"),
    ("All findings: uncertain = 1, empty = 0", "positive", "negative"),
    ("All findings, -1 is to be read as 1", "positive", "left out"),
    (
        "All findings; uncertain ones should be counted as if they were positive, empty cells should be ignored",
        "positive",
        "left out",
    ),
    ("All findings, please do not treat uncertain as positive but leave it out", "left out", "left out"),
]
# What sounds like a statement and is none: nothing is taken from it, and the card quotes it.
NOT_STATED = [
    "Under no circumstances count blanks as negative",
    "Avoid counting blanks as negative",
    "It would be wrong to count blanks as negative",
    "Nobody should read a blank as negative",
    "Refrain from treating uncertain ones as positive",
    "Should blanks count as negative?",
    "I wonder whether blank means no",
    "Count no uncertain entry as positive",
    "Keinesfalls leere als negativ werten",
    "Es wäre falsch, leere Felder als negativ zu werten",
    "Uncertain as negative except for edema",
    "Count uncertain atelectasis as positive and uncertain consolidation as negative",
    "Unsichere Ödeme positiv, unsichere Atelektasen negativ",
]
ASKED = [
    ("List all findings. Cells with nothing in them are negatives", "left out", "negative"),
    ("List all findings; if nothing was recorded, leave it out", "left out", "left out"),
    ("Alle Befunde; wo nichts steht, liegt nichts vor", "left out", "negative"),
    ("Alle Befunde. Lücken zählen als nein", "left out", "negative"),
    ("List all findings, -1 as positive", "positive", "left out"),
    ("List all findings, take uncertain for yes", "positive", "left out"),
    ("List all findings; if unsure, say no", "negative", "left out"),
    ("List all findings; if in doubt call it positive", "positive", "left out"),
    ("List all findings, empty means normal", "left out", "negative"),
    ("List all findings; blank = not present", "left out", "negative"),
    ("List all findings, leave the unsure ones out", "left out", "left out"),
    ("Alle Befunde, unsicher gilt als positiv", "positive", "left out"),
    ("Alle Befunde; leer heißt nicht vorhanden", "left out", "negative"),
    ("List all findings; treat unclear like positives", "positive", "left out"),
    ("Alle Befunde; behandle unsichere wie positive", "positive", "left out"),
]
DENIED = [
    ("List all findings; count blanks as no, never as yes", "left out", "negative"),
    ("List all findings; unsure is not yes but no", "negative", "left out"),
    ("List all findings; don't leave the unclear ones out, take them as yes", "positive", "left out"),
    ("Alle Befunde; leere Felder nicht weglassen, sie bedeuten nein", "left out", "negative"),
    ("Alle Befunde; ohne Zweifel positive gibt es viele", "left out", "left out"),
    ("List all findings that are present; there is no doubt about the labels", "left out", "left out"),
]
UNREAD = [
    ("List all findings; blank does not mean no", "not_mentioned"),
    ("List all findings; the columns hold 1, 0, -1 and blanks", "not_mentioned"),
    ("List all findings. I am in doubt about some labels", "uncertain"),
    ("List all findings. 1 = yes, 0 = no, -1 = uncertain", "uncertain"),
    ("List all findings; never call uncertain positive", "uncertain"),
    ("Alle Befunde; unsichere nicht als positiv werten", "uncertain"),
]


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    effusion = [[1, 0, -1, ""][k // EACH % 4] for k in range(NUMBER)]
    table = {"effusion": effusion, "mass": alternating(3)}
    return survey_facts(take_inventory(write(tmp_path_factory.mktemp("table"), table)))


def drafted(request: str, survey: SurveyFacts) -> Draft:
    found = draft(read_request(request), survey, {})
    assert isinstance(found, Draft)
    return found


@pytest.mark.parametrize(("request_", "uncertain", "not_mentioned"), [*UNSEEN, *ASKED, *DENIED])
def test_what_entries_count_as_is_read_in_many_words(
    survey: SurveyFacts, request_: str, uncertain: str, not_mentioned: str
) -> None:
    found = drafted(request_, survey)
    assert found.more == {"uncertain": uncertain, "not_mentioned": not_mentioned}
    assert found.specification.risk == "balanced", "entries that are missing are no missed findings"
    assert list(found.specification.classes) == ["effusion", "mass"]


@pytest.mark.parametrize(("request_", "policy"), UNREAD)
def test_words_about_entries_that_can_not_be_read_are_quoted_on_the_card(survey: SurveyFacts, request_: str, policy: str) -> None:
    found = drafted(request_, survey)
    assert found.more[policy] == "left out"
    sentence = read_policies(request_).unread[policy]
    assert sentence in request_
    assert any(line.startswith(f"“{sentence}” speaks of entries that are") for line in found.assumptions)


@pytest.mark.parametrize(
    "request_", ["List all findings", "Missing an effusion is worse than a false alarm", "As fast as possible"]
)
def test_a_request_that_says_nothing_of_entries_is_not_quoted(request_: str) -> None:
    assert read_policies(request_) == ({}, {})


def test_a_miss_stays_a_miss_beside_entries_that_are_missing(survey: SurveyFacts) -> None:
    found = drafted("List all findings; missing entries mean no. Missing an effusion is worse than a false alarm", survey)
    assert found.more["not_mentioned"] == "negative"
    assert found.specification.model_dump()["sensitivity_for"] == {"effusion": 0.95}


def test_a_later_word_that_can_be_read_ends_the_question(survey: SurveyFacts) -> None:
    asked = read_request("List all findings; never call uncertain positive")
    found = draft(_merge(asked, read_request("count uncertain as negative")), survey, {})
    assert isinstance(found, Draft)
    assert found.more["uncertain"] == "negative"
    assert not any("can't tell" in line for line in found.assumptions)


@pytest.mark.parametrize("words", NOT_STATED)
def test_what_is_denied_asked_or_holds_for_some_findings_alone_is_quoted_and_not_taken(words: str) -> None:
    read = read_policies(f"List all findings. {words}")
    assert read.policies == {}
    assert list(read.unread.values()) == [words.rstrip("?")]


@pytest.mark.parametrize(
    ("words", "findings"),
    [
        ("List all findings. Count uncertain edema as positive and uncertain mass as negative", []),
        ("Find edema and mass, uncertain edema as negative", ["edema", "mass"]),
        ("Find edema with or without mass", ["edema", "mass"]),
        ("Ödem mit und ohne Raumforderung", ["edema", "mass"]),
        ("Excluding lateral views, find edema, nodule and mass", ["edema", "nodule", "mass"]),
        ("Find edema and mass but not nodule", ["edema", "mass"]),
    ],
)
def test_what_is_said_of_entries_and_of_other_things_names_and_leaves_out_no_finding(words: str, findings: list[str]) -> None:
    names = ["edema", "nodule", "mass"]
    intent = read_request(words)
    assert asked_for(intent, names) == findings
    assert set(excepted(intent, names)) <= {"nodule"}


def test_german_words_for_treating_entries_ask_for_no_therapy() -> None:
    assert read_request("Alle Befunde, leere Felder als negativ behandeln").task == "findings"
    assert read_request("Den Patienten behandeln").task == "treatment"


FOR_SOME = [
    "treat uncertain as positive for effusion but negative for mass",
    "treat uncertain as positive for effusion",
    "uncertain effusions are positive",
    "for effusion, uncertain means yes",
    "uncertain as positive for effusion but not for mass",
    "Unsichere Ergüsse als positiv werten",
]


@pytest.mark.parametrize("words", FOR_SOME)
def test_what_is_said_of_the_entries_of_single_findings_is_quoted_and_not_taken_for_all(survey: SurveyFacts, words: str) -> None:
    found = drafted(f"List all findings; {words}", survey)
    assert found.more["uncertain"] == "left out"
    assert list(found.specification.classes) == ["effusion", "mass"]
    assert any(line.startswith(f"“{words}” is not taken") and "single findings" in line for line in found.assumptions)


@pytest.mark.parametrize(
    "words", ["Find effusion and mass, count uncertain as positive", "Effusion and mass with uncertain as positive"]
)
def test_findings_that_are_asked_for_beside_are_not_those_of_the_entries(survey: SurveyFacts, words: str) -> None:
    assert drafted(words, survey).more["uncertain"] == "positive"


def test_the_other_reading_under_a_condition_is_not_left_unsaid() -> None:
    words = "Uncertain as positive in frontal views but negative in lateral ones"
    assert read_policies(words) == ({}, {"uncertain": words})

"""Whatever a table holds and a sentence says: every value is in a class, or named among what is left out."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.tasks.classification.drafting import draft

KNOWN = [
    "melanoma",
    "nevus",
    "bcc",
    "benign",
    "malignant",
    "normal",
    "healthy",
    "sick",
    "pneumonia",
    "COVID",
    "no finding",
    "TUM",
    "STR",
    "yes",
    "no",
    "0",
    "1",
    "2",
    "n/a",
    "unknown",
    "?",
    "other",
    "rest",
    "left",
    "Glaukom",
    "auffällig",
    "grade 2",
]
WORDS = st.one_of(st.sampled_from(KNOWN), st.text("abcdeäßxyz ", min_size=1, max_size=9).map(str.strip).filter(bool))
SENTENCES = [
    "Tell {a} from {b}",
    "{a} versus {b} and {c}",
    "Which images show {a}?",
    "{a} or not",
    "{a} against everything else",
    "classify these images into all classes",
    "{a} vs {b}, leave {c} out",
    "Unterscheide {a} von {b}",
    "Find {a}; do not miss {b}",
    "three classes please",
    "1 means {a}, 0 means {b}. Tell {a} from {b}",
    "Is there {a}?",
    "everything but {a}",
    "{a}, {b}, rest in one pot",
]


@st.composite
def tables(draw: st.DrawFn) -> dict[str, int]:
    names = draw(st.lists(WORDS, min_size=1, max_size=7, unique_by=str.casefold))
    return {name: draw(st.integers(1, 500)) for name in names}


def surveyed(values: dict[str, int]) -> SurveyFacts:
    column = ColumnFacts(name="dx", table="t.csv", role="label", distinct=len(values), missing=0, values=values)
    return SurveyFacts(data="/d", layout="table", images=sum(values.values()), columns=[column], label_candidates=["dx"])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(tables(), st.sampled_from(SENTENCES), WORDS, WORDS, WORDS, st.booleans())
def test_no_value_vanishes_and_none_is_in_two_classes(
    values: dict[str, int], sentence: str, a: str, b: str, c: str, named: bool
) -> None:
    first, second, *_ = [*values, *values]
    request = sentence.format(a=first if named else a, b=second if named else b, c=c)
    try:
        found = draft(read_request(request), surveyed(values), {})
    except ClinAgentError:
        return
    if not isinstance(found, Draft):
        assert found.choices, "a question has choices"
        assert found.default in found.choices
        return
    gathered = Counter(value for one in found.specification.classes.values() for value in one)
    said = " ".join(line for line in found.assumptions if line.startswith("Left out of"))
    assert set(gathered.values()) <= {1}, "a value is in one class"
    for value, count in values.items():
        assert value in gathered or value in not_known(values) or f"“{value}” ({count})" in said, value
    assert len(found.specification.classes) > 1
    assert all(found.specification.classes.values()), "no class is empty"

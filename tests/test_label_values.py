"""Which values of a label column mean that the label is not known."""

import pytest

from jupyter_clinagent.label_values import not_known

NOT_KNOWN = [
    "", "n/a", "N.A.", "na", "NaN", "<NA>", "#N/A", "null", "unknown", "Unknown diagnosis", "UNK", "?", "??", "-", "--", "–", ".",
    "unbekannt", "Diagnose unbekannt", "unclear", "unklar", "not available", "not_specified", "missing", "tbd", "k.A.", "k. A.",
    "keine Angabe", "nicht bekannt", "nicht verfügbar", "pending", "not labelled", "don't know",
]  # fmt: skip
CLASSES = [
    "none", "None", "keine", "kein Befund", "no finding", "other", "Sonstige", "normal", "0", "no", "absent", "negative",
    "nevus", "indeterminate", "nana", "NAFLD", "unremarkable", "±", "✓",
]  # fmt: skip


@pytest.mark.parametrize("value", NOT_KNOWN)
def test_a_value_that_says_nothing_is_not_known(value: str) -> None:
    assert not_known(["mel", value, "nv"]) == [value]


@pytest.mark.parametrize("value", CLASSES)
def test_a_finding_that_is_not_there_is_known_and_so_is_another_one(value: str) -> None:
    assert not_known(["mel", value]) == []


@pytest.mark.parametrize("pair", [["+", "-"], ["present", "missing"], ["clear", "unclear"]])
def test_a_word_whose_opposite_stands_beside_it_is_an_answer(pair: list[str]) -> None:
    assert not_known([*pair, "?"]) == ["?"]

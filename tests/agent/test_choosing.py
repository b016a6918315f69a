"""Answers to a question with choices, as people give them in English and German."""

import pytest

from jupyter_clinagent.agent.playbook.choosing import choose, wants_several

COLUMNS = ["reader_1", "reader_2"]
GO_ON = ["go on", "stop"]
CLASSES = ["all", "melanoma against everything else", "melanoma against nevus"]


@pytest.mark.parametrize(
    ("said", "choices", "meant"),
    [
        ("reader_2", COLUMNS, "reader_2"),
        ("Reader_2.", COLUMNS, "reader_2"),
        ("reader 2 please", COLUMNS, "reader_2"),
        ("readr 2", COLUMNS, "reader_2"),
        ("2", COLUMNS, "reader_2"),
        ("number 2", COLUMNS, "reader_2"),
        ("(2)", COLUMNS, "reader_2"),
        ("Nummer 1", COLUMNS, "reader_1"),
        ("the second one", COLUMNS, "reader_2"),
        ("the first", COLUMNS, "reader_1"),
        ("die zweite bitte", COLUMNS, "reader_2"),
        ("the last", COLUMNS, "reader_2"),
        ("die letzte", COLUMNS, "reader_2"),
        ("not that, the other column", COLUMNS, "reader_2"),
        ("nicht die, die andere Spalte", COLUMNS, "reader_2"),
        ("nicht reader_1", COLUMNS, "reader_2"),
        ("yes, carry on", GO_ON, "go on"),
        ("ja", GO_ON, "go on"),
        ("nein", GO_ON, "stop"),
        ("lieber nicht", GO_ON, "stop"),
        ("nein", ["run them again", "leave it"], "leave it"),
        ("just leave it", ["run them again", "leave it"], "leave it"),
        ("everything else", CLASSES, "melanoma against everything else"),
        ("1", ["0", "1", "2"], "1"),  # a grade by its own name, not by its place
    ],
)
def test_a_choice_is_meant_by_number_order_part_or_slip(said: str, choices: list[str], meant: str) -> None:
    chosen = choose(said, choices, choices[0])
    assert chosen is not None
    assert (chosen.text, chosen.left) == (meant, False)


@pytest.mark.parametrize(
    "said",
    ["you choose", "whatever", "no idea", "I don't know", "it's up to you", "egal", "Das ist mir egal", "weiß nicht",
     "Das weiß ich leider nicht", "keine Ahnung", "entscheide du", "the default", ""],
)  # fmt: skip
def test_what_is_left_to_us_is_the_default_and_known_to_be(said: str) -> None:
    assert choose(said, COLUMNS, "reader_1") == ("reader_1", True)
    assert choose(said, COLUMNS) is None  # no default, no guess


@pytest.mark.parametrize(
    "said", ["reader", "3", "both", "melanoma", "why?", "hmm", "not sure about reader_1 or reader_2", "der dritte"]
)
def test_what_means_no_choice_for_certain_is_none(said: str) -> None:
    assert choose(said, COLUMNS, "reader_1") is None


def test_a_slip_is_not_forgiven_where_it_may_name_something_else() -> None:
    assert choose("scnas", ["scans"], "scans", slips=False) is None
    assert choose("scnas", ["scans"], "scans") == ("scans", False)


def test_names_of_several_things_are_no_choice_of_one() -> None:
    assert choose("mel, nv", ["all", "mel", "nv"], "all") is None


@pytest.mark.parametrize(
    ("said", "several"), [("both", True), ("alle beide", False), ("beide bitte", True), ("all of them", True), ("x", False)]
)
def test_several_at_once_are_heard(said: str, several: bool) -> None:
    assert wants_several(said) == several

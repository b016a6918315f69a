"""Codes and what texts say of them."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.codes import meanings
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("label (0: normal, 1: pneumonia)", {"0": "normal", "1": "pneumonia"}),
        ("Diagnose: 1=gutartig; 0=bösartig", {"0": "bösartig", "1": "gutartig"}),
        ("| code | meaning |\n|---|---|\n| 0 | No DR |\n| 1 | Mild |", {"0": "No DR", "1": "Mild"}),
        ("The column dx is 1 for melanoma and 0 for nevus.", {"0": "nevus", "1": "melanoma"}),
        ("sick=1, healthy=0", {"0": "healthy", "1": "sick"}),
        ("Label 1 (malignant), label 0 (benign)", {"0": "benign", "1": "malignant"}),
        ('"1" stands for "diabetic", "0" for "healthy"', {"0": "healthy", "1": "diabetic"}),
        ("1 means a fracture", {"0": "not fracture", "1": "fracture"}),
        ("We used 1 GPU and 0 seeds.", {}),
        ("Table 1: results\nFigure 0: the flow", {}),
        ("1 = sick. Elsewhere 1 = healthy.", {}),  # which?
        ("1 = sick, 0 = sick", {}),  # tells nothing apart
        ("0 images, 1 = sick", {}),  # of the other code something is said that can't be read
        ("", {}),
    ],
)
def test_texts_say_what_codes_mean(text: str, told: dict[str, str]) -> None:
    assert meanings(text, ["0", "1"]) == told


def test_words_are_no_codes() -> None:
    assert meanings("melanoma = black, nevus = brown", ["melanoma", "nevus"]) == {}


# ------------------------------------------------------------------ in a folder
def survey(folder: Path, name: str, text: str, columns: dict[str, list[str]]) -> SurveyFacts:
    write_images(folder / "img", [f"p{n}.png" for n in range(8)])
    pd.DataFrame({"image": [f"p{n}.png" for n in range(8)], **columns}).to_csv(folder / "labels.csv", index=False)
    (folder / name).write_text(text, encoding="utf-8")
    return survey_facts(take_inventory(folder))


def told(facts: SurveyFacts, column: str) -> tuple[dict[str, str], str]:
    found = next(one for one in facts.columns if one.name == column)
    return found.meanings, found.told_by


@pytest.mark.parametrize("name", ["README.txt", "README.md", "data dictionary.txt", "Liesmich.txt"])
def test_a_text_in_the_folder_says_what_codes_mean(tmp_path: Path, name: str) -> None:
    facts = survey(tmp_path, name, "target: 1 = sick, 0 = healthy\n", {"target": ["0", "1"] * 4})
    assert told(facts, "target") == ({"1": "sick", "0": "healthy"}, name)


def test_each_column_has_codes_of_its_own(tmp_path: Path) -> None:
    text = "sex: 1 = male, 2 = female\noutcome: 1 = benign, 2 = malignant\n"
    facts = survey(tmp_path, "README", text, {"sex": ["1", "2"] * 4, "outcome": ["1", "1", "2", "2"] * 2})
    assert told(facts, "sex")[0] == {"1": "male", "2": "female"}
    assert told(facts, "outcome")[0] == {"1": "benign", "2": "malignant"}


def test_a_data_dictionary_may_be_a_table(tmp_path: Path) -> None:
    text = "variable,value,meaning\ndx,1,benign\ndx,2,malignant\n"
    facts = survey(tmp_path, "dictionary.csv", text, {"dx": ["1", "2"] * 4})
    assert told(facts, "dx") == ({"1": "benign", "2": "malignant"}, "dictionary.csv")


def test_other_texts_are_not_read(tmp_path: Path) -> None:
    assert told(survey(tmp_path, "0.txt", "1 = sick, 0 = healthy", {"target": ["0", "1"] * 4}), "target") == ({}, "")

"""Tables that say different things of the same images, and values that are slips of others."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.cohort.counting import without_spent
from jupyter_clinagent.study.data.inventory import image_rows, take_inventory
from jupyter_clinagent.study.data.opinions import other_opinions
from jupyter_clinagent.study.data.pairing import pair_masks
from jupyter_clinagent.study.data.slips import is_slip
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images

NAMES = [f"{n}.png" for n in range(12)]


def write(folder: Path, name: str, **columns: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_csv(folder / name, index=False)


# ------------------------------------------------------------------ two opinions
def test_columns_in_which_two_tables_differ_stay_two_and_that_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    write(tmp_path, "reader_A.csv", image=NAMES, diagnosis=["cancer", "benign"] * 6)
    write(tmp_path, "reader_B.csv", image=NAMES, diagnosis=["cancer", "benign"] * 5 + ["benign", "cancer"])
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert facts.label_candidates == ["diagnosis (reader_A)", "diagnosis (reader_B)"]
    rows = image_rows(inventory).loc[NAMES]
    assert rows["diagnosis (reader_A)"].tolist() == ["cancer", "benign"] * 6
    assert rows["diagnosis (reader_B)"].tolist() == ["cancer", "benign"] * 5 + ["benign", "cancer"]
    assert any("reader_A.csv and reader_B.csv say different things of 2 images in “diagnosis”" in line for line in facts.problems)


def test_what_another_reader_says_of_the_label_is_no_shortcut(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    write(tmp_path, "a.csv", image=NAMES, dx=["cancer", "benign"] * 6, device=["x", "y", "y"] * 4)
    write(tmp_path, "b.csv", image=NAMES, dx=["cancer", "benign"] * 5 + ["benign", "cancer"])
    inventory = take_inventory(tmp_path)
    assert other_opinions("dx (b)", inventory.tables) == {"dx (a)"}
    assert other_opinions("device", inventory.tables) == set()
    assert list(without_spent(image_rows(inventory), inventory, "dx (b)", "")) == ["device"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(["Cancer", "benign "] * 6, id="spelt otherwise"),
        pytest.param(["cancer", None] * 6, id="says less"),
        pytest.param(["cancer", "n/a"] * 6, id="not known"),
    ],
)
def test_tables_that_agree_are_one(tmp_path: Path, second: list[str]) -> None:
    write_images(tmp_path, NAMES)
    write(tmp_path, "a.csv", image=NAMES, diagnosis=["cancer", "benign"] * 6)
    write(tmp_path, "b.csv", image=NAMES, diagnosis=second, device=["x", "y"] * 6)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.label_candidates == ["diagnosis"]
    assert not any("different things" in line for line in facts.problems)


def test_numbers_of_rows_are_no_opinions(tmp_path: Path) -> None:
    names = [f"scan{n}.png" for n in range(12)]
    write_images(tmp_path, names)
    write(tmp_path, "a.csv", no=[str(n) for n in range(12)], image=names, dx=["cancer", "benign"] * 6)
    write(tmp_path, "b.csv", no=[str(n) for n in range(12)], image=names[::-1], device=["x", "y"] * 6)
    assert "no" in image_rows(take_inventory(tmp_path)).columns


def test_a_table_of_patients_may_contradict_that_of_images(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    patients = [f"p{n // 2}" for n in range(12)]
    write(tmp_path, "images.csv", image=NAMES, patient_id=patients, dx=["cancer", "benign"] * 6)
    write(tmp_path, "patients.csv", patient_id=sorted(set(patients)), dx=["benign"] * 6)
    rows = image_rows(take_inventory(tmp_path)).loc[NAMES]
    assert rows["dx (images)"].tolist() == ["cancer", "benign"] * 6
    assert rows["dx (patients)"].tolist() == ["benign"] * 12


def test_tables_of_one_name_bear_their_folders(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    for reader, labels in (("anna", ["cancer", "benign"] * 6), ("bert", ["benign", "cancer"] * 6)):
        write(tmp_path / reader, "labels.csv", image=NAMES, dx=labels)
    assert survey_facts(take_inventory(tmp_path)).label_candidates == ["dx (anna/labels.csv)", "dx (bert/labels.csv)"]


# ------------------------------------------------------------------ slips
def test_a_rare_value_that_is_a_slip_of_a_common_one_is_that_one_and_that_is_said(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(24)]
    write_images(tmp_path, names)
    write(tmp_path, "t.csv", image=names, dx=["Dekubitus", "Ulcus cruris"] * 11 + ["Dekubtius", "Ulcus crruris"])
    facts = survey_facts(take_inventory(tmp_path))
    assert next(c.values for c in facts.columns if c.name == "dx") == {"Dekubitus": 12, "Ulcus cruris": 12}
    assert "t.csv, “dx”: “Dekubtius” (1 of 24 rows) is taken for a slip of “Dekubitus” (11)." in facts.problems


def test_two_common_values_that_look_alike_stay_two_and_that_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    write(tmp_path, "t.csv", image=NAMES, dx=["benign"] * 7 + ["bengin"] * 5)
    facts = survey_facts(take_inventory(tmp_path))
    assert next(c.values for c in facts.columns if c.name == "dx") == {"benign": 7, "bengin": 5}
    assert any("“bengin” (5 of 12 rows) and “benign” (7) are spelt nearly alike and stay two" in line for line in facts.problems)


def test_ids_are_never_slips_of_each_other(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    write(tmp_path, "t.csv", image=NAMES, patient_id=["muellera"] * 11 + ["mueller"], dx=["a", "b"] * 6)
    assert take_inventory(tmp_path).tables[0].frame["patient_id"].nunique() == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypotension", "hypertension"), ("arthrosis", "arthritis"), ("spondylitis", "spondylosis"), ("adduction", "abduction"),
        ("perineal", "peroneal"), ("metatarsal", "metacarpal"), ("dysphagia", "dysphasia"), ("microcytic", "macrocytic"),
        ("asymptomatic", "symptomatic"), ("uninfected", "infected"), ("atypical", "typical"), ("irregular", "regular"),
        ("grade III", "grade II"), ("stage 2", "stage 1"), ("GroupA", "GroupB"), ("cohorta", "cohortb"), ("mel", "nel"),
        ("hepatitis A", "hepatitis B"), ("positive+", "positive"), ("arteritis", "arthritis"), ("osteoclast", "osteoblast"),
        ("endophytic", "exophytic"), ("linksseitig", "rechtsseitig"), ("carcinoid", "carcinoma"), ("inferior", "interior"),
        ("BRCA21x", "BRCA12x"), ("eosinophil", "basophil"), ("Slovenia", "Slovakia"),
    ],
)  # fmt: skip
def test_words_that_mean_different_things_are_no_slips(one: str, other: str) -> None:
    assert not is_slip(one, other)
    assert not is_slip(other, one)


# ------------------------------------------------------------------ masks
@pytest.mark.parametrize("word", ["Annotation", "mask", "seg", "label", "gt", "annotations"])
def test_files_named_after_images_with_a_word_for_masks_are_no_images(word: str) -> None:
    names = [f"set/{n:03d}_HC{end}.png" for n in range(3) for end in ("", f"_{word}")]
    assert pair_masks(names).structures == {"outline": {f"set/{n:03d}_HC.png": [f"set/{n:03d}_HC_{word}.png"] for n in range(3)}}

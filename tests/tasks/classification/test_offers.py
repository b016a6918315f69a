"""Request and survey brought together where the data lie in several tables, or speak German."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft, fitted_to
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study import Study
from tests.study.test_finding_the_data import write_images

REQUEST = "Separate melanoma from nevus"


def images(folder: Path, count: int = 60) -> list[str]:
    names = [f"image_{n:03d}" for n in range(count)]
    write_images(folder, [f"images/{name}.png" for name in names])
    return names


def drafted(folder: Path, request: str = REQUEST, data: Path | None = None) -> tuple[Draft, Study]:
    """The draft, and the study whose cohort it loaded."""
    study = Study(folder / "study", data=data or folder / "data", request=request, minutes=1)
    study.survey()
    found = draft(read_request(request), study.facts["survey"], {})  # type: ignore[arg-type]
    assert isinstance(found, Draft)
    cohort = study.load_cohort(**found.load)  # type: ignore[arg-type]
    study.audit()
    return fitted_to(found, cohort.facts), study


def test_labels_of_lesions_in_a_table_of_their_own_reach_the_images(tmp_path: Path) -> None:
    names = images(tmp_path / "data")
    pd.DataFrame({"image_id": names, "lesion_id": [f"L{n // 2:03d}" for n in range(60)]}).to_csv(
        tmp_path / "data" / "images.csv", index=False
    )
    pd.DataFrame({"lesion_id": [f"L{n:03d}" for n in range(30)], "dx": ["mel", "nv"] * 15}).to_csv(
        tmp_path / "data" / "lesions.csv", index=False
    )
    found, study = drafted(tmp_path)
    assert found.specification.group_column == "lesion_id"
    assert len(study.cohort.table) == 60


def test_labels_and_patients_may_stand_in_two_tables_that_both_name_the_images(tmp_path: Path) -> None:
    names = images(tmp_path / "data")
    pd.DataFrame({"image_id": names, "patient_id": [f"P{n // 2:03d}" for n in range(60)]}).to_csv(
        tmp_path / "data" / "a.csv", index=False
    )
    pd.DataFrame({"isic_id": names, "diagnosis": ["mel", "mel", "nv", "nv"] * 15}).to_csv(
        tmp_path / "data" / "b.csv", index=False
    )
    found, _ = drafted(tmp_path)
    assert (found.specification.label_column, found.specification.group_column) == ("diagnosis", "patient_id")


def test_of_several_published_splits_the_one_without_a_leak_is_used_and_specified(tmp_path: Path) -> None:
    names = images(tmp_path / "data", 80)
    table = {
        "image": names,
        "dx": ["mel", "mel", "nv", "nv"] * 20,
        "patient_id": [f"P{n // 2:03d}" for n in range(80)],
        "first_split": ["train", "test"] * 40,
        "second_split": ["train"] * 60 + ["test"] * 20,
    }
    pd.DataFrame(table).to_csv(tmp_path / "data" / "m.csv", index=False)
    found, study = drafted(tmp_path)
    assert found.specification.split_column == "second_split"
    assert study.cohort.facts.split_source == "published (second_split)"


def test_a_published_split_that_is_set_aside_is_not_specified(tmp_path: Path) -> None:
    names = images(tmp_path / "data", 80)
    table = {"image": names, "dx": ["mel", "mel", "nv", "nv"] * 20, "patient_id": [f"P{n // 2}" for n in range(80)]}
    pd.DataFrame(table | {"split": ["train", "test"] * 40}).to_csv(tmp_path / "data" / "m.csv", index=False)
    found, _ = drafted(tmp_path)
    assert found.specification.split_column is None


def test_german_labels_patients_and_windows_paths_are_understood_by_an_english_request(tmp_path: Path) -> None:
    names = images(tmp_path / "data")
    table = {
        "Bild": [f"C:\\Klinik\\{name}.png" for name in names],
        "Diagnose": ["Melanom", "Nävus"] * 30,
        "Pat-Nr": [f"Ü{n // 2}" for n in range(60)],
    }
    pd.DataFrame(table).to_csv(tmp_path / "data" / "m.csv", index=False, sep=";", encoding="cp1252")
    found, study = drafted(tmp_path)
    assert found.specification.positive_class == "Melanom"
    assert found.specification.group_column == "Pat-Nr"
    assert "contact_sheet" in {figure.name for figure in study._session.material.figures["audit"]}


def test_a_table_that_names_none_of_the_images_is_named(tmp_path: Path) -> None:
    images(tmp_path / "data")
    pd.DataFrame({"image": [f"other_{n}" for n in range(60)], "dx": ["mel", "nv"] * 30}).to_csv(
        tmp_path / "data" / "m.csv", index=False
    )
    with pytest.raises(LabelsDoNotMatch, match=r"The rows of m\.csv name none of the images"):
        drafted(tmp_path)


def test_a_shortcut_that_is_the_answer_itself_is_called_that(tmp_path: Path) -> None:
    names = images(tmp_path / "data")
    table = {"image": names, "dx": ["mel", "nv"] * 30, "report": ["suspicious", "harmless"] * 30}
    pd.DataFrame(table).to_csv(tmp_path / "data" / "m.csv", index=False)
    found, _ = drafted(tmp_path, f"{REQUEST}; it must not rely on the report")
    assert found.specification.confounders == []
    assert any("says the same as the label" in line for line in found.assumptions)


def test_numbered_class_folders_are_known_by_their_words(tmp_path: Path) -> None:
    write_images(tmp_path / "data", [f"{name}/{n}.png" for name in ("0_normal", "1_pneumonia") for n in range(20)])
    found, _ = drafted(tmp_path, "Tell pneumonia from normal")
    assert found.specification.positive_class == "1_pneumonia"


def test_yes_in_a_column_that_does_not_say_of_what_is_the_finding_of_the_request_as_a_stated_assumption(tmp_path: Path) -> None:
    names = images(tmp_path / "data")
    pd.DataFrame({"image_name": names, "target": [0, 1] * 30}).to_csv(tmp_path / "data" / "m.csv", index=False)
    found, _ = drafted(tmp_path, "melanoma or not")
    assert found.specification.classes == {"melanoma": ["1"], "no melanoma": ["0"]}
    assert "“target” only says yes or no; “1” is taken for melanoma." in found.assumptions


def test_boxes_beside_labels_are_said_to_change_nothing_only_where_they_change_nothing(tmp_path: Path) -> None:
    names = images(tmp_path / "data", 80)
    table = {"image": names, "finding": ["fracture", "normal"] * 40}
    pd.DataFrame(table).to_csv(tmp_path / "data" / "m.csv", index=False)
    boxes = {"image": names[::2], "class": "fracture", "xmin": 2, "ymin": 2, "xmax": 15, "ymax": 15}
    pd.DataFrame(boxes).to_csv(tmp_path / "data" / "boxes.csv", index=False)
    said = "they don't turn the classification into a detection"
    for request, task, there in (("Tell fracture from normal", "classification", True), ("Draw boxes", "detection", False)):
        found, _ = drafted(tmp_path / task, request, tmp_path / "data")
        assert found.specification.task == task
        assert any(said in line for line in found.assumptions) is there

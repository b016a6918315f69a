"""Labels in the parts of file names: columns where a text says what they mean, else offered and asked about."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.facts import SurveyFacts, is_unnamed_part
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.name_parts import parts_of_names
from jupyter_clinagent.study.data.survey import survey_facts

README = (
    "The labels of each face image are embedded in the file name, formatted like [age]_[gender]_[race]_[date&time].jpg\n"
    "[age] is an integer from 0 to 116.\n[gender] is either 0 (male) or 1 (female).\n"
)


def faces(folder: Path, readme: str = "") -> SurveyFacts:
    """Sixty images named by age, sex, origin and time."""
    (folder / "faces").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(60):
        name = f"{rng.integers(3, 90)}_{number % 2}_{number % 4}_201701162{number:04d}.jpg"
        cv2.imwrite(str(folder / "faces" / name), rng.integers(0, 255, (24, 24, 3)).astype(np.uint8))
    if readme:
        (folder / "README.txt").write_text(readme, encoding="utf-8")
    return survey_facts(take_inventory(folder))


def test_a_readme_names_the_parts_and_tells_what_they_mean(tmp_path: Path) -> None:
    survey = faces(tmp_path, README)
    columns = {column.name: column for column in survey.columns}
    assert {"age", "gender", "race", "date&time"} <= columns.keys()
    assert columns["gender"].meanings == {"0": "male", "1": "female"}
    found = draft(read_request("How old are these people?"), survey, {})
    assert isinstance(found, Draft)
    assert (found.specification.task, found.specification.label_column) == ("measurement", "age")


def test_without_a_readme_it_is_asked_which_part_is_meant_and_nothing_is_taken_by_default(tmp_path: Path) -> None:
    survey = faces(tmp_path)
    assert [is_unnamed_part(column.name) for column in survey.columns if column.role != "image"] == [True] * 4
    for request, key in (("How old are these people?", "measure"), ("Tell the faces of women from those of men", "label")):
        card = draft(read_request(request), survey, {})
        assert isinstance(card, Card)
        assert (card.key, card.default) == (key, "")
    aged = draft(read_request("How old are these people?"), survey, {"measure": "part 1 of the names"})
    assert isinstance(aged, Draft)
    assert aged.specification.label_column == "part 1 of the names"


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_0001.jpg", "IMG_0002.jpg"],
        [f"scan_{number:03d}_a.png" for number in range(30)],
        ["one_two_three.png", "one_two.png"],
    ],
    ids=["numbers", "nothing that recurs with another", "uneven"],
)
def test_names_that_say_nothing_give_no_columns(names: list[str]) -> None:
    assert parts_of_names(names, []) is None


def test_a_text_whose_fields_do_not_fit_the_names_gives_no_columns() -> None:
    assert parts_of_names(["a-1.png", "b-2.png"], ["named like [patient]_[side]_[number].png"]) is None


def test_a_table_beside_the_images_is_all_that_counts(tmp_path: Path) -> None:
    faces(tmp_path)
    files = sorted(path.name for path in (tmp_path / "faces").iterdir())
    rows = [f"{name},{'ill' if number % 3 else 'well'}" for number, name in enumerate(files)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,diagnosis", *rows]), encoding="utf-8")
    survey = survey_facts(take_inventory(tmp_path))
    assert not any(is_unnamed_part(column.name) for column in survey.columns)
    assert survey.label_candidates == ["diagnosis"]

"""Findings in every usual table, and those that can't be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.steps import _merge
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.findings.columns import find_findings
from jupyter_clinagent.tasks.findings.found import NO, NOT_KNOWN, UNCERTAIN, YES, FoundFindings
from jupyter_clinagent.tasks.findings.targets import audit
from tests.tasks.findings.tables import EACH, NUMBER, alternating, lists, write


def codes(folder: Path) -> dict[str, list[float | None]]:
    found = find_findings(take_inventory(folder))
    assert found is not None
    return {str(name): [None if np.isnan(v) else v for v in values] for name, values in found.codes.items()}


def load(folder: Path, **wishes: object) -> Cohort:
    return load_cohort(take_inventory(folder), Wishes(task="findings", **wishes), Corrections.none())  # type: ignore[arg-type]


# ------------------------------------------------------------------ layouts
@pytest.mark.parametrize(
    "said",
    [
        ["1", "0", "-1", ""],
        ["1.0", "0.0", "-1.0", ""],
        ["yes", "no", "uncertain", ""],
        ["positive", "negative", "equivocal", ""],
        ["ja", "nein", "fraglich", ""],
        ["TRUE", "FALSE", "maybe", ""],
        ["pos.", "neg.", "?", ""],
        ["pos", "neg", "+/-", ""],
        ["positiv", "negativ", "unklar", ""],
        ["+", "-", "+?", ""],
        ["Y", "N", "U", ""],
        ["present", "not present", "possible", ""],
        ["nachgewiesen", "nicht nachgewiesen", "fraglich", ""],
    ],
)
def test_yes_no_uncertain_and_nothing_are_read_however_they_are_written(tmp_path: Path, said: list[str]) -> None:
    folder = write(tmp_path, {"effusion": said * 3, "nodule": [said[1], said[0], said[0], said[1]] * 3})
    assert codes(folder)["effusion"] == [1, 0, -1, None] * 3


def test_cells_that_list_several_findings(tmp_path: Path) -> None:
    folder = write(tmp_path, {"Finding Labels": ["Mass|Effusion", "Effusion", "No Finding", "Mass"] * 3})
    assert codes(folder) == {"Effusion": [1, 1, 0, 0] * 3, "Mass": [1, 0, 0, 1] * 3}


STEPS = {"Effusion": 2, "Mass": 3, "Edema": 5}


@pytest.mark.parametrize(
    ("separator", "nothing"), [("|", "No Finding"), ("; ", "normal"), (", ", "kein Befund"), (" ; ", "Normalbefund")]
)
def test_lists_are_read_however_they_are_joined(tmp_path: Path, separator: str, nothing: str) -> None:
    folder = write(tmp_path, {"findings": lists(separator, nothing, STEPS)})
    assert codes(folder) == {name: alternating(STEPS[name]) for name in ("Edema", "Effusion", "Mass")}


def test_lists_in_brackets_are_read(tmp_path: Path) -> None:
    cells = [str(cell.split("|")) if cell else "[]" for cell in lists("|", "", STEPS)]
    folder = write(tmp_path, {"labels": cells})
    effusion = codes(folder)["Effusion"]
    assert [value or 0 for value in effusion] == alternating(2)


def test_a_comma_within_a_name_parts_nothing(tmp_path: Path) -> None:
    names = ["Nevus, compound", "Nevus, dermal", "Melanoma", "Carcinoma, basal cell"]
    assert find_findings(take_inventory(write(tmp_path, {"diagnosis": names * 20}))) is None


def test_boxes_in_cells_are_no_lists_of_findings(tmp_path: Path) -> None:
    assert find_findings(take_inventory(write(tmp_path, {"area": ["[1, 2, 3, 4]", "[5, 6, 7, 8]"] * 40}))) is None


def test_a_row_for_each_finding_of_an_image(tmp_path: Path) -> None:
    folder = write(tmp_path, {"age": [40 + k % 30 for k in range(NUMBER)]}, "patients.csv")
    rows = [(f"film{k:03d}", part) for k, cell in enumerate(lists("|", "No finding", STEPS)) for part in cell.split("|")]
    pd.DataFrame(rows, columns=["image_id", "finding"]).to_csv(folder / "findings.csv", index=False)
    assert codes(folder) == {name: alternating(STEPS[name]) for name in ("Edema", "Effusion", "Mass")}


@pytest.mark.parametrize(
    ("entry", "effusion", "mass"),
    [
        ("unknown", NOT_KNOWN, NOT_KNOWN),
        ("n/a", NOT_KNOWN, NOT_KNOWN),
        ("k.A.", NOT_KNOWN, NOT_KNOWN),
        ("Effusion|unknown", YES, NOT_KNOWN),
        ("Effusion?|Mass", UNCERTAIN, YES),
        ("Effusion (?)", UNCERTAIN, NO),
        ("V.a. Effusion", UNCERTAIN, NO),
        ("V. a. Effusion", UNCERTAIN, NO),
        ("Verdacht auf Effusion", UNCERTAIN, NO),
        ("suspected effusion|Mass", UNCERTAIN, YES),
        ("suspicious for mass", NO, UNCERTAIN),
        ("no effusion", NO, NO),
        ("no effusion?", UNCERTAIN, NO),
        ("no_effusion|mass", NO, YES),
        ("kein Verdacht auf Effusion", NO, NO),
        ("ohne path. Befund", NO, NO),
        ("normal?", NOT_KNOWN, NOT_KNOWN),
        ("Effusion|no effusion", NOT_KNOWN, NO),
        ("No Finding|Effusion?", UNCERTAIN, NO),
    ],
)
def test_entries_of_a_list_that_are_not_known_suspected_or_denied(
    tmp_path: Path, entry: str, effusion: float, mass: float
) -> None:
    found = codes(write(tmp_path, {"findings": [*["Mass|Effusion", "Effusion", "No Finding", "Mass"] * 3, entry]}))
    assert found == {"Effusion": [1, 1, 0, 0] * 3 + [effusion], "Mass": [1, 0, 0, 1] * 3 + [mass]}


def test_how_the_entries_of_a_list_are_read_is_said(tmp_path: Path) -> None:
    cells = ["Mass|Effusion", "Effusion?", "unknown", "no mass", "Mass", "mass|no mass"] * 2
    found = find_findings(take_inventory(write(tmp_path, {"findings": cells})))
    assert found is not None
    for line in (
        "Entries of “findings” that count as uncertain: “Effusion?”.",
        "Entries of “findings” that say no: “no mass”.",
        "Entries of “findings” that say that it is not known: “unknown”. Of such an image only what is listed is known.",
        "Entries of one image in “findings” contradict each other, so it is taken for not known there: Mass (2 images).",
    ):
        assert line in found.said


def test_a_finding_that_is_called_suspicious_is_one(tmp_path: Path) -> None:
    folder = write(tmp_path, {"findings": ["Mass|Suspicious Calcification", "Mass", "No Finding", "VA-Shunt"] * 3})
    assert list(codes(folder)) == ["Mass", "Suspicious Calcification", "VA-Shunt"]


OTHER_LISTS = [["cough;fever", "fever", "dyspnoea", "cough;dyspnoea"][k // EACH % 4] for k in range(NUMBER)]


@pytest.mark.parametrize("name", ["symptoms", "Medikation", "devices"])
def test_columns_of_answers_go_before_lists_of_something_else(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, {name: OTHER_LISTS, "effusion": alternating(2), "mass": alternating(3)})
    assert codes(folder) == {"effusion": alternating(2), "mass": alternating(3)}


@pytest.mark.parametrize("name", ["findings", "Finding Labels", "Befunde", "diagnosis", "annotations"])
def test_a_list_that_is_named_like_findings_goes_before_columns_of_answers(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, {name: OTHER_LISTS, "smoker": alternating(2), "deceased": alternating(3)})
    assert list(codes(folder)) == ["cough", "dyspnoea", "fever"]


def test_free_text_is_no_list_of_findings(tmp_path: Path) -> None:
    cells = [f"{f'note {k}' if k < 30 else f'finding {k % 10}'}|mass" for k in range(NUMBER)]
    folder = write(tmp_path, {"findings": cells})
    assert find_findings(take_inventory(folder)) is None
    survey = survey_facts(take_inventory(folder))
    with pytest.raises(LabelsDoNotMatch, match="41 different entries, of which 30 occur only once: that is free text"):
        draft(read_request("List all findings"), survey, {})


def test_rows_of_one_image_that_contradict_each_other_say_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": [1, 0, 1, 0] * 3, "mass": [1, 1, 0, 0] * 3})
    table = pd.read_csv(folder / "train.csv")
    pd.concat([table, table.iloc[[0]].assign(effusion=0)]).to_csv(folder / "train.csv", index=False)
    assert codes(folder)["effusion"][:3] == [NOT_KNOWN, 0, 1]
    found = find_findings(take_inventory(folder))
    assert found is not None
    assert any("contradict each other" in line and "effusion (1 image)" in line for line in found.said)


def in_rows(folder: Path, rows: list[tuple[int, object, object]]) -> Path:
    """A table with several rows for an image."""
    write(folder, {"view": ["frontal"] * NUMBER})
    told = [{"image_id": f"film{k:03d}", "effusion": effusion, "mass": mass} for k, effusion, mass in rows]
    pd.DataFrame(told).to_csv(folder / "findings.csv", index=False)
    return folder


@pytest.mark.parametrize(("yes", "no"), [("x", ""), (1, 0)])
def test_each_row_of_an_image_is_read_and_empty_cells_tell_nothing(tmp_path: Path, yes: object, no: object) -> None:
    effusion, mass = ([yes if one else no for one in alternating(step)] for step in (2, 3))
    folder = in_rows(tmp_path, [row for k in range(NUMBER) for row in ((k, effusion[k], ""), (k, "", mass[k]))])
    assert codes(folder) == {"effusion": alternating(2), "mass": alternating(3)}


def test_what_contradicts_itself_is_no_empty_cell(tmp_path: Path) -> None:
    rows: list[tuple[int, object, object]] = [
        (k, *both) for k, both in enumerate(zip(alternating(2), alternating(3), strict=True))
    ]
    folder = in_rows(tmp_path, [*rows, (0, 0, ""), (1, "", 0)])
    cohort = load(folder, more={"not_mentioned": "negative"})
    shown = cohort.shown().set_index("image")["truth"]
    assert {name: shown[name] for name in shown.index if name.endswith(("000.png", "001.png"))} == {
        "images/film000.png": {"effusion": None, "mass": 1},
        "images/film001.png": {"effusion": 1, "mass": None},
    }
    assert any(
        "contradict each other, so it is taken for not known there: effusion (1 image), mass (1 image)" in line
        for line in cohort.facts.assumptions
    )


def test_a_no_that_is_contradicted_makes_no_table_of_crosses(tmp_path: Path) -> None:
    folder = in_rows(tmp_path, [(0, 1, 1), (0, 0, ""), (1, 1, 0), (2, "", 1), (3, "", 0)])
    assert codes(folder)["effusion"][:4] == [NOT_KNOWN, 1, None, None]


def test_a_finding_beside_no_finding_counts_and_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, {"No Finding": [1, 0] * 6, "effusion": [1, 0] * 6, "mass": ["", 1] * 6})
    assert codes(folder) == {"effusion": [1, 0] * 6, "mass": [0, 1] * 6}
    found = find_findings(take_inventory(folder))
    assert found is not None
    assert any("6 images say it beside a finding" in line for line in found.said)


def test_a_row_of_exactly_one_finding_each_is_a_class(tmp_path: Path) -> None:
    folder = write(
        tmp_path, {name: [int(k // EACH % 3 == n) for k in range(NUMBER)] for n, name in enumerate(("mel", "nv", "bkl"))}
    )
    survey = survey_facts(take_inventory(folder))
    assert "findings" not in survey.seen
    with pytest.raises(LabelsDoNotMatch, match="each image has one value of “one_hot” only"):
        draft(read_request("List all findings"), survey, {})


def test_spelling_and_blanks_in_cells_make_no_new_finding(tmp_path: Path) -> None:
    folder = write(tmp_path, {"findings": ["Mass | Pleural Effusion", "pleural_effusion;mass", "no finding", ""] * 3})
    assert codes(folder) == {"Mass": [1, 1, 0, None] * 3, "Pleural Effusion": [1, 1, 0, None] * 3}


def test_no_finding_is_no_finding(tmp_path: Path) -> None:
    columns = {"No Finding": [1, "", 0, ""] * 3, "effusion": ["", 1, 0, -1] * 3, "mass": ["", 0, 1, 1] * 3}
    assert codes(write(tmp_path, columns)) == {"effusion": [0, 1, 0, -1] * 3, "mass": [0, 0, 1, 1] * 3}


def test_columns_that_only_say_yes_mean_no_where_they_are_empty(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": ["x", "", "x", ""] * 3, "mass": [1, 0, 0, 1] * 3})
    assert codes(folder)["effusion"] == [1, 0, 1, 0] * 3


def test_several_tables(tmp_path: Path) -> None:
    write(tmp_path, {"effusion": [1, 0, 1, 0] * 3}, "first.csv")
    write(tmp_path, {"mass": [0, 0, 1, 1] * 3}, "second.csv")
    assert codes(tmp_path) == {"effusion": [1, 0, 1, 0] * 3, "mass": [0, 0, 1, 1] * 3}


def test_numbers_ages_and_names_are_no_findings(tmp_path: Path) -> None:
    columns = {"age": [30, 41, 52, 67] * 3, "sex": ["F", "M"] * 6, "score": [0, 1, 2, 3] * 3, "mass": [1, 0, 0, 1] * 3}
    assert find_findings(take_inventory(write(tmp_path, columns))) is None


# ------------------------------------------------------------------ entries that are no answer
def found_in(folder: Path) -> FoundFindings:
    found = find_findings(take_inventory(folder))
    assert found is not None
    return found


@pytest.mark.parametrize("odd", ["2", "9", "ja, gering", "see report"])
@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("ja", "nein")])
def test_an_odd_entry_is_left_out_and_named_and_takes_no_finding_away(tmp_path: Path, odd: str, yes: str, no: str) -> None:
    effusion = [yes if one else no for one in alternating(2)]
    effusion[5] = odd
    found = found_in(write(tmp_path, {"effusion": effusion, "mass": alternating(3), "edema": alternating(5)}))
    assert list(found.codes) == ["effusion", "mass", "edema"]
    assert list(found.codes["effusion"]) == [NOT_KNOWN if k == 5 else one for k, one in enumerate(alternating(2))]
    assert any(f"left out for that finding: effusion (“{odd}” once)" in line for line in found.said)


def test_an_odd_entry_alone_makes_no_list_of_yes_and_no(tmp_path: Path) -> None:
    answers = ["ja" if one else "nein" for one in alternating(2)]
    answers[3] = "ja, gering"
    assert find_findings(take_inventory(write(tmp_path, {"Befund": answers}))) is None


def test_grades_and_counts_are_no_findings_and_that_is_said(tmp_path: Path) -> None:
    grades = [[0, 0, 0, 1, 0, 1, 0, 1, 2, 3][k % 10] for k in range(NUMBER)]
    folder = write(tmp_path, {"effusion": grades, "mass": alternating(3), "edema": alternating(5)})
    assert list(found_in(folder).codes) == ["mass", "edema"]
    survey, request = survey_facts(take_inventory(folder)), read_request("Find effusion, mass and edema")
    asked = draft(request, survey, {})
    assert isinstance(asked, Card)
    assert "“effusion”" in asked.body
    drafted = draft(request, survey, {asked.key: asked.choices[0]})
    assert isinstance(drafted, Draft)
    assert any("more than yes, no and uncertain: effusion (“2” 8 times, “3” 8 times)" in line for line in drafted.assumptions)
    assert not any("say nothing" in line for line in drafted.assumptions)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1", "0", "-", "0"], [YES, NO, NOT_KNOWN, NO]),
        (["+", "-", "-", "+"], [YES, NO, NO, YES]),
        (["x", "-", "-", "x"], [YES, NO, NO, YES]),
        (["yes", "no", "n/a", "unknown"], [YES, NO, NOT_KNOWN, NOT_KNOWN]),
        (["x", "", "n/a", "x"], [YES, NO, NOT_KNOWN, YES]),
        (["1", "0", "NaN", "NA"], [YES, NO, None, None]),
        (["ja", "nein", "Verdacht", "V.a."], [YES, NO, UNCERTAIN, UNCERTAIN]),
        (["yes", "no", "suspected", "suspicious"], [YES, NO, UNCERTAIN, UNCERTAIN]),
        (["yes", "no", "yes?", "no (?)"], [YES, NO, UNCERTAIN, UNCERTAIN]),
    ],
)
def test_signs_and_words_for_not_known_and_suspected(tmp_path: Path, written: list[str], read: list[float | None]) -> None:
    assert codes(write(tmp_path, {"effusion": written * 3, "mass": [1, 0, 0, 1] * 3}))["effusion"] == read * 3


def test_a_dash_beside_yes_and_no_is_no_empty_cell(tmp_path: Path) -> None:
    dashed = [["1", "0", "-", "0"][k // EACH % 4] for k in range(NUMBER)]
    cohort = load(write(tmp_path, {"effusion": dashed, "mass": alternating(3)}), more={"not_mentioned": "negative"})
    shown = cohort.shown()
    truth = {k: one["effusion"] for k, one in zip(shown["image"].str[-7:-4].astype(int), shown["truth"], strict=True)}
    assert {value for k, value in truth.items() if dashed[k] == "-"} == {None}
    assert any("whatever empty cells count as: effusion (“-” 20 times)" in line for line in cohort.facts.assumptions)


# ------------------------------------------------------------------ policies
def uncertain_cohort(folder: Path, **policies: str) -> Cohort:
    effusion = [[1, 0, -1, ""][k // EACH % 4] for k in range(NUMBER)]
    return load(write(folder, {"effusion": effusion, "mass": alternating(3)}), more=policies)


@pytest.mark.parametrize(("policy", "value"), [("left out", None), ("positive", 1), ("negative", 0)])
def test_uncertain_entries_count_as_the_clinician_says(tmp_path: Path, policy: str, value: int | None) -> None:
    cohort = uncertain_cohort(tmp_path, uncertain=policy)
    shown = cohort.shown()
    truth = {k: one["effusion"] for k, one in zip(shown["image"].str[-7:-4].astype(int), shown["truth"], strict=True)}
    assert {v for k, v in truth.items() if k // EACH % 4 == 2} == {value}
    assert {v for k, v in truth.items() if k // EACH % 4 == 0} == {1}
    assert {v for k, v in truth.items() if k // EACH % 4 == 3} == {None}, "an empty entry has a policy of its own"
    assert any("uncertain" in line for line in cohort.facts.assumptions)


def test_an_unknown_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no policy for uncertain findings; choose left out, positive, negative"):
        uncertain_cohort(tmp_path, uncertain="perhaps")


# ------------------------------------------------------------------ cohort
def test_patients_never_part_and_every_partition_sees_each_finding(tmp_path: Path) -> None:
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "rare": alternating(4)}))
    assert cohort.table.groupby("group")["partition"].nunique().max() == 1
    for finding, parts in cohort.facts.details["findings"].items():
        assert all(yes > 0 for yes, _, _ in parts.values()), f"{finding}: {parts}"


def test_the_truth_of_the_test_part_is_sealed(tmp_path: Path) -> None:
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3)}))
    sealed = cohort.table[cohort.table["partition"] == "test"]
    assert len(sealed) > 0
    assert not {"effusion", "mass"} & set(cohort.table.columns)
    assert sealed["truth"].isna().all() if "truth" in sealed else True


def test_a_finding_that_never_occurs_is_named_and_not_learnt(tmp_path: Path) -> None:
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "fracture": [0] * NUMBER}))
    assert cohort.classes == ["effusion", "mass"]
    assert any("No image shows fracture" in line for line in cohort.facts.assumptions)
    assert [(f.topic, f.text) for f in audit(cohort)] == [
        ("findings that can't be learnt", "No image shows fracture, so nothing can be learnt about it.")
    ]


def test_a_finding_that_is_always_there_is_named_and_not_learnt(tmp_path: Path) -> None:
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "lung": [1] * NUMBER}))
    assert cohort.classes == ["effusion", "mass"]
    line = "Every image of which it is known shows lung, so nothing can be learnt about it."
    assert line in cohort.facts.assumptions
    assert [finding.text for finding in audit(cohort)] == [line]


def test_what_the_specification_has_left_out_as_not_learnable_is_named_by_the_cohort_and_the_audit(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "edema": alternating(5), "lung": [1] * NUMBER})
    cohort = load(folder, classes={"effusion": ["effusion"], "mass": ["mass"]})
    assert "Every image of which it is known shows lung, so nothing can be learnt about it." in cohort.facts.assumptions
    assert ["lung" in finding.text for finding in audit(cohort)] == [True]


@pytest.mark.parametrize(
    ("inside", "outside", "line"),
    [
        (1, 0, "Every training image of which it is known shows tube, so nothing can be learnt about it."),
        (0, 1, "No training image shows tube, so nothing can be learnt about it."),
        ("", 1, "No training image shows tube, so nothing can be learnt about it."),
    ],
)
def test_a_finding_with_one_answer_in_training_is_not_learnt_whatever_the_test_part_shows(
    tmp_path: Path, inside: object, outside: int, line: str
) -> None:
    tested = [k // EACH >= 30 for k in range(NUMBER)]
    tube = [(outside if k % 4 else 1 - outside) if tested[k] else inside for k in range(NUMBER)]
    parts = ["test" if one else "validation" if k // EACH < 6 else "train" for k, one in enumerate(tested)]
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "tube": tube, "split": parts}))
    assert cohort.facts.split_source == "published (split)"
    assert cohort.classes == ["effusion", "mass"]
    assert all(one.keys() == {"effusion", "mass"} for one in cohort.shown()["truth"])
    assert line in cohort.facts.assumptions


def test_images_of_which_only_such_a_finding_is_known_are_left_out_with_a_reason(tmp_path: Path) -> None:
    effusion: list[object] = list(alternating(2))
    mass: list[object] = list(alternating(3))
    effusion[0] = mass[0] = ""
    cohort = load(write(tmp_path, {"effusion": effusion, "mass": mass, "lung": [1] * NUMBER}))
    assert cohort.facts.left_out == {"nothing is known of any finding": 1}


def test_findings_of_which_none_can_be_learnt_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, {"lung": [1] * NUMBER, "heart": [1] * NUMBER, "fracture": [0] * NUMBER})
    with pytest.raises(LabelsDoNotMatch, match=r"No image shows fracture.*shows lung.*Add images of the other kind"):
        load(folder)


def test_the_few_patients_without_a_finding_reach_every_part(tmp_path: Path) -> None:
    nearly = [0 if k // EACH in (4, 5, 6) else 1 for k in range(NUMBER)]
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "lung": nearly}))
    assert all(parts[1] for parts in cohort.facts.details["findings"]["lung"].values())


@pytest.mark.parametrize(("policy", "classes"), [("left out", ["effusion"]), ("positive", ["effusion", "mass"])])
def test_a_finding_that_is_only_uncertain_or_absent_waits_for_the_policy(tmp_path: Path, policy: str, classes: list[str]) -> None:
    folder = write(tmp_path, {"effusion": alternating(2), "mass": [-value for value in alternating(3)]})
    assert load(folder, more={"uncertain": policy}).classes == classes


def test_uncertain_beside_no_stays_uncertain_where_columns_are_merged(tmp_path: Path) -> None:
    sides = {"left": [1, 0, -1, ""] * 20, "right": [0, 0, 0, ""] * 20, "mass": alternating(3)}
    folder, classes = write(tmp_path, sides), {"effusion": ["Left", "right"], "mass": ["mass"]}
    cohort = load(folder, classes=classes, more={"uncertain": "positive"})
    shown = cohort.shown()
    truth = {k % 4: one["effusion"] for k, one in zip(shown["image"].str[-7:-4].astype(int), shown["truth"], strict=True)}
    assert truth == {0: 1, 1: 0, 2: 1, 3: None}


def test_a_rare_finding_is_kept_and_named(tmp_path: Path) -> None:
    rare = [int(k < 3 * EACH) for k in range(NUMBER)]
    cohort = load(write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "rare": rare}))
    assert "rare" in cohort.classes
    assert any("rare: only 3 groups show it" in line for line in cohort.facts.assumptions)


def test_findings_that_always_come_together_are_told(tmp_path: Path) -> None:
    cohort = load(write(tmp_path, {"effusion": alternating(2), "fluid": alternating(2), "mass": alternating(3)}))
    assert any("effusion and fluid always come together" in finding.text for finding in audit(cohort))


def test_an_image_of_which_nothing_is_known_is_left_out_with_a_reason(tmp_path: Path) -> None:
    effusion: list[object] = list(alternating(2))
    mass: list[object] = list(alternating(3))
    effusion[0] = mass[0] = ""
    cohort = load(write(tmp_path, {"effusion": effusion, "mass": mass}))
    assert cohort.facts.left_out == {"nothing is known of any finding": 1}


# ------------------------------------------------------------------ what can't be used
def test_a_finding_that_nobody_shows_can_not_be_asked_for(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": alternating(2), "mass": alternating(3)})
    with pytest.raises(BadInput, match="No image shows fracture; there are: effusion, mass"):
        load(folder, classes={"fracture": ["fracture"]})


def test_too_few_patients_with_any_finding(tmp_path: Path) -> None:
    few = [int(k < EACH) for k in range(NUMBER)]
    with pytest.raises(TooFewImages, match="No finding is shown by at least"):
        load(write(tmp_path, {"effusion": few, "mass": few[::-1]}))


def test_a_table_without_findings(tmp_path: Path) -> None:
    with pytest.raises(LabelsDoNotMatch, match="a column of 1 and 0 for each finding"):
        load(write(tmp_path, {"diagnosis": ["mass", "effusion"] * 40}))


# ------------------------------------------------------------------ the clinician's word
def test_a_relabelled_image_shows_what_the_clinician_says(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": alternating(2), "mass": alternating(3)})
    inventory = take_inventory(folder)
    shown = load(folder).shown().set_index("image")
    first, second = [image for image in shown.index if shown.at[image, "label"] == "finding"][:2]
    noted = Corrections.none().with_row(first, "relabel", "no finding", "seen again")
    noted = noted.with_row(second, "relabel", "Mass|effusion", "seen again")
    after = load_cohort(inventory, Wishes(task="findings"), noted).shown().set_index("image")
    assert after.at[first, "truth"] == {"effusion": 0, "mass": 0}
    assert after.at[first, "label"] == "no finding"
    assert after.at[second, "truth"] == {"effusion": 1, "mass": 1}


def test_a_label_that_is_no_finding_of_the_study_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": alternating(2), "mass": alternating(3)})
    noted = Corrections.none().with_row("images/film000.png", "relabel", "fracture", "")
    with pytest.raises(BadInput, match=r"says fracture of images/film000.png; name effusion, mass, several joined by"):
        load_cohort(take_inventory(folder), Wishes(task="findings"), noted)


def test_what_is_changed_on_the_card_replaces_what_the_request_said(tmp_path: Path) -> None:
    effusion = [[1, 0, -1, ""][k // EACH % 4] for k in range(NUMBER)]
    survey = survey_facts(take_inventory(write(tmp_path, {"effusion": effusion, "mass": alternating(3)})))
    asked = read_request("List all findings; count uncertain as negative")
    changed = _merge(asked, read_request("Count uncertain ones as positive"))
    drafts = [draft(intent, survey, {}) for intent in (asked, changed, _merge(changed, read_request("20 minutes")))]
    assert [one.more["uncertain"] for one in drafts if isinstance(one, Draft)] == ["negative", "positive", "positive"]


def test_a_finding_that_tables_spell_differently_is_one(tmp_path: Path) -> None:
    """Each table knows half of the images, and another finding beside it."""
    found = {"Pleural Effusion": alternating(2), "mass": alternating(3), "edema": alternating(5)}
    table = pd.read_csv(write(tmp_path, found) / "train.csv")
    (tmp_path / "train.csv").unlink()
    table.iloc[:40].drop(columns="edema").to_csv(tmp_path / "a.csv", index=False)
    other = table.iloc[40:].drop(columns="mass").rename(columns={"Pleural Effusion": "pleural_EFFUSION"})
    other.to_csv(tmp_path / "b.csv", index=False)
    read = codes(tmp_path)
    assert list(read) == ["Pleural Effusion", "mass", "edema"]
    assert read["Pleural Effusion"] == alternating(2)


def test_a_list_that_tables_call_differently_is_one(tmp_path: Path) -> None:
    table = pd.read_csv(write(tmp_path, {"findings": lists("|", "none", STEPS)}) / "train.csv")
    table.iloc[:40].to_csv(tmp_path / "train.csv", index=False)
    table.iloc[40:].rename(columns={"findings": "Findings"}).to_csv(tmp_path / "test.csv", index=False)
    assert isinstance(draft(read_request("Classify these films"), survey_facts(take_inventory(tmp_path)), {}), Draft)
    assert codes(tmp_path) == {name: alternating(STEPS[name]) for name in ("Edema", "Effusion", "Mass")}


@pytest.mark.parametrize("printed", [str, json.dumps, lambda names: str(np.array(names)), lambda names: str(tuple(names))])
def test_printed_lists_are_read_also_beside_plain_words(tmp_path: Path, printed: Callable[[list[str]], str]) -> None:
    cells = [printed(cell.split("|")) if cell else "No Finding" for cell in lists("|", "", STEPS)]
    folder = write(tmp_path, {"labels": cells})
    assert codes(folder) == {name: alternating(STEPS[name]) for name in ("Edema", "Effusion", "Mass")}


def test_a_comma_within_quotation_marks_parts_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path, {"labels": ["['Nevus, dermal', 'Scar']", "['Scar']", "['Nevus, dermal']", "[]"] * 3})
    assert list(codes(folder)) == ["Nevus, dermal", "Scar"]


def test_lists_that_are_joined_in_two_ways_are_read(tmp_path: Path) -> None:
    one, other = lists("; ", "normal", STEPS), lists(", ", "normal", STEPS)
    folder = write(tmp_path, {"findings": [*one[:30], *other[30:60], *lists("\n", "normal", STEPS)[60:]]})
    assert codes(folder) == {name: alternating(STEPS[name]) for name in ("Edema", "Effusion", "Mass")}


def test_codes_of_1_and_2_are_no_findings_and_it_is_said(tmp_path: Path) -> None:
    twos = [1 + k // EACH % 2 for k in range(NUMBER)]
    rare = [2 if k == 0 else 1 for k in range(NUMBER)]
    folder = write(tmp_path, {"effusion": alternating(2), "mass": alternating(3), "edema": twos, "hernia": rare})
    found = find_findings(take_inventory(folder))
    assert found is not None
    assert list(found.codes) == ["effusion", "mass"]
    assert any("1 and 2 and nothing says which means yes: edema, hernia" in line for line in found.said)


def test_where_all_are_codes_of_1_and_2_the_request_is_refused_with_that(tmp_path: Path) -> None:
    folder = write(tmp_path, {name: [1 + k // step % 2 for k in range(NUMBER)] for name, step in (("effusion", 2), ("mass", 4))})
    with pytest.raises(LabelsDoNotMatch, match="1 and 2 and nothing says which means yes: effusion, mass"):
        draft(read_request("List all findings"), survey_facts(take_inventory(folder)), {})


def drafted(folder: Path, request: str = "List all findings") -> Draft:
    found = draft(read_request(request), survey_facts(take_inventory(folder)), {})
    assert isinstance(found, Draft)
    return found


def test_a_finding_column_in_which_nothing_is_written_is_named(tmp_path: Path) -> None:
    blank, table = [""] * NUMBER, {"effusion": alternating(2), "mass": alternating(3)}
    found = drafted(write(tmp_path, {**table, "fracture": blank, "hernia": blank}))
    assert list(found.specification.classes) == ["effusion", "mass"]
    assert "Nothing is written in fracture, hernia, so it is no finding that could be learnt." in found.assumptions


def crosses(step: int) -> list[object]:
    return [value or "" for value in alternating(step)]


def test_the_specification_says_of_crosses_alone_what_the_note_says(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": crosses(2), "mass": crosses(3)})
    found = drafted(folder)
    assert any("an empty cell there means no" in line for line in found.assumptions)
    assert found.more["not_mentioned"] == found.specification.model_dump()["not_mentioned"] == "negative"
    truth = load(folder, more=found.more).facts.details["policies"]
    assert truth["not_mentioned"] == "negative"


def test_crosses_beside_other_columns_leave_their_empty_cells_as_they_are(tmp_path: Path) -> None:
    effusion = [[1, 0, 0, ""][k // EACH % 4] for k in range(NUMBER)]
    found = drafted(write(tmp_path, {"effusion": effusion, "mass": crosses(3)}))
    assert found.more["not_mentioned"] == "left out"
    assert any("to mass, so an empty cell there means no, whatever other empty cells" in line for line in found.assumptions)


def test_what_the_request_says_against_crosses_is_not_dropped_in_silence(tmp_path: Path) -> None:
    folder = write(tmp_path, {"effusion": crosses(2), "mass": crosses(3)})
    found = drafted(folder, "List all findings; leave blanks out")
    assert found.more["not_mentioned"] == "negative"
    assert any(
        line.startswith("Empty cells of effusion, mass are not left out as the request says") for line in found.assumptions
    )

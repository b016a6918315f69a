"""Detection from the folder to the seal: who is positive, who is boxed, who may judge, what stays hidden."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import BoxedCohortLike
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, Sealed, TooFewImages
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.audit import audit_cohort
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import Wishes, load_cohort
from jupyter_clinagent.study.data.boxes.found import PARTLY, UNREAD
from jupyter_clinagent.study.data.fingerprint import load_fingerprint
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.showing.contact import draw_contact_sheet
from jupyter_clinagent.study.showing.pages import cohort as cohort_page
from tests.study.test_boxes import write_coco, write_images

BOX = (4.0, 4.0, 14.0, 12.0)


def detect(folder: Path, corrections: Corrections | None = None, **wishes: object) -> Cohort:
    more = {"boxes": wishes.pop("boxes")} if "boxes" in wishes else {}
    return load_cohort(take_inventory(folder), Wishes(task="detection", more=more, **wishes), corrections)  # type: ignore[arg-type]


def wrists(
    folder: Path, boxed: list[bool], labels: list[str] | None = None, boxes: list[tuple] | None = None, **columns: list[object]
) -> Path:
    """Noise with one box on each boxed image; a table beside it where there is something to say."""
    names = {f"w{k}": f"w{k}.png" for k in range(len(boxed))}
    write_images(folder / "images", list(names.values()))
    drawn = [(f"w{k}", "fracture", *BOX) for k, has in enumerate(boxed) if has]
    write_coco(folder / "annotations.json", [*drawn, *(boxes or [])], names)
    if labels is not None:
        columns["fracture"] = labels
    if columns:
        pd.DataFrame({"image_id": list(names), **columns}).to_csv(folder / "metadata.csv", index=False)
    return folder


def status_of(cohort: Cohort) -> pd.DataFrame:
    """Label and boxed by file, test part included."""
    shown = cohort.shown().set_index("image")[["label", "boxed"]]
    test = cohort.seal.open().set_index("file")[["class", "boxed"]].rename(columns={"class": "label"})
    return pd.concat([shown, test]).rename(index=lambda name: Path(name).stem)


HALF = [k % 2 == 0 for k in range(120)]


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Wrist phantoms with boxes on few of the training images and on all others."""
    return detect(phantoms.write("wrist-weak", tmp_path_factory.mktemp("weak") / "data", n=240, seed=1, size=64))


# ------------------------------------------------------------------ what is known of an image
def test_a_boxed_cohort_is_what_imaging_expects(tmp_path: Path) -> None:
    cohort = detect(wrists(tmp_path, HALF))
    assert isinstance(cohort, BoxedCohortLike)
    assert cohort.classes == ["fracture"]
    assert list(cohort.table.columns) == ["image", "label", "group", "partition", "boxed"]
    assert list(cohort.boxes.columns) == ["image", "class", "x_min", "y_min", "x_max", "y_max"]
    assert set(cohort.boxes["image"]) == set(cohort.shown().query("label == 'finding'")["image"])


def test_without_a_label_an_image_without_a_box_is_negative_and_that_is_said(tmp_path: Path) -> None:
    cohort = detect(wrists(tmp_path, HALF))
    assert cohort.label == "boxes"
    assert cohort.facts.supervision == "full"
    assert sum(cohort.facts.counts["no finding"].values()) == 60
    assert "60 images without a box count as negative" in " ".join(cohort.facts.assumptions)


def test_without_a_box_the_label_says_whether_an_image_is_unboxed_or_negative(tmp_path: Path) -> None:
    labels = ["yes" if k % 2 == 0 else "no" for k in range(120)]
    labels[1] = ""
    boxed = [has and k >= 40 for k, has in enumerate(HALF)]
    cohort = detect(wrists(tmp_path, boxed, labels))
    status = status_of(cohort)
    assert (cohort.label, cohort.facts.supervision, cohort.facts.unboxed) == ("fracture", "weak", 20)
    assert tuple(status.loc["w0"]) == ("finding", False)
    assert tuple(status.loc["w40"]) == ("finding", True)
    assert tuple(status.loc["w3"]) == ("no finding", True)
    assert tuple(status.loc["w1"]) == ("no finding", True)
    assert "1 images have neither a box nor a value in fracture" in " ".join(cohort.facts.assumptions)


@pytest.mark.parametrize(
    ("name", "positive", "negative"),
    [
        ("fracture_visible", "1", ""),
        ("diagnosis", "fracture", "arthrosis"),
        ("fx", "True", "False"),
        ("befund", "Fraktur", "gesund"),
    ],
)
def test_the_column_that_tells_positive_images_is_found_under_many_names(
    tmp_path: Path, name: str, positive: str, negative: str
) -> None:
    labels = [positive if k % 2 == 0 else negative for k in range(120)]
    side = ["yes" if k % 5 else "no" for k in range(120)]
    folder = wrists(tmp_path, [has and k < 20 for k, has in enumerate(HALF)], **{name: labels, "initial_exam": side})
    facts = survey_facts(take_inventory(folder))
    assert (facts.image_label, facts.unboxed, facts.boxed_images) == (name, 50, 10)


def test_a_column_that_does_not_go_with_the_boxes_is_not_taken_for_the_label(tmp_path: Path) -> None:
    cast = ["yes" if k % 10 else "no" for k in range(120)]
    assert survey_facts(take_inventory(wrists(tmp_path, HALF, cast=cast))).image_label is None


def test_a_box_is_believed_where_the_label_says_no_and_the_audit_says_so(tmp_path: Path) -> None:
    labels = ["yes" if has and k != 4 else "no" for k, has in enumerate(HALF)]
    split = ["train" if k < 60 else "valid" if k < 90 else "test" for k in range(120)]
    folder = wrists(tmp_path, HALF, labels, split=split)
    cohort = detect(folder)
    assert cohort.facts.conflicts == 1
    assert tuple(status_of(cohort).loc["w4"]) == ("finding", True)
    said = [finding.text for finding in audit_cohort(cohort, take_inventory(folder))]
    assert "1 boxed images are negative by fracture; the boxes are believed: please look at them." in said


def test_classes_restrict_and_merge_the_boxes(tmp_path: Path) -> None:
    more = [(f"w{k}", "Metal" if k % 3 else "bowing", 20.0, 2.0, 30.0, 9.0) for k in range(1, 120, 2)]
    folder = wrists(tmp_path, HALF, boxes=more)
    assert set(detect(folder).classes) == {"fracture", "Metal", "bowing"}
    only = detect(folder, classes={"fracture": ["fracture"]})
    assert (only.classes, set(only.boxes["class"])) == (["fracture"], {"fracture"})
    assert only.facts.refused_boxes == {"of another class": 60}
    assert sum(only.facts.counts["no finding"].values()) == 60
    merged = detect(folder, classes={"break": ["fracture", "bowing"]})
    assert set(merged.boxes["class"]) == {"break"}


# ------------------------------------------------------------------ boxes that can't be right
def test_mended_boxes_are_counted_and_an_image_that_lost_its_only_box_is_left_out(tmp_path: Path) -> None:
    bad = [
        ("w1", "fracture", 30.0, 5.0, 60.0, 15.0),
        ("w3", "fracture", 5.0, 5.0, 5.0, 9.0),
        ("w0", "fracture", 90.0, 5.0, 95.0, 9.0),
    ]
    folder = wrists(tmp_path, HALF, boxes=bad)
    cohort = detect(folder)
    assert cohort.facts.repaired_boxes == {"partly outside its image: clipped": 1}
    assert cohort.facts.refused_boxes == {"has no area": 1, "lies outside its image": 1}
    assert cohort.left_out == {"images/w3.png": "no box of it can be used: has no area"}
    texts = [finding.text for finding in audit_cohort(cohort, take_inventory(folder)) if finding.topic == "boxes"]
    assert "1 box was repaired: partly outside its image: clipped." in texts


def test_with_a_label_an_image_that_lost_its_only_box_is_unboxed(tmp_path: Path) -> None:
    labels = ["yes" if has or k == 3 else "no" for k, has in enumerate(HALF)]
    cohort = detect(wrists(tmp_path, HALF, labels, boxes=[("w3", "fracture", 5.0, 5.0, 5.0, 9.0)]))
    assert tuple(status_of(cohort).loc["w3"]) == ("finding", False)
    assert (cohort.facts.unboxed, cohort.facts.supervision) == (1, "full")


def with_yolo(folder: Path, texts: dict[int, str], labels: list[str] | None = None) -> Path:
    """Every second of 120 images with one box in a YOLO file, the files in ``texts`` written anew."""
    write_images(folder / "images", [f"w{k}.png" for k in range(120)])
    (folder / "labels").mkdir()
    for number, has in enumerate(HALF):
        text = texts.get(number, "0 0.3 0.4 0.2 0.3\n" if has else "")
        (folder / "labels" / f"w{number}.txt").write_text(text)
    if labels is not None:
        pd.DataFrame({"image_id": [f"w{k}" for k in range(120)], "fracture": labels}).to_csv(folder / "m.csv", index=False)
    return folder


def test_images_whose_label_file_cannot_be_read_are_left_out_and_not_negative(tmp_path: Path) -> None:
    broken = dict.fromkeys(range(0, 22, 2), "0 0.3 0.4 wide\n") | {30: "0 0.3 0.4 0.2 0.3\n0 0.7\n", 31: "\n"}
    folder = with_yolo(tmp_path, broken)
    cohort = detect(folder)
    assert cohort.facts.left_out == {UNREAD: 11, PARTLY: 1}
    assert sum(cohort.facts.counts["no finding"].values()) == 60
    assert sum(cohort.facts.counts["finding"].values()) == 48
    assert "12 images whose boxes can't all be read or used are left out" in " ".join(cohort.facts.assumptions)
    said = [finding.text for finding in audit_cohort(cohort, take_inventory(folder)) if finding.topic == "left out"]
    assert f"11 images were left out: {UNREAD}." in said


def test_a_label_says_what_an_image_shows_whose_label_file_cannot_be_read(tmp_path: Path) -> None:
    texts = dict.fromkeys((0, 1), "0 0.3 wide\n") | dict.fromkeys((2, 3), "0 0.3 0.4 0.2 0.3\n0 0.7\n")
    cohort = detect(with_yolo(tmp_path, texts, ["yes" if has else "no" for has in HALF]))
    status = status_of(cohort)
    assert [tuple(status.loc[name]) for name in ("w0", "w1", "w2")] == [
        ("finding", False), ("no finding", True), ("finding", False),
    ]  # fmt: skip
    assert cohort.left_out == {"images/w3.png": PARTLY}
    assert not {"images/w2.png"} & set(cohort.boxes["image"])


def test_a_table_with_one_good_and_one_unreadable_row_of_an_image_leaves_it_out(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{k}.png" for k in range(60)])
    rows = [(f"{k}.png", "1", "1", "9", "9") if k % 2 else (f"{k}.png", "", "", "", "") for k in range(60)]
    rows += [("1.png", "5", "five", "9", "12"), ("2.png", "5", "", "9", "12")]
    pd.DataFrame(rows, columns=["image", "xmin", "ymin", "xmax", "ymax"]).to_csv(tmp_path / "boxes.csv", index=False)
    cohort = detect(tmp_path)
    assert cohort.left_out == {"1.png": PARTLY, "2.png": "no box of it can be used: its corners are not four numbers"}
    assert cohort.facts.refused_boxes == {
        "its corners are not four numbers": 2, "lies on an image of which other boxes can't be read": 1,
    }  # fmt: skip


def test_the_list_of_touched_boxes_tells_nothing_of_the_test_part(tmp_path: Path) -> None:
    folder = wrists(tmp_path, [False] * 120, boxes=[(f"w{k}", "fracture", -5.0, 1.0, 9.0, 9.0) for k in range(0, 120, 2)])
    cohort = detect(folder)
    assert cohort.facts.repaired_boxes == {"partly outside its image: clipped": 60}
    assert set(cohort.boxes_touched["image"]) == set(cohort.boxes["image"])
    assert len(cohort.boxes_touched) < 60


# ------------------------------------------------------------------ the partition
def test_a_published_split_with_boxes_on_all_judged_images_is_used(weak: Cohort) -> None:
    assert weak.facts.split_source == "published (split)"
    assert weak.facts.supervision == "weak"
    validation = weak.table[weak.table["partition"] == "validation"]
    assert validation["boxed"].all()
    assert weak.seal.open()["boxed"].all()
    train = weak.table[weak.table["partition"] == "train"]
    assert (train["label"] == "finding").sum() > 10 * (train["label"].eq("finding") & train["boxed"].astype(bool)).sum()


def test_unboxed_findings_only_ever_train_where_the_split_is_ours(tmp_path: Path) -> None:
    labels = ["yes" if has else "no" for has in HALF]
    patients = [f"p{k // 4}" for k in range(120)]
    cohort = detect(wrists(tmp_path, [has and k < 60 for k, has in enumerate(HALF)], labels, patient_id=patients))
    sealed = cohort.seal.open()
    shown = cohort.shown()
    assert sealed["boxed"].all()
    assert shown.loc[shown["partition"] == "validation", "boxed"].all()
    assert not set(sealed["group"]) & set(shown["group"])
    assert shown.groupby("group")["partition"].nunique().max() == 1
    assert "Every image with a finding but no box is in training" in " ".join(cohort.facts.assumptions)
    assert set(cohort.facts.too_few) == {"finding in validation", "finding in test"}
    assert "too few to judge" in cohort.facts.assumptions[0]


def test_unboxed_findings_leave_the_judging_parts_of_a_published_split(tmp_path: Path) -> None:
    split = ["train" if k < 60 else "valid" if k < 90 else "test" for k in range(120)]
    labels = ["yes" if has else "no" for has in HALF]
    cohort = detect(wrists(tmp_path, [has and k not in (60, 90, 92) for k, has in enumerate(HALF)], labels, split=split))
    assert cohort.seal.open()["boxed"].all()
    assert cohort.facts.left_out == {
        "shows a finding without a box in the published validation or test part, where it can't be judged": 3
    }
    assert "3 images with a finding but no box were taken out of validation and test" in " ".join(cohort.facts.assumptions)


def test_images_without_a_finding_may_all_lie_in_training(tmp_path: Path) -> None:
    boxed = [k >= 40 for k in range(120)]
    split = ["train" if k < 80 else "valid" if k < 100 else "test" for k in range(120)]
    cohort = detect(wrists(tmp_path, boxed, split=split))
    assert cohort.facts.split_source == "published (split)"
    assert cohort.facts.counts["no finding"] == {"train": 40, "validation": 0, "test": 0}


def test_boxes_on_every_image_are_loaded_and_audited(tmp_path: Path) -> None:
    folder = wrists(tmp_path, [True] * 80)
    cohort = detect(folder)
    findings = audit_cohort(cohort, take_inventory(folder))
    assert {"box sizes", "groups"} <= {finding.topic for finding in findings}
    said = " ".join(cohort.facts.assumptions)
    assert "only 0 groups" in said
    assert "Every image has a box" in said


# ------------------------------------------------------------------ the seal
def test_test_boxes_come_back_only_from_an_opening_and_under_opaque_ids(tmp_path: Path) -> None:
    cohort = detect(wrists(tmp_path, HALF))
    sealed = cohort.table[cohort.table["partition"] == "test"]
    assert sealed["label"].isna().all()
    assert sealed["boxed"].isna().all()
    assert not set(sealed["image"]) & set(cohort.boxes["image"])
    with pytest.raises(Sealed, match=r"study\.unseal"):
        cohort.seal.boxes()
    truth = cohort.seal.open()
    boxes = cohort.seal.boxes()
    assert set(boxes["image"]) == set(truth.index[truth["class"] == "finding"])
    assert len(boxes) + len(cohort.boxes) == 60


def test_a_pickled_seal_carries_no_boxes(tmp_path: Path) -> None:
    copy = pickle.loads(pickle.dumps(detect(wrists(tmp_path, HALF)).seal))
    copy.open()
    assert copy.boxes().empty


def test_the_partition_hash_knows_every_box(tmp_path: Path) -> None:
    first, again = detect(wrists(tmp_path / "a", HALF)), detect(wrists(tmp_path / "a", HALF))
    moved = detect(wrists(tmp_path / "b", HALF, boxes=[("w0", "fracture", 1.0, 1.0, 3.0, 3.0)]))
    assert first.hash == again.hash
    assert first.hash != moved.hash


# ------------------------------------------------------------------ corrections, pictures, pages
def test_corrections_exclude_and_relabel_boxed_images(tmp_path: Path) -> None:
    folder = wrists(tmp_path, HALF)
    rows = (
        ("images/w0.png", "exclude", None),
        ("images/w2.png", "relabel", "no finding"),
        ("images/w1.png", "relabel", "finding"),
    )
    corrections = Corrections.none()
    for image, action, label in rows:
        corrections = corrections.with_row(image, action, label, "seen again")
    cohort = detect(folder, corrections)
    status = status_of(cohort)
    assert cohort.left_out == {"images/w0.png": "excluded by the clinician"}
    assert tuple(status.loc["w2"]) == ("no finding", True)
    assert tuple(status.loc["w1"]) == ("finding", False)
    assert len(cohort.boxes) + len(cohort.seal.boxes()) == 58
    with pytest.raises(BadInput, match="no class of the study"):
        detect(folder, Corrections.none().with_row("images/w0.png", "relabel", "metal", ""))


def test_the_contact_sheet_has_a_row_for_unboxed_findings(weak: Cohort) -> None:
    sheet = draw_contact_sheet(weak, 0)
    assert "finding, not boxed" in sheet.alt
    assert "with their boxes" in sheet.caption


def test_the_page_says_in_words_what_is_boxed(weak: Cohort) -> None:
    page = cohort_page(weak.facts)
    assert f"{weak.facts.unboxed} images show a finding that nobody has boxed" in page
    assert ">no finding<" in page
    assert "Boxes" in page


def test_a_study_loads_boxes_puts_their_file_on_record_and_writes_what_was_mended(tmp_path: Path) -> None:
    folder = wrists(tmp_path / "data", HALF, boxes=[(f"w{k}", "fracture", -5.0, 1.0, 9.0, 9.0) for k in range(0, 40, 2)])
    study = Study(tmp_path / "study", data=folder, request="find the fractures")
    study.survey()
    study.load_cohort(task="detection")
    study.audit()
    assert "annotations.json" in load_fingerprint(tmp_path / "study" / "data_fingerprint.json")
    touched = pd.read_csv(tmp_path / "study" / "boxes_touched.csv")
    assert set(touched["reason"]) == {"partly outside its image: clipped"}
    assert (tmp_path / "study" / "figures" / "contact_sheet.png").exists()


def test_tiny_boxes_are_warned_of(tmp_path: Path) -> None:
    folder = wrists(tmp_path, HALF, boxes=[(f"w{k}", "fracture", 3.0, 3.0, 3.2, 3.2) for k in range(0, 120, 2)])
    topics = {finding.topic: finding.severity for finding in audit_cohort(detect(folder), take_inventory(folder))}
    assert topics["tiny boxes"] == "warning"


# ------------------------------------------------------------------ input that can't be used
def test_detection_without_boxes_says_what_can_be_done(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{k}.png" for k in range(20)])
    with pytest.raises(LabelsDoNotMatch, match=r"There are no boxes in .* add them as COCO JSON"):
        detect(tmp_path)
    pd.DataFrame({"image": range(20), "dx": ["a", "b"] * 10}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(LabelsDoNotMatch, match="ask for a classification by dx"):
        detect(tmp_path)


def test_three_boxed_images_are_refused(tmp_path: Path) -> None:
    folder = wrists(tmp_path, [k < 3 for k in range(60)])
    with pytest.raises(TooFewImages, match="Only 3 images of 3 patients or films have boxes") as error:
        detect(folder)
    assert "\n" not in str(error.value)


def test_boxes_for_unknown_images_only_are_refused(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{k}.png" for k in range(20)])
    write_coco(tmp_path / "c.json", [("z", "x", 1, 1, 5, 5)] * 7, {"z": "elsewhere.png"})
    with pytest.raises(LabelsDoNotMatch, match=r"All 7 boxes are for images that are not there \(elsewhere\.png"):
        detect(tmp_path)


def test_some_boxes_for_unknown_images_are_counted(tmp_path: Path) -> None:
    folder = wrists(tmp_path, HALF)
    (folder / "images" / "w0.png").unlink()
    assert detect(folder).facts.refused_boxes == {"for an image that is not there": 1}


def test_a_file_made_for_images_of_another_shape_leaves_nothing_to_learn(tmp_path: Path) -> None:
    names = {f"w{k}": f"w{k}.png" for k in range(40)}
    write_images(tmp_path, list(names.values()))
    write_coco(tmp_path / "c.json", [(name, "fracture", *BOX) for name in names], names, size=(512, 512))
    with pytest.raises(TooFewImages, match="Boxes not used: 40 drawn for an image of another size and shape"):
        detect(tmp_path)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"classes": {"rib": ["rib"]}}, "No box has the class rib; there are boxes of: fracture"),
        ({"label": "nonsense"}, "There is no column 'nonsense'"),
        ({"label": "side"}, "doesn't tell images with a finding from images without"),
        ({"boxes": "other.json"}, "There are no boxes in 'other.json'; there are some in: annotations.json"),
        ({"group": "patient"}, "to group by"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(tmp_path: Path, wishes: dict[str, object], words: str) -> None:
    folder = wrists(tmp_path, HALF, side=["left"] * 60 + ["right"] * 60)
    with pytest.raises(BadInput, match=words):
        detect(folder, **wishes)


# ------------------------------------------------------------------ a real set
def test_real_fractures_find_their_films_and_their_leak_free_split_by_themselves(real_data: Callable[[str], Path]) -> None:
    cohort = detect(real_data("fracture_boxes"))
    facts = cohort.facts
    assert (facts.group_source, facts.split_source) == ("radiograph_group", "published (group_split)")
    assert (facts.supervision, facts.classes, facts.left_out) == ("full", ["fracture"], {})
    assert sum(facts.boxes["fracture"].values()) == 1405
    assert {name: sum(counts.values()) for name, counts in facts.counts.items()} == {"finding": 1040, "no finding": 49}
    sealed = cohort.seal.open()
    assert not set(sealed["group"]) & set(cohort.shown()["group"])
    sides = cohort.boxes[["x_max", "y_max"]].to_numpy() - cohort.boxes[["x_min", "y_min"]].to_numpy()
    assert np.all(sides > 0)

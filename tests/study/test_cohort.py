"""Load -> group -> split -> seal: what goes in, what stays out, what stays hidden."""

import pickle
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, Sealed, TooFewImages
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import Wishes, load_cohort
from jupyter_clinagent.study.cohort.partition import partition_by_group
from jupyter_clinagent.study.cohort.published import mend_published, why_not
from jupyter_clinagent.study.data.inventory import take_inventory
from tests.study.test_finding_the_data import write_images


def load(folder: Path, **wishes: object) -> Cohort:
    return load_cohort(take_inventory(folder), Wishes(**wishes))  # type: ignore[arg-type]


def table_with(folder: Path, labels: list[str], **columns: list[object]) -> Path:
    """Noise images with a table of labels."""
    names = [f"img{n}.png" for n in range(len(labels))]
    write_images(folder, names)
    pd.DataFrame({"image": names, "dx": labels, **columns}).to_csv(folder / "labels.csv", index=False)
    return folder


# ------------------------------------------------------------------ partition
groupings = st.integers(8, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from("abc"), min_size=n, max_size=n),
        st.lists(st.integers(0, 20), min_size=n, max_size=n),
        st.integers(0, 5),
    )
)


@given(groupings)
@settings(max_examples=80, deadline=None)
def test_no_group_ever_lies_in_two_partitions(case: tuple[list[str], list[int], int]) -> None:
    labels, groups, seed = pd.Series(case[0]), pd.Series(case[1]), case[2]
    partition = partition_by_group(labels, groups, seed)
    assert partition.notna().all()
    assert partition.groupby(groups).nunique().max() == 1
    assert partition.equals(partition_by_group(labels, groups, seed))


@given(st.integers(3, 40), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_every_class_with_three_groups_is_in_every_partition(groups: int, seed: int) -> None:
    labels = pd.Series(["common"] * 100 + ["rare"] * groups)
    partition = partition_by_group(labels, pd.Series(range(len(labels))), seed)
    assert set(partition[labels == "rare"]) == {"train", "validation", "test"}


def test_shares_are_seventy_fifteen_fifteen_in_every_class() -> None:
    rng = np.random.default_rng(0)
    groups = pd.Series(rng.integers(0, 900, 1500))
    labels = groups.map(lambda group: "abc"[group % 3])
    shares = pd.crosstab(labels, partition_by_group(labels, groups, 1), normalize="index")
    assert np.allclose(shares[["train", "validation", "test"]], [0.70, 0.15, 0.15], atol=0.02)


def test_images_per_group_are_alike_in_all_partitions() -> None:
    groups = pd.Series(np.repeat(np.arange(400), np.tile([1, 1, 1, 4], 100)))
    partition = partition_by_group(pd.Series(["a"] * len(groups)), groups, 0)
    means = groups.groupby(partition).agg(lambda ids: len(ids) / ids.nunique())
    assert means.max() - means.min() < 0.5


# ------------------------------------------------------------------ published splits
def published(split: list[str], groups: list[int], labels: list[str] | None = None):
    labels = labels or ["a", "b"] * (len(split) // 2)
    return mend_published(pd.Series(split), pd.Series(labels), pd.Series(groups), 0, "fold")


def test_a_clean_published_split_is_used_as_it_is() -> None:
    split = ["train"] * 60 + ["val"] * 20 + ["test"] * 20
    mended = published(split, list(range(100)))
    assert mended is not None
    assert mended.partition.value_counts().to_dict() == {"train": 60, "validation": 20, "test": 20}
    assert "used as it is" in mended.said[0]


def test_crossing_groups_leave_training_and_the_published_test_stays() -> None:
    split = ["train"] * 60 + ["val"] * 20 + ["test"] * 20
    groups = [*range(80), *range(4), *range(100, 116)]
    mended = published(split, groups)
    assert mended is not None
    assert (mended.crossing_groups, mended.crossing_images) == (4, 4)
    assert mended.partition[:4].isna().all()
    assert (mended.partition == "test").sum() == 20


def test_a_split_that_leaks_more_than_a_fifth_is_set_aside_and_said_so() -> None:
    split, groups = ["train"] * 40 + ["test"] * 20, [*range(40), *range(20)]
    assert published(split, groups) is None
    reason = why_not(pd.Series(split), pd.Series(["a", "b"] * 30), pd.Series(groups), "fold")
    assert reason is not None
    assert "20 of 40 training groups" in reason


def test_without_a_published_validation_part_one_is_carved_from_training() -> None:
    mended = published(["train"] * 80 + ["test"] * 20, list(range(100)))
    assert mended is not None
    assert mended.partition.value_counts().to_dict() == {"train": 68, "test": 20, "validation": 12}
    assert (mended.partition[80:] == "test").all()


def test_a_tiny_published_validation_part_is_made_anew() -> None:
    mended = published(["train"] * 300 + ["val"] * 4 + ["test"] * 100, list(range(404)))
    assert mended is not None
    assert (mended.partition == "validation").sum() > 30


def test_of_several_split_columns_the_leak_free_one_wins(tmp_path: Path) -> None:
    count = 120
    groups = [f"p{n // 2}" for n in range(count)]
    leaky = ["train" if n % 4 else "test" for n in range(count)]
    clean = ["train" if n < 90 else "test" for n in range(count)]
    folder = table_with(tmp_path, ["a", "b"] * 60, patient_id=groups, split=leaky, group_split=clean)
    assert load(folder).facts.split_source == "published (group_split)"


def test_near_duplicates_across_a_published_split_are_counted_and_leave_training(tmp_path: Path) -> None:
    split = ["train" if n < 100 else "test" for n in range(140)]
    folder = table_with(tmp_path, ["a", "b"] * 70, split=split)
    for n in range(6):
        copy = cv2.imread(str(folder / f"img{n}.png"))
        cv2.imwrite(str(folder / f"img{120 + n}.png"), np.clip(copy * 0.97, 0, 255).astype(np.uint8))
    cohort = load(folder)
    assert cohort.facts.left_out == {"crosses into the published test part": 6}
    assert "6 groups (by id, near-duplicate or scene) lie on both sides" in " ".join(cohort.facts.assumptions)
    assert len(cohort.seal.open()) == 40


# ------------------------------------------------------------------ the seal
def test_test_rows_show_neither_label_nor_name_nor_group(triage: Path) -> None:
    cohort = load(triage)
    sealed = cohort.table[cohort.table["partition"] == "test"]
    assert len(sealed) > 10
    assert sealed["label"].isna().all()
    assert sealed["image"].str.match(r"^sealed-\d+$").all()
    assert sealed["group"].str.match(r"^sealed-group-\d+$").all()
    assert not set(cohort.metadata.index) & set(sealed["image"])
    assert cohort.read(sealed["image"].iloc[0]).dtype == np.uint8


def test_before_the_opening_no_file_is_known_to_be_a_test_image(triage: Path) -> None:
    cohort = load(triage)
    assert set(cohort.partition_of_files().values()) == {"train", "validation"}
    cohort.seal.open()
    assert set(cohort.partition_of_files().values()) == {"train", "validation", "test"}


def test_the_order_of_sealed_ids_says_nothing_about_the_class(triage: Path) -> None:
    cohort = load(triage)
    truth = cohort.seal.open()["class"]
    ordered = truth.sort_index()
    assert ordered.iloc[: len(ordered) // 2].nunique() == 2
    assert list(cohort.table.loc[cohort.table["partition"] == "test", "image"]) == sorted(truth.index)


def test_sealed_labels_come_back_only_from_an_opening(triage: Path) -> None:
    cohort = load(triage)
    with pytest.raises(Sealed, match=r"study\.unseal"):
        cohort.seal.contents()
    name = cohort.seal.open()["file"].iloc[0]
    with pytest.raises(Sealed):
        cohort.read(name)


def test_a_pickled_seal_carries_no_labels(triage: Path) -> None:
    copy = pickle.loads(pickle.dumps(load(triage).seal))
    assert copy.open().empty


def test_a_lesion_never_parts_and_the_same_call_gives_the_same_cohort(triage: Path) -> None:
    first, second = load(triage), load(triage)
    assert first.table.equals(second.table)
    assert first.hash == second.hash
    lesions = pd.read_csv(triage / "metadata.csv").set_index("image_id")["lesion_id"]
    first.seal.open()
    files = pd.Series(first.partition_of_files())
    assert files.groupby(files.index.map(lambda file: lesions[Path(file).stem])).nunique().max() == 1


def test_class_weights_are_inverse_to_frequency_and_average_one(triage: Path) -> None:
    cohort = load(triage)
    weights = dict(zip(cohort.classes, cohort.class_weights(), strict=True))
    train = cohort.table[cohort.table["partition"] == "train"]["label"].value_counts()
    assert weights["mel"] / weights["nv"] == pytest.approx(train["nv"] / train["mel"])
    assert sum(weights[name] * train[name] for name in weights) / train.sum() == pytest.approx(1)


# ------------------------------------------------------------------ input that can't be used
def test_images_without_labels_are_refused_in_one_line(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(30)])
    with pytest.raises(LabelsDoNotMatch, match="30 images but no labels") as error:
        load(tmp_path)
    assert "\n" not in str(error.value)


def test_labels_that_match_no_image_are_refused(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(30)])
    pd.DataFrame({"image": [f"other{n}" for n in range(30)], "dx": ["a", "b"] * 15}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(LabelsDoNotMatch, match=r"t\.csv match none of the 30 images"):
        load(tmp_path)


def test_one_class_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelsDoNotMatch, match=r"Only one class in dx \(nevus\)"):
        load(table_with(tmp_path, ["nevus"] * 30))


def test_two_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewImages, match="Only 2 images"):
        load(table_with(tmp_path, ["a", "b"]))


def test_several_labels_in_a_cell_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"several labels \(A\|B\)"):
        load(table_with(tmp_path, ["a", "a|b", "b"] * 10))


def test_an_unknown_column_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 15)
    with pytest.raises(BadInput, match="no column 'diagnosis'; there are: dx, image"):
        load(folder, label="diagnosis")
    with pytest.raises(BadInput, match="to group by"):
        load(folder, group="patient")


def test_fewer_than_five_groups_are_refused_unless_allowed(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a"] * 30 + ["b"] * 4)
    with pytest.raises(TooFewImages, match=r"b \(4 groups\)"):
        load(folder)
    facts = load(folder, allow_few=True).facts
    assert facts.too_few == {"b": 4}
    assert "interval would still run from" in facts.assumptions[0]


@pytest.mark.parametrize("column", ["patient_id", "Pat.-Nr.", "lesion_id", "Patientennummer"])
@pytest.mark.parametrize(("patients", "said"), [(1, "only 1 group "), (2, "only 2 groups "), (4, "only 4 groups ")])
def test_images_of_few_patients_are_refused_and_not_split_one_by_one(
    tmp_path: Path, column: str, patients: int, said: str
) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20, **{column: [f"p{n // 2 % patients}" for n in range(40)]})
    with pytest.raises(TooFewImages, match=rf"{said}\(by {column}\).* at least 5\."):
        load(folder)


def test_two_patients_are_refused_for_a_detection_too(tmp_path: Path) -> None:
    corners = {"xmin": [1] * 40, "ymin": [1] * 40, "xmax": [9] * 40, "ymax": [9] * 40}
    folder = table_with(tmp_path, ["a", "b"] * 20, **corners, patient_id=["p1", "p2"] * 20)
    with pytest.raises(TooFewImages, match=r"only 2 groups \(by patient_id\)"):
        load(folder, task="detection")


def test_frames_of_a_patient_never_part_however_many_there_are(tmp_path: Path) -> None:
    labels = [str(v) for v in np.random.default_rng(0).choice(["a", "b"], 24 * 60)]
    cohort = load(table_with(tmp_path, labels, patient_id=[f"p{n // 60}" for n in range(24 * 60)]))
    assert cohort.facts.group_source == "patient_id"
    assert cohort.table["group"].nunique() == 24
    assert not set(cohort.seal.open()["group"]) & set(cohort.shown()["group"])


def test_copies_of_two_images_alone_are_refused(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20)
    for number in range(2, 40):
        (folder / f"img{number}.png").write_bytes((folder / f"img{number % 2}.png").read_bytes())
    with pytest.raises(TooFewImages, match="only 2 sets that neither look nearly the same"):
        load(folder)


# ------------------------------------------------------------------ carried on with
def test_broken_files_are_kept_out_and_counted(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20)
    (folder / "img0.png").write_bytes(b"")
    whole = (folder / "img1.png").read_bytes()
    (folder / "img1.png").write_bytes(whole[: len(whole) // 2])
    cohort = load(folder)
    assert len(cohort.table) == 38
    assert set(cohort.left_out) == {"img0.png", "img1.png"}
    assert sum(cohort.facts.left_out.values()) == 2


def test_values_outside_the_classes_missing_labels_and_missing_files_are_counted(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20 + ["c", ""])
    with (folder / "labels.csv").open("a") as file:
        file.write("absent.png,a\n")
    facts = load(folder, classes={"A": ["a"], "B": ["B"]}).facts
    assert facts.classes == ["A", "B"]
    assert facts.left_out == {"label outside the classes": 1, "no label": 1, "row without an image file": 1}


def test_images_whose_label_is_not_known_are_in_no_class_and_counted_and_named(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b", "none"] * 20 + ["unknown"] * 5 + ["k.A."] * 3 + ["?", ""])
    for wishes in ({}, {"classes": {"a": ["a"], "rest": ["b", "none", "unknown", "k.A.", "?"]}}):
        facts = load(folder, **wishes).facts
        assert facts.left_out == {"label not known": 9, "no label": 1}
        assert any("“unknown” (5), “k.A.” (3), “?” (1)" in line for line in facts.assumptions)
    assert load(folder).facts.classes == ["a", "b", "none"]


def test_copies_of_one_image_never_part(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 30)
    for n in range(0, 60, 4):
        (folder / f"img{n + 2}.png").write_bytes((folder / f"img{n}.png").read_bytes())
    cohort = load(folder)
    cohort.seal.open()
    partition = cohort.partition_of_files()
    assert cohort.parted([[f"img{n}.png", f"img{n + 2}.png"] for n in range(0, 60, 4)]) == 0
    assert all(partition[f"img{n}.png"] == partition[f"img{n + 2}.png"] for n in range(0, 60, 4))


def test_personal_names_as_groups_are_replaced_by_numbers(tmp_path: Path) -> None:
    names = [f"Muster^{n // 2}" for n in range(40)]
    cohort = load(table_with(tmp_path, ["a", "b"] * 20, patient_name=names))
    everything = cohort.table.to_csv() + cohort.metadata.to_csv() + cohort.facts.model_dump_json() + cohort.seal.open().to_csv()
    assert cohort.facts.group_source == "patient_name"
    assert cohort.table["group"].nunique() == 20
    assert "Muster" not in everything


def test_corrections_exclude_and_relabel_before_the_seal(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20)
    corrections = (
        Corrections.none().with_row("img0.png", "exclude", None, "blurred").with_row("img1.png", "relabel", "a", "wrong")
    )
    cohort = load_cohort(take_inventory(folder), Wishes(), corrections)
    assert cohort.left_out == {"img0.png": "excluded by the clinician"}
    assert {name: sum(parts.values()) for name, parts in cohort.facts.counts.items()} == {"a": 20, "b": 19}
    with pytest.raises(BadInput, match=r"not in the data: nowhere\.png"):
        load_cohort(take_inventory(folder), Wishes(), Corrections.none().with_row("nowhere.png", "exclude", None, ""))


def test_columns_of_the_data_may_bear_the_names_of_the_studys_own(tmp_path: Path) -> None:
    names = [f"img{n}.png" for n in range(200)]
    write_images(tmp_path, names)
    split = ["train" if n < 140 else "test" for n in range(200)]
    columns = {"file": names, "class": ["a", "b"] * 100, "group": [f"g{n // 2}" for n in range(200)], "partition": split}
    pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
    cohort = load(tmp_path)
    assert (cohort.label, cohort.facts.group_source, cohort.facts.split_source) == ("class", "group", "published (partition)")
    assert len(cohort.seal.open()) == 60
    assert not {"class", "group", "partition"} & set(cohort.metadata.columns)


def test_labels_in_a_table_of_patients_reach_the_images(tmp_path: Path) -> None:
    names = [f"img{n}.png" for n in range(40)]
    write_images(tmp_path, names)
    pd.DataFrame({"image": names, "patient_id": [f"p{n // 2}" for n in range(40)]}).to_csv(tmp_path / "images.csv", index=False)
    patients = {"patient_id": [f"p{n}" for n in range(20)], "diagnosis": ["a", "b"] * 10}
    pd.DataFrame(patients).to_csv(tmp_path / "patients.csv", index=False)
    facts = load(tmp_path).facts
    assert facts.group_source == "patient_id"
    assert {name: sum(parts.values()) for name, parts in facts.counts.items()} == {"a": 20, "b": 20}


def test_an_image_with_contradictory_rows_is_left_out(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 20)
    with (folder / "labels.csv").open("a") as file:
        file.write("img0.png,b\nimg1.png,b\n")
    assert load(folder).facts.left_out == {"contradictory labels": 1}


# ------------------------------------------------------------------ real sets
def test_chest_radiographs_keep_their_published_test_part(real_data: Path) -> None:
    cohort = load(real_data / "chest_xray_pneumonia")
    test = cohort.seal.open()
    assert cohort.facts.split_source == "published (folder_split)"
    assert len(test) == 624
    assert test["file"].str.startswith("test/").all()
    assert not set(test["group"]) & set(cohort.shown()["group"])


def test_dicom_files_are_read_or_refused_with_a_reason_and_no_name_gets_out(real_data: Path) -> None:
    index = pd.read_csv(real_data / "dicom_samples" / "index.csv")
    names = set(index["patient_name"].dropna()) - {"Anonymized"}
    classes = {name: [name] for name in ("OT", "MR", "US")}
    cohort = load(real_data / "dicom_samples", classes=classes, group="patient_name", allow_few=True)
    refused = {file: reason for file, reason in cohort.left_out.items() if "label" not in reason}
    assert refused
    assert len(cohort.table) + len(cohort.left_out) == 127
    said = cohort.table.to_csv() + cohort.metadata.to_csv() + cohort.facts.model_dump_json() + " ".join(refused.values())
    assert not [name for name in names if name in said]


def test_nine_radiographs_are_refused(real_data: Path) -> None:
    with pytest.raises(TooFewImages, match="Only 9 images"):
        load(real_data / "grazpedwri_samples")

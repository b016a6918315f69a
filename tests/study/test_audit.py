"""What the audit notices."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent import phantoms
from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.association import associations
from jupyter_clinagent.study.cohort.audit import audit_cohort
from jupyter_clinagent.study.cohort.duplicates import joined_groups, near_duplicates
from jupyter_clinagent.study.cohort.loading import Wishes, load_cohort
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.readings import read_all
from tests.study.test_cohort import table_with


def audit(folder: Path, **wishes: object) -> dict[str, list[AuditFinding]]:
    inventory = take_inventory(folder)
    found: dict[str, list[AuditFinding]] = {}
    for finding in audit_cohort(load_cohort(inventory, Wishes(**wishes)), inventory):  # type: ignore[arg-type]
        found.setdefault(finding.topic, []).append(finding)
    return found


def test_recompressed_and_resized_copies_are_near_duplicates_and_other_lesions_are_not(triage: Path, tmp_path: Path) -> None:
    originals = sorted((triage / "images").iterdir())[:40]
    for path in originals:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    image = cv2.imread(str(originals[0]))
    cv2.imwrite(str(tmp_path / "copy_worse.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 60])
    cv2.imwrite(str(tmp_path / "copy_larger.png"), cv2.resize(image, None, fx=1.5, fy=1.5))
    cv2.imwrite(str(tmp_path / "copy_brighter.png"), np.clip(image * 1.1, 0, 255).astype(np.uint8))
    folder = read_folder(tmp_path)
    readings = read_all(folder, folder.images)
    files = readings.table.index
    pairs = {frozenset((files[a], files[b])) for a, b in near_duplicates(readings)}
    for copy in ("copy_worse.jpg", "copy_larger.png", "copy_brighter.png"):
        assert frozenset((originals[0].name, copy)) in pairs
    assert not [pair for pair in pairs if not any("copy" in name for name in pair)]


def test_groups_that_share_a_duplicate_are_joined_in_chains() -> None:
    joined = joined_groups(["a", "b", "c", "d", "a"], np.array([[0, 1], [1, 2]]))
    assert joined[0] == joined[1] == joined[2] == joined[4]
    assert joined[3] != joined[0]


def test_ten_thousand_hashes_are_compared_in_seconds() -> None:
    import time

    from jupyter_clinagent.study.cohort.duplicates import _close_hashes

    hashes = np.random.default_rng(0).integers(0, 2**63, (10_000, 4), dtype=np.uint64)
    hashes[9_999] = hashes[5]
    started = time.monotonic()
    pairs = _close_hashes(hashes)
    assert pairs.tolist() == [[5, 9_999]]
    assert time.monotonic() - started < 15


def test_copies_with_other_labels_are_reported_as_conflicts(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 30)
    for n in range(0, 60, 2):
        (folder / f"img{n + 1}.png").write_bytes((folder / f"img{n}.png").read_bytes())
    found = audit(folder)
    assert found["exact duplicates"][0].count == 30
    assert found["conflicting labels"][0].severity == "warning"
    assert 0 < found["conflicting labels"][0].count < 30, "the sealed ones must not be told"


def test_a_column_that_gives_the_label_away_is_reported_and_an_unrelated_one_is_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = ["a", "b"] * 60
    device = [label if rng.random() < 0.85 else "b" for label in labels]
    folder = table_with(
        tmp_path, labels, scanner=[{"a": "X", "b": "Y"}[d] for d in device], noise=rng.integers(0, 3, 120).tolist()
    )
    said = [finding.text for finding in audit(folder)["association"]]
    assert any(text.startswith("scanner goes with the label") for text in said)
    assert not any(text.startswith("noise") for text in said)


def test_association_is_one_for_a_copy_and_none_for_chance() -> None:
    rng = np.random.default_rng(1)
    label = pd.Series(rng.integers(0, 2, 400).astype(str))
    metadata = pd.DataFrame({"copy": label, "chance": rng.integers(0, 4, 400).astype(str)})
    strength = {a.column: (a.explained, a.p) for a in associations(metadata, label, pd.Series(range(400)))}
    assert strength["copy"][0] > 0.95
    assert strength["chance"][0] < 0.02
    assert strength["copy"][1] < 0.01


def test_nothing_goes_with_a_label_that_is_always_the_same() -> None:
    sex = pd.Series(["m", "f"] * 50)
    assert associations(pd.DataFrame({"sex": sex}), pd.Series(["finding"] * 100), pd.Series(range(100))) == []


def test_image_size_that_goes_with_the_label_is_reported(tmp_path: Path) -> None:
    folder = table_with(tmp_path, ["a", "b"] * 40)
    for n in range(0, 80, 2):
        path = folder / f"img{n}.png"
        cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (40, 30)))
    assert any(finding.text.startswith("image size") for finding in audit(folder)["association"])


def test_too_few_groups_come_first_with_the_interval_to_expect(tmp_path: Path) -> None:
    inventory = take_inventory(table_with(tmp_path, ["a"] * 40 + ["b"] * 7))
    first = audit_cohort(load_cohort(inventory, Wishes()), inventory)[0]
    assert (first.topic, first.severity, first.count) == ("too few", "stop", 7)
    assert "95 % interval" in first.text


def test_imbalance_is_said_with_both_counts(tmp_path: Path) -> None:
    found = audit(table_with(tmp_path, ["a"] * 72 + ["b"] * 12))["imbalance"][0]
    assert (found.severity, found.count) == ("warning", 6)
    assert "72 and 12" in found.text


def test_dicom_identifiers_are_counted_and_never_quoted(real_data: Path) -> None:
    classes = {name: [name] for name in ("OT", "MR", "US")}
    found = audit(real_data / "dicom_samples", classes=classes, group="none", allow_few=True)
    text = " ".join(finding.text for findings in found.values() for finding in findings)
    index = pd.read_csv(real_data / "dicom_samples" / "index.csv")
    assert "PatientName in" in text
    assert not [name for name in index["patient_name"].dropna() if name in text]


def test_no_duplicate_of_ham10000_crosses_and_its_metadata_that_give_the_label_away_are_named(
    real_data: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(real_data / "ham10000" / "HAM10000_metadata.csv")
    some = table[table["dx"].isin(["df", "vasc", "akiec"])]
    (tmp_path / "images").mkdir()
    for image in some["image_id"]:
        (tmp_path / "images" / f"{image}.jpg").symlink_to(real_data / "ham10000" / "images" / f"{image}.jpg")
    some.to_csv(tmp_path / "metadata.csv", index=False)
    found = audit(tmp_path)
    assert found["partitions"][0].count == 0
    assert any(finding.text.startswith(("localization", "age")) for finding in found["association"])


def test_a_drain_that_gives_the_answer_away_is_warned_of_with_what_can_be_asked_for(tmp_path) -> None:
    folder = phantoms.write("chest", tmp_path / "data", n=200, seed=1, size=48)
    said = [finding.text for finding in audit(folder, label="finding", group="patient_id")["association"]]
    assert any(text.startswith("drain goes with the label") and "must not rely on drain" in text for text in said)
    assert [finding.confounder for finding in audit(folder, label="finding")["association"] if finding.confounder] == ["drain"]
    assert not any(text.startswith("sex") for text in said)


def test_a_column_that_says_the_same_as_the_loaded_classes_is_the_answer_and_no_shortcut(tmp_path: Path) -> None:
    labels = ["a", "b", "c"] * 40
    folder = table_with(tmp_path, labels, device=["x" if label == "a" else "y" for label in labels])
    found = audit(folder, classes={"a": ["a"], "rest": ["b", "c"]})["association"][0]
    assert found.text.startswith("device says the same as the label")
    assert found.confounder is None

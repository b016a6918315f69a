"""Images of one scene never part, although neither a column nor a name tells which they are."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.audit import audit_cohort
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.loading import Wishes, load_cohort
from jupyter_clinagent.study.cohort.scenes import MOST_IMAGES, Scenes, find_scenes
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.readings import Readings, read_all

NEIGHBOURS = [
    ("cju1g20bdwq6u0835e16xugcd", "cjyzurzvohqnr0794es1itzek"),
    ("cju1hhj6mxfp90835n3wofrap", "cju3x9lttikfb0818a0g104zn"),
    ("cju2i6acqvo6l0799u20fift8", "cjz14qsk2wci60794un9ozwmw"),
    ("cju33za6l2qy70988jhrlp2ev", "cjyzjzssvd8pq0838f4nolj5l"),
    ("cju3xhpvvimda0987ygrpzni2", "cju5bf6hxa6m50817rbwettgu"),
    ("cju45jpvfn6c809873pv1i34s", "cjyzkmjy8evns070165gf9dmq"),
    ("cju6uzxk0v83p0801rcwnexdu", "cju89y9h0puti0818i5yw29e6"),
    ("cju6wuojavt740818b5qcv3iw", "cju88rl5eo94l0850kf5wtrm1"),
    ("cju7ehljc2or70871261br8ai", "cjyzufihqquiw0a46jatrbwln"),
    ("cju77g99iyxc00817zqi2ppor", "cjyztzaqtrv430848l8xgcerw"),
]
"""Polyp images that show the same polyp, looked at one by one."""
FIND = """
import sys
import cv2
import numpy as np
from jupyter_clinagent.study.cohort.scenes import Scenes, find_scenes
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.data.readings import read_all

cv2.setNumThreads(int(sys.argv[2]))
folder = read_folder(sys.argv[1])
print(find_scenes(folder, read_all(folder, folder.images), Scenes.none().pairs, lambda share: None).pairs.tolist())
"""


def frame(scene: int, shift: tuple[float, float] = (0, 0), zoom: float = 1.0, turn: float = 0.0, gain: float = 1.0) -> np.ndarray:
    """A view of a tissue-like surface, which each scene has one of, 240 x 200 pixels."""
    rng = np.random.default_rng(scene)
    noise = [cv2.GaussianBlur(rng.normal(0, 1, (420, 420)), (0, 0), sigma) * sigma for sigma in (2, 5, 12)]
    surface = cv2.normalize(np.sum(noise, axis=0), None, 40, 200, cv2.NORM_MINMAX)
    view = cv2.getRotationMatrix2D((210, 210), turn, zoom)
    view[:, 2] += np.array(shift) - (90, 110)
    grey = cv2.warpAffine(surface, view, (240, 200)) * gain
    return np.clip(grey[..., None] * np.array([0.6, 0.75, 1.0]), 0, 255).astype(np.uint8)


def with_text(image: np.ndarray) -> np.ndarray:
    """What a processor writes into every image."""
    for line, text in enumerate(("ID: 0012345", "Name: NN", "Sex: F Age: 63", "D.O.B.: 01/01", "Cr: N Eh: A5")):
        cv2.putText(image, text, (4, 20 + 16 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return cv2.rectangle(image, (4, 120), (90, 196), (0, 160, 90), -1)


def written(folder: Path, images: dict[str, np.ndarray]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in images.items():
        cv2.imwrite(str(folder / f"{name}.png"), image)
    return folder


def scenes(folder: Path, told: list[float] | None = None) -> set[frozenset[str]]:
    place = read_folder(folder)
    readings = read_all(place, place.images)
    found = find_scenes(place, readings, Scenes.none().pairs, ([] if told is None else told).append)
    names = [Path(file).stem for file in readings.table.index]
    return {frozenset((names[a], names[b])) for a, b in found.pairs}


def labelled(folder: Path, images: dict[str, np.ndarray], **columns: list[object]) -> Path:
    written(folder, images)
    names = [f"{name}.png" for name in images]
    pd.DataFrame({"image": names, "dx": ["a", "b"] * (len(names) // 2), **columns}).to_csv(folder / "labels.csv", index=False)
    return folder


def loaded(folder: Path) -> tuple[Cohort, dict[str, AuditFinding]]:
    inventory = take_inventory(folder)
    cohort = load_cohort(inventory, Wishes())
    return cohort, {finding.topic: finding for finding in audit_cohort(cohort, inventory)}


def test_frames_that_move_turn_zoom_and_change_their_light_are_found_and_other_scenes_are_not(tmp_path: Path) -> None:
    images = {f"s{scene}": frame(scene) for scene in range(12)}
    images["moved"] = frame(0, shift=(35, -20))
    images["turned"] = frame(1, turn=25)
    images["nearer"] = frame(2, zoom=1.3, shift=(-10, 5))
    images["brighter"] = frame(3, shift=(-25, 10), gain=1.25)
    images["cropped"] = frame(4)[20:170, 40:230]
    images["upside_down"] = np.ascontiguousarray(frame(5)[::-1, ::-1])
    told: list[float] = []
    pairs = ["s0 moved", "s1 turned", "s2 nearer", "s3 brighter", "s4 cropped", "s5 upside_down"]
    assert scenes(written(tmp_path, images), told) == {frozenset(pair.split()) for pair in pairs}
    assert told == sorted(told)
    assert told[-1] == 1


def test_what_a_processor_writes_into_every_image_makes_no_scene_of_them(tmp_path: Path) -> None:
    images = {f"s{scene}": with_text(frame(scene)) for scene in range(30)}
    images["moved"] = with_text(frame(7, shift=(30, 12)))
    assert scenes(written(tmp_path, images)) == {frozenset(("s7", "moved"))}


def test_a_text_that_two_images_alone_have_at_the_same_place_makes_no_scene_of_them(tmp_path: Path) -> None:
    images = {f"s{scene}": frame(scene) for scene in range(10)}
    images |= {f"t{scene}": with_text(frame(scene)) for scene in (20, 21)}
    assert scenes(written(tmp_path, images)) == set()


def test_frames_of_a_camera_that_stands_still_are_no_overlay(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    still = frame(50)
    images = {f"f{n}": np.clip(still + rng.normal(0, 6, still.shape), 0, 255).astype(np.uint8) for n in range(12)}
    images |= {f"s{scene}": frame(scene) for scene in range(12)}
    found = scenes(written(tmp_path, images))
    assert {name for pair in found for name in pair} == {f"f{n}" for n in range(12)}


def test_frames_stay_together_and_the_audit_says_so(tmp_path: Path) -> None:
    images = {f"{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}": frame(n) for n in range(40)}
    images |= {f"{'qrstuvwx'[n]}z": frame(n, shift=(30, 15)) for n in range(8)}
    cohort, audit = loaded(labelled(tmp_path, images))
    assert audit["same scene"].count == 8
    assert "8 pairs of images show the same scene (neighbouring frames of a video, crops)" in audit["same scene"].text
    assert any(said.startswith("8 pairs of images show") for said in cohort.facts.assumptions)
    assert audit["partitions"].count == 0
    cohort.seal.open()
    partition = {Path(file).stem: part for file, part in cohort.partition_of_files().items()}
    names = list(images)
    assert all(partition[names[n]] == partition[names[40 + n]] for n in range(8))
    assert {*partition.values()} == {"train", "validation", "test"}


def test_where_a_column_says_what_belongs_together_scenes_are_not_looked_for(tmp_path: Path) -> None:
    images = {f"{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}": frame(n) for n in range(40)}
    images |= {f"{'qrstuvwx'[n]}z": frame(n, shift=(30, 15)) for n in range(8)}
    patients = [f"p{n}" for n in range(40)] + [f"p{n}" for n in range(8)]
    cohort, audit = loaded(labelled(tmp_path, images, patient_id=patients))
    assert cohort.facts.group_source == "patient_id"
    assert "same scene" not in audit
    assert not len(cohort.looks.scenes.pairs)


def test_many_images_that_hang_together_are_kept_together_and_asked_about(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    images = {
        f"f{n:02d}x": frame(99, shift=(float(4 * (n % 8)), float(5 * (n // 8))), turn=float(rng.normal())) for n in range(56)
    }
    images |= {f"{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}": frame(n) for n in range(40)}
    cohort, audit = loaded(labelled(tmp_path, images))
    finding = audit["many of one scene"]
    assert (finding.severity, finding.count) == ("warning", 56)
    assert "56 of 96 images hang together" in finding.text
    cohort.seal.open()
    assert len({part for file, part in cohort.partition_of_files().items() if file[1].isdigit()}) == 1


def test_too_many_images_are_not_compared_and_the_audit_says_what_helps(tmp_path: Path) -> None:
    table = pd.DataFrame({"sha256": "x"}, index=[str(n) for n in range(MOST_IMAGES + 1)])
    many = Readings(table, np.empty((0, 4)), np.empty((0, 1024)), {})
    found = find_scenes(read_folder(written(tmp_path, {"one": frame(0)})), many, Scenes.none().pairs, lambda share: None)
    assert found.too_many == MOST_IMAGES + 1
    folder = labelled(tmp_path / "study", {f"{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}": frame(n) for n in range(40)})
    inventory = take_inventory(folder)
    cohort = load_cohort(inventory, Wishes())
    cohort.looks = replace(cohort.looks, scenes=found)
    said = next(finding for finding in audit_cohort(cohort, inventory) if finding.topic == "same scene")
    assert said.severity == "warning"
    assert "5001 images are too many" in said.text
    assert "a column that says which images belong together" in said.text


def test_neighbouring_frames_of_real_endoscopies_are_found_and_other_polyps_are_not(real_data: Path, tmp_path: Path) -> None:
    images = real_data / "polyps" / "images"
    for name in [*sum(NEIGHBOURS, ()), *(path.stem for path in sorted(images.iterdir())[::12])]:
        (tmp_path / f"{name}.jpg").unlink(missing_ok=True)
        (tmp_path / f"{name}.jpg").symlink_to(images / f"{name}.jpg")
    assert scenes(tmp_path) == {frozenset(pair) for pair in NEIGHBOURS}


def test_chest_films_of_different_patients_are_no_scene(real_data: Path, tmp_path: Path) -> None:
    films = sorted((real_data / "chest_xray_pneumonia" / "train").glob("*/*.jpeg"))
    for path in {path.stem.rsplit("_", 1)[0].rsplit("-", 1)[0]: path for path in films[::8]}.values():
        (tmp_path / path.name).symlink_to(path)
    assert len(list(tmp_path.iterdir())) > 120
    assert scenes(tmp_path) == set()


def test_other_processes_on_other_numbers_of_threads_find_the_same_pairs(tmp_path: Path) -> None:
    images = {f"s{scene}": with_text(frame(scene)) for scene in range(20)}
    images |= {f"m{scene}": with_text(frame(scene, shift=(3.0 * scene, 20), turn=2.0 * scene)) for scene in range(20)}
    folder = written(tmp_path, images)

    def found(threads: str) -> str:
        run = [sys.executable, "-c", FIND, str(folder), threads]
        number = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        return subprocess.run(run, env=os.environ | number, capture_output=True, text=True, check=True).stdout

    one, two = found("1"), found("2")
    assert one == two
    assert one.count("[") > 15

"""How long the first look takes, and how much memory: of class folders and of a table with its images, beside a plain listing.

    python -m tests.benchmarks.survey [--files 10000,50000,200000] [--rows 1000000]

Each size is made anew in a temporary folder (16 x 16 pixels each) and looked at in a process of its own, beside what one can't do
without: listing the files, reading the table with pandas, and decoding the 48 images that a survey looks at.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.imaging.reading import read_image

SAMPLE = 48


def write_folders(root: Path, number: int) -> None:
    """Two class folders."""
    _write(root, [f"{'ab'[k % 2]}/img_{k:07d}.jpg" for k in range(number)])


def write_table(root: Path, number: int, rows: int) -> None:
    """One folder of images, and a table with at least as many rows: those beyond name no image."""
    names = [f"images/img_{k:07d}.jpg" for k in range(number)]
    _write(root, names)
    with (root / "labels.csv").open("w") as file:
        file.write("image,patient,dx,age\n")
        file.writelines(f"img_{k:07d}.jpg,P{k // 3},{'mel' if k % 5 else 'nv'},{20 + k % 60}\n" for k in range(max(number, rows)))


def _write(root: Path, names: list[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (16, 16, 3)).astype(np.uint8)
    content = cv2.imencode(".jpg", noise)[1].tobytes()
    for folder in {os.path.dirname(name) for name in names}:
        (root / folder).mkdir(parents=True)
    for name in names:
        (root / name).write_bytes(content)


def look(root: Path) -> dict[str, float]:
    """Seconds and MiB of a survey, and seconds of what it stands beside."""
    from jupyter_clinagent.study.data.inventory import take_inventory
    from jupyter_clinagent.study.data.survey import survey_facts

    beside = _timed(lambda: _plain(root))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _timed(lambda: survey_facts(take_inventory(root)))
    return {"seconds": seconds, "beside": beside, "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def _plain(root: Path) -> None:
    files = [Path(where, name) for where, _, names in os.walk(root) for name in names]
    images = sorted(file for file in files if file.suffix == ".jpg")
    for table in (file for file in files if file.suffix == ".csv"):
        pd.read_csv(table, dtype=str)
    for image in images[:: max(1, len(images) // SAMPLE)][:SAMPLE]:
        read_image(image)


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default="10000,50000,200000")
    parser.add_argument("--rows", type=int, default=0, help="least rows of the table")
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        print(json.dumps(look(options.look)))
        return
    for number in map(int, options.files.split(",")):
        for kind in ("folders", "table"):
            with tempfile.TemporaryDirectory() as home:
                root = Path(home, "data")
                root.mkdir()
                write_folders(root, number) if kind == "folders" else write_table(root, number, options.rows)
                told = subprocess.run([sys.executable, "-m", __spec__.name, "--look", str(root)], capture_output=True, check=True)
                found = json.loads(told.stdout.splitlines()[-1])
                ratio = found["seconds"] / found["beside"]
                times = f"{ratio:.1f} times the plain listing"
                print(f"{kind:8} {number:7} files: {found['seconds']:6.1f} s, {times}, {found['mib']:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()

"""The two promised studies on HAM10000, through the command line, with a scikit-learn probe on frozen features beside them.

::

    python -m tests.benchmarks.ham10000 [--data ../shared/data/ham10000] [--out FOLDER] [--only dermoscopy|triage] [--seeds 0]

A seed is another split and another training. Prints test figures with intervals, what refinement gained over the first
baseline on validation, wall time from request to report and peak memory of all processes together; exits with 1 where a
promise is broken. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reading import read_image

SIZE = (128, 96)
MAX_MEMORY = 4.0
"""GB."""


@dataclass(frozen=True)
class Promise:
    """A request, its time limit in minutes, and what it must reach on the sealed test set."""

    request: str
    minutes: int
    limit: float
    floors: dict[str, float]


PROMISES = {
    "dermoscopy": Promise(
        "Classify these dermoscopy images into their diagnoses", 12, 14.0, {"macro_auroc": 0.93, "balanced_accuracy": 0.66}
    ),
    "triage": Promise(
        "Separate melanoma from nevus. Missing a melanoma is much worse than a false alarm", 8, 8 * 1.15, {"auroc": 0.91}
    ),
}


def main() -> int:
    """Run the chosen studies one after the other; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data" / "ham10000")
    parser.add_argument("--out", type=Path, default=Path("benchmark-ham10000"))
    parser.add_argument("--only", choices=list(PROMISES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    broken: list[str] = []
    for name in [options.only] if options.only else list(PROMISES):
        for seed in options.seeds:
            broken += study(name, PROMISES[name], options.data.resolve(), options.out.resolve() / f"{name}-{seed}", seed)
    print("\n".join(broken) or "every promise kept")
    return 1 if broken else 0


def study(name: str, promise: Promise, data: Path, out: Path, seed: int) -> list[str]:
    """Run one request, print what it gave, and return what it failed to keep."""
    out.mkdir(parents=True, exist_ok=True)
    summary, minutes, gigabytes = run(promise, data, out, seed)
    print(f"\n{name}, seed {seed}: {minutes:.1f} min wall time, {gigabytes:.2f} GB peak memory")
    for metric, value in summary["test"].items():
        print(f"  {metric:20s} {shown(value)}   (validation {shown(summary['validation'].get(metric))})")
    if summary.get("operating_point"):
        print("  operating point:", json.dumps(summary["operating_point"]))
    first, best = summary["experiments"][0]["value"], max(e["value"] for e in summary["experiments"] if e["kept"])
    kept = ", ".join(f"{e['name']} {e['value']:.3f}{' (kept)' if e['kept'] else ''}" for e in summary["experiments"])
    print(f"  validation, from the first baseline on: {kept}")
    print("  linear probe on the same frozen features:", probe(pd.read_csv(summary["predictions"]), data))
    checks = {
        f"{metric} >= {floor}": (summary["test"][metric]["value"] or 0) >= floor for metric, floor in promise.floors.items()
    }
    checks["refinement beats the first baseline on validation"] = best > first
    checks[f"wall time <= {promise.limit:.1f} min"] = minutes <= promise.limit
    checks[f"peak memory <= {MAX_MEMORY} GB"] = gigabytes <= MAX_MEMORY
    return [f"{name}, seed {seed}: broken promise: {check}" for check, kept in checks.items() if not kept]


def run(promise: Promise, data: Path, out: Path, seed: int) -> tuple[dict[str, Any], float, float]:
    """The command line in a process of its own: its JSON summary, wall time in minutes, peak memory in GB."""
    report = out / "summary.json"
    command = [sys.executable, "-m", "jupyter_clinagent.cli", "run", promise.request, "--data", str(data), "--yes"]
    command += ["--minutes", str(promise.minutes), "-o", str(out / "study.ipynb"), "--json", str(report)]
    command += ["--seed", str(seed)]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=out)
    memory = PeakMemory(process.pid)
    code = process.wait()
    minutes = (time.monotonic() - started) / 60
    if code != 0:
        raise SystemExit(f"the command ended with exit code {code}")
    return json.loads(report.read_text(encoding="utf-8")), minutes, memory.gigabytes


class PeakMemory:
    """Largest proportional set size of a process and all its descendants, looked at twice a second."""

    def __init__(self, pid: int) -> None:
        self.gigabytes = 0.0
        self._root = psutil.Process(pid)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while self._root.is_running():
            total = sum(_memory(process) for process in [self._root, *_children(self._root)])
            self.gigabytes = max(self.gigabytes, total / 1e9)
            time.sleep(0.5)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    """Pages shared by several processes count once, divided among them, where the system tells."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0


def probe(predictions: pd.DataFrame, data: Path) -> str:
    """Logistic regression on ImageNet features of the same images in the same partitions."""
    paths = {path.stem: path for path in sorted(data.rglob("*.jpg"))}
    kept = with_training_rows(predictions[predictions["label"].notna()], data)
    images = np.stack([Preprocessing(SIZE).apply(read_image(paths[Path(str(image)).stem])) for image in kept["image"]])
    features, y = embedded(images), pd.Categorical(kept["label"]).codes.astype(int)
    train, test = (kept["partition"] == "train").to_numpy(), (kept["partition"] == "test").to_numpy()
    regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, max_iter=500, class_weight="balanced"))
    proba = regression.fit(features[train], y[train]).predict_proba(features[test])
    groups = kept["group"].to_numpy()[test]
    found = metrics.estimates(["macro_auroc", "balanced_accuracy"], y[test], proba, groups)
    return ", ".join(f"{name} {shown(estimate.model_dump())}" for name, estimate in found.items())


def with_training_rows(predictions: pd.DataFrame, data: Path) -> pd.DataFrame:
    """The study keeps the scores of validation and test; every other image of these classes was trained on."""
    table = pd.read_csv(data / "HAM10000_metadata.csv")
    judged = {Path(str(image)).stem for image in predictions["image"]}
    rest = table[table["dx"].isin(predictions["label"].unique()) & ~table["image_id"].isin(judged)]
    rest = rest.rename(columns={"image_id": "image", "dx": "label", "lesion_id": "group"}).assign(partition="train")
    return pd.concat([predictions, rest[["image", "label", "group", "partition"]]], ignore_index=True)


def embedded(images: np.ndarray) -> np.ndarray:
    """Pooled features of the untouched backbone (N, channels)."""
    import torch

    model = ImageClassifier(["a", "b"]).eval()
    with torch.inference_mode():
        return np.concatenate([model.embed(torch.from_numpy(images[k : k + 64])).numpy() for k in range(0, len(images), 64)])


def shown(value: dict[str, Any] | None) -> str:
    """A figure with its interval."""
    if not value or value["value"] is None:
        return "-"
    interval = f" [{value['low']:.3f}, {value['high']:.3f}]" if value["low"] is not None else ""
    return f"{value['value']:.3f}{interval}"


if __name__ == "__main__":
    sys.exit(main())

"""What every task passes, ours and others': from its phantom to another hospital's images, and its bad inputs.

A package that adds a task tries it with ``check_task(TASK, folder)`` in a test of its own.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.tasks import protocol, registry
from jupyter_clinagent.tasks.task import Task

PARTS: dict[str, type] = {
    "surveying": protocol.Surveying,
    "offers": protocol.Offers,
    "targets": protocol.Targets,
    "planning": protocol.Planning,
    "judging": protocol.Judging,
    "showing": protocol.Showing,
    "reporting": protocol.Reporting,
    "saving": protocol.Saving,
    "inference": protocol.Inference,
    "evaluating": protocol.Evaluating,
    "phantom": protocol.PhantomStudy,
}
"""The module of each part, and the protocol that it answers."""
GOLDEN, INTERVAL = "golden.json", {"value", "low", "high"}
_HEAVY = ("torch", "lightning", "pandas", "matplotlib", "cv2")
_ONLY_TO_PREDICT = ("torch", "lightning", "pandas", "pydantic", "matplotlib", "sklearn")


def check_task(task: Task, folder: Path, *, images: int = 120, minutes: float = 1.0) -> dict[str, Any]:
    """Try a task as a clinician, an auditor and another hospital would.

    Parameters
    ----------
    folder
        An empty folder for data, studies and bundles.
    images
        How many phantoms the study gets.
    minutes
        Its budget.

    Returns
    -------
    dict
        The JSON summary of the study.

    Raises
    ------
    AssertionError
        Something that every task promises doesn't hold; says what.
    """
    check_parts(task)
    check_worlds(task)
    check_golden(task)
    task.phantom.write(task.phantom.KINDS[0], folder / "data", images, 0, "easy")
    told = _study(task, folder / "data", folder / "study", minutes)
    _check_summary(task, told)
    _check_bundle(task, folder, told)
    check_bad_inputs(task, folder)
    return told


# ------------------------------------------------------------------ the parts
def check_parts(task: Task) -> None:
    """Every part answers its protocol, by the names of the parameters; the task is known by its own name."""
    assert registry.tasks().get(task.name) is task, f"the registry finds no task {task.name}"
    assert task.words, f"no phrase means {task.name}: its package needs a words.toml"
    for name, asked in PARTS.items():
        wrong = list(_unanswered(task.part(name), asked))
        assert not wrong, f"{task.package}.{name} does not answer {asked.__name__}: {'; '.join(wrong)}"
    named = get_type_hints(task.specification)["task"].__args__
    assert named == (task.name,), f"the specification of {task.name} is that of {named}"
    for name in task.exports:
        assert registry.exported(name) is not None


def _unanswered(module: ModuleType, asked: type) -> Iterator[str]:
    for name in asked.__annotations__:
        if not hasattr(module, name):
            yield f"{name} is missing"
    for name, function in vars(asked).items():
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        answer = getattr(module, name, None)
        if not callable(answer):
            yield f"{name}() is missing"
        elif (given := _parameters(answer)) != (wanted := _parameters(function)[1:]):
            yield f"{name}({', '.join(given)}) should take {', '.join(wanted)}"


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def check_worlds(task: Task) -> None:
    """Naming a task costs nothing heavy, planning no torch, predicting neither torch nor pydantic."""
    for parts, forbidden in (((), _HEAVY), (("offers", "planning"), _HEAVY), (("inference",), _ONLY_TO_PREDICT)):
        code = (
            "import sys\nfrom jupyter_clinagent.tasks import registry\n"
            f"task = registry.find({task.name!r})\n"
            f"for part in {parts!r}: task.part(part)\n"
            f"print([name for name in {forbidden!r} if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == "[]", f"{task.name}: {', '.join(parts) or 'its name'} imports {done.stdout.strip()}"


# ------------------------------------------------------------------ golden figures
def golden(task: Task) -> dict[str, dict[str, Any]]:
    """Every figure of the task's fixed example, with the version of the metric that it belongs to."""
    from jupyter_clinagent.study.protocol.evaluator import evaluator_versions

    judged, classes, positives = task.judging.example()
    figures = judged.estimates(classes, positives, 0.5, 0)
    rounded = {
        name: {key: None if value is None else round(value, 6) for key, value in figure.model_dump(include=INTERVAL).items()}
        for name, figure in figures.items()
    }
    versions = evaluator_versions(task)
    return {name: {"version": versions[name.partition(":")[0]], **figure} for name, figure in rounded.items()}


def check_golden(task: Task) -> None:
    """The example's figures are those that were written down with the versions of their metrics."""
    known = json.loads(files(task.package).joinpath(GOLDEN).read_text(encoding="utf-8"))
    now = golden(task)
    assert now.keys() == known.keys(), f"{GOLDEN} of {task.name} knows {', '.join(known)}; there are {', '.join(now)}"
    for name, figure in now.items():
        same = all(_near(figure[key], known[name][key]) for key in INTERVAL)
        if figure["version"] == known[name]["version"]:
            assert same, f"{name} computes {figure}, not {known[name]}: raise the version of {name} in the metrics of {task.name}"
        else:
            raise AssertionError(f"{name} has another version than in {GOLDEN}: write it anew with testing.write_golden")


def _near(now: float | None, then: float | None) -> bool:
    return now == then if now is None or then is None else abs(now - then) <= 1e-5


def write_golden(name: str) -> Path:
    """Write the golden figures of one of our tasks anew, after a version was raised."""
    task = registry.find(name)
    path = Path(str(files(task.package))) / GOLDEN
    path.write_text(json.dumps(golden(task), indent=1) + "\n", encoding="utf-8")
    return path


# ------------------------------------------------------------------ a study
def _study(task: Task, data: Path, home: Path, minutes: float) -> dict[str, Any]:
    from jupyter_clinagent.runner import RunOptions, run

    home.mkdir(parents=True)
    said = io.StringIO()
    told = run(RunOptions(task.phantom.REQUEST, data, minutes, home / "study.ipynb", yes=True), said)
    assert told["exit"] == 0, f"“{task.phantom.REQUEST}” ended with {told['exit']}: {told['error']}\n{said.getvalue()}"
    return told


def _check_summary(task: Task, told: dict[str, Any]) -> None:
    assert told["task"] == task.name, f"“{task.phantom.REQUEST}” became a study of {told['task']}"
    primary = told["test"][told["primary_metric"]]
    assert primary["value"] is not None, f"{told['primary_metric']} could not be estimated on easy phantoms"
    held = primary["low"] is None or primary["low"] <= primary["value"] <= primary["high"]  # all alike: no interval
    assert held, f"the interval {primary} doesn't hold its figure"
    metric = registry.metric(told["primary_metric"])
    assert metric.source, f"{metric.name} stands in no catalogue"
    assert told["unsealed"] == 1, f"the test set was opened {told['unsealed']} times"
    assert any(offer["task"] == task.name for offer in told["offers"]), f"{task.name} makes no offer for its own phantoms"
    for key in ("report", "predictions", "bundle"):
        assert Path(told[key]).is_file(), f"there is no {key}"
    page = Path(told["report"]).read_text(encoding="utf-8")
    assert "not a medical device" in page
    assert metric.title in page, f"the report doesn't speak of {metric.title}"
    known = pd.read_csv(told["predictions"])
    assert {"image", "group", "partition"} <= set(known.columns)
    assert set(known["partition"]) == {"validation", "test"}


def _check_bundle(task: Task, folder: Path, told: dict[str, Any]) -> None:
    from jupyter_clinagent.export.evaluate import evaluate
    from jupyter_clinagent.export.predict import predict
    from jupyter_clinagent.export.verify import verify

    bundle = Path(told["bundle"])
    verdict = verify(bundle, folder / "data")
    assert verdict.same, verdict.message
    task.phantom.write(task.phantom.KINDS[0], folder / "elsewhere", 40, 1, "easy")
    written = folder / "predictions" / "out.csv"
    written.parent.mkdir()
    judged, refused = predict(bundle, [folder / "elsewhere" / "images"], written)
    assert (judged, refused) == (40, []), f"{judged} of 40 images were predicted; {refused[:3]}"
    assert pd.read_csv(written)["image"].nunique() == 40
    outside = evaluate(bundle, folder / "elsewhere")["external"][told["primary_metric"]]
    assert outside["value"] is not None, f"no external figure: {outside['reason']}"
    json.dumps(outside)


# ------------------------------------------------------------------ bad inputs
def check_bad_inputs(task: Task, folder: Path) -> None:
    """Empty, unlabelled and unreadable data end in one clear sentence, and nothing is written into them."""
    for name, make in (("empty", lambda _: None), ("unlabelled", _unlabelled), ("unreadable", _unreadable)):
        data, home = folder / name, folder / f"{name}-study"
        data.mkdir()
        home.mkdir()
        make(data)
        before = sorted(data.rglob("*"))
        told = _refused(task, data, home / "study.ipynb")
        assert told["exit"] in (2, 4), f"{name} data ended with {told['exit']}: {told['error']}"
        assert told["error"], f"{name} data ended without a sentence"
        assert "Traceback" not in told["error"], told["error"]
        assert sorted(data.rglob("*")) == before, f"something was written into the {name} data"


def _refused(task: Task, data: Path, notebook: Path) -> dict[str, Any]:
    from jupyter_clinagent.errors import ClinAgentError
    from jupyter_clinagent.runner import RunOptions, run

    with contextlib.redirect_stderr(io.StringIO()):
        try:
            return run(RunOptions(task.phantom.REQUEST, data, 0.5, notebook, yes=True), io.StringIO())
        except ClinAgentError as error:
            return {"exit": error.exit_code, "error": str(error)}


def _unlabelled(data: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(12):
        cv2.imwrite(str(data / f"film_{number:02d}.png"), rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))


def _unreadable(data: Path) -> None:
    for number in range(12):
        (data / f"film_{number:02d}.png").write_bytes(b"no image")

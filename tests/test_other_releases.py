"""What another release wrote is read: new fields are kept, missing ones explained in a sentence, never with a traceback."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from jupyter_clinagent import cli
from jupyter_clinagent.agent.playbook.turn import Settings, fold
from jupyter_clinagent.contracts import FACTS_MIME
from jupyter_clinagent.errors import Different, OtherRelease
from jupyter_clinagent.export import verify as verifying
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.extension.journal import Journal
from jupyter_clinagent.facts import AuditFacts, CohortFacts, EvaluationFacts, ExperimentFacts, completed
from jupyter_clinagent.imaging.inference import METADATA, Metadata, read_metadata
from jupyter_clinagent.study.protocol.ledger import LEDGER, Entry, Ledger
from jupyter_clinagent.study.protocol.record import Record, chained, confirmed_in, verify_record
from tests.agent.test_playbook import COHORT, EVALUATION, EXPERIMENT, Clinic
from tests.export.test_bundle import members, rewritten
from tests.export.test_release_0_1_0 import BUNDLE, DATA

NEWEST = r"is of version 9, and this release writes version \d: install the newest release\.$"
OLDER = r"is of version 1, and this release writes version \d: use .*, or make it anew\.$"


# ------------------------------------------------------------------ facts
def test_facts_bear_their_version() -> None:
    assert AuditFacts(findings=[]).model_dump()["facts_schema"] == 1


def test_new_fields_of_facts_are_kept_wherever_they_stand() -> None:
    finding = {"topic": "t", "severity": "info", "count": 1, "text": "x", "certainty": 0.9}
    told = completed({"kind": "audit", "facts_schema": 9, "findings": [finding], "weather": "fine"})
    assert (told["facts_schema"], told["weather"], told["findings"][0]["certainty"]) == (9, "fine", 0.9)
    figure = {"value": 0.9, "low": 0.8, "high": 1.0, "method": "bootstrap"}
    read = EvaluationFacts.read({**EVALUATION, "test": {"auroc": figure}})
    assert read.model_dump(mode="json")["test"]["auroc"]["method"] == "bootstrap"


def test_facts_without_a_version_are_of_the_first_and_get_what_they_lack() -> None:
    told = completed({**EXPERIMENT, "name": "one", "kept": True})
    assert (told["facts_schema"], told["replayed"], told["validation"]) == (1, False, {})


def test_facts_of_a_kind_that_nobody_knows_stay_as_they_are() -> None:
    assert completed({"kind": "horoscope", "sign": "leo"}) == {"kind": "horoscope", "sign": "leo"}


@pytest.mark.parametrize(("version", "advice"), [({"facts_schema": 9}, NEWEST), ({}, OLDER)])
def test_facts_that_lack_something_say_so_in_one_sentence(version: dict[str, int], advice: str) -> None:
    with pytest.raises(OtherRelease, match="^The experiment that a cell showed can't be read by .*“kept” is missing.*" + advice):
        ExperimentFacts.read({**EXPERIMENT, "name": "one", **version})


def test_a_kernel_of_a_later_release_is_understood_as_far_as_it_goes() -> None:
    newer = {**COHORT, "facts_schema": 9, "weather": "fine"}
    clinic = Clinic(cells={"load_cohort": {"status": "ok", "facts": [newer]}})
    assert "AUROC" in clinic.ask("Separate melanoma from nevus")
    del newer["counts"]
    said = clinic.ask("Separate melanoma from nevus")
    assert clinic.status == "bad_input"
    assert re.search("^The cohort that a cell showed .*“counts” is missing or unclear.*" + NEWEST, said)


def test_the_version_of_facts_is_no_figure() -> None:
    def notebook(**more: int) -> dict[str, Any]:
        facts = {"kind": "cohort", "unboxed": 3, **more}
        return {"cells": [{"id": "a", "outputs": [{"data": {FACTS_MIME: facts}}]}]}

    verdict = verifying._compare(notebook(), notebook(facts_schema=1), 0.005)
    assert (verdict.same, verdict.figures) == (True, 1)
    assert verifying._compare(notebook(facts_schema=1), notebook(facts_schema=2), 0.005).same


def _opened(**test: dict[str, float | None]) -> dict[str, Any]:
    """A notebook with the figures of an opening, its threshold and an experiment, as a release writes them."""
    sensitivity = test["sensitivity"]
    low = sensitivity["low"]
    point = {"rule": "sensitivity", "target": 0.95, "test": test, "target_in_interval": None if low is None else low <= 0.95}
    evaluation = {"kind": "evaluation", "test": test, "operating_point": point}
    experiment = {"kind": "experiment", "value": 1.0, "low": 1.0 if low is None else low, "high": 1.0}
    cells = [{"id": facts["kind"], "outputs": [{"data": {FACTS_MIME: facts}}]} for facts in (evaluation, experiment)]
    return {"cells": cells}


@pytest.mark.parametrize("low", [1.0, None])
def test_an_interval_that_an_earlier_release_gave_no_width_is_no_difference(low: float | None) -> None:
    before = _opened(sensitivity={"value": 1.0, "low": low, "high": low}, specificity={"value": 0.8, "low": 0.7, "high": 0.9})
    now = _opened(sensitivity={"value": 1.0, "low": 0.84, "high": 1.0}, specificity={"value": 0.8, "low": 0.7, "high": 0.9})
    assert verifying._compare(before, now, 0.005).same
    other = _opened(sensitivity={"value": 0.9, "low": 0.84, "high": 1.0}, specificity={"value": 0.8, "low": 0.7, "high": 0.9})
    assert verifying._compare(before, other, 0.005).differences == [
        "cell evaluation evaluation.operating_point.test.sensitivity.value: 1.0 before, 0.9 now",
        "cell evaluation evaluation.test.sensitivity.value: 1.0 before, 0.9 now",
    ]


# ------------------------------------------------------------------ ledger and record
def _ledger(folder: Path) -> dict[str, Any]:
    Ledger(folder).add(Entry(name="one", hypothesis="", minutes=1, recipe="r", details={}, metric="auroc"))
    content: dict[str, Any] = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    return content


def test_new_fields_of_a_ledger_are_written_again_as_they_were(tmp_path: Path) -> None:
    content = _ledger(tmp_path) | {"schema": 9, "mood": "good"}
    content["experiments"][0]["joules"] = 12.5
    (tmp_path / LEDGER).write_text(json.dumps(content), encoding="utf-8")
    later = Ledger(tmp_path)
    later.add(Entry(name="two", hypothesis="", minutes=1, recipe="s", details={}, metric="auroc"))
    kept = json.loads((tmp_path / LEDGER).read_text(encoding="utf-8"))
    assert (kept["mood"], [one.get("joules") for one in kept["experiments"]]) == ("good", [12.5, None])


@pytest.mark.parametrize("spoil", [lambda one: one.pop("recipe"), lambda one: one.update(recipe=7)])
def test_an_experiment_that_lacks_something_says_so(spoil: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    content = _ledger(tmp_path) | {"schema": 9}
    spoil(content["experiments"][0])
    (tmp_path / LEDGER).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(OtherRelease, match=r"^An experiment in ledger.json can't be read by .*“recipe”.*" + NEWEST):
        Ledger(tmp_path)


def _record(path: Path, **changes: Any) -> Path:
    """A record whose last line another release wrote."""
    record = Record(path)
    record.add("study started", request="")
    record.add("specification confirmed", specification={"task": "classification"}, evaluator="e")
    first, last = verify_record(path)
    last = {name: value for name, value in (last | changes).items() if value is not None}
    path.write_text(chained([first, last], lambda data: data), encoding="utf-8")
    return path


def test_lines_of_a_record_bear_their_version_and_those_of_a_later_release_are_kept(tmp_path: Path) -> None:
    path = _record(tmp_path / "record.jsonl", schema=9, place="ward 3")
    Record(path).add("survey", layout="table")
    assert [(line["schema"], line.get("place")) for line in verify_record(path)] == [(1, None), (9, "ward 3"), (1, None)]


def test_a_line_that_lacks_something_says_so_and_a_changed_line_is_still_noticed(tmp_path: Path) -> None:
    path = _record(tmp_path / "record.jsonl", schema=9, kind=None)
    with pytest.raises(OtherRelease, match=r"^Line 2 of record.jsonl can't be read by .*“kind” is missing.*" + NEWEST):
        verify_record(path)
    path.write_text(path.read_text(encoding="utf-8").replace("classification", "detection"), encoding="utf-8")
    with pytest.raises(Different, match="line 2 does not fit"):
        verify_record(path)


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ({"evaluator": "e"}, "specification"),
        ({"specification": {}, "evaluator": "e"}, "task"),
        ({"specification": {"task": "t"}}, "evaluator"),
    ],
)
def test_a_confirmed_specification_that_lacks_something_says_so(data: dict[str, Any], missing: str, tmp_path: Path) -> None:
    path = _record(tmp_path / "record.jsonl", schema=9, data=data)
    with pytest.raises(OtherRelease, match=f"^The confirmed specification on record .*“{missing}” is missing.*" + NEWEST):
        confirmed_in(verify_record(path))


# ------------------------------------------------------------------ models, settings and jobs
def _model(folder: Path, **changes: Any) -> Metadata:
    told = {"schema": 9, "task": "t", "classes": ["a", "b"], "size": [64, 48], "crop": 1, "weather": "fine", **changes}
    (folder / METADATA).write_text(json.dumps(told), encoding="utf-8")
    return read_metadata(folder)


def test_what_a_model_of_a_later_release_says_is_kept_and_what_it_lacks_is_explained(tmp_path: Path) -> None:
    model = _model(tmp_path)
    assert model["weather"] == "fine"
    with pytest.raises(OtherRelease, match=r"^The model's preprocessing.json can't be read by .*“moon” is missing.*" + NEWEST):
        model["moon"]
    with pytest.raises(OtherRelease, match="“size” is missing or unclear.*" + NEWEST):
        _model(tmp_path, size="small")


def test_a_conversation_of_another_release_goes_on() -> None:
    def settings(**written: Any) -> Settings:
        return fold([HumanMessage(f"Sort them\n\n<settings>{json.dumps(written)}</settings>")]).settings

    assert settings(study_folder="s", minutes=3, weather="fine") == Settings("s", minutes=3)
    assert settings(data="d") == Settings("study", data="d")


def test_the_journal_of_another_release_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    Journal(str(tmp_path)).note("one", "a.ipynb", "a.chat", "Sort them")
    (file,) = (tmp_path / "home").iterdir()
    file.write_text(json.dumps({"one": [os.getpid(), "a.ipynb", "a.chat", "Sort them", "a later field"]}), encoding="utf-8")
    assert [job.request for job in Journal(str(tmp_path)).take_lost()] == ["Sort them"]
    file.write_text(json.dumps({"one": [os.getpid(), "a.ipynb"]}), encoding="utf-8")
    assert Journal(str(tmp_path)).take_lost() == []


# ------------------------------------------------------------------ bundles
def _with_manifest(target: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    return rewritten(BUNDLE, target, "manifest.json", lambda data: json.dumps(change(json.loads(data))).encode())


def test_a_manifest_of_a_later_release_is_read_as_far_as_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ask(change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
        bundle = _with_manifest(tmp_path / "b.zip", change)
        assert cli.main(["verify", str(bundle), "--data", str(tmp_path)]) in (1, 2)
        out, err = capsys.readouterr()
        return err or out

    assert "data files of the study are missing" in ask(lambda known: known | {"schema": 9, "weather": "fine"})
    said = ask(lambda known: {name: known[name] for name in known if name != "cells"} | {"schema": 9, "clinagent": "3.0"})
    assert said.count("\n") == 1
    assert "The manifest of the bundle can't be read by" in said
    assert "“cells” is missing or unclear. It is of version 9" in said
    assert "use jupyter_clinagent 0.1.0, or make it anew" in ask(lambda known: known | {"files": ["a"]})
    assert "“notebook”, “study”, “cells”, “files”" in ask(lambda known: {})


def test_a_summary_that_lacks_something_says_so(tmp_path: Path) -> None:
    name = "study-study/summary.json"
    summary = json.loads(members(BUNDLE)[name]) | {"schema": 9, "test": None}
    manifest = json.loads(members(BUNDLE)["manifest.json"])
    del manifest["files"][name]
    bundle = rewritten(BUNDLE, tmp_path / "a.zip", name, lambda _: json.dumps(summary).encode())
    bundle = rewritten(bundle, tmp_path / "b.zip", "manifest.json", lambda _: json.dumps(manifest).encode())
    with pytest.raises(
        OtherRelease, match="^The summary in the bundle can't be read by .*“test” is missing or unclear.*" + NEWEST
    ):
        evaluate(bundle, DATA)


def test_facts_read_as_a_model_or_as_plain_data_say_the_same() -> None:
    assert CohortFacts.read(COHORT).model_dump(mode="json") == completed(COHORT)

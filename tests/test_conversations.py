"""Whole studies and the words that come after them, in one notebook with a real kernel: the test set is opened once."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from jupyter_clinagent import cli, phantoms
from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.runner import TerminalApprover


async def conversation(folder: Path, minutes: float, requests: Sequence[str]) -> list[Outcome]:
    """One turn for each request, about ``folder/data``, in ``folder/study.ipynb``; minutes are for the first."""
    said = []
    async with HeadlessNotebook(folder / "study.ipynb") as port:
        for request in requests:
            outcome = await run_agent(
                request,
                port=port,
                approver=TerminalApprover(yes=True, answers={}),
                sink=lambda _event: None,
                settings=AgentSettings(data="data", minutes=minutes, granted=True),
                thread_id="study",
                checkpoint_path=str(folder / "conversation.sqlite"),
            )
            assert outcome.status == "done", outcome.message
            said.append(outcome)
    return said


def summary(outcome: Outcome) -> dict:
    report = outcome.latest("report")
    assert report is not None
    return dict(json.loads(Path(report["summary"]).read_text(encoding="utf-8")))


def test_a_detection_goes_on_after_its_opening_and_the_whole_conversation_replays(tmp_path: Path) -> None:
    phantoms.write("wrist", tmp_path / "data", n=120, seed=5)
    words = [
        "Find the fractures and mark them with boxes",
        "Keep going for half a minute",
        "Too many false alarms: half a minute more",
    ]
    _, longer, fewer = asyncio.run(conversation(tmp_path, 0.8, words))
    assert "was not asked again" in longer.message
    found = summary(fewer)
    assert found["unsealed"] == 1
    names = [experiment["name"] for experiment in found["experiments"]]
    assert names[0].startswith("box heads")
    assert len(names) >= 3
    assert any(name.startswith("two negatives") or name.startswith("longer") for name in names)
    bundle = export(tmp_path / "study.ipynb", tmp_path / "study.zip").path
    assert cli.main(["verify", str(bundle), "--data", str(tmp_path / "data")]) == 0


def test_few_boxes_are_proposed_anew_by_the_best_detector_after_the_study(tmp_path: Path) -> None:
    phantoms.write("wrist-weak", tmp_path / "data", n=200, seed=5)
    words = ["Find the fractures; only few of the images have boxes", "Find more fractures, take half a minute"]
    _, more = asyncio.run(conversation(tmp_path, 0.9, words))
    names = [experiment["name"] for experiment in summary(more)["experiments"]]
    assert any(name.startswith("pseudo-boxes ranked anew") for name in names)
    assert summary(more)["unsealed"] == 1


def test_a_shortcut_that_nobody_named_is_found_measured_and_worked_on_again(tmp_path: Path) -> None:
    phantoms.write("chest", tmp_path / "data", n=200, seed=3, size=96, drain_negative=0.25)
    words = [
        "Classify pneumothorax; it must not rely on shortcuts",
        "use 90 % sensitivity",
        "it looks at the drain, 20 seconds",
    ]
    first, threshold, again = asyncio.run(conversation(tmp_path, 0.6, words))
    assert any("the audit found that “drain” goes with the label" in line for line in first.assumptions)
    assert "post hoc" in threshold.message
    found = summary(again)  # the same file, written anew
    assert found["specification"]["confounders"] == ["drain"]
    assert found["reliance"]["confounder"] == "drain"
    assert [e["name"] for e in found["experiments"]][-2:] == ["drain transplant", "drain transplant 2"]
    assert found["unsealed"] == 1

"""Whole studies and the words that come after them, in one notebook with a real kernel: the test set is opened once."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from jupyter_clinagent import cli, phantoms
from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.contracts import Card, Decision
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.runner import TerminalApprover


async def conversation(folder: Path, minutes: float, requests: Sequence[str], ended: Sequence[str] = ("done",)) -> list[Outcome]:
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
            assert outcome.status in ended, outcome.message
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


class Clinician:
    """Approves every card, and answers questions with one sentence after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def decide(self, card: Card) -> Decision:
        if card.kind != "question":
            return Decision(choice="Approve", by="at a prompt")
        self.asked.append(card.body)
        return Decision(choice="answer", text=self.answers.pop(0), by="at a prompt")


async def talk(folder: Path, sentences: Sequence[str], clinician: Clinician, minutes: float) -> list[Outcome]:
    """One process for each sentence but the notebook's: what is known comes from the checkpoint alone."""
    said = []
    async with HeadlessNotebook(folder / "study.ipynb") as port:
        for sentence in sentences:
            settings = AgentSettings(minutes=minutes)
            told = {"thread_id": "study", "checkpoint_path": str(folder / "conversation.sqlite")}
            said.append(
                await run_agent(sentence, port=port, approver=clinician, sink=lambda _event: None, settings=settings, **told)
            )
        cells = (await port.snapshot())["cells"]
    assert not [cell["source"] for cell in cells for output in cell.get("outputs", []) if output["output_type"] == "error"]
    return said


def test_whatever_is_said_around_a_study_is_heard_and_leaves_no_traceback(tmp_path: Path) -> None:
    phantoms.write("triage", tmp_path / "scans", n=160, seed=3)
    clinician = Clinician("leave out the two blurry images", "scnas", "what does AUROC mean?", "the folder is called scans")
    sentences = [
        "How many melanomas were in the test set?",
        "Separate melanoma from nevus. Missing a melanoma is worse than a false alarm",
        "How many melanomas were in the test set?",
        "leave out the two blurry images",
        "use 90 % sensitivity and show me the worst misses",
        "undo that",
        "write the methods paragraph",
    ]
    early, study, counted, left, both, undone, methods = asyncio.run(talk(tmp_path, sentences, clinician, 0.5))
    assert (early.status, study.status) == ("answered", "done"), study.message
    assert "Did you mean that?" in clinician.asked[2]
    assert "guessing" in clinician.asked[3]
    cohort = study.latest("cohort")
    assert cohort is not None
    assert f"{cohort['counts']['mel']['test']} images of “mel”" in counted.message
    assert left.facts == {}
    assert [len(both.facts[kind]) for kind in ("evaluation", "explanation")] == [1, 1]
    point, before = (one.latest("evaluation")["operating_point"] for one in (both, undone))  # type: ignore[index]
    assert (point["target"], before["target"]) == (0.9, 0.95)
    assert "agreed on before the opening" in undone.message
    assert "## Methods" in methods.message


def test_a_switch_of_language_reaches_what_later_cells_show_and_replays(tmp_path: Path) -> None:
    phantoms.write("triage", tmp_path / "data", n=120, seed=3)
    words = ["Separate melanoma from nevus", "ab jetzt auf Deutsch", "nimm 90 % Sensitivität"]
    asyncio.run(conversation(tmp_path, 0.5, words, ended=("done", "answered")))
    cells = json.loads((tmp_path / "study.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    switch = next(at for at, cell in enumerate(code) if "study.speak('de')" in "".join(cell["source"]))
    before, later = _shown(code[:switch]), _shown(code[switch + 1 :])
    assert "Sensitivity" in before
    assert "Sensitivität" not in before
    assert "Sensitivität" in later
    bundle = export(tmp_path / "study.ipynb", tmp_path / "study.zip").path
    assert cli.main(["verify", str(bundle), "--data", str(tmp_path / "data")]) == 0


def _shown(cells: list[dict]) -> str:
    return "".join("".join(output.get("data", {}).get("text/html", "")) for cell in cells for output in cell["outputs"])

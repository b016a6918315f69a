"""A language model behind an OpenAI-compatible end point: a server on this machine that answers from a script."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.contracts import Card, Decision, Event
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from tests.agent.end_point import EndPoint, serving, tool_call

pytest.importorskip("langchain_openai")

KEY = "canary-key-1234567890"


@pytest.fixture
def end_point() -> Iterator[EndPoint]:
    run = tool_call("add_and_run", source="print('audited', 6 * 7)")
    with serving(run, tool_call("finish", message="Ready.", status="done")) as server:
        yield server


class Approve:
    async def decide(self, card: Card) -> Decision:
        return Decision(choice="Approve")


async def test_a_gateway_model_works_with_the_same_tools_and_its_key_stays_out_of_everything(
    end_point: EndPoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", end_point.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    events: list[Event] = []
    async with HeadlessNotebook(tmp_path / "study.ipynb") as port:
        outcome = await run_agent(
            "melanoma versus nevus",
            port=port,
            approver=Approve(),
            sink=events.append,
            settings=AgentSettings(model="openai:hospital-model", data="images"),
            thread_id="t",
            checkpoint_path=str(tmp_path / "c.sqlite"),
        )
        cells = await port.cells()
    assert (outcome.status, outcome.message) == ("done", "Ready.")
    assert [c.source for c in cells] == ["print('audited', 6 * 7)"]
    assert end_point.keys == [f"Bearer {KEY}"] * 2
    assert "audited 42" in json.dumps(end_point.bodies[1])
    assert {t["function"]["name"] for t in end_point.bodies[0]["tools"]} >= {
        "add_and_run",
        "ask_clinician",
        "propose_specification",
        "finish",
    }
    assert KEY not in json.dumps(end_point.bodies)
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert KEY.encode() not in written
    assert "language model openai:hospital-model" in (tmp_path / "study.ipynb").read_text()

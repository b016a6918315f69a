"""A language model behind an OpenAI-compatible end point: a server on this machine that answers from a script."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.contracts import Card, Decision, Event
from jupyter_clinagent.notebook.headless import HeadlessNotebook

pytest.importorskip("langchain_openai")

KEY = "canary-key-1234567890"


class EndPoint(ThreadingHTTPServer):
    """Plays a script of assistant messages and records each request body and key."""

    def __init__(self, script: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.script, self.bodies, self.keys = script, [], []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Answer(BaseHTTPRequestHandler):
    server: EndPoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers["Authorization"])
        message = self.server.script[min(len(self.server.bodies), len(self.server.script) - 1)]
        self.server.bodies.append(body)
        reply = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""


def tool_call(name: str, **arguments: Any) -> dict[str, Any]:
    return {
        "content": "",
        "tool_calls": [
            {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        ],
    }


@pytest.fixture
def end_point() -> Iterator[EndPoint]:
    script = [tool_call("add_and_run", source="print('audited', 6 * 7)"), tool_call("finish", message="Ready.", status="done")]
    with EndPoint(script) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


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

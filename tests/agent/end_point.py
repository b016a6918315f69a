"""An OpenAI-compatible end point on this machine that answers from a script."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jupyter_clinagent.contracts import source_hash


class EndPoint(ThreadingHTTPServer):
    """Plays a script of assistant messages and records each request body and key."""

    daemon_threads = False  # so that closing the server waits for its last answer

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
        if "http" in message:
            self._send(message["http"], message["body"].encode())
            return
        if "seconds" in message:
            time.sleep(message["seconds"])
        reply = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        self._send(200, json.dumps(reply).encode())

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # a client may not have waited
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""


def tool_call(name: str, **arguments: Any) -> dict[str, Any]:
    """A message that calls one tool."""
    written = json.dumps(arguments)
    call = f"call_{name}_{source_hash(written)}"
    return {"content": "", "tool_calls": [{"id": call, "type": "function", "function": {"name": name, "arguments": written}}]}


def says(text: str) -> dict[str, Any]:
    """A message of words only."""
    return {"content": text}


def fails(status: int, body: str = '{"error": {"message": "no"}}') -> dict[str, Any]:
    """No message, but an answer of the HTTP server."""
    return {"http": status, "body": body}


@contextlib.contextmanager
def serving(*script: dict[str, Any]) -> Iterator[EndPoint]:
    """A server that plays the script; its last message again and again."""
    with EndPoint(list(script)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()

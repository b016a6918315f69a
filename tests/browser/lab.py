"""A real JupyterLab on 127.0.0.1 and a clinician who types and clicks in it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser of this machine."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class Lab:
    """JupyterLab in a process of its own, with settings, data and runtime folders of its own."""

    def __init__(self, root: Path, home: Path, *, cleanup_delay: float = 1.0) -> None:
        self.root = root
        self._token = secrets.token_hex(16)
        self._port = _free_port()
        self._home = home
        self._cleanup_delay = cleanup_delay
        self.log = home / "server.log"

    def __enter__(self) -> Lab:
        folders = {f"JUPYTER_{kind}_DIR": str(self._home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        environment = os.environ | folders | {"IPYTHONDIR": str(self._home / "ipython"), "NO_ALBUMENTATIONS_UPDATE": "1"}
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self._port}", "--ServerApp.port_retries=0"]
        options += [f"--IdentityProvider.token={self._token}", f"--ServerApp.root_dir={self.root}"]
        options += [f"--YDocExtension.document_cleanup_delay={self._cleanup_delay}"]
        options += [f"--BaseFileIdManager.db_path={self._home / 'file_ids.db'}", "--LabApp.news_url=None"]
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "jupyterlab", *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self._home)
        self._wait_until_it_answers()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def url(self, path: str = "") -> str:
        """Address of JupyterLab with a document open, in a fresh workspace."""
        return f"http://127.0.0.1:{self._port}/lab{path}?token={self._token}&reset"

    def get(self, route: str) -> dict:
        """An answer of the server's REST interface."""
        return self._ask(route, None)

    def post(self, route: str, body: dict) -> dict:
        """What the server answers to a body that is posted to it."""
        return self._ask(route, json.dumps(body).encode())

    def _ask(self, route: str, body: bytes | None) -> dict:
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/{route}", data=body)
        request.add_header("Authorization", f"token {self._token}")
        with urllib.request.urlopen(request, timeout=60 if body else 10) as answer:
            return json.load(answer)

    def _wait_until_it_answers(self) -> None:
        for _ in range(240):
            if self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended: {self.log.read_text()[-2000:]}")
            try:
                self.get("api/status")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        raise RuntimeError("JupyterLab did not answer within a minute")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

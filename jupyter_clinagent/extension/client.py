"""How a kernel reaches the Jupyter server that started it; standard library only, because kernels live anywhere."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_clinagent.errors import ClinAgentError


class ServerSaysNo(ClinAgentError):
    """The server answered that it can't; the message is the server's."""


class Server:
    """The Jupyter server behind this kernel.

    Parameters
    ----------
    info
        What the server wrote into its ``jpserver-<pid>.json``.
    kernel_id
        The kernel that asks.
    """

    def __init__(self, info: dict[str, Any], kernel_id: str) -> None:
        self._info = info
        self._kernel_id = kernel_id

    @classmethod
    def find(cls) -> Server | None:
        """The server that started this kernel, or None where there is none, or none that we may talk to."""
        kernel_id = _kernel_id()
        # By the parent's process id: a plugin's jpserver-mcp file beside it has no token and is not the server.
        path = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ.get('JPY_PARENT_PID')}.json"
        if kernel_id is None or not path.exists():
            return None
        info = json.loads(path.read_text(encoding="utf-8"))
        return cls(info, kernel_id) if info.get("token") else None

    def post(self, route: str, **body: Any) -> dict[str, Any]:
        """Ask the extension; raises :class:`ServerSaysNo` with its reason."""
        request = urllib.request.Request(f"{self._info['url']}clinagent/{route}", method="POST")
        request.add_header("Authorization", f"token {self._info['token']}")
        request.data = json.dumps(body | {"kernel": self._kernel_id}).encode()
        try:
            with self._opener().open(request, timeout=60) as answer:
                reply: dict[str, Any] = json.load(answer)
                return reply
        except urllib.error.HTTPError as error:
            raise ServerSaysNo(_reason(error)) from None

    def _opener(self) -> urllib.request.OpenerDirector:
        # Past any proxy: the server is this machine, and its certificate may be its own.
        trusting = ssl._create_unverified_context()
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))


def _kernel_id() -> str | None:
    try:
        from ipykernel.connect import get_connection_file

        return Path(get_connection_file()).stem.removeprefix("kernel-")
    except (ImportError, RuntimeError):
        return None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError):
        return f"the server answered {error.code} {error.reason}"

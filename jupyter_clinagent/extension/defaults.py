"""Settings of other extensions that a clinician's machine should have; what the user configured wins.

Jupyter Server reads from ``jupyter_server_config.d`` only which extensions are on, so these can't be shipped there.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.app import YDocExtension
from jupyter_server_ydoc.stores import SQLiteYStore
from traitlets import Unicode
from traitlets.config import Config

from jupyter_clinagent.extension.chat import PERSONA_ID

_LONGEST_SOCKET = 107
_SOCKET_NAME = len("/kernel-00000000-0000-0000-0000-000000000000-ipc-1")
_DEFAULTS: dict[str, dict[str, Any]] = {
    "PersonaManager": {"default_persona_id": PERSONA_ID, "builtin_mcp_servers": []},
}


class MemoryYStore(SQLiteYStore):  # type: ignore[misc]
    """The history of shared documents, forgotten with the server.

    The default leaves the contents of all documents in ``.jupyter_ystore.db`` in the working folder. Setting its path does
    not help: documents that the server opens by itself ignore it.
    """

    db_path = Unicode(":memory:", config=True)


def set_defaults(app: ServerApp) -> None:
    """Fill what nobody has configured, in the server and in the extensions that copied its settings."""
    extensions = [extension for apps in app.extension_manager.extension_apps.values() for extension in apps]
    for config in [app.config, *(extension.config for extension in extensions)]:
        for section, values in _DEFAULTS.items():
            _fill(config, section, values)
    for extension in extensions:
        if isinstance(extension, YDocExtension) and extension.ystore_class is SQLiteYStore:
            extension.ystore_class = MemoryYStore
    if _sockets_fit():
        _fill(app.config, "KernelManager", {"transport": "ipc"})


def _sockets_fit() -> bool:
    """Whether kernels can be reached by sockets in a private folder, instead of ports that any local user sees."""
    return sys.platform != "win32" and len(jupyter_runtime_dir()) + _SOCKET_NAME <= _LONGEST_SOCKET


def _fill(config: Config, section: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        config[section].setdefault(name, value)

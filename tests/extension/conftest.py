from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp

from tests.notebook.conftest import app, thread  # noqa: F401  the same real server


@pytest.fixture
def chat_path(app: ServerApp) -> str:  # noqa: F811
    """A new chat under the server's root."""
    name = f"{uuid.uuid4().hex}.chat"
    (Path(app.root_dir) / name).write_text("{}")
    return name

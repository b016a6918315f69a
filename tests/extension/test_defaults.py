from __future__ import annotations

import json
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.stores import SQLiteYStore
from traitlets.config import Config

from jupyter_clinagent.extension.chat import PERSONA_ID
from jupyter_clinagent.extension.defaults import _fill
from jupyter_clinagent.extension.persona import ClinAgentPersona

CONFIG = Path(__file__).parents[2] / "jupyter-config" / "jupyter_server_config.d"


def test_the_shipped_configuration_wins_and_closes_the_open_port() -> None:
    (shipped,) = CONFIG.glob("*.json")
    assert shipped.name > "jupyter_server_mcp.json"
    extensions = json.loads(shipped.read_text())["ServerApp"]["jpserver_extensions"]
    assert extensions == {"jupyter_clinagent.extension": True, "jupyter_server_mcp": False}


def test_the_mcp_server_is_not_running(app: ServerApp) -> None:
    assert app.jpserver_extensions["jupyter_server_mcp"] is False


def test_the_persona_is_the_default_one(app: ServerApp) -> None:
    (manager,) = app.extension_manager.extension_apps["jupyter_ai_persona_manager"]
    assert manager.config.PersonaManager.default_persona_id == PERSONA_ID
    assert f"jupyter-ai-personas::{ClinAgentPersona.__module__.split('.')[0]}::{ClinAgentPersona.__name__}" == PERSONA_ID


def test_documents_leave_no_trace_in_the_working_folder(app: ServerApp) -> None:
    (collaboration,) = app.extension_manager.extension_apps["jupyter_server_ydoc"]
    assert issubclass(collaboration.ystore_class, SQLiteYStore)
    assert collaboration.ystore_class(path="x").db_path == ":memory:"
    assert not Path(".jupyter_ystore.db").exists()


def test_what_the_user_configured_stays() -> None:
    config = Config({"PersonaManager": {"default_persona_id": "mine"}})
    _fill(config, "PersonaManager", {"default_persona_id": "ours", "builtin_mcp_servers": []})
    assert config.PersonaManager.default_persona_id == "mine"
    assert config.PersonaManager.builtin_mcp_servers == []

"""The Jupyter Server extension: persona, jobs, cards and routes. Light to import; the agent is loaded on first use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "jupyter_clinagent.extension"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    from jupyter_clinagent.extension.defaults import set_defaults
    from jupyter_clinagent.extension.desk import Desk
    from jupyter_clinagent.extension.routes import routes

    set_defaults(app)
    web: Any = app.web_app
    web.settings["clinagent"] = Desk(app)
    web.add_handlers(".*$", routes(web.settings["base_url"]))


async def _start_jupyter_server_extension(app: ServerApp) -> None:
    """Called when every extension is loaded and the loop runs."""
    web: Any = app.web_app
    desk = web.settings["clinagent"]
    desk.keep(asyncio.create_task(desk.recover()))

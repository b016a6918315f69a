"""The routes under ``/clinagent``: all ask for Jupyter's authentication, authorisation and XSRF token."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from jupyter_clinagent.errors import ClinAgentError, NotebookError
from jupyter_clinagent.extension.context import Front

if TYPE_CHECKING:
    from jupyter_clinagent.extension.desk import Desk
    from jupyter_clinagent.extension.jobs import Job


class _Route(APIHandler):
    auth_resource = "clinagent"

    @property
    def desk(self) -> Desk:
        desk: Desk = self.settings["clinagent"]
        return desk

    @web.authenticated
    @authorized
    async def post(self) -> None:
        body = self.get_json_body()
        if not isinstance(body, dict):
            raise web.HTTPError(400, "a JSON object is expected")
        try:
            self.finish(json.dumps(await self.take(body) or {}))
        except KeyError as error:
            raise web.HTTPError(400, f"missing: {error}") from error
        except ClinAgentError as error:
            raise web.HTTPError(409, str(error)) from error

    async def take(self, body: dict[str, Any]) -> dict[str, Any] | None:
        raise NotImplementedError


class Context(_Route):
    """A browser tab tells what it has in front."""

    async def take(self, body: dict[str, Any]) -> None:
        """``client``, ``path``, ``active``, ``selected``."""
        path = body["path"]
        notebook = path if path and path.endswith(".ipynb") else None
        front = Front(_without_drive(notebook), body.get("active"), tuple(body.get("selected", ())))
        self.desk.fronts.report(self.current_user.username, body["client"], front)


class Decide(_Route):
    """A card is answered."""

    async def take(self, body: dict[str, Any]) -> None:
        """``id`` of the card, ``choice``, and ``text`` with a change or an answer."""
        self.desk.cards.decide(body["id"], body["choice"], body.get("text", ""))


class Run(_Route):
    """The magic asks for a turn in the notebook of its kernel."""

    async def take(self, body: dict[str, Any]) -> dict[str, Any]:
        """``request``, ``kernel``: its id, ``cell``: the magic's."""
        return await self.desk.request_from_kernel(body["request"], body["kernel"], body.get("cell"))


class _OfJob(_Route):
    async def job(self, body: dict[str, Any]) -> Job:
        """The job named by ``job``, or the latest one in the notebook of ``kernel``."""
        job = self.desk.job(body["job"]) if "job" in body else await self.desk.job_of_kernel(body["kernel"])
        if job is None:
            raise NotebookError("The agent has done nothing in this notebook yet.")
        return job


class Stop(_OfJob):
    """A job is stopped; answers at once, the card tells when all is confirmed to be over."""

    async def take(self, body: dict[str, Any]) -> None:
        """``job`` or ``kernel``."""
        self.desk.keep(asyncio.create_task((await self.job(body)).stop()))


class Status(_OfJob):
    """What a job is doing."""

    async def take(self, body: dict[str, Any]) -> dict[str, Any]:
        """``job`` or ``kernel``."""
        job = await self.job(body)
        return {"job": job.id, "state": job.state, "text": f"{job.state}: {job.text}"}


class Undo(_OfJob):
    """The notebook goes back to what it was before a turn."""

    async def take(self, body: dict[str, Any]) -> None:
        """``job`` or ``kernel``; answers at once, because the kernel that asks is part of what is stopped."""
        self.desk.keep(asyncio.create_task(self.desk.undo(await self.job(body))))


def routes(base_url: str) -> list[tuple[str, type[APIHandler]]]:
    """The handlers of the extension."""
    handlers: dict[str, type[APIHandler]] = {
        "context": Context,
        "decide": Decide,
        "run": Run,
        "status": Status,
        "stop": Stop,
        "undo": Undo,
    }
    return [(url_path_join(base_url, "clinagent", name), handler) for name, handler in handlers.items()]


def _without_drive(path: str | None) -> str | None:
    """``RTC:study.ipynb`` as the browser calls it is ``study.ipynb`` here."""
    return path.split(":", 1)[-1] if path else None

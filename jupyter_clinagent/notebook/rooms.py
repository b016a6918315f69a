"""Keeping a shared document in the server's memory while something works on it.

The collaboration server drops a document a while after its last client has left. Cells that "ran" and messages that
were "sent" then vanish, so a job holds a :class:`Pin` on the notebook and one on the chat.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from jupyter_server.serverapp import ServerApp

_FORMATS = {"notebook": "json", "chat": "text"}


class _SilentClient:
    """A member of the room that says nothing and drops what it is told."""

    path = "clinagent"

    async def send(self, message: bytes) -> None:
        pass


class Pin:
    """A shared document that stays in memory until :meth:`release`.

    Parameters
    ----------
    app
        The running server, with jupyter-collaboration.
    path
        The document, relative to the server's root.
    kind
        What the document is.
    """

    def __init__(self, app: ServerApp, path: str, kind: Literal["notebook", "chat"]) -> None:
        self._extension = _collaboration(app)
        self._file_ids = app.web_app.settings["file_id_manager"]
        self._file_id = self._file_ids.index(path)
        self._room_id = f"{_FORMATS[kind]}:{kind}:{self._file_id}"
        self._client = _SilentClient()

    async def hold(self) -> Any:
        """Pin the document and return its shared model, loading it where nobody has it open."""
        await self._extension.get_document(room_id=self._room_id, copy=False, create=True)
        self._room = await self._extension.ywebsocket_server.get_room(self._room_id)
        self._room.clients.add(self._client)
        if self._room.cleaner is not None:
            self._room.cleaner.cancel()
        return self.document

    @property
    def document(self) -> Any:
        """The shared model as it is in memory now; looked up each time, because rooms come and go."""
        return self._extension.ywebsocket_server.rooms[self._room_id]._document

    @property
    def file_id(self) -> str:
        """Identifies the document, whatever it is renamed to."""
        return str(self._file_id)

    @property
    def path(self) -> str:
        """Where the document is now, relative to the server's root: it may have been renamed."""
        path: str = self._file_ids.get_path(self._file_id)
        return path

    async def save(self) -> None:
        """Write the document to its file now."""
        saving = self._room._save_to_disc()
        if saving:
            await saving

    async def release(self) -> None:
        """Save, let go, and start the clean-up that the last leaving client would have started."""
        await self.save()
        self._room.clients.discard(self._client)
        if not self._room.clients and self._extension.document_cleanup_delay is not None:
            self._room.cleaner = asyncio.create_task(self._clean())

    async def _clean(self) -> None:
        await asyncio.sleep(self._extension.document_cleanup_delay)
        async with self._extension._room_locks[self._room_id]:
            if self._room.clients:
                return
            await self._extension.ywebsocket_server.delete_room(room=self._room)
            loaders = self._extension.file_loaders
            if loaders[self._file_id].number_of_subscriptions == 0:
                await loaders.remove(self._file_id)


def _collaboration(app: ServerApp) -> Any:
    extension = app.web_app.settings.get("jupyter_server_ydoc")
    if extension is None:
        raise RuntimeError(
            "jupyter-collaboration is not running; it comes with jupyter_clinagent, so check `jupyter server extension list`"
        )
    return extension

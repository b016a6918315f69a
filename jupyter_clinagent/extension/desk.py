"""Where requests arrive, from the chat or from the magic, and become jobs: one for each notebook at a time."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp
from traitlets import Enum, Unicode
from traitlets.config import LoggingConfigurable

from jupyter_clinagent.contracts import Approver, EventSink, Exported
from jupyter_clinagent.errors import ClinAgentError, NotebookError
from jupyter_clinagent.export.beside import export_beside
from jupyter_clinagent.extension.cards import Cards, ChatApprover
from jupyter_clinagent.extension.chat import Chat
from jupyter_clinagent.extension.context import Fronts
from jupyter_clinagent.extension.interjections import asks_how_far, is_stop, wants_stop_later
from jupyter_clinagent.extension.jobs import Agent, Job
from jupyter_clinagent.extension.journal import Entry, Journal
from jupyter_clinagent.lang import ENGLISH, languages, speak, surely_language_of
from jupyter_clinagent.notebook.document import new_cell
from jupyter_clinagent.notebook.server import ServerNotebook

_NOT_LATER = (
    "I stopped at once: the training under way can't be ended early and still count. What was finished before it stays as it is."
)
_LAB_COMMAND = "https://events.jupyter.org/jupyterlab_command_toolkit/lab_command/v1"


class Busy(NotebookError):
    """The agent is at work in this notebook already."""


class Desk(LoggingConfigurable):
    """What the persona, the routes and the magic share; one for each server."""

    model = Unicode(
        None,
        allow_none=True,
        config=True,
        help="provider:model of the language model, as in ollama:llama3; None is the built-in playbook, which calls nobody.",
    )

    language = Enum(
        [*languages()],
        default_value=None,
        allow_none=True,
        config=True,
        help="The language in which the agent speaks; None is that of the request.",
    )

    def __init__(self, app: ServerApp, agent: Agent | None = None) -> None:
        super().__init__(parent=app)
        self.fronts = Fronts()
        self.cards = Cards()
        self._app = app
        self._agent = agent or self._run_agent
        self._jobs: dict[str, Job] = {}
        """The latest job of each notebook, by the notebook's file id."""
        self._chats: dict[str, Job] = {}
        """The latest job of each chat, by the chat's file id."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._journal = Journal(app.root_dir)
        self._known: set[str] = set()
        """Conversations that this process had a turn of."""

    @property
    def mind(self) -> str:
        """How the mind at work is called."""
        return str(_agent_module("models").mind_of(self.model))

    async def prepare(self) -> None:
        """Load the agent without holding up the server."""
        await asyncio.to_thread(_agent_module, "loop")

    async def receive(self, said: str, user: str, chat_path: str) -> str | None:
        """Take a chat message: an answer to a waiting card, a word to a running job, or a new turn.

        Returns
        -------
        str | None
            What to reply where the job itself does not.
        """
        job = self._chats.get(Chat(self._app, chat_path).id)
        if job is None or job.over:
            await self.start(said, self._notebook_for(user, job), chat_path)
        elif is_stop(said):
            await job.stop()
            return speak(_NOT_LATER, job.language) if wants_stop_later(said) else None
        elif not job.approver.hear(said):
            return self._put_off(said, job)
        return None

    def _put_off(self, said: str, job: Job) -> str:
        """Keep a message until the job is done; say how far it is."""
        at_work = f"I am still at work: {job.text}."
        if asks_how_far(said):
            return speak(f"{at_work} Press Stop, or wait until I am done.", job.language)
        job.waiting.append(said)
        if len(job.waiting) == 1:
            self.keep(asyncio.create_task(self._go_on_after(job)))
        waits = f"“{said.strip()}” waits its turn: I take it up when this is done. To end this now, say “stop”."
        return speak(f"{at_work} {waits}", job.language)

    async def _go_on_after(self, job: Job) -> None:
        """Take up what waits in a new turn; where the job did not come to its end, hand it back."""
        await job.wait()
        kept = ", ".join(f"“{said.strip()}”" for said in job.waiting)
        if job.state in ("stopped", "failed"):  # not by the server's end, when nobody is left to tell
            await self._say(job, f"Not done, because I stopped before: {kept}. Say it again if it still holds.")
        elif job.state == "finished":
            try:
                await self._take_up(job)
            except ClinAgentError as error:
                await self._say(job, f"{error} Not done: {kept}.")

    async def _take_up(self, job: Job) -> None:
        """What waited, after what was said while it did."""
        waiting, latest = job.waiting, self._chats[Chat(self._app, job.chat_path).id]
        if latest is job or latest.over:
            first, *waiting = waiting
            await self._say(job, f"Now to “{first.strip()}”.")
            latest = await self.start(first, job.notebook.relative_path, job.chat_path)
        for said in waiting:
            self._put_off(said, latest)

    async def _say(self, job: Job, text: str) -> None:
        chat = Chat(self._app, job.chat_path)
        await chat.hold()
        chat.say(speak(text, job.language))
        await chat.release()

    async def start(self, request: str, notebook_path: str | None, chat_path: str) -> Job:
        """Begin a turn in a notebook, or in a new one named after the study."""
        await self.prepare()
        if notebook_path is None:  # a new notebook is written, so what can't begin is said before
            _agent_module("data_folder").check_folder(request, Path(self._app.root_dir) / PurePosixPath(chat_path).parent)
        path = notebook_path or await self._new_notebook(request, str(PurePosixPath(chat_path).parent))
        job = self._job(path, chat_path, request)
        await job.start(request)
        return job

    async def recover(self) -> list[Job]:
        """Go on with the jobs that the server's last end cut off: what waited is asked again, the rest is offered."""
        lost = [entry for entry in self._journal.take_lost() if self._is_there(entry)]
        if lost:
            await self.prepare()
        jobs = [self._job(entry.notebook, entry.chat, entry.request) for entry in lost]
        for job, entry in zip(jobs, lost, strict=True):
            await job.start(None, entry.request)
        return jobs

    def _is_there(self, entry: Entry) -> bool:
        return all((Path(self._app.root_dir) / path).exists() for path in (entry.notebook, entry.chat))

    def _job(self, path: str, chat_path: str, request: str) -> Job:
        """A new job of a notebook that is not busy."""
        notebook, chat = ServerNotebook(self._app, path), Chat(self._app, chat_path)
        running = self._jobs.get(notebook.file_id)
        if running and not running.over:
            raise Busy(f"I am still at work in {PurePosixPath(path).name}: {running.text}. Press Stop first, or wait.")
        job = Job(self._agent, notebook, chat, ChatApprover(self.cards, chat), self.mind, self._journal)
        job.language = self.language or surely_language_of(request) or (running.language if running else ENGLISH)
        self._jobs[notebook.file_id] = job
        self._chats[chat.id] = job
        return job

    async def request_from_kernel(self, request: str, kernel_id: str, cell_id: str | None) -> dict[str, Any]:
        """Begin a turn that was asked for by the magic in a notebook's own kernel."""
        path = await self._notebook_of(kernel_id)
        running = self._jobs.get(ServerNotebook(self._app, path).file_id)
        if running and not running.over:
            return {"waits": self._put_off(request, running)}
        job = await self.start(request, path, await self._chat_for(path))
        return {"job": job.id, "notebook": path, "mind": self.mind, "queued": len(job.notebook.waiting_below(cell_id))}

    async def job_of_kernel(self, kernel_id: str) -> Job | None:
        """The latest job in the notebook of a kernel."""
        return self._jobs.get(ServerNotebook(self._app, await self._notebook_of(kernel_id)).file_id)

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Hold on to a background task until it is done; the loop alone would let it be collected."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def job(self, job_id: str) -> Job | None:
        """A job by its id."""
        return next((job for job in self._jobs.values() if job.id == job_id), None)

    async def undo(self, job: Job | None) -> None:
        """Put a notebook back as it was before the job's turn."""
        if job is None or job.snapshot is None:
            raise NotebookError("There is nothing to undo in this notebook.")
        await job.stop()
        notebook = ServerNotebook(self._app, job.notebook.relative_path)
        await notebook.start()
        await notebook.restore(job.snapshot)
        await notebook.close()
        job.snapshot = None

    async def _notebook_of(self, kernel_id: str) -> str:
        for session in await self._app.session_manager.list_sessions():
            if session["kernel"]["id"] == kernel_id and session["type"] == "notebook":
                return str(session["path"])
        raise NotebookError("This kernel belongs to no open notebook; ask in the chat instead.")

    async def _chat_for(self, notebook_path: str) -> str:
        """Where the cards of a turn go that nobody began in a chat: an open chat, or a new one beside the notebook."""
        rooms = self._app.web_app.settings["jupyter_server_ydoc"].ywebsocket_server.rooms
        open_chats = [room for name, room in rooms.items() if name.startswith("text:chat:") and room.clients]
        if open_chats:
            return str(open_chats[-1]._file.path)
        path = str(PurePosixPath(notebook_path).with_suffix(".chat"))
        contents: Any = self._app.contents_manager
        if not await ensure_async(contents.file_exists(path)):
            await ensure_async(contents.save({"type": "file", "format": "text", "content": "{}"}, path))
        self._in_browser("jupyterlab-chat:open", {"filepath": path, "inSidePanel": True})
        return path

    def _notebook_for(self, user: str, last: Job | None) -> str | None:
        """The notebook in front; where none is, the one that this chat was about."""
        front = self.fronts.of(user)
        if front and front.path:
            return front.path
        return last.notebook.relative_path if last else None

    async def _new_notebook(self, request: str, folder: str) -> str:
        """Create a notebook named after the study, beside the chat, and open it in the browser."""
        name = _agent_module("loop").study_name(request)
        contents: Any = self._app.contents_manager
        folder = folder.strip(".")
        free = await ensure_async(contents.increment_filename(f"{name}.ipynb", folder, insert="-"))
        path = f"{folder}/{free}".lstrip("/")
        await ensure_async(contents.save({"type": "notebook", "format": "json", "content": self._empty_notebook(name)}, path))
        self._in_browser("docmanager:open", {"path": path})
        return path

    def _in_browser(self, command: str, arguments: dict[str, Any]) -> None:
        """Have the open browsers run a command of JupyterLab, through jupyterlab-commands-toolkit."""
        events: Any = self._app.event_logger
        events.emit(schema_id=_LAB_COMMAND, data={"name": command, "args": arguments})

    def _empty_notebook(self, name: str) -> dict[str, Any]:
        kernel_name = self._app.kernel_manager.default_kernel_name
        specs: Any = self._app.kernel_spec_manager
        spec = specs.get_kernel_spec(kernel_name)
        kernel = {"name": kernel_name, "display_name": spec.display_name, "language": spec.language}
        title = new_cell("markdown", f"# {name.replace('-', ' ').capitalize()}")
        return {"cells": [title], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}

    async def _run_agent(
        self, request: str | None, port: ServerNotebook, approver: Approver, sink: EventSink, thread: str
    ) -> Any:
        loop = _agent_module("loop")
        study = Path(port.path).parent / loop.study_folder(port.path)
        look = thread not in self._known

        async def export(notebook: str) -> Exported:
            await port.save()
            return await export_beside(notebook)

        self._known.add(thread)
        return await loop.run_agent(
            request,
            port=port,
            approver=approver,
            sink=sink,
            settings=loop.AgentSettings(
                model=self.model, look=look, language=self.language, root=str(self._app.root_dir), exporter=export
            ),
            thread_id=thread,
            checkpoint_path=str(study / "conversation.sqlite"),
        )


def _agent_module(module: str) -> Any:
    """The agent's modules, imported on first use: LangChain takes seconds, and the server has to start at once."""
    return importlib.import_module(f"jupyter_clinagent.agent.{module}")

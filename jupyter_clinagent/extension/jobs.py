"""A job: one turn of the agent in one notebook, detached from the browser that asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jupyter_clinagent.contracts import Approver, Event, EventSink
from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.extension.cards import ChatApprover
from jupyter_clinagent.extension.chat import Chat
from jupyter_clinagent.extension.journal import Journal
from jupyter_clinagent.extension.progress import ProgressCard, State
from jupyter_clinagent.lang import ENGLISH, speak
from jupyter_clinagent.notebook.server import ServerNotebook

Agent = Callable[[str | None, ServerNotebook, Approver, EventSink, str], Awaitable[Any]]
"""Called with the request (None: go on with a turn that a restart cut off), the notebook, who approves, who listens, and the
conversation's id; gives an ``Outcome``."""

_SERVER_ENDS_SECONDS = 10
_ENDS: dict[str, State] = {"done": "finished", "answered": "finished", "rejected": "finished", "stopped": "stopped"}


class Job:
    """One turn, from the request to its end or to Stop.

    Parameters
    ----------
    agent
        What works.
    notebook, chat
        Where; both stay in memory until the job is over.
    approver
        Who answers the agent's cards.
    mind
        How the mind at work is called, shown on the card.
    journal
        Where jobs under way are noted for a server that is started again.
    """

    def __init__(
        self, agent: Agent, notebook: ServerNotebook, chat: Chat, approver: ChatApprover, mind: str, journal: Journal
    ) -> None:
        self.id = uuid.uuid4().hex
        self.state: State = "running"
        self.snapshot: dict[str, Any] | None = None
        self.approver = approver
        self.notebook = notebook
        self.waiting: list[str] = []
        """What was said meanwhile and waits its turn."""
        self.language = ENGLISH
        """In which this turn speaks, as far as is known."""
        self._agent = agent
        self._chat = chat
        self._mind = mind
        self._journal = journal
        self._said = ""
        self._progress: ProgressCard
        self._task: asyncio.Task[None]

    @property
    def over(self) -> bool:
        """Whether nothing of this job goes on."""
        return self.state in ("stopped", "interrupted", "finished", "failed")

    @property
    def text(self) -> str:
        """What the job does now, in a line."""
        return self._progress.text.rstrip(".")

    @property
    def chat_path(self) -> str:
        """Where its chat is now, relative to the server's root."""
        return self._chat.path

    async def start(self, request: str | None, cut_off: str = "") -> None:
        """Hold notebook and chat, then work in the background.

        Parameters
        ----------
        request
            The clinician's words; None goes on with the turn that a restart cut off.
        cut_off
            The request of that turn.
        """
        await self._chat.hold()
        if request is None:
            self._chat.interrupt_cards()
            self._say(f"The server was restarted while I was at work on “{cut_off.rstrip('.')}”. Nothing of it runs any more.")
        await self.notebook.start()
        self.snapshot = await self.notebook.snapshot()
        title = f"Working in {Path(self.notebook.path).name} · {self._mind}"
        self._progress = ProgressCard(self._chat, self.id, speak(title, self.language), self.language)
        self._journal.note(self.id, self.notebook.relative_path, self._chat.path, request or cut_off)
        self._task = asyncio.create_task(self._work(request))
        await asyncio.sleep(0)  # a task cancelled before its first step would never let go of notebook and chat

    async def stop(self) -> None:
        """Stop the agent, then what it runs; returns once both are confirmed to be over."""
        if self.over:
            return
        self._enter("stopping")
        self._task.cancel()  # before the kernel, or the agent would start its next cell
        await self.wait()

    async def wait(self) -> None:
        """Return when the job is over."""
        await asyncio.wait([self._task])

    def hear(self, event: Event) -> None:
        """Show in the chat what the agent tells: steps on the card, its last words as a message."""
        said, self._said, self.language = self._said, "", event.language
        if said and said != event.text:  # else a card asks it, or the end says it again
            self._progress.step(said)
        match event.kind:
            case "said":
                self._said = event.text
            case "cell":
                self._progress.at(_headline(event.text)) if said else self._progress.step(_headline(event.text))
            case "progress":
                self._progress.at(event.text, event.data.get("fraction"))
            case "card":
                self._progress.ask()
            case "finished" | "failed" if event.text:
                self._chat.say(event.text)

    async def _work(self, request: str | None) -> None:
        state: State = "failed"
        try:
            outcome = await self._agent(request, self.notebook, self.approver, self.hear, self._conversation)
            state = _ENDS.get(outcome.status, "failed")
        except asyncio.CancelledError:
            state = "stopped" if self.state == "stopping" else "interrupted"  # by the clinician, or by the server's end
            await self.notebook.interrupt()
        except ClinAgentError as error:
            self._say(str(error))
        except Exception as error:
            self._say(f"A defect stopped me, and nothing runs any more: {type(error).__name__}: {error}")
            raise
        finally:
            self._strike(state)
            self._enter(state)
            await self._let_go()

    def _say(self, text: str) -> None:
        self._chat.say(speak(text, self.language))

    def _strike(self, state: State) -> None:
        """Out of the journal, unless the server ends; that its kernels die first must not look like the job's own end."""
        if state == "failed":
            asyncio.get_running_loop().call_later(_SERVER_ENDS_SECONDS, self._journal.strike, self.id)
        elif state != "interrupted":
            self._journal.strike(self.id)

    def _enter(self, state: State) -> None:
        self.state = state
        self._progress.enter(state)

    async def _let_go(self) -> None:
        for release in (self.notebook.close, self._chat.release):
            with contextlib.suppress(ClinAgentError):
                await release()

    @property
    def _conversation(self) -> str:
        return f"{self.notebook.file_id}:{self._chat.id}"


def _headline(source: str) -> str:
    """The first line of a cell, without the marks of comments and headings."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    return first.lstrip("# ").strip()[:120]

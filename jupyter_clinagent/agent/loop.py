"""The agent: LangChain's loop around a chat model and the tools, with the clinician in it.

``run_agent`` is one turn: from a request to a finished study, a refusal, or an answer. Cards are LangGraph interrupts, so a
card that waits survives the process: the same thread, run again without a request, asks it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain.agents.middleware.tool_call_limit import ToolCallLimitExceededError
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command, Interrupt

from jupyter_clinagent.agent.confirming import approved_in
from jupyter_clinagent.agent.data_folder import folder_named, missing_folder
from jupyter_clinagent.agent.models import make_model, mind_of
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.model import PlaybookChatModel
from jupyter_clinagent.agent.playbook.turn import Settings, with_settings
from jupyter_clinagent.agent.reaching import ReachModel
from jupyter_clinagent.agent.resuming import bring_back, elapsed
from jupyter_clinagent.agent.speaking import SpokenApprover, language_between
from jupyter_clinagent.agent.tools import make_tools
from jupyter_clinagent.agent.workbench import Outcome, Status, Workbench
from jupyter_clinagent.contracts import Approver, Card, EventSink, Exporter, NotebookPort
from jupyter_clinagent.errors import ClinAgentError, LimitReached, NotebookError, Stopped
from jupyter_clinagent.tasks import registry

RECURSIONS = 10_000
"""LangGraph's own cap; the middleware's limits are reached long before."""
_ENDED: dict[int, Status] = {2: "bad_input", 3: "needs_answer", 4: "refused"}
"""How a turn ended, by the exit code of the error that ended it."""
PROMPT = Path(__file__).parent / "prompts" / "system.md"


@dataclass(frozen=True)
class AgentSettings:
    """What a turn may use.

    Parameters
    ----------
    model
        See :func:`jupyter_clinagent.agent.models.make_model`.
    data
        Folder of the images, as the kernel sees it; None: the request names it, or the clinician is asked.
    minutes
        Wall-time budget; None: the request names it, else ten.
    seed
        Of the split and of every training.
    granted
        The clinician allows a language model's cells to run without being shown each.
    look
        This process is new to the conversation: look whether the kernel still remembers before going on with it.
    language
        In which the clinician is spoken to, whatever they write; None: the language of the request.
    root
        The folder that a server shows; a path that the clinician names may begin there.
    exporter
        Packs a finished study, where the clinician asks for it.
    chat_model
        A chat model that is already there, instead of ``model``.
    model_calls, tool_calls
        Hard caps of one turn.
    answer_seconds
        How long one answer of a language model may take.
    """

    model: str | None = None
    data: str | None = None
    minutes: float | None = None
    seed: int = 0
    granted: bool = False
    look: bool = False
    language: str | None = None
    root: str = ""
    exporter: Exporter | None = field(default=None, compare=False)
    chat_model: BaseChatModel | None = field(default=None, compare=False)
    model_calls: int = 200
    tool_calls: int = 200
    answer_seconds: float = 600.0


async def run_agent(
    request: str | None,
    *,
    port: NotebookPort,
    approver: Approver,
    sink: EventSink,
    settings: AgentSettings,
    thread_id: str,
    checkpoint_path: str,
) -> Outcome:
    """Run one turn to its end.

    Parameters
    ----------
    request
        The clinician's words; None goes on with a turn that was cut off (a card that waited is asked again).
    thread_id
        The conversation: turns with the same id remember each other.
    checkpoint_path
        SQLite file of the conversation's state.

    Returns
    -------
    Outcome
        How it ended. Cancelling the task stops the agent; the caller interrupts the kernel.
    """
    model = settings.chat_model or make_model(settings.model)
    bench = Workbench(
        port=port,
        sink=sink,
        author="playbook" if isinstance(model, PlaybookChatModel) else "model",
        mind=mind_of(settings.model),
        study=study_folder(port.path),
        root=settings.root,
        granted=settings.granted,
        exporter=settings.exporter,
    )
    try:
        async with _agent(model, bench, settings, checkpoint_path) as agent:
            config: RunnableConfig = {"configurable": {"thread_id": thread_id}, "recursion_limit": RECURSIONS}
            turn = Turns(agent, config, SpokenApprover(approver, lambda: bench.language), bench, settings.look)
            bench.language = settings.language or language_between(request, await messages_of(agent, config))
            if request is None:
                await turn.go_on()
            else:
                await turn.begin(await _opening(agent, config, request, bench, settings))
    except (ModelCallLimitExceededError, ToolCallLimitExceededError) as error:
        bench.outcome.status, bench.outcome.message = "failed", str(LimitReached(f"A limit was reached, so I stopped: {error}"))
    except Stopped as error:
        bench.outcome.status, bench.outcome.message = "stopped", str(error)
    except ClinAgentError as error:
        bench.outcome.status, bench.outcome.message = _ENDED.get(error.exit_code, "failed"), str(error)
    if bench.outcome.status == "answered" and not bench.outcome.message:
        bench.outcome.message = f"The {bench.mind} ended its turn without a word."
    good = bench.outcome.status in ("done", "answered", "rejected")
    bench.say("finished" if good else "failed", bench.outcome.message, {"status": bench.outcome.status})
    return bench.outcome


@asynccontextmanager
async def _agent(model: BaseChatModel, bench: Workbench, settings: AgentSettings, checkpoint_path: str) -> AsyncIterator[Any]:
    limits: list[AgentMiddleware[Any, Any, Any]] = [
        ModelCallLimitMiddleware(run_limit=settings.model_calls, exit_behavior="error"),
        ToolCallLimitMiddleware(run_limit=settings.tool_calls, exit_behavior="error"),
    ]
    if bench.author == "model":
        limits.append(ReachModel(bench.mind, settings.answer_seconds))
    Path(checkpoint_path).parent.mkdir(parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(checkpoint_path) as saver:
        yield create_agent(model, make_tools(bench), system_prompt=system_prompt(), middleware=limits, checkpointer=saver)


def system_prompt() -> str:
    """What a language model is told, the tasks that there are included."""
    tasks = sorted(registry.tasks().values(), key=lambda task: task.precedence)
    lines = [
        f"- `{task.name}`: {task.able}." + (f" Its cells import {', '.join(task.exports)} instead." if task.exports else "")
        for task in tasks
    ]
    return "\n".join([PROMPT.read_text(encoding="utf-8"), "Tasks, by name:", *lines])


class Turns:
    """One turn: the graph runs until nothing waits for the clinician any more."""

    def __init__(self, agent: Any, config: RunnableConfig, approver: Approver, bench: Workbench, look: bool) -> None:
        self._agent, self._config, self._approver, self._bench = agent, config, approver, bench
        self._look = look

    async def begin(self, opening: dict[str, Any]) -> None:
        """A turn that begins with a request."""
        await self._remember(needed=False)
        await self._run(opening)

    async def go_on(self) -> None:
        """A turn that another process began: what waited is asked again, what was cut off is done again."""
        state = await self._agent.aget_state(self._config)
        if not state.next:
            raise NotebookError("Nothing of that request was kept, so there is nothing to go on with: please ask again.")
        messages = state.values.get("messages", [])
        turn = await self._decided(state.interrupts) if state.interrupts else None
        if turn is None or _wants_more(turn):
            await self._remember(needed=True)
        self._bench.resumed, self._bench.started = True, time.monotonic() - self._bench.waited - elapsed(messages)
        await self._run(turn)

    async def _run(self, turn: Any) -> None:
        self._bench.approved = approved_in(await self._messages())
        while True:
            async for update in self._agent.astream(turn, self._config, stream_mode="updates"):
                _speak(update, self._bench)
            waiting = (await self._agent.aget_state(self._config)).interrupts
            if not waiting:
                return
            turn = await self._decided(waiting)

    async def _decided(self, waiting: Sequence[Interrupt]) -> Command[Any]:
        began, decisions = time.monotonic(), {}
        for item in waiting:
            card = Card.model_validate(item.value)
            self._bench.say("card", card.title, card.model_dump(mode="json"))
            decisions[item.id] = (await self._approver.decide(card)).model_dump()
        self._bench.waited += time.monotonic() - began
        return Command(resume=decisions)

    async def _remember(self, *, needed: bool) -> None:
        if self._look:
            await bring_back(await self._messages(), self._bench, self._approver, needed=needed)

    async def _messages(self) -> list[BaseMessage]:
        return await messages_of(self._agent, self._config)


async def messages_of(agent: Any, config: RunnableConfig) -> list[BaseMessage]:
    """The conversation so far."""
    return list((await agent.aget_state(config)).values.get("messages", []))


def _wants_more(turn: Command[Any]) -> bool:
    """Whether any of the decisions lets the work go on."""
    decisions: Any = turn.resume
    return any(decision["choice"] != "Reject" for decision in decisions.values())


def _speak(update: dict[str, Any], bench: Workbench) -> None:
    for node in update.values():
        for message in (node or {}).get("messages", []) if isinstance(node, dict) else []:
            if isinstance(message, AIMessage) and message.text:
                bench.say("said", message.text)
                if not message.tool_calls:
                    bench.outcome.message = message.text


async def _opening(agent: Any, config: RunnableConfig, request: str, bench: Workbench, settings: AgentSettings) -> dict[str, Any]:
    """The messages that begin a turn; calls that a Stop cut off get their answer first, or some providers refuse to go on."""
    before, port = await messages_of(agent, config), bench.port
    answered = {m.tool_call_id for m in before if isinstance(m, ToolMessage)}
    asked = [call["id"] for m in before if isinstance(m, AIMessage) for call in m.tool_calls]
    cut_off = [ToolMessage("Stopped before it was done.", tool_call_id=call) for call in asked if call not in answered]
    beside = Path(port.path).absolute().parent
    missing = "" if settings.data else missing_folder(request, beside) or ""
    begin = Settings(
        study_folder=_free_study_folder(port.path),
        data=settings.data or (None if missing else folder_named(request, beside)),
        minutes=settings.minutes,
        seed=settings.seed,
        notebook=PurePath(port.path).name,
        missing=missing,
        language=bench.language,
    )
    return {"messages": [*cut_off, HumanMessage(with_settings(request, begin))]}


def study_folder(notebook_path: str) -> str:
    """The study's folder, beside its notebook."""
    return f"{PurePath(notebook_path).stem}-study"


def _free_study_folder(notebook_path: str) -> str:
    """The study's folder, or the next one where an earlier study of this notebook left its record."""
    name, number = study_folder(notebook_path), 1
    while (Path(notebook_path).parent / name / "record.jsonl").exists():
        number += 1
        name = f"{study_folder(notebook_path)}-{number}"
    return name


def names_data(request: str, beside: Path) -> bool:
    """Whether a request says where its images are, so that it begins a study of its own."""
    return folder_named(request, beside) is not None


def study_name(request: str) -> str:
    """A short name for a new notebook, from the request.

    Examples
    --------
    >>> study_name("Separate melanoma from nevus")
    'melanoma-nevus'
    """
    intent = read_request(request)
    words = [*intent.targets[:3], *(["rest"] if intent.versus_rest else [])] or [intent.modality or "imaging", "study"]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words)).strip("-")

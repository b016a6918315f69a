"""Going on in a new process: does the notebook still remember? If it does not, its cells are offered to be run again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from jupyter_clinagent.agent.playbook.choosing import choose
from jupyter_clinagent.agent.workbench import Workbench
from jupyter_clinagent.contracts import Approver, Card, Cell
from jupyter_clinagent.errors import NotebookError, Stopped

LOOK = '# The server was restarted: is the study still in memory?\n"study" in globals()'
AGAIN, LEAVE = "run them again", "leave it"


async def bring_back(messages: Sequence[BaseMessage], bench: Workbench, approver: Approver, *, needed: bool) -> None:
    """Look whether the study is in memory, and where it is not, offer to run its cells again.

    Parameters
    ----------
    messages
        The conversation so far; it knows which cells ran.
    needed
        Whether the turn can't go on without them (an interrupted one), or may (a new request).

    Raises
    ------
    Stopped
        They are needed, and the clinician left it.
    NotebookError
        One of them failed now.
    """
    cells = await _cells_that_ran(messages, bench)
    if not cells or await _remembers(bench):
        return
    decision = await _ask(len(cells), bench, approver)
    if decision == AGAIN:
        await _run_again(cells, bench)
    elif needed:
        raise Stopped("Interrupted by the restart, and left as it is. The cells stay in the notebook; ask again to begin anew.")


async def added_by(call: str, bench: Workbench) -> Cell | None:
    """The cell that this very tool call added before the process ended, unless the clinician has changed it since."""
    raw: list[dict[str, Any]] = (await bench.port.snapshot())["cells"]
    about = {cell["id"]: cell["metadata"].get("clinagent", {}) for cell in raw if "id" in cell}
    cells = [cell for cell in await bench.port.cells() if about.get(cell.id, {}).get("tool_call") == call]
    return next((cell for cell in cells if about[cell.id]["hash"] == cell.hash), None)


def elapsed(messages: Sequence[BaseMessage]) -> float:
    """Seconds of work that the last tool call of the conversation counted."""
    counted = [artifact["elapsed"] for artifact in artifacts(messages) if "elapsed" in artifact]
    return float(counted[-1]) if counted else 0.0


async def _cells_that_ran(messages: Sequence[BaseMessage], bench: Workbench) -> list[Cell]:
    """The cells of the last study that ran well and are still in the notebook, each once, in their order."""
    ran = [artifact for artifact in artifacts(messages) if artifact.get("status") == "ok" and "facts" in artifact]
    begun = [number for number, artifact in enumerate(ran) if any(f["kind"] == "survey" for f in artifact["facts"])]
    ids = dict.fromkeys(artifact["cell"] for artifact in ran[begun[-1] if begun else 0 :])
    there = {cell.id: cell for cell in await bench.port.cells()}
    return [there[cell] for cell in ids if cell in there]


async def _remembers(bench: Workbench) -> bool:
    cell = await bench.port.insert("code", LOOK, metadata={"trusted": True, "clinagent": {"study": bench.study}})
    bench.say("cell", LOOK, {"cell": cell.id, "kind": "code"})
    return (await bench.port.run(cell.id, expected_hash=cell.hash)).text().strip() == "True"


async def _ask(count: int, bench: Workbench, approver: Approver) -> str:
    body = (
        f"The server was restarted, and what the notebook had in memory is lost. {count} cells of the study ran before. May I "
        "run them again? Finished trainings are repeated step for step and take as long as before."
    )
    card = Card(
        id="memory", kind="question", title="The notebook's memory is lost", body=body, choices=[AGAIN, LEAVE], key="memory"
    )
    began = time.monotonic()
    bench.say("card", card.title, card.model_dump(mode="json"))
    said = (await approver.decide(card.model_copy(update={"default": AGAIN}))).text
    bench.waited += time.monotonic() - began
    chosen = choose(said, [AGAIN, LEAVE], AGAIN)
    return chosen.text if chosen else AGAIN


async def _run_again(cells: Sequence[Cell], bench: Workbench) -> None:
    bench.say("said", "I run the study's cells again.")
    for cell in cells:
        bench.say("cell", cell.source, {"cell": cell.id, "kind": cell.kind})
        result = await bench.port.run(cell.id, expected_hash=cell.hash)
        bench.keep(result)
        if result.status != "ok":
            name, text = result.error or (result.status, "")
            raise NotebookError(f"A cell that ran before fails now, so I did not go on. {name}: {text}")


def artifacts(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """What the tool calls of a conversation gave, in order."""
    return [m.artifact for m in messages if isinstance(m, ToolMessage) and isinstance(m.artifact, dict)]

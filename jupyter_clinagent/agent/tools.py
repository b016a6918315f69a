"""The agent's tools: few and orthogonal. Cells are addressed by id and hash; nothing is guessed.

Each tool returns text for the model and an artifact with the facts; an error that the model can mend comes back as text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool
from langgraph.types import interrupt

from jupyter_clinagent.agent import policy
from jupyter_clinagent.agent.cell_cards import cell_card
from jupyter_clinagent.agent.confirming import check_after, check_before
from jupyter_clinagent.agent.finding import find_folder
from jupyter_clinagent.agent.listing import count_files
from jupyter_clinagent.agent.resuming import added_by
from jupyter_clinagent.agent.specification_card import in_our_words, to_be_confirmed
from jupyter_clinagent.agent.workbench import Approved, Status, Workbench
from jupyter_clinagent.contracts import PROGRESS_MIME, Card, Cell, CellResult, Decision, Plan, source_hash
from jupyter_clinagent.errors import BadInput, StaleCell, UnknownCell
from jupyter_clinagent.lang import speak
from jupyter_clinagent.tasks import registry

Answer = tuple[str, dict[str, Any]]
_MENDABLE = (UnknownCell, StaleCell, BadInput, ValueError)


def make_tools(bench: Workbench) -> list[BaseTool]:
    """All tools of the agent, bound to one workbench."""
    toolbox = Toolbox(bench)
    functions: list[Callable[..., Awaitable[Answer]]] = [
        toolbox.read_notebook,
        toolbox.add_cell,
        toolbox.edit_cell,
        toolbox.delete_cell,
        toolbox.run_cell,
        toolbox.add_and_run,
        toolbox.look_at_figure,
        toolbox.list_files,
        toolbox.ask_clinician,
        toolbox.propose_specification,
        toolbox.propose_plan,
        toolbox.export_study,
    ]
    if bench.author == "playbook":  # names of folders stay here
        functions.append(toolbox.find_folder)
    tools: list[BaseTool] = [
        StructuredTool.from_function(coroutine=_mendable(f), name=f.__name__, response_format="content_and_artifact")
        for f in functions
    ]
    finish = StructuredTool.from_function(
        coroutine=_mendable(toolbox.finish), name="finish", response_format="content_and_artifact", return_direct=True
    )
    return [*tools, finish]


def _mendable(function: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """Hand what the model can mend back to it as text; everything else stops the turn."""

    @wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Answer:
        try:
            return await function(*args, **kwargs)
        except _MENDABLE as error:
            return f"{type(error).__name__}: {error}", {"status": "error", "error": [type(error).__name__, str(error)]}

    return call


class Toolbox:
    """The tools as methods, so that they share the workbench."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    # ------------------------------------------------------------------ cells
    async def read_notebook(self) -> Answer:
        """Read every cell of the notebook: id, hash, kind, whether it ran, and its source."""
        cells = await self.bench.port.cells()
        listing = "\n\n".join(f"[{c.id} {c.hash} {c.kind} run:{c.execution_count or '-'}]\n{c.source}" for c in cells)
        return listing or "The notebook is empty.", {"cells": [c.model_dump() for c in cells]}

    async def add_cell(
        self,
        source: str,
        tool_call_id: Annotated[str, InjectedToolCallId],
        kind: Literal["code", "markdown"] = "markdown",
        after: str | None = None,
    ) -> Answer:
        """Add a cell below the cell ``after`` (or at the end) without running it."""
        async with self.bench.lock:
            cell = await self._insert(kind, source, after, tool_call_id)
        return f"Added cell {cell.id} (hash {cell.hash}).", self._about(cell)

    async def edit_cell(
        self, cell_id: str, source: str, expected_hash: str, tool_call_id: Annotated[str, InjectedToolCallId]
    ) -> Answer:
        """Replace a cell's source, once the clinician has seen both. ``expected_hash`` is the hash that you last read."""
        before = await self._find(cell_id, expected_hash)
        if not self._allowed("edit", source, tool_call_id, f"Change this {before.kind} cell?", before):
            return "The clinician did not allow it. The cell is as it was.", {"status": "rejected"}
        async with self.bench.lock:
            cell = await self.bench.port.edit(cell_id, source, expected_hash=expected_hash)
        if self.bench.written.get(cell_id) == before.hash:
            self.bench.written[cell_id] = cell.hash
        return f"Changed cell {cell.id} (hash {cell.hash}).", self._about(cell)

    async def delete_cell(self, cell_id: str, expected_hash: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Answer:
        """Delete a cell; always asks the clinician."""
        cell = await self._find(cell_id, expected_hash)
        if not self._allowed("delete", cell.source, tool_call_id, f"Delete this {cell.kind} cell?"):
            return "The clinician did not allow it. The cell is still there.", {"status": "rejected"}
        async with self.bench.lock:
            await self.bench.port.delete(cell_id, expected_hash=expected_hash)
        return f"Deleted cell {cell_id}.", {"status": "ok"}

    async def run_cell(self, cell_id: str, expected_hash: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Answer:
        """Run an existing code cell."""
        cell = await self._find(cell_id, expected_hash)
        if not self._allowed("run", cell.source, tool_call_id, "Run this cell?"):
            return "The clinician did not allow it. Nothing was run.", {"status": "rejected"}
        async with self.bench.lock:
            return await self._run(cell)

    async def add_and_run(
        self, source: str, tool_call_id: Annotated[str, InjectedToolCallId], after: str | None = None
    ) -> Answer:
        """Add a code cell (at the end, or below the cell ``after``) and run it in the clinician's kernel."""
        if not self._allowed("run", source, tool_call_id, "Run this new cell?"):
            return "The clinician did not allow it. Nothing was added or run.", {"status": "rejected"}
        async with self.bench.lock:
            return await self._run(await self._insert("code", source, after, tool_call_id))

    async def look_at_figure(self, cell_id: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Answer:
        """Look at the newest figure among a cell's outputs. The clinician is asked first: a figure may show patients' images."""
        figures = await self._figures(cell_id)
        if not figures:
            return "That cell has no figure.", {"status": "ok"}
        if not self._allowed(
            "show_figure",
            "",
            tool_call_id,
            f"Send the newest figure of cell {cell_id} to {self.bench.mind}? It may show patients' images.",
        ):
            return "The clinician did not allow it.", {"status": "rejected"}
        return [{"type": "image", "base64": figures[-1], "mime_type": "image/png"}], {"status": "ok"}  # type: ignore[return-value]

    async def list_files(self, folder: str = ".") -> Answer:
        """Count the files below a folder beside the notebook, by folder and extension.

        File names stay here: they may identify patients.
        """
        return count_files(self.bench.port.path, folder), {"status": "ok"}

    async def find_folder(self, said: str = "") -> Answer:
        """Look which folder the clinician's words name, and what there is to choose from."""
        beside, root = Path(self.bench.port.path).absolute().parent, self.bench.root
        found = await asyncio.to_thread(find_folder, said, beside, Path(root) if root else None)
        return found["said"] or str(found["folder"]), {"status": "ok", **found}

    # ------------------------------------------------------------------ the clinician
    async def ask_clinician(
        self,
        key: str,
        question: str,
        tool_call_id: Annotated[str, InjectedToolCallId],
        choices: list[str] | None = None,
        default: str = "",
    ) -> Answer:
        """Ask the clinician one question in their own words, with a default."""
        card = Card(
            id=tool_call_id, kind="question", title=question, body=question, choices=choices or [], key=key, default=default
        )
        decided = self._ask(card)
        answer = decided.text or default
        asked = {"key": key, "text": question, "choices": card.choices, "default": default, "answer": answer, "by": decided.by}
        self.bench.outcome.questions = [q for q in self.bench.outcome.questions if q["key"] != key] + [asked]
        return f"The clinician answers: {answer}", {"status": "ok", "key": key, "answer": answer}

    async def propose_specification(
        self,
        specification: dict[str, Any],
        body: str,
        tool_call_id: Annotated[str, InjectedToolCallId],
        assumptions: list[str] | None = None,
        pictured: str = "",
    ) -> Answer:
        """Show the specification as a card (``body`` is Markdown). Nothing is trained before it is approved.

        ``pictured`` is the cell with pictures of each class (that of ``study.audit()``), which the card shows, too.
        """
        spec = registry.specified(specification)
        self.bench.outcome.specification, self.bench.outcome.assumptions = spec.model_dump(mode="json"), list(assumptions or [])
        self.bench.approved = None  # while this card waits, no earlier one counts
        if self.bench.author == "model":
            body = in_our_words(spec, assumptions or [], body)
        title = f"Specification: {spec.title}"
        text, decided = self._decision(Card(id=tool_call_id, kind="specification", title=title, body=body, pictured=pictured))
        if decided["choice"] == "Approve":
            self.bench.approved = Approved(spec.hash, decided["by"])
            text += to_be_confirmed(spec, decided["by"]) if self.bench.author == "model" else ""
        return text, decided | {"specification": spec.hash}

    async def propose_plan(self, plan: dict[str, Any], body: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Answer:
        """Show the plan as a card (``body`` is Markdown)."""
        self.bench.outcome.plan = Plan.model_validate(plan).model_dump(mode="json")
        return self._decision(Card(id=tool_call_id, kind="plan", title="Plan", body=body))

    async def export_study(self, tool_call_id: Annotated[str, InjectedToolCallId]) -> Answer:
        """Pack the finished study as a zip in its folder: without patients' images, scanned for identifiers."""
        if self.bench.exporter is None:
            raise BadInput("Here a study is exported on the command line: jupyter clinagent export FILE.ipynb -o BUNDLE.zip")
        if not self._allowed("export", "", tool_call_id, "Export this study?"):
            return "The clinician did not allow it. Nothing was exported.", {"status": "rejected"}
        exported = await self.bench.exporter(self.bench.port.path)
        return exported.model_dump_json(), {"status": "ok", "exported": exported.model_dump()}

    async def finish(self, message: str, status: Status = "done") -> Answer:
        """End the turn with a message to the clinician; ``status`` says how it ended."""
        self.bench.outcome.status, self.bench.outcome.message = status, message
        return message, {"status": status}

    # ------------------------------------------------------------------ pieces
    def _allowed(self, action: policy.Action, source: str, call: str, title: str, replaced: Cell | None = None) -> bool:
        own = replaced is not None and self.bench.written.get(replaced.id) == replaced.hash
        with_grant, without = (policy.decide(self.bench.author, action, source, granted=g, own=own) for g in (True, False))
        verdict = with_grant if self.bench.granted else without
        if verdict == "deny":
            raise BadInput(f"Not allowed: {', '.join(policy.effects(source))}.")
        if self.bench.author == "model" and (action == "run" or (replaced and replaced.kind == "code")):
            check_before(source, self.bench.approved)
        if verdict == "allow":
            return True
        option = "grant-cells" if with_grant == "allow" else ""
        return self._ask(cell_card(call, title, source, replaced=replaced, option=option)).choice == "Approve"

    def _ask(self, card: Card) -> Decision:
        return Decision.model_validate(interrupt(card.model_dump(mode="json")))

    def _decision(self, card: Card) -> Answer:
        decision = self._ask(card)
        wish = f": {decision.text}" if decision.text else ""
        where = f" ({decision.by})" if decision.by else ""
        return f"The clinician chose {decision.choice}{wish}{where}", {
            "status": "ok",
            "elapsed": self.bench.elapsed,
            **decision.model_dump(),
        }

    async def _find(self, cell_id: str, expected_hash: str) -> Cell:
        """A cell with just this source: what a card shows is what the answer is about."""
        cells = await self.bench.port.cells()
        found = next((c for c in cells if c.id == cell_id), None)
        if found is None:
            raise UnknownCell(f"There is no cell {cell_id}; the notebook has {', '.join(c.id for c in cells) or 'no cells'}.")
        if found.hash != expected_hash:
            raise StaleCell(f"Cell {cell_id} was changed (hash {found.hash}, not {expected_hash}); read the notebook again.")
        return found

    async def _insert(self, kind: Literal["code", "markdown"], source: str, after: str | None, call: str) -> Cell:
        if self.bench.resumed and (added := await added_by(call, self.bench)):
            self.bench.written[added.id] = added.hash
            return added
        if kind == "markdown" and self.bench.author == "playbook":
            source = speak(source, self.bench.language)
        about = {"study": self.bench.study, "tool_call": call, "hash": source_hash(source), "mind": self.bench.mind}
        cell = await self.bench.port.insert(
            kind, source, after=after or await self._below(), metadata={"trusted": True, "clinagent": about}
        )
        self.bench.last_cell, self.bench.written[cell.id] = cell.id, cell.hash
        self.bench.say("cell", source, {"cell": cell.id, "kind": kind})
        return cell

    async def _below(self) -> str | None:
        """Below the agent's last cell while that is still there, so that a study stays together."""
        ids = {c.id for c in await self.bench.port.cells()}
        return self.bench.last_cell if self.bench.last_cell in ids else None

    async def _run(self, cell: Cell) -> Answer:
        result = await self.bench.port.run(cell.id, expected_hash=cell.hash, listener=self._listen)
        self.bench.keep(result)
        self.bench.say("ran", cell.source, {"cell": cell.id, "status": result.status, "seconds": result.seconds})
        if self.bench.author == "model":
            check_after(result.facts, self.bench.approved)
        return f"[{result.status}, {result.seconds:.1f} s]\n{result.text()}", self._about(cell, result)

    def _listen(self, output: dict[str, Any]) -> None:
        if progress := output.get("data", {}).get(PROGRESS_MIME):
            self.bench.say("progress", progress["text"], progress)

    async def _figures(self, cell_id: str) -> list[str]:
        document = await self.bench.port.snapshot()
        outputs: list[dict[str, Any]] = next((c.get("outputs", []) for c in document["cells"] if c.get("id") == cell_id), [])
        return [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]

    def _about(self, cell: Cell, result: CellResult | None = None) -> dict[str, Any]:
        about: dict[str, Any] = {
            "status": result.status if result else "ok",
            "cell": cell.id,
            "hash": cell.hash,
            "elapsed": self.bench.elapsed,
        }
        if result:
            about |= {"facts": result.facts, "error": list(result.error) if result.error else None}
        return about

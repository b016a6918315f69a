"""The moves of the playbook: what it may want next, raised by whatever needs it first.

A piece that needs the run of a cell, an answer or an approval asks for it by a function of this module: it returns what is
there already, or raises :class:`Want` with the step that has to come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jupyter_clinagent.agent.playbook.switching import switching_cell
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import DRY_RUN
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, NoSuchData, OtherRelease, TooFewImages
from jupyter_clinagent.facts import completed

_BAD_INPUT = {error.__name__ for error in (BadInput, NoSuchData, LabelsDoNotMatch, TooFewImages, OtherRelease)}


@dataclass(frozen=True)
class Step:
    """What to say and which tool to call; no tool means that the turn is over."""

    say: str
    tool: str | None = None
    arguments: dict[str, Any] | None = None


class Want(Exception):
    """Carries the step that has to come first; caught where the next step is asked for."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.say)
        self.step = step


def finish(status: str, message: str) -> Step:
    """The last word of a turn."""
    return Step("", "finish", {"status": status, "message": message})


def run(turn: Turn, say: str, source: str) -> Call:
    """The run of a cell: wanted if it has not run, passed on if it went well, the end of the turn if not."""
    call = turn.ran(source)
    if call is None:
        if (switch := switching_cell(turn, source)) is not None:
            run(turn, say, switch)
        raise Want(Step(say, "add_and_run", {"source": source}))
    if call.artifact["status"] != "ok":
        raise Want(_failed(call))
    return call


def _failed(call: Call) -> Step:
    name, text = call.artifact.get("error") or ("", f"the cell ended with status {call.artifact['status']}")
    if name in _BAD_INPUT:
        return finish("bad_input", text)
    if name == "OutOfScope":
        return finish("refused", text)
    if call.artifact["status"] in ("interrupted", "rejected"):
        return finish("stopped", "Stopped. The cells stay as they are; ask again to go on.")
    return finish(
        "failed", f"A cell failed and I did not go on. {name}: {text.rstrip('.')}. The notebook holds the whole message."
    )


def facts_in(call: Call, kind: str) -> dict[str, Any]:
    """What a cell told, of one kind."""
    found = [f for f in call.artifact["facts"] if f["kind"] == kind]
    if not found:
        raise Want(
            finish("failed", f"The cell showed no {kind}; is the kernel's jupyter_clinagent the same version as the server's?")
        )
    return completed(found[-1])


def approved(turn: Turn, tool: str, arguments: dict[str, Any], say: str) -> None:
    """Go on once the clinician has approved exactly this."""
    call = next((c for c in reversed(turn.all(tool)) if c.arguments == arguments), None)
    if call is None or (call.artifact.get("choice") == "Change" and call is not turn.last(tool)):
        raise Want(Step(say, tool, arguments))
    if call.artifact.get("choice") == "Change":
        raise Want(
            finish(
                "rejected",
                f"“{call.artifact.get('text', '')}” changes nothing that I can read. Nothing was trained; say it in other "
                "words, or approve.",
            )
        )
    if call.artifact.get("text") == DRY_RUN:
        raise Want(finish("rejected", "A dry run: nothing was trained. The cells so far stay in the notebook."))
    if call.artifact.get("choice") != "Approve":
        raise Want(
            finish(
                "rejected",
                "Not approved, so nothing was trained. The cells so far stay in the notebook. Tell me what should be different.",
            )
        )


def write(turn: Turn, say: str, text: str) -> None:
    """A Markdown cell with this text."""
    if not turn.wrote(text):
        raise Want(Step(say, "add_cell", {"source": text, "kind": "markdown"}))

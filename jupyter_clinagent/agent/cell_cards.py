"""Cards about cells: the exact source that would run, change or go, and what it would do beyond computing."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.policy import effects
from jupyter_clinagent.contracts import Card, Cell, source_hash


def cell_card(call: str, title: str, source: str, *, replaced: Cell | None = None, option: str = "") -> Card:
    """The card that asks whether something may happen to a cell.

    Parameters
    ----------
    call
        The tool call that asks; the card's id also holds the hash of the source, so that its answer is about these bytes.
    source
        Of the cell, empty where none is concerned.
    replaced
        The cell whose source would be replaced; it is shown, too.
    option
        The option of the command line that would have allowed it.
    """
    parts = [f"Now it is:\n\n{fenced(replaced.source, replaced.kind)}\n\nIt would become:"] if replaced else []
    parts += [fenced(source, replaced.kind if replaced else "code")] if source else []
    parts += ["This cell" + "".join(f"\n- {effect}" for effect in found)] if (found := effects(source)) else []
    return Card(
        id=f"{call}-{source_hash(source)}",
        kind="cell",
        title=title,
        body="\n\n".join(parts),
        choices=["Approve", "Reject"],
        key=option,
    )


def fenced(source: str, kind: str) -> str:
    """As code, behind a fence that is longer than any in the source: no part of it can step out and hide."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", source))])
    return f"{fence}{'python' if kind == 'code' else kind}\n{source}\n{fence}"

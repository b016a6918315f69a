"""The card of a specification that a language model proposes: rendered by our code, so that it hides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_clinagent.agent.cell_cards import fenced
from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.contracts import Specification


def in_our_words(specification: Specification, assumptions: Sequence[str], body: str) -> str:
    """The table that the playbook shows, the cell that would confirm it, to the letter, and then the model's own words."""
    parts = [
        cells.specification_markdown(specification, tuple(assumptions)).rstrip(),
        f"What would go on the record, to the letter:\n\n{fenced(cells.confirm(specification, ''), 'code')}",
        f"In the language model's own words:\n\n{body}" if body.strip() else "",
    ]
    return "\n\n".join(part for part in parts if part)


def to_be_confirmed(specification: Specification, by: str) -> str:
    """How the language model writes the cell that confirms just this."""
    imports = "from jupyter_clinagent.contracts import OperatingPoint, Specification\n\n"
    return f"\nConfirm it with exactly this cell:\n{imports}{cells.confirm(specification, by)}"

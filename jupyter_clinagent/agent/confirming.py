"""What a language model's cell confirms has to be what a card approved: read before the cell runs, compared after it ran.

The hash of the approved specification stands in the artifact of its card, so it outlives the process. The playbook builds card
and cell from one specification and needs none of this.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from jupyter_clinagent.agent.resuming import artifacts
from jupyter_clinagent.agent.workbench import Approved
from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput, Refused
from jupyter_clinagent.tasks import registry

_HOW = (
    "Not allowed: a cell that confirms a specification is read before it runs. Write specification = Specification(…) with plain "
    "values, nothing computed, and below it study.confirm(specification, approved=…), without magics; use the name nowhere else."
)
_NOT_APPROVED = (
    "Not allowed: the record would say that the specification was approved{}, and no card says so. Call propose_specification "
    "first, and write approved= as it answers."
)
_ANOTHER = (
    "Not allowed: this is not the specification that the card approved. Confirm that one, exactly as propose_specification "
    "answered, or propose this one."
)


def approved_in(messages: Sequence[BaseMessage]) -> Approved | None:
    """What the last specification's card approved; None where it was rejected, or is to be changed, or none was shown."""
    last = next((a for a in reversed(artifacts(messages)) if "specification" in a), None)
    return Approved(last["specification"], last["by"]) if last and last["choice"] == "Approve" else None


def check_before(source: str, approved: Approved | None) -> None:
    """Hold a cell against what was approved, before it runs.

    Raises
    ------
    BadInput
        It confirms another specification, or one that can't be read, or says that another card approved it.
    """
    for call in _confirmations(source):
        claimed = _claimed(call)
        if approved is None or (claimed and claimed != approved.by):
            raise BadInput(_NOT_APPROVED.format(f" ({claimed})" if claimed else ""))
        if _specification(source, call).hash != approved.hash:
            raise BadInput(_ANOTHER)


def check_after(facts: Sequence[dict[str, Any]], approved: Approved | None) -> None:
    """Hold what the kernel says that it confirmed against what was approved.

    Raises
    ------
    Refused
        It is something else, so nothing may be trained on it.
    """
    for fact in facts:
        if fact.get("kind") == "specification" and (approved is None or fact.get("hash") != approved.hash):
            raise Refused(
                "A cell confirmed another specification than the one that was approved, so I stopped there. It stays on "
                "record until the approved one is confirmed; ask again to go on."
            )


# ------------------------------------------------------------------ reading a cell
def _confirmations(source: str) -> list[ast.Call]:
    """Every ``….confirm(…)``; a cell that reaches it in another way can't be read."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        if "confirm" in source:
            raise BadInput(_HOW) from None
        return []
    calls = [node for node in nodes if isinstance(node, ast.Call) and _is_confirm(node.func)]
    if sum(map(_is_confirm, nodes)) > len(calls) or any(map(_hides_confirm, nodes)):
        raise BadInput(_HOW)
    return calls


def _is_confirm(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "confirm"


def _hides_confirm(node: ast.AST) -> bool:
    """As text, for ``getattr`` or ``exec``."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return text == "confirm" or ".confirm(" in text


def _claimed(call: ast.Call) -> str:
    """Where a cell says that the specification was approved; what is no plain text is given as it is written."""
    claims = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg in ("approved", None))]
    said = [claim.value if isinstance(claim, ast.Constant) else ast.unparse(claim) for claim in claims]
    return next((str(text) for text in said if text), "")


def _specification(source: str, call: ast.Call) -> Specification:
    """The specification that a call confirms, read from the source alone."""
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "specification")]
    if len(given) != 1:
        raise BadInput(_HOW)
    node = _assigned(ast.parse(source), given[0], call) if isinstance(given[0], ast.Name) else given[0]
    return registry.specified(_values(node, [Specification.__name__, *registry.specification_names()]))


def _assigned(tree: ast.Module, name: ast.Name, call: ast.Call) -> ast.expr:
    """What a name stands for: assigned once in this cell, before the call, and used there only."""
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name.id]
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.lineno < call.lineno and _names(node.targets) == [name.id]
    ]
    if len(uses) != 2 or len(values) != 1:
        raise BadInput(_HOW)
    return values[0]


def _names(targets: Sequence[ast.expr]) -> list[str]:
    return [target.id if isinstance(target, ast.Name) else "" for target in targets]


def _values(node: ast.expr, names: Sequence[str]) -> dict[str, Any]:
    """The keywords of a call of one of these names, all of them plain values."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and not node.args):
        raise BadInput(_HOW)
    return {_plain(keyword.arg): _value(keyword.value) for keyword in node.keywords}


def _plain(name: str | None) -> str:
    """The name of a keyword; ``**…`` has none."""
    if name is None:
        raise BadInput(_HOW)
    return name


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return _values(node, [OperatingPoint.__name__])
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        raise BadInput(_HOW) from None

"""Decides allow / ask / deny for what the agent wants to do: one pure function, outside any model.

Deny beats ask beats allow. The playbook writes only cells that ship with this package, so they run once the specification
and the plan are approved; whatever a language model writes is shown and approved first, unless the clinician granted it.
"""

from __future__ import annotations

import ast
from typing import Literal

Author = Literal["playbook", "model"]
Action = Literal["insert", "edit", "run", "delete", "show_figure", "export"]
Permission = Literal["allow", "ask", "deny"]

SEALED_NAMES = frozenset({"seal", "_seal", "_Seal__rows", "sealed_labels"})
NETWORK = frozenset({"socket", "urllib", "http", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "paramiko"})
PROCESSES = frozenset({"subprocess", "os.system", "os.popen", "pty", "multiprocessing"})
DELETIONS = frozenset({"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree", "unlink", "rmdir", "rmtree"})


def decide(author: Author, action: Action, source: str = "", *, granted: bool = False, own: bool = False) -> Permission:
    """Whether ``action`` on a cell with ``source`` may happen.

    Parameters
    ----------
    author
        Who wrote the source.
    granted
        The clinician allowed in advance that cells which a language model writes run unseen (``--grant-cells``). Nothing else
        is covered: not a deletion, an export, or a figure that leaves for the model's provider.
    own
        The cell that is to change was written by the agent in this turn, and nobody has touched it since.
    """
    if "reads sealed test labels" in effects(source):
        return "deny"
    if action == "delete" or (action == "edit" and not own):
        return "ask"
    if author == "playbook" or action == "insert":
        return "allow"
    return "allow" if granted and action in ("run", "edit") else "ask"


def effects(source: str) -> list[str]:
    """What a cell would do beyond computing, read from its syntax tree; shown on the card."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return (
            ["runs a shell command or a magic"]
            if any(line.lstrip().startswith(("!", "%")) for line in source.splitlines())
            else []
        )
    names = {name for node in ast.walk(tree) for name in _names(node)}
    found = {
        "reads sealed test labels": names & SEALED_NAMES,
        "uses the network": {n.split(".")[0] for n in names} & NETWORK,
        "starts another program": names & PROCESSES,
        "deletes files": names & DELETIONS,
    }
    return [effect for effect, hits in found.items() if hits]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(name for alias in node.names for name in (alias.name, f"{node.module}.{alias.name}"))]
    if isinstance(node, ast.Attribute):
        whole = ast.unparse(node)
        return [node.attr, whole]
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in SEALED_NAMES:
        return [node.value]  # getattr(study, "_seal")
    return [node.id] if isinstance(node, ast.Name) else []

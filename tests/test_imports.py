"""Data flow one way: no module needs, at any time, one that needs it."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import jupyter_clinagent

ROOT = Path(jupyter_clinagent.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path for path in ROOT.rglob("*.py")
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules of ours that are imported when the module is, or later in a function; not those that only types need."""
    only_types = {id(inner) for node in ast.walk(tree) if _checks_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.ImportFrom):
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else str(node.module) for name in inside)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _checks_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def circle(sources: dict[str, str]) -> list[str]:
    needs = {name: {other for other in imported(ast.parse(text)) if other in sources} - {name} for name, text in sources.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other() -> None:
    assert circle({name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}) == []


@pytest.mark.parametrize(
    ("late", "found"),
    [
        ("def f():\n    from jupyter_clinagent import errors", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from jupyter_clinagent import errors", False),
    ],
)
def test_an_import_inside_a_function_counts_and_one_for_types_does_not(late: str, found: bool) -> None:
    sources = {"jupyter_clinagent.errors": "import jupyter_clinagent.facts", "jupyter_clinagent.facts": late}
    assert bool(circle(sources)) is found

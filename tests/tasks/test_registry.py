"""A task is one room: nothing outside its folder knows its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import jupyter_clinagent
from jupyter_clinagent.agent.playbook.cells import specification_markdown
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import BadInput, OutOfScope
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.testing import check_golden, check_parts, check_worlds

PACKAGE = Path(jupyter_clinagent.__file__).parent
ROOMS = PACKAGE / "tasks"
OWN = [name for name, task in registry.tasks().items() if task.package.startswith("jupyter_clinagent.")]


def names_in(tree: ast.AST) -> Iterator[str]:
    """Every word of code: identifiers, imports and texts, but no docstring and no comment."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield " ".join([getattr(node, "module", "") or "", *(alias.name for alias in node.names)])
        elif isinstance(node, documented[1:]):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


EVERYDAY = ("findings", "segmentation")
"""Names that are words of medicine and of data folders, too: of these only what reads like a task counts."""


def tasks_named(source: str, tasks: list[str]) -> list[str]:
    tree = ast.parse(source)
    spaced = " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text) for text in names_in(tree))
    words = {word.lower() for word in re.split(r"[^a-zA-Z]+", spaced)}
    return [name for name in tasks if (name in words if name not in EVERYDAY else name in meant_as_task(tree))]


def meant_as_task(tree: ast.AST) -> set[str]:
    """Texts that something is compared with or that are given as ``task=``, and imports of tasks."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found |= {c.value for side in node.comparators for c in ast.walk(side) if isinstance(c, ast.Constant)}  # type: ignore[misc]
        elif isinstance(node, ast.keyword) and node.arg == "task" and isinstance(node.value, ast.Constant):
            found.add(str(node.value.value))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jupyter_clinagent.tasks."):
            found.add(str(node.module).split(".")[2])
    return found


def test_a_module_outside_the_tasks_names_none_of_them() -> None:
    outside = [path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(ROOMS)]
    named = {str(path.relative_to(PACKAGE)): tasks_named(path.read_text(encoding="utf-8"), OWN) for path in outside}
    assert {path: names for path, names in named.items() if names} == {}


@pytest.mark.parametrize("name", OWN)
def test_a_task_names_no_other_task(name: str) -> None:
    others = [other for other in OWN if other != name]
    for path in (ROOMS / name).rglob("*.py"):
        imported = [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, (ast.Import, ast.ImportFrom))
        ]
        modules = " ".join(getattr(node, "module", "") or "" for node in imported)
        assert not [other for other in others if f"tasks.{other}" in modules], path


@pytest.mark.parametrize(
    "source",
    [
        "if task == 'detection': pass",
        "def make_detection_plan(): pass",
        "from jupyter_clinagent.tasks.detection import module",
        "class DetectionPlan: pass",
        "say = f'of a detection {1}'",
    ],
)
def test_a_name_is_found_wherever_it_hides(source: str) -> None:
    assert tasks_named(source, ["detection"]) == ["detection"]


def test_docstrings_and_comments_may_speak_of_a_task() -> None:
    assert tasks_named('"""For detection."""\n# detection\nx = 1', ["detection"]) == []


def test_a_name_that_is_a_word_of_medicine_counts_where_it_is_meant_as_a_task() -> None:
    assert tasks_named("if spec.task == 'findings': pass", ["findings"]) == ["findings"]
    assert tasks_named("from jupyter_clinagent.tasks.findings import module", ["findings"]) == ["findings"]
    assert tasks_named("facts = AuditFacts(findings=[])", ["findings"]) == []


@pytest.mark.parametrize("name", OWN)
def test_every_task_answers_for_all_its_parts_in_their_worlds(name: str) -> None:
    check_parts(registry.find(name))
    check_worlds(registry.find(name))


def test_an_unknown_task_is_refused_with_the_names_of_those_that_there_are() -> None:
    with pytest.raises(OutOfScope, match=r"no task “staging”.*classification"):
        registry.find("staging")


def test_a_specification_without_a_task_is_told_what_to_write() -> None:
    with pytest.raises(BadInput, match="write task="):
        registry.specified({"title": "t"})


def test_a_specification_is_read_as_its_task_defines_it_and_keeps_its_hash() -> None:
    general = Specification(title="t", request="r", task="detection", objective="o", classes={"a": ["a"]}, primary_metric="map50")
    own = registry.specified(general)
    assert type(own) is registry.find("detection").specification
    assert own.hash == general.hash


def test_every_metric_has_a_title_a_source_and_a_range() -> None:
    for metric in registry.catalogue().values():
        assert metric.title
        assert metric.source
        assert metric.low < metric.high
        assert metric.version >= 1


@pytest.mark.parametrize("name", OWN)
def test_the_golden_figures_of_every_task_are_those_of_its_metrics_versions(name: str) -> None:
    check_golden(registry.find(name))


@pytest.mark.parametrize(
    ("task", "metric", "said"),
    [
        ("classification", "macro_auroc", "none (most probable class)"),
        ("detection", "map50", "none; sensitivity is given at 0.5, 1 and 2 false alarms per image"),
        (
            "segmentation",
            "dice",
            "none; a pixel is inside from a probability of one half on; a lower one would make every outline larger",
        ),
        ("grading", "kappa_quadratic", "none; named is the highest grade that is more likely reached than not (the median)"),
        ("findings", "macro_auroc", "the best sum of sensitivity and specificity; one for each finding, chosen on validation"),
    ],
)
def test_card_and_page_say_how_each_task_calls_where_there_is_no_operating_point(task: str, metric: str, said: str) -> None:
    asked = {"title": "", "request": "", "objective": "", "classes": {"a": ["a"], "b": ["b"]}}
    general = Specification(task=task, primary_metric=metric, **asked)  # type: ignore[arg-type]
    assert f"| Threshold | {said} |" in specification_markdown(general, ())
    assert said in pages.specification(general, "")

"""What the docstrings show is what comes out."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import jupyter_clinagent

PACKAGE = Path(jupyter_clinagent.__file__).parent


def with_examples() -> list[str]:
    modules = pkgutil.walk_packages([str(PACKAGE)], f"{jupyter_clinagent.__name__}.")
    return [m.name for m in modules if ">>> " in source(m.name)]


def source(name: str) -> str:
    path = PACKAGE.parent.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", with_examples())
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(name)
    found = doctest.testmod(module)
    assert found.attempted > 0, "examples stand where doctest does not find them"
    assert found.failed == 0


def test_there_are_examples() -> None:
    assert len(with_examples()) >= 5

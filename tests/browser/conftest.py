from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

from jupyter_clinagent import phantoms
from tests.browser.lab import FLAGS, Lab, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:  # of the module: while it lives, Playwright keeps an event loop running
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine; set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab in a folder with phantom images and one notebook for each test."""
    root, home = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("home")
    phantoms.write("triage", root / "images", n=150, seed=0)
    for name in ("study", "stopped", "scripted"):
        write_notebook(root / f"{name}.ipynb", "# Can a model tell melanoma from nevus?")
    with Lab(root, home) as lab:
        yield lab


def write_notebook(path: Path, title: str) -> None:
    """A notebook with a title and no code."""
    spec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    cell = nbformat.v4.new_markdown_cell(title)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec}), path)

"""The short notebook in every bundle: how to score an image with the exported model."""

from __future__ import annotations

import nbformat.v4 as v4
from nbformat import NotebookNode, writes

_CELLS = (
    (
        "markdown",
        "# Using the model\n\nResearch use only; not a medical device. Needs `onnxruntime`, `numpy` and "
        "`opencv-python-headless`; no PyTorch. "
        "The same from the command line: `jupyter clinagent predict BUNDLE.zip IMAGES… -o OUT.csv`.",
    ),
    ("code", 'from jupyter_clinagent.imaging.inference import load_onnx\n\nmodel = load_onnx("model")\nmodel.metadata'),
    (
        "markdown",
        "Put the path of an image of your own here. A classifier gives probabilities in the order of `model.classes`, a "
        "detector boxes with scores, in pixels of your image.",
    ),
    (
        "code",
        'from pathlib import Path\n\nimages = [p for p in Path("images").glob("*") if p.is_file()][:4]   # your images\nif '
        "images:\n    print(model.classes)\n    print(model.predict(images))",
    ),
)


def notebook() -> str:
    """The notebook as text."""
    cells: list[NotebookNode] = [
        v4.new_markdown_cell(text) if kind == "markdown" else v4.new_code_cell(text) for kind, text in _CELLS
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"inference-{number}"
    return str(writes(v4.new_notebook(cells=cells)))

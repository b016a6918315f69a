"""Make the example notebooks: each is what the agent writes for one sentence on phantom images.

::

    python example_notebooks/make.py [NAME …]
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from jupyter_clinagent import phantoms
from jupyter_clinagent.cli import DEMO_REQUEST
from jupyter_clinagent.phantoms.phantom import Difficulty
from jupyter_clinagent.runner import RunOptions, run


class Example(NamedTuple):
    """Kind of phantoms and how many, the sentence, and its minutes."""

    kind: str
    images: int
    request: str
    minutes: float
    difficulty: Difficulty = "easy"


EXAMPLES = {
    "melanoma-triage": Example("triage", 400, DEMO_REQUEST, 2.0),
    "dermoscopy-diagnoses": Example("dermoscopy", 700, "Classify these dermoscopy images into their diagnoses", 2.5, "hard"),
    "wrist-fractures": Example("wrist", 400, "Find the fractures on these wrist radiographs and mark them with boxes", 3.0),
    "wrist-fractures-few-boxes": Example(
        "wrist-weak", 600, "Find wrist fractures. Only 5 % of the images have boxes, the others just a label", 4.0
    ),
    "pneumothorax-without-the-drain": Example(
        "chest", 1400, "Classify pneumothorax; the model must not rely on the chest drain", 3.0
    ),
}


def make(name: str) -> None:
    """Run one study in a temporary folder and keep its notebook, without the folder's path."""
    kind, images, request, minutes, difficulty = EXAMPLES[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        phantoms.write(kind, folder / "data", n=images, seed=0, difficulty=difficulty)
        notebook = folder / f"{name}.ipynb"
        result = run(RunOptions(request, folder / "data", minutes, notebook, yes=True))
        if result["exit"]:
            raise SystemExit(result["error"])
        text = notebook.read_text(encoding="utf-8").replace(str(folder), ".")
    (Path(__file__).parent / notebook.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or EXAMPLES:
        make(chosen)

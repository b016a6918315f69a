"""The example notebooks are what the agent made: valid, executed without error, free of this machine's paths."""

from pathlib import Path

import nbformat
import pytest

from example_notebooks import make
from jupyter_clinagent.contracts import FACTS_MIME, source_hash

EXAMPLES = sorted((Path(__file__).parent.parent / "example_notebooks").glob("*.ipynb"))


def test_there_is_an_example_of_each_study() -> None:
    assert {p.stem for p in EXAMPLES} == set(make.EXAMPLES)
    assert len(make.EXAMPLES) == 5
    assert {example.kind for example in make.EXAMPLES.values()} == {"triage", "dermoscopy", "wrist", "wrist-weak", "chest"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_is_a_whole_study_as_the_agent_wrote_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    kinds = [o.data[FACTS_MIME]["kind"] for o in outputs if FACTS_MIME in o.get("data", {})]
    assert [k for k in kinds if k != "experiment"] == [
        "survey",
        "cohort",
        "audit",
        "speed",
        "evaluation",
        "explanation",
        "report",
    ]
    assert kinds.count("experiment") >= 2
    for cell in notebook.cells:
        assert cell.metadata.clinagent.hash == source_hash(cell.source)
    for output in outputs:
        output.get("data", {}).pop("image/png", None)  # base64 may spell anything
    text = nbformat.writes(notebook)
    assert "/tmp" not in text
    assert "/home" not in text

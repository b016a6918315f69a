"""A whole study against a shortcut, from one sentence on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent import cli, phantoms

REQUEST = "Classify pneumothorax, it must not rely on the chest drain"


@pytest.fixture(scope="module")
def freed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON summary of a study on 200 chest phantoms; drains among the healthy are frequent enough to judge by."""
    folder = tmp_path_factory.mktemp("freed")
    phantoms.write("chest", folder / "data", n=200, seed=3, size=96, drain_negative=0.25)
    out = folder / "out.json"
    where = ["--data", str(folder / "data"), "-o", str(folder / "drain.ipynb"), "--json", str(out)]
    code = cli.main(["run", REQUEST, *where, "--minutes", "1", "--yes"])
    assert code == 0, out.read_text(encoding="utf-8")
    return dict(json.loads(out.read_text(encoding="utf-8")))


def test_the_summary_tells_the_reliance_beside_that_of_the_plainly_trained_model(freed: dict[str, Any]) -> None:
    found = freed["reliance"]
    assert found["confounder"] == "drain"
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert 0 <= found["erm"] <= 1
    assert freed["specification"]["confounders"] == ["drain"]


def test_the_plainly_trained_models_come_first_and_the_transplant_is_judged_by_its_own_rule(freed: dict[str, Any]) -> None:
    experiments = freed["experiments"]
    assert experiments[-1]["name"] == "drain transplant"
    assert all("transplant" not in e["name"] for e in experiments[:-1])
    assert "reliance on drain goes from" in experiments[-1]["reason"]


def test_notebook_and_report_show_what_was_done_and_what_is_not_known(freed: dict[str, Any]) -> None:
    assert "debiasing.transplant(cohort, 'drain'" in Path(freed["notebook"]).read_text(encoding="utf-8")
    page = Path(freed["report"]).read_text(encoding="utf-8")
    assert "Does it take a shortcut" in page
    assert "Reliance on drain" in page
    assert "shortcuts that nobody noted" in page

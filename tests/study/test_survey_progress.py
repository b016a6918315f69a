"""A first look at a large folder says how far it is; at a small one nothing is said."""

from pathlib import Path

import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import Progress
from jupyter_clinagent.study.data import folder
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.showing import survey_display
from jupyter_clinagent.study.showing.survey_display import SurveyDisplay


def test_each_stage_of_a_look_is_told_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "COUNTED", 25)
    phantoms.write("triage", tmp_path, n=60, seed=0)
    told: list[tuple[float, str]] = []
    survey_facts(take_inventory(tmp_path, lambda *one: told.append(one)), lambda *one: told.append(one))
    shares, doing = [share for share, _ in told], [what for _, what in told]
    assert shares == sorted(shares)
    assert doing[:2] == ["25 files listed", "50 files listed"]
    assert {"reading metadata.csv", "bringing 60 images and what is said of them together"} < set(doing)
    assert doing[-1] == "looking what could be learnt"


def test_nothing_is_shown_of_the_first_second_and_then_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Progress] = []
    now = iter([0.0, 0.4, 1.5, 1.6, 3.0])
    monkeypatch.setattr(survey_display.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(survey_display.ProgressDisplay, "update", lambda _, progress: shown.append(progress))
    display = SurveyDisplay()
    for share in (0.1, 0.25, 0.5, 0.75):
        display(share, f"at {share}")
    assert [progress.text for progress in shown] == ["a first look: at 0.25", "a first look: at 0.75"]
    assert shown[-1].seconds_left == pytest.approx(1.0)

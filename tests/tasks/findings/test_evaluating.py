"""A model of several findings on another hospital's table: its uncertain entries count as the study's did."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.evaluate import _shift, _text
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.data import FindingsDataModule
from jupyter_clinagent.tasks.findings.evaluating import score
from jupyter_clinagent.tasks.findings.inference import OnnxFindings
from jupyter_clinagent.tasks.findings.module import FindingsClassifier
from jupyter_clinagent.tasks.findings.saving import save
from jupyter_clinagent.tasks.findings.specification import SeveralFindings
from jupyter_clinagent.tasks.findings.truth import MEANS
from tests.tasks.findings.tables import EACH, NUMBER, alternating, write

EFFUSION = [[1, 0, -1, ""][k // EACH % 4] for k in range(NUMBER)]
QUARTER = NUMBER // 4


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OnnxFindings:
    """One that has learnt nothing; what counts here is the truth that it is judged by."""
    folder = tmp_path_factory.mktemp("model")
    table = {"effusion": EFFUSION, "mass": alternating(3)}
    cohort = load_cohort(take_inventory(write(folder / "data", table)), Wishes(task="findings"), Corrections.none())
    untrained = FindingsClassifier(cohort.classes, trainable="head")
    return OnnxFindings(save(untrained, FindingsDataModule(cohort, size=(32, 32)), folder / "model"))


def specified(**policies: str) -> SeveralFindings:
    content = {"title": "t", "request": "r", "objective": "o", "modality": "radiograph", "primary_metric": "macro_auroc"}
    classes = {"effusion": ["effusion"], "mass": ["mass"]}
    return SeveralFindings(task="findings", classes=classes, **content, **policies)  # type: ignore[arg-type]


@pytest.mark.parametrize("uncertain", list(MEANS))
@pytest.mark.parametrize("silent", list(MEANS))
def test_their_entries_count_as_the_studys_did(model: OnnxFindings, tmp_path: Path, uncertain: str, silent: str) -> None:
    data = write(tmp_path, {"effusion": EFFUSION, "mass": alternating(3)})
    judged, left_out, said = score(model, data, specified(uncertain=uncertain, not_mentioned=silent))
    expected = [{1: 1.0, 0: 0.0, -1: MEANS[uncertain], "": MEANS[silent]}[entry] for entry in EFFUSION]  # type: ignore[index]
    np.testing.assert_array_equal(judged.truth[:, 0], expected)  # type: ignore[attr-defined]
    assert left_out == []
    for line, policy, word in zip(said, (uncertain, silent), ("“uncertain”", "not mentioned"), strict=True):
        means = "left out for that finding" if policy == "left out" else f"counted as {policy}"
        assert line == f"As in the study: {QUARTER} entries are {word} and are {means}."


def test_a_finding_that_their_table_lacks_stays_unknown_whatever_blanks_count_as(model: OnnxFindings, tmp_path: Path) -> None:
    data = write(tmp_path, {"mass": alternating(3), "edema": alternating(4)})
    judged, _, _ = score(model, data, specified(not_mentioned="negative"))
    assert np.isnan(judged.truth[:, 0]).all()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("values", "rate"), [([0] * NUMBER, "specificity"), ([1] * NUMBER, "sensitivity")])
def test_a_finding_with_one_answer_there_keeps_the_rate_that_can_be_told(
    model: OnnxFindings, tmp_path: Path, values: list[int], rate: str
) -> None:
    judged, _, said = score(model, write(tmp_path, {"effusion": values, "mass": alternating(3)}), specified())
    figures = judged.estimates(["effusion", "mass"], [], None, 0)
    other = ({"sensitivity", "specificity"} - {rate}).pop()
    assert figures[f"{rate}:effusion"].value is not None
    assert figures[f"{other}:effusion"].value is None
    assert any("here shows effusion: only its " + rate in line for line in said)


def test_columns_for_one_finding_are_read_together_as_in_the_study(model: OnnxFindings, tmp_path: Path) -> None:
    sides = {"left": [1, 0, -1, "", 0] * 16, "right": [0, 1, 0, "", 0] * 16, "mass": alternating(3)}
    folder, classes = write(tmp_path, sides), {"effusion": ["left", "right"], "mass": ["mass"]}
    judged, _, _ = score(model, folder, specified(uncertain="positive").model_copy(update={"classes": classes}))
    cohort = load_cohort(
        take_inventory(folder), Wishes(task="findings", classes=classes, more={"uncertain": "positive"}), Corrections.none()
    )
    shown = cohort.shown().set_index("image")["truth"]
    there = dict(zip(judged.images, judged.truth[:, 0], strict=True))  # type: ignore[attr-defined]
    study = [np.nan if one["effusion"] is None else one["effusion"] for one in shown]
    np.testing.assert_array_equal([there[image] for image in shown.index], study)
    assert [there[f"images/film{k:03d}.png"] for k in (0, 1, 2, 4)] == [1, 1, 1, 0]


def test_a_table_with_one_finding_alone_is_judged(model: OnnxFindings, tmp_path: Path) -> None:
    judged, _, said = score(model, write(tmp_path, {"Mass": alternating(3)}), specified())
    np.testing.assert_array_equal(judged.truth[:, 1], alternating(3))  # type: ignore[attr-defined]
    assert "Their table says nothing of effusion: not judged here." in said
    figures = judged.estimates(["effusion", "mass"], [], None, 0)
    assert {figures[f"{name}:effusion"].reason for name in ("auroc", "sensitivity", "prevalence")} == {"nothing is known of it"}


def test_the_text_says_over_which_findings_the_means_are_here_and_in_the_study(model: OnnxFindings, tmp_path: Path) -> None:
    judged, _, _ = score(model, write(tmp_path, {"mass": alternating(3), "edema": alternating(4)}), specified())
    external = {name: one.model_dump() for name, one in judged.estimates(["effusion", "mass"], [], None, 0).items()}
    internal = {"macro_auroc": {"value": 0.9}, "auroc:effusion": {"value": 0.9}, "auroc:mass": {"value": None}}
    text = _text({"external": external, "internal": internal, "shift": {}, "said": [], "not_read": []})
    assert "Here, Macro AUROC is the mean over 1 of 2 (mass). Not judged: effusion (nothing is known of it)." in text
    assert "In the study, Macro AUROC is the mean over 1 of 2 (effusion). Not judged: mass." in text


def test_the_shift_leaves_out_what_their_labels_say_nothing_of(model: OnnxFindings, tmp_path: Path) -> None:
    judged, _, _ = score(model, write(tmp_path, {"mass": alternating(3), "edema": alternating(4)}), specified())
    internal = pd.DataFrame({f"{what}_{name}": [0.2, 0.9] for what in ("score", "label") for name in ("effusion", "mass")})
    assert list(_shift(internal, judged, ["effusion", "mass"], TASK)) == ["mass"]


def test_a_table_without_any_of_the_findings_is_refused(model: OnnxFindings, tmp_path: Path) -> None:
    data = write(tmp_path, {"edema": alternating(3), "hernia": alternating(4)})
    with pytest.raises(BadInput, match=r"None of effusion, mass stands in .* there is: edema, hernia"):
        score(model, data, specified())

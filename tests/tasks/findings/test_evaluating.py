"""A model of several findings on another hospital's table: its uncertain entries count as the study's did."""

from pathlib import Path

import numpy as np
import pytest

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
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


def test_a_table_without_any_of_the_findings_is_refused(model: OnnxFindings, tmp_path: Path) -> None:
    data = write(tmp_path, {"edema": alternating(3), "hernia": alternating(4)})
    with pytest.raises(BadInput, match=r"None of effusion, mass stands in .* there is: edema, hernia"):
        score(model, data, specified())

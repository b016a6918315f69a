"""Models freed from a shortcut: how they are judged, what is on record, and what the protocol forbids."""

from pathlib import Path

import numpy as np
import pytest
from scipy import special

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment, debiasing
from jupyter_clinagent.imaging.reliance import ConfoundedScores
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.protocol.acceptance import judge_debiasing

SIZE = (64, 64)
CLASSES = {"pneumothorax": ["pneumothorax"], "no finding": ["no finding"]}


# ------------------------------------------------------------------ the rule
def shown(by_label: float, by_drain: float, rates: tuple[float, float] = (0.85, 0.1)) -> ConfoundedScores:
    rng = np.random.default_rng(0)
    label = rng.random(600) < 0.4
    drain = rng.random(600) < np.where(label, *rates)
    logit = by_label * label + by_drain * drain + rng.normal(0, 1, 600) - 1
    return ConfoundedScores(label, drain, special.expit(logit), np.arange(600) // 2, "drain")


def test_a_model_that_relies_much_less_at_no_price_is_kept_and_the_reason_names_the_biased_yardstick() -> None:
    verdict = judge_debiasing(shown(2, 2), shown(2, 2), shown(2, 0.2), 0)
    assert verdict.kept
    assert "the shortcut itself raises it" in verdict.reason


@pytest.mark.parametrize(
    "candidate",
    [shown(2, 2), shown(2, 1.9), shown(0.7, 0.05)],
    ids=["no fall", "no clear fall", "too high a price"],
)
def test_a_model_that_was_not_freed_or_at_too_high_a_price_is_discarded(candidate: ConfoundedScores) -> None:
    verdict = judge_debiasing(shown(2, 2), shown(2, 2), candidate, 0)
    assert not verdict.kept
    assert "Not freed" in verdict.reason


def test_a_second_freed_model_has_to_fall_below_the_first() -> None:
    assert not judge_debiasing(shown(2, 2), shown(2, 0.3), shown(2, 0.3), 0).kept


def test_where_reliance_cannot_be_estimated_nothing_is_kept_and_the_reason_says_why() -> None:
    empty = shown(2, 0.1, rates=(0.9, 0.0))
    verdict = judge_debiasing(empty, empty, empty, 0)
    assert not verdict.kept
    assert "negative with drain" in verdict.reason


# ------------------------------------------------------------------ in a study
@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A confirmed study on small films with drains."""
    data = phantoms.write("chest", tmp_path / "data", n=160, seed=2, size=64, drain_positive=0.65, drain_negative=0.35)
    study = Study(tmp_path / "study", data=data)
    study.survey()
    study.load_cohort(label="finding", classes=CLASSES, group="patient_id")
    study.confirm(specification(["drain"]))
    return study


def specification(confounders: list[str]) -> Specification:
    return Specification(
        title="Pneumothorax",
        task="classification",
        request="pneumothorax, not the drain",
        objective="Tell pneumothorax from no finding.",
        modality="radiograph",
        label_column="finding",
        classes=CLASSES,
        positive_class="pneumothorax",
        group_column="patient_id",
        confounders=confounders,
        primary_metric="auroc",
        operating_point={"rule": "youden", "positive_class": "pneumothorax"},  # type: ignore[arg-type]
    )


def run(study: Study, name: str, confounder: str | None = None):
    with study.experiment(name, minutes=0.03) as experiment:
        change = augment.radiograph(SIZE)
        if confounder:
            change = debiasing.transplant(study.cohort, confounder, change)  # type: ignore[assignment]
        data = CohortDataModule(study.cohort, SIZE, change, batch_size=16)
        experiment.fit(ImageClassifier(study.cohort.classes, trainable="half"), data)
    return experiment.verdict.facts


def test_plain_training_comes_first_and_the_freed_model_is_judged_by_its_own_rule(study: Study) -> None:
    with pytest.raises(ProtocolViolation, match="without debiasing first"):
        run(study, "too early", "drain")
    plain = run(study, "plain")
    assert plain.kept
    assert plain.validation["reliance"].value is not None
    freed = run(study, "freed", "drain")
    assert "reliance on drain goes from" in freed.reason
    assert study._session.erm is not None
    assert study._session.erm.entry.name == "plain"
    study.unseal("done")
    found = study.facts["evaluation"].reliance[0]  # type: ignore[union-attr]
    assert found.erm.experiment == "plain"
    assert found.model.experiment == ("freed" if freed.kept else "plain")
    assert set(found.model.sensitivity) == set(found.model.false_positive_rate) == {"with", "without"}
    assert found.model.flips.value is not None
    assert sum(found.images.values()) == (study.cohort.table["partition"] == "test").sum()


def test_freeing_from_what_the_specification_does_not_name_is_marked_as_not_prespecified(study: Study, tmp_path: Path) -> None:
    other = Study(tmp_path / "other", data=tmp_path / "data")
    other.load_cohort(label="finding", classes=CLASSES, group="patient_id")
    other.confirm(specification([]))
    run(other, "plain")
    freed = run(other, "freed", "drain")
    assert "Not prespecified" in freed.reason
    other.unseal("done")
    shown = [figures.confounder for figures in other.facts["evaluation"].reliance]  # type: ignore[union-attr]
    assert shown == (["drain"] if freed.kept else [])  # trained by the clock, it may be kept or not


def test_a_confounder_that_the_data_do_not_know_gives_a_reason_and_no_figure(study: Study, tmp_path: Path) -> None:
    other = Study(tmp_path / "other", data=tmp_path / "data")
    other.load_cohort(label="finding", classes=CLASSES, group="patient_id")
    other.confirm(specification(["pacemaker"]))
    run(other, "plain")
    other.unseal("done")
    found = other.facts["evaluation"].reliance[0]  # type: ignore[union-attr]
    assert found.model.reliance.value is None
    assert "pacemaker" in str(found.model.reliance.reason)

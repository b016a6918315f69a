"""Published splits are kept although a rare finding is missing from them; our own reach every part with each finding."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_clinagent.contracts import NO_FINDING
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.partition import PARTITIONS, partition_by_group
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.findings.splitting import reaching_every_part
from jupyter_clinagent.tasks.findings.targets import audit
from tests.tasks.findings.tables import EACH, NUMBER, PATIENTS, alternating, write

TESTED = [k // EACH >= PATIENTS - 10 for k in range(NUMBER)]
PUBLISHED = ["test" if inside else "train" for inside in TESTED]
ENOUGH = 10
"""Patients with whom a finding has to reach every part."""


def load(folder: Path, columns: dict[str, list[object]]) -> Cohort:
    return load_cohort(take_inventory(write(folder, columns)), Wishes(task="findings"), Corrections.none())


def judged_on(cohort: Cohort) -> set[str]:
    return set(cohort.seal.open()["file"].map(lambda file: Path(file).stem))


PUBLISHED_TEST = {f"film{k:03d}" for k in range(NUMBER) if TESTED[k]}


# ------------------------------------------------------------------ published
def test_a_published_split_is_kept_although_its_test_part_lacks_a_rare_finding(tmp_path: Path) -> None:
    hernia = [int(k // EACH in (3, 9, 15)) for k in range(NUMBER)]
    cohort = load(tmp_path, {"effusion": alternating(2), "hernia": hernia, "split": PUBLISHED})
    assert judged_on(cohort) == PUBLISHED_TEST
    assert cohort.facts.split_source == "published (split)"
    missing = "No image of the test part shows hernia: it is learnt, but this study can't judge it."
    assert missing in cohort.facts.assumptions
    assert missing in [finding.text for finding in audit(cohort)]
    assert (
        cohort.facts.details["findings"]["hernia"]["train"][0] + cohort.facts.details["findings"]["hernia"]["validation"][0] == 6
    )


def test_a_published_split_is_kept_although_every_test_image_shows_something(tmp_path: Path) -> None:
    effusion = [1 if TESTED[k] else alternating(2)[k] for k in range(NUMBER)]
    cohort = load(tmp_path, {"effusion": effusion, "mass": alternating(3), "split": PUBLISHED})
    assert judged_on(cohort) == PUBLISHED_TEST


def test_a_test_part_that_shows_no_finding_at_all_is_set_aside_and_that_is_said(tmp_path: Path) -> None:
    columns = {name: [0 if TESTED[k] else alternating(step)[k] for k in range(NUMBER)] for name, step in (("a", 2), ("b", 3))}
    cohort = load(tmp_path, {**columns, "split": PUBLISHED})
    assert cohort.facts.split_source == "by group, 70/15/15"
    assert any("The test part in split shows none of the findings" in line for line in cohort.facts.assumptions)


def test_a_published_split_without_a_test_part_is_set_aside_and_that_is_said(tmp_path: Path) -> None:
    column = ["train" if k % 2 else "" for k in range(NUMBER)]
    found = load_cohort(
        take_inventory(write(tmp_path, {"a": alternating(2), "b": alternating(3), "fold": column})),
        Wishes(task="findings", split="fold"),
        Corrections.none(),
    )
    assert any("The partition in fold names no test part" in line for line in found.facts.assumptions)


# ------------------------------------------------------------------ our own
def strata(shown: pd.DataFrame) -> pd.Series:
    order = shown.sum().sort_values(kind="stable").index
    return shown.apply(lambda row: next((name for name in order if row[name]), NO_FINDING), axis=1)


def test_a_finding_that_only_comes_beside_rare_ones_reaches_every_part() -> None:
    groups = pd.Series(range(60))
    shown = pd.DataFrame({f"rare {k}": groups == k for k in range(12)} | {"usual": groups < 12})
    dealt = partition_by_group(strata(shown), groups, 0)
    assert set(dealt[shown["usual"]]) == {"train"}, "without the move it would be in training alone"
    moved = reaching_every_part(shown, groups, dealt)
    assert set(moved[shown["usual"]]) == set(PARTITIONS)
    assert (moved != dealt).sum() == 2


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    share=st.lists(st.floats(0.02, 0.5), min_size=2, max_size=8),
    patients=st.integers(30, 90),
    together=st.floats(0, 1),
)
def test_each_finding_that_enough_patients_show_reaches_every_part(
    seed: int, share: list[float], patients: int, together: float
) -> None:
    rng = np.random.default_rng(seed)
    groups = pd.Series(np.repeat(np.arange(patients), 2))
    drawn = rng.random((len(groups), len(share))) < share
    drawn[:, 0] = np.where(rng.random(len(groups)) < together, drawn[:, 1:].any(axis=1), drawn[:, 0])  # goes with the others
    shown = pd.DataFrame(drawn, columns=[f"f{k}" for k in range(len(share))])
    partition = reaching_every_part(shown, groups, partition_by_group(strata(shown), groups, seed))
    assert (partition.groupby(groups).nunique() == 1).all()
    for name in shown:
        if groups[shown[name]].nunique() >= ENOUGH:
            assert set(partition[shown[name]]) == set(PARTITIONS), name

"""What report, chat and verdict say of findings of which only some could be judged."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from jupyter_clinagent.agent.playbook.cells import specification_markdown
from jupyter_clinagent.agent.playbook.closing import message, refined_message
from jupyter_clinagent.agent.playbook.turn import Call, Settings, Turn
from jupyter_clinagent.contracts import Estimate, Level
from jupyter_clinagent.facts import EvaluationFacts, ExperimentFacts
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.verdict import Verdict
from jupyter_clinagent.tasks.findings import reporting
from jupyter_clinagent.tasks.findings.scored import FindingScores
from jupyter_clinagent.tasks.findings.specification import SeveralFindings
from tests.tasks.findings.tables import alternating, lists, write

N = 120


def scored(shown: list[int], seed: int = 0) -> FindingScores:
    """Each finding is shown by so many patients, of whom each has one image; the first one is told best."""
    rng = np.random.default_rng(seed)
    truth = np.column_stack([np.arange(N) < number for number in shown]).astype(float)
    spread = np.linspace(0.1, 0.4, len(shown))
    scores = np.clip(0.3 + 0.4 * truth + rng.normal(0, 1, truth.shape) * spread, 0, 1)
    return FindingScores([f"i{k}" for k in range(N)], np.arange(N).astype(str), truth, scores, np.full(len(shown), 0.5))


def evidence(test: FindingScores, validation: FindingScores | None = None) -> Evidence:
    names = [f"f{number}" for number in range(test.truth.shape[1])]
    figures = test.estimates(names, [], None, 0)
    facts = SimpleNamespace(primary_metric="macro_auroc", test=figures)
    opening = SimpleNamespace(test=test, facts=facts, trained=SimpleNamespace(validation=validation or test))
    specification = SimpleNamespace(classes=names, level=Level())
    known = SimpleNamespace(opening=opening, specification=specification, primary=figures["macro_auroc"], judged="images")
    return cast(Evidence, known)


def perfect(test: FindingScores) -> FindingScores:
    return FindingScores(test.images, test.groups, test.truth, test.truth * 0.8 + 0.1, test.thresholds)


@pytest.mark.parametrize(
    ("shown", "words", "mean"),
    [
        ([40, 30, 20, 10], "Best told is f0 (AUROC", "the mean over all four findings"),
        ([40, 2, 3, 0], "Of four findings one could be judged: f0 (AUROC", "that of f0 alone, the only one of four findings"),
        ([40, 30, 3, 0], "Of four findings two could be judged. Best told is f0", "the mean over two of four findings, those"),
        ([2, 2], "No finding can be judged on these test images.", "is an anecdote"),
        ([40, 30, 119], "Of three findings two could be judged.", "the mean over two of three findings"),
        ([40], "It tells f0 (AUROC", "here that of f0 alone, is"),
    ],
)
def test_only_what_was_judged_is_said_to_be_told(shown: list[int], words: str, mean: str) -> None:
    known = evidence(scored(shown))
    assert reporting.without_threshold(known).startswith(words)
    assert mean in reporting.headline(known)
    assert "All of them" not in reporting.without_threshold(known)


def test_equally_well_is_said_of_those_alone_that_were_judged() -> None:
    some, every = (reporting.without_threshold(evidence(perfect(scored(shown)))) for shown in ([40, 30, 2, 3], [40, 30]))
    assert "Of four findings two could be judged. These are told equally well (AUROC 1.000)" in some
    assert "f2 (only 2 groups show it, too few to judge); f3 (only 3 groups show it, too few to judge)" in some
    assert every.startswith("Both are told equally well (AUROC 1.000)")


def test_a_finding_for_which_validation_allows_no_threshold_is_said_to_have_none() -> None:
    test, validation = scored([40, 30]), scored([40, 0])
    assert "No threshold could be chosen for f1" in reporting.without_threshold(evidence(test, validation))
    assert "Each has its own threshold." in reporting.without_threshold(evidence(test))


def test_report_and_specification_give_every_threshold_and_its_rule() -> None:
    known = evidence(scored([40, 30]))
    asked = {"title": "", "request": "", "task": "findings", "objective": "", "primary_metric": "macro_auroc"}
    held = SeveralFindings(**asked, classes={"f0": ["1"], "f1": ["1"]}, sensitivity_for={"f1": 0.9})  # type: ignore[arg-type]
    known = cast(Evidence, SimpleNamespace(opening=known.opening, specification=held))
    assert reporting.thresholds(known).startswith("f0 0.500 (Youden); f1 0.500 (sensitivity of 0.90); chosen on validation")
    assert "90% sensitivity for f1, else the best sum" in pages.specification(held, "")
    assert "90% sensitivity for f1, else the best sum" in specification_markdown(held, ())


def test_the_report_counts_entries_that_say_nothing() -> None:
    parts = {"train": [5, 20, 3], "validation": [2, 4, 1], "test": [2, 4, 9]}
    known_all = {"train": [1, 2, 0], "validation": [1, 2, 0], "test": [1, 2, 0]}
    facts = SimpleNamespace(details={"findings": {"f0": parts, "f1": known_all}})
    known = cast(Evidence, SimpleNamespace(session=SimpleNamespace(cohort=SimpleNamespace(facts=facts))))
    assert reporting.unknown(known) == " Entries of findings that are not known: f0 4."


def test_verdict_and_chat_say_over_which_findings_the_mean_is() -> None:
    figures = scored([40, 2, 0]).estimates(["a", "b", "c"], [], None, 0)
    plain = {"name": "probe", "hypothesis": "", "kept": True, "reason": "", "seconds": 1.0, "steps": 1, "epochs": 1.0}
    facts = ExperimentFacts(metric="macro_auroc", value=0.9, low=0.8, high=1.0, validation=figures, **plain)  # type: ignore[arg-type]
    said = "Macro AUROC is the mean over 1 of 3 (a). Not judged: b (only 2 groups show it, too few to judge); c (none is known"
    assert said in repr(Verdict(facts, []))
    assert said in refined_message([facts], facts)
    opened = EvaluationFacts(experiment="probe", primary_metric="macro_auroc", validation={}, test=figures, unsealed=1)
    chat = message(Turn("", Settings("s"), (Call("add_and_run", {}, {"facts": [opened.model_dump(mode="json")]}),)))
    assert said in chat
    assert "AUROC of b: can't be estimated (only 2 groups show it, too few to judge)" in chat
    assert "AUROC of a: 0." in chat or "AUROC of a: 1." in chat


def test_the_headline_gives_the_figure_of_the_evidence() -> None:
    known = evidence(scored([40, 30]))
    assert isinstance(known.primary, Estimate)
    assert f"{known.primary.value:.3f} (" in reporting.headline(known)


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        (
            "findings",
            lists("|", "No Finding", {"Effusion": 2, "Mass": 3}),
            "The findings are the entries of “findings”; what is not",
        ),
        ("effusion", alternating(2), "Each finding has its own column; uncertain entries are left out, entries that are"),
    ],
)
def test_the_report_says_how_the_findings_were_given(tmp_path: Path, name: str, cells: list[object], words: str) -> None:
    folder = write(tmp_path, {name: cells, "mass": alternating(3)})
    cohort = load_cohort(take_inventory(folder), Wishes(task="findings"), Corrections.none())
    known = cast(Evidence, SimpleNamespace(session=SimpleNamespace(cohort=cohort)))
    assert reporting.truth(known).startswith(words)
    assert reporting.truth(known).endswith("uncertain entries are left out, entries that are not mentioned left out.")

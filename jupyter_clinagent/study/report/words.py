"""The study in plain words: what the model does, how often it is right, what to be careful about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import OperatingResult
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.showing.reliance_page import reliance_sentences
from jupyter_clinagent.tasks import registry

POOR_CALIBRATION = 0.10
GUESSING = 0.5
"""AUROC, macro or not, of a model that guesses."""
HUNDRED = 100
SMALL_TEST = 30
"""Below so many groups with the finding, the bootstrap itself is rough."""
Counted = tuple[int, int]
"""How many are right, of how many."""


def summary_sentences(evidence: Evidence) -> list[str]:
    """Four or five sentences that a clinician can read first."""
    return [*_task(evidence), evidence.words.headline(evidence), *_at_the_threshold(evidence)]


def _task(e: Evidence) -> Iterator[str]:
    table = e.session.cohort.table
    test = table[table["partition"] == "test"]
    training = table[table["partition"] == "train"]
    grouped = f" from {test['group'].nunique()} groups" if e.session.cohort.facts.group_source else ""
    tested = f"{len(test)} images"
    if not e.specification.level.by_image:
        tested = f"{len(e.opening.test.images)} {e.judged} ({len(test)} images; {e.specification.level.in_words})"
    yield (
        f"The model {e.words.does(e.specification)}. It learnt from {len(training)} images and was judged "
        f"at the end on {tested}{grouped} that it had never seen."
    )
    if e.specification.only:
        yield f"Training and test are about {e.specification.only_in_words}: of others nothing is known."


def _at_the_threshold(e: Evidence) -> Iterator[str]:
    point = e.opening.facts.operating_point
    if point is None:
        yield e.words.without_threshold(e)
        return
    yield from at_threshold(point, _called(e), e.judged)


def _called(e: Evidence) -> dict[str, Counted]:
    """How many test images of each kind are called rightly at the threshold."""
    truth, score = e.opening.test.binary(*e.session.positives)
    called = score >= e.opening.threshold
    return {"sensitivity": counted(called[truth]), "specificity": counted(~called[~truth])}


def counted(right: np.ndarray) -> Counted:
    """How many of so many are right, from one entry for each; NaN where there is nothing to judge."""
    known = right[~np.isnan(right.astype(float))]
    return int(known.sum()), len(known)


def faultless(e: Evidence) -> str:
    """That every call on the test set is right; a threshold is spoken of only where there is one."""
    at = " at this threshold" if e.opening.facts.operating_point else ""
    return f"The model makes no mistake on the test set{at}."


def at_threshold(point: OperatingResult, numbers: Mapping[str, Counted] | None = None, judged: str = "images") -> Iterator[str]:
    """What the chosen threshold gives on the test images, and whether the target was met.

    Parameters
    ----------
    numbers
        How many are called rightly, by the name of the rate.
    judged
        What is counted.
    """
    numbers = numbers or {}
    spared = point.test.get("specificity")
    of_others = "how many of the others it leaves without an alarm can't be estimated"
    if spared is not None and spared.value is not None:
        of_others = f"leaves {hundred(spared, counts=numbers.get('specificity'))} of the others without an alarm"
    recognised = hundred(point.test.get("sensitivity"), counts=numbers.get("sensitivity"))
    yield f"At the chosen threshold it recognises {recognised} {judged} of {point.named}, and {of_others}."
    if point.target is not None:
        aim = f"the {point.rule} aimed at, {point.target:.2f},"
        yield point.judge_target(aim, "the 95 % interval found on the test images")


def hundred(estimate: Estimate | None, what: str = "", counts: Counted | None = None) -> str:
    """A share as so many of 100, with its interval; as so many of how many there were, where these are fewer.

    Examples
    --------
    >>> hundred(Estimate(value=1.0, low=1.0, high=1.0), "images", counts=(2, 2))
    '2 of 2 images (all alike, which gives no interval)'
    """
    if estimate is None or estimate.value is None:
        return f"an unknown number of {what}".rstrip()
    hits, number = counts if counts and counts[1] < HUNDRED else (round(HUNDRED * estimate.value), HUNDRED)
    shown = f"{hits} of {number} {what}".rstrip()
    if estimate.low is None or estimate.high is None:
        return f"{shown} ({estimate.reason})" if estimate.reason else shown
    unit = "" if number == HUNDRED else " %"
    return f"{shown} (95 % interval {HUNDRED * estimate.low:.0f} to {HUNDRED * estimate.high:.0f}{unit})"


def cautions(evidence: Evidence) -> list[str]:
    """What a reader must know before believing the figures."""
    return [
        text
        for caution in (
            _unlearnt,
            _guessing,
            _too_few,
            _small_test,
            _target,
            _shortcuts,
            _openings,
            _calibration,
            _fragile,
            _maps,
            _changed,
            _data,
        )
        for text in caution(evidence)
    ]


def _unlearnt(e: Evidence) -> Iterator[str]:
    metric = registry.metric(e.opening.facts.primary_metric)
    if metric.sign > 0 and e.primary.value == metric.low:
        yield "The main figure is the lowest that there is: the model has learnt nothing of use, whatever the others say."


def _guessing(e: Evidence) -> Iterator[str]:
    if e.primary.value is not None and e.primary.low is None:
        yield f"The main figure has no interval ({e.primary.reason}): the true one may lie far from it."
    if e.words.guesses(e):
        yield (
            "The interval holds what a guess would reach: from this test set it can't be told whether the model is better than "
            "guessing."
        )


def _too_few(e: Evidence) -> Iterator[str]:
    for name, number in e.session.cohort.facts.too_few.items():
        yield f"Too few to judge: there are only {number} groups of {name} in all; its figures are anecdotes."


def _small_test(e: Evidence) -> Iterator[str]:
    """A figure on a handful of patients is hardly one, whatever its interval says."""
    test, (positives, name) = e.opening.test, e.words.positive(e)
    groups = len(set(test.groups[np.isin(test.labels, positives)]))
    if positives and groups < SMALL_TEST:
        yield (
            f"The test set is small: only {groups} groups (patients or lesions) of it show {name}. Figures that hang on so few, "
            "their intervals included, may change much with the next patients."
        )


def _target(e: Evidence) -> Iterator[str]:
    point = e.opening.facts.operating_point
    if e.opening.facts.no_threshold:
        yield e.opening.facts.no_threshold
    if point is not None:
        yield from missed_target(point)


def missed_target(point: OperatingResult) -> Iterator[str]:
    """The caution about a target that the test images contradict."""
    if point.against_target == "missed":
        yield f"The {point.rule} aimed at ({point.target}) was not confirmed on the test images."


def _shortcuts(e: Evidence) -> Iterator[str]:
    for facts in e.opening.facts.reliance:
        yield reliance_sentences(facts)[0]


def _openings(e: Evidence) -> Iterator[str]:
    if e.opening.facts.unsealed > 1:
        yield f"The test set was opened {e.opening.facts.unsealed} times, for different models: the figures are likely too good."
    for facts in e.session.material.post_hoc:
        if facts.operating_point:
            yield f"A threshold of {facts.operating_point.threshold:.3f} was looked at post hoc; it isn't validated."


def _calibration(e: Evidence) -> Iterator[str]:
    for name, figure in e.opening.facts.test.items():
        base, _, part = name.partition(":")
        if base == "ece" and figure.value is not None and figure.value > POOR_CALIBRATION:
            which = f" for {part}" if part else ""
            yield (
                f"The scores{which} are no probabilities (expected calibration error {figure.value:.2f}); don't read them as "
                "percentages."
            )


def _fragile(e: Evidence) -> Iterator[str]:
    table = e.robustness.dropna()
    plain = table["value"].iloc[0] if len(table) else 0.0
    metric = registry.metric(e.opening.facts.primary_metric)
    goes = "falls" if metric.sign > 0 else "rises"
    for change, value in zip(table["change"], table["value"], strict=True):
        if metric.much_worse(value, plain):
            there = f"from {e.primary.written(plain)} to {e.primary.written(value)}{e.primary.after}"
            yield f"Fragile: on test images {change}, {metric.title} {goes} {there}."


def _maps(e: Evidence) -> Iterator[str]:
    explained = e.session.material.explanation
    if explained is not None and explained.randomisation_correlation >= 0.5:
        yield "The heat maps hardly depend on what the model learnt; don't read anything into them."


def _changed(e: Evidence) -> Iterator[str]:
    if e.changed:
        yield f"{len(e.changed)} data files changed while the study ran, the first of them {e.changed[0]}."


def _data(_: Evidence) -> Iterator[str]:
    yield "All images come from one data set: elsewhere, with other cameras and other patients, the model may do worse."

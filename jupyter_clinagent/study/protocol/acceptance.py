"""The acceptance rule: prespecified, and aware of noise.

The first experiment is the baseline and is kept. A later one is kept only if it is better than the best so far on the
primary metric of the validation set *and* the paired bootstrap over validation groups (the same patients drawn for both
models) says so with a probability of at least 80 %. From 97.5 % on the gain is called real, below that probable.

An experiment that works against a named confounder (a shortcut) falls under another rule, because the primary metric on
validation is itself raised by the shortcut: there as in training the confounder goes with the label, so that a model that
looks at it seems better than it is. Such a model is kept if, on validation,

1. its reliance on the confounder is at least a quarter below that of the best model so far, and the paired bootstrap over
   groups gives the fall a probability of at least 80 %; and
2. its AUROC among the images without the confounder is at most .01 below that of the plainly trained model (ERM).

Once a freed model is kept, a model that was not freed can't take its place, whatever its primary metric.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import reliance
from jupyter_clinagent.imaging.reliance import ConfoundedScores
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.tasks import registry

PROBABLE = 0.80
REAL = 0.975
DRAWS = 1000
CLEAR_FALL = 0.25
"""Share of the reliance that a debiased model has to lose."""
MOST_LOST = 0.01
"""AUROC without the confounder that it may lose against ERM."""
FREED_RULE = (
    f"if its reliance on validation falls by at least {CLEAR_FALL:.0%} with a probability of at least {PROBABLE:.0%}, and its "
    f"AUROC among images without the confounder is at most {MOST_LOST} below that of the plainly trained model"
)


@dataclass(frozen=True)
class Acceptance:
    """Kept or not, and why, in a sentence."""

    kept: bool
    reason: str


def judge(metric: str, best: Judged | None, candidate: Judged, value: float, best_value: float | None, seed: int) -> Acceptance:
    """Apply the rule to a candidate's predictions on validation.

    Raises
    ------
    ValueError
        The two were not made on the same images.
    """
    if best is None or best_value is None:
        return Acceptance(True, "The first experiment is the baseline.")
    change, better = value - best_value, registry.metric(metric)
    gain = better.sign * change
    chance = probability_of_gain(metric, best, candidate, seed)
    direction = " (lower is better)" if better.sign < 0 else ""
    described = f"{change:+.3f} against the best so far{direction}, probability of a gain {chance:.0%}"
    if gain > 0 and chance >= REAL:
        return Acceptance(True, f"The gain is real: {described}.")
    if gain > 0 and chance >= PROBABLE:
        return Acceptance(True, f"The gain is probable: {described}.")
    return Acceptance(False, f"No convincing gain: {described} (at least {PROBABLE:.0%} is asked for).")


def probability_of_gain(metric: str, best: Judged, candidate: Judged, seed: int) -> float:
    """Probability that the candidate is better, from the paired bootstrap's interval taken as normal; 0.5 if unknown."""
    return _above_zero(candidate.gain_over(best, metric, DRAWS, seed))


def _above_zero(gain: Estimate) -> float:
    if gain.value is None or gain.low is None or gain.high is None or gain.high == gain.low:
        return 0.5
    deviation = (gain.high - gain.low) / (2 * stats.norm.ppf(0.975))
    return float(stats.norm.cdf(gain.value / deviation))


def judge_debiasing(erm: ConfoundedScores, best: ConfoundedScores, candidate: ConfoundedScores, seed: int) -> Acceptance:
    """Apply the rule for debiased models to scores on the same validation images."""
    before, after = (reliance.reliance(model, seed=seed, draws=DRAWS) for model in (best, candidate))
    if before.value is None or after.value is None:
        return Acceptance(False, f"Reliance can't be estimated on validation: {after.reason or before.reason}.")
    fall = 1 - _above_zero(reliance.reliance_change(best, candidate, seed=seed, draws=DRAWS))
    plain, freed = (reliance.auroc_without(model, seed=seed).value for model in (erm, candidate))
    change = None if plain is None or freed is None else freed - plain
    described = (
        f"reliance on {candidate.name} goes from {before.value:.2f} to {after.value:.2f} (probability of a fall {fall:.0%}), and "
        f"the AUROC without it changes by {'an unknown amount' if change is None else f'{change:+.3f}'}"
    )
    fell = after.value <= (1 - CLEAR_FALL) * before.value and fall >= PROBABLE
    if fell and change is not None and change >= -MOST_LOST:
        biased = "The primary metric is no yardstick here: on validation the shortcut itself raises it."
        return Acceptance(True, f"Freed: {described}. {biased}")
    asked = f"at least {CLEAR_FALL:.0%} less reliance with {PROBABLE:.0%} probability, and a loss of at most {MOST_LOST}"
    return Acceptance(False, f"Not freed, or at too high a price: {described} ({asked} are asked for).")


def judge_unfreed(confounder: str) -> Acceptance:
    """What becomes of a plainly trained model once a freed one is the best."""
    return Acceptance(
        False, f"The best model so far is freed from {confounder}, this one isn't: the shortcut raises its figures."
    )

"""The acceptance rule: prespecified, and aware of noise.

The first experiment is the baseline and is kept. A later one is kept only if it is better than the best so far on the
primary metric of the validation set *and* the paired bootstrap over validation groups (the same patients drawn for both
models) says so with a probability of at least 80 %. From 97.5 % on the gain is called real, below that probable.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from jupyter_clinagent.study.judged import Judged

PROBABLE = 0.80
REAL = 0.975
DRAWS = 1000


@dataclass(frozen=True)
class Verdict:
    """Kept or not, and why, in a sentence."""

    kept: bool
    reason: str


def judge(metric: str, best: Judged | None, candidate: Judged, value: float, best_value: float | None, seed: int) -> Verdict:
    """Apply the rule to a candidate's predictions on validation.

    Raises
    ------
    ValueError
        The two were not made on the same images.
    """
    if best is None or best_value is None:
        return Verdict(True, "The first experiment is the baseline.")
    gain = value - best_value
    chance = probability_of_gain(metric, best, candidate, seed)
    described = f"{gain:+.3f} against the best so far, probability of a gain {chance:.0%}"
    if gain > 0 and chance >= REAL:
        return Verdict(True, f"The gain is real: {described}.")
    if gain > 0 and chance >= PROBABLE:
        return Verdict(True, f"The gain is probable: {described}.")
    return Verdict(False, f"No convincing gain: {described} (at least {PROBABLE:.0%} is asked for).")


def probability_of_gain(metric: str, best: Judged, candidate: Judged, seed: int) -> float:
    """Probability that the candidate is better, from the paired bootstrap's interval taken as normal; 0.5 if unknown."""
    gain = candidate.gain_over(best, metric, DRAWS, seed)
    if gain.value is None or gain.low is None or gain.high is None or gain.high == gain.low:
        return 0.5
    deviation = (gain.high - gain.low) / (2 * stats.norm.ppf(0.975))
    return float(stats.norm.cdf(gain.value / deviation))

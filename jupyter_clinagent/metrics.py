"""The catalogue of metrics: what each is called, in which range it lies, which direction is better, whose formula it is.

A task adds its own (:attr:`jupyter_clinagent.tasks.task.Task.metrics`). Who changes what a metric computes raises its
``version``: the versions are the evaluator's identity, by which a replay knows whether it is judged as the study was.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

LARGE_FALL, LARGE_RISE = 0.05, 0.25
"""What is much worse: a share that is lower by so much, or an error that is higher by so much of itself."""


class Metric(NamedTuple):
    """One figure.

    Attributes
    ----------
    title
        In tables and reports.
    source
        Of the formula.
    spoken
        In the chat; empty where it is called as in reports.
    needs
        What it takes to estimate it; empty for any test set with both answers.
    version
        Raised with each change of what is computed.
    told
        Whether the closing words of a study give it.
    headline
        Whether it stands beside the primary metric at the top of the report.
    """

    name: str
    title: str
    source: str
    spoken: str = ""
    needs: str = ""
    version: int = 1
    low: float = 0.0
    high: float = 1.0
    better: Literal["higher", "lower"] = "higher"
    unit: str = ""
    told: bool = False
    headline: bool = False

    @property
    def sign(self) -> int:
        """1 where a higher value is better, -1 where a lower one is."""
        return 1 if self.better == "higher" else -1

    def much_worse(self, value: float, than: float) -> bool:
        """Whether a value is so much worse than another that a reader has to be told."""
        return than - value > LARGE_FALL if self.better == "higher" else value > (1 + LARGE_RISE) * than

    @property
    def alarm(self) -> str:
        """From when on that is, in words that go before “the whole test set”."""
        return f"more than {LARGE_FALL:.2f} below" if self.better == "higher" else f"more than {LARGE_RISE:.0%} above"

    @property
    def running(self) -> str:
        """Its title within a sentence: “macro AUROC”, but “AUROC” and “mAP50”."""
        first, *rest = self.title.split(" ")
        return " ".join([first.lower() if first.istitle() and rest else first, *rest])

    @property
    def in_chat(self) -> str:
        """What the chat calls it."""
        return self.spoken or self.title


COMMON: tuple[Metric, ...] = (
    Metric("auroc", "AUROC", "Hanley and McNeil 1982", told=True),
    Metric("macro_auroc", "Macro AUROC", "Hand and Till 2001; mean over classes or findings, one against the rest", told=True),
    Metric("sensitivity", "Sensitivity", "Altman and Bland 1994", needs="a threshold", headline=True),
    Metric("specificity", "Specificity", "Altman and Bland 1994", needs="a threshold", headline=True),
    Metric("ece", "Expected calibration error", "Naeini et al. 2015; ten bins of equal width", better="lower"),
    Metric("brier", "Brier score", "Brier 1950", better="lower"),
)
"""What more than one task reports of images as a whole."""

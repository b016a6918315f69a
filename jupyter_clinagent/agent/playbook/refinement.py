"""Refinement: what to try next once the ladder is climbed, from what the data and the last results suggest.

Each idea has a sign that calls for it, a hypothesis in words, and an expected gain. The one with the highest expected gain
per minute on this machine comes first. It ends when the time is spent, when nothing is left to try, or when three in a row
were discarded. The ideas themselves stand in each task's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts

PATIENCE = 3
"""Discarded experiments in a row after which nothing more is tried."""
LEAST_MINUTES = 0.4
ROOM = 1.3
"""Images that are so much wider than the working size hold details that the model has not seen."""
FINER = 1.5
LONGER = "longer training"
"""What is tried where more training is asked for and nothing else suggests itself."""


class HasSize(Protocol):
    """What an experiment's cell says about data and model, of which only the working size matters here."""

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        ...


R = TypeVar("R", bound=HasSize)


@dataclass(frozen=True)
class Signs:
    """What is known when the next experiment is chosen.

    Attributes
    ----------
    done
        Experiments so far, in order.
    minutes
        Time left for training.
    """

    survey: SurveyFacts
    cohort: CohortFacts
    speed: SpeedFacts
    done: Sequence[ExperimentFacts]
    minutes: float

    @property
    def best(self) -> ExperimentFacts:
        """The last one that was kept, of those that trained."""
        return next(facts for facts in reversed(self.trained) if facts.kept)

    @property
    def trained(self) -> list[ExperimentFacts]:
        """Those that trained; asking models together doesn't."""
        return [facts for facts in self.done if facts.steps]

    @property
    def kept(self) -> ExperimentFacts:
        """The last one that was kept, trained or not: its model is the best so far."""
        return next(facts for facts in reversed(self.done) if facts.kept)

    @property
    def images(self) -> int:
        """In the training part."""
        return sum(parts.get("train", 0) for parts in self.cohort.counts.values())

    @property
    def imbalance(self) -> float:
        """How many times as many training images the most frequent class has as the rarest."""
        counts = [parts.get("train", 0) for parts in self.cohort.counts.values()]
        return max(counts) / max(min(counts), 1)

    @property
    def still_rising(self) -> bool:
        """Whether the best model was at its best when its time was over."""
        return self.best.best_at > 0.9

    @property
    def memorises(self) -> bool:
        """Whether the last training was at its best early."""
        return self.trained[-1].best_at <= 0.5

    def room_for_detail(self, size: Size) -> bool:
        """Whether the images hold more than this working size shows."""
        return self.survey.median_size is not None and self.survey.median_size[0] >= ROOM * size[0]


@dataclass(frozen=True)
class Idea(Generic[R]):
    """One thing to try.

    Attributes
    ----------
    gain
        What it is expected to add to the primary metric where its sign is there; only their order matters.
    epochs
        How long it takes to show; 0: nothing is trained, it takes as long as looking at the images that judge it.
    setup
        What its cell says, from the best so far with one thing changed.
    """

    name: str
    hypothesis: str
    gain: float
    epochs: float
    suggested: Callable[[Signs], bool]
    setup: Callable[[Signs], R]

    def minutes(self, signs: Signs) -> float:
        """Time it takes on this machine; the whole network learns, and time grows with the pixels."""
        if not self.epochs:
            return looks_minutes(signs.cohort, signs.speed)
        (size, milliseconds), (width, height) = next(iter(signs.speed.ms_per_image["all"].items())), self.setup(signs).size
        known = [int(side) for side in size.split("x")]
        return self.epochs * signs.images * milliseconds * width * height / (known[0] * known[1]) / 60_000


def looks_minutes(cohort: CohortFacts, speed: SpeedFacts) -> float:
    """What four more looks at each image of validation and test take."""
    seen = sum(parts.get(part, 0) for parts in cohort.counts.values() for part in ("validation", "test"))
    return 4 * seen * next(iter(speed.ms_per_image["predict"].values())) / 60_000


def finer(size: Size) -> Size:
    """The next size up, in multiples of 32 as the network halves its maps five times."""
    width, height = (max(32, round(FINER * side / 32) * 32) for side in size)
    return width, height


@dataclass(frozen=True)
class Next(Generic[R]):
    """The experiment to make: its name, hypothesis, setup and time."""

    name: str
    hypothesis: str
    setup: R
    minutes: float


def next_experiment(signs: Signs, begun: int, catalogue: Sequence[Idea[R]], wished: Sequence[str] = ()) -> Next[R] | None:
    """The experiment that was wished for, else the most promising idea that fits into the time; None where refinement ends.

    Parameters
    ----------
    begun
        How many experiments there were when refinement began: patience counts from there.
    wished
        Names of ideas that the clinician's words call for: the first that is suggested is tried, else the first.
    """
    if signs.minutes < LEAST_MINUTES or _out_of_patience(signs.done[begun:]):
        return None
    tried = {facts.name for facts in signs.done}
    ideas = _wished(catalogue, signs, wished) or [idea for idea in catalogue if _fits(idea, signs, tried)]
    if not ideas:
        return None
    best = max(ideas, key=lambda idea: idea.gain / max(idea.minutes(signs), 1e-3))
    minutes = min(max(best.minutes(signs), LEAST_MINUTES), signs.minutes)
    again = sum(name.startswith(best.name) for name in tried)
    return Next(f"{best.name} {again + 1}" if again else best.name, best.hypothesis, best.setup(signs), minutes)


def _wished(catalogue: Sequence[Idea[R]], signs: Signs, wished: Sequence[str]) -> list[Idea[R]]:
    named = [idea for name in wished for idea in catalogue if idea.name == name]
    return ([idea for idea in named if idea.suggested(signs)] or named)[:1]


def _fits(idea: Idea[R], signs: Signs, tried: set[str]) -> bool:
    """An idea is tried once, if something suggests it and half of its time, which may show a gain already, is there."""
    return idea.name not in tried and idea.suggested(signs) and 0.5 * idea.minutes(signs) <= signs.minutes


def _out_of_patience(done: Sequence[ExperimentFacts]) -> bool:
    return len(done) >= PATIENCE and not any(facts.kept for facts in done[-PATIENCE:])

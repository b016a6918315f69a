"""Refinement: what to try next once the ladder is climbed, from what the data and the last results suggest.

Each idea has a sign that calls for it, a hypothesis in words, and an expected gain. The one with the highest expected gain
per minute on this machine comes first. It ends when the time is spent, when nothing is left to try, or when three in a row
were discarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jupyter_clinagent.agent.playbook.plan import Size
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts

PATIENCE = 3
"""Discarded experiments in a row after which nothing more is tried."""
LEAST_MINUTES = 0.4
IMBALANCE = 5.0
"""From so many times as many images on, the most frequent class drowns the rarest."""
ROOM = 1.3
"""Images that are so much wider than the working size hold details that the model has not seen."""
FINER = 1.5


@dataclass(frozen=True)
class Recipe:
    """What an experiment's cell says about data and model."""

    size: Size
    balance: float = 0.5
    strength: float = 1.0
    learning_rate: float | None = None

    @classmethod
    def of(cls, facts: ExperimentFacts) -> Recipe:
        """That of an experiment, whose model the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        return cls((width, height), data["balance"], (data["train_transform"] or {}).get("strength", 1.0))


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
    def recipe(self) -> Recipe:
        """That of the best experiment so far."""
        return Recipe.of(self.best)

    @property
    def best(self) -> ExperimentFacts:
        """The last one that was kept, of those that trained."""
        return next(facts for facts in reversed(self.trained) if facts.kept)

    @property
    def trained(self) -> list[ExperimentFacts]:
        """Those that trained; asking models together doesn't."""
        return [facts for facts in self.done if facts.steps]

    @property
    def images(self) -> int:
        """In the training part."""
        return sum(parts.get("train", 0) for parts in self.cohort.counts.values())

    @property
    def imbalance(self) -> float:
        """How many times as many training images the most frequent class has as the rarest."""
        counts = [parts.get("train", 0) for parts in self.cohort.counts.values()]
        return max(counts) / max(min(counts), 1)


@dataclass(frozen=True)
class Idea:
    """One thing to try.

    Attributes
    ----------
    gain
        What it is expected to add to the primary metric where its sign is there; only their order matters.
    epochs
        How long it takes to show.
    """

    name: str
    hypothesis: str
    gain: float
    epochs: float
    suggested: Callable[[Signs], bool]
    change: Callable[[Recipe], Recipe]

    def minutes(self, signs: Signs) -> float:
        """Time it takes on this machine; the whole network learns, and time grows with the pixels."""
        (size, milliseconds), recipe = next(iter(signs.speed.ms_per_image["all"].items())), self.change(signs.recipe)
        width, height = (int(side) for side in size.split("x"))
        pixels = recipe.size[0] * recipe.size[1] / (width * height)
        return self.epochs * signs.images * milliseconds * pixels / 60_000


def _still_rising(signs: Signs) -> bool:
    return signs.best.best_at > 0.9


def _memorises(signs: Signs) -> bool:
    return signs.trained[-1].best_at <= 0.5


def _drowned(signs: Signs) -> bool:
    return len(signs.cohort.classes) > 2 and signs.imbalance >= IMBALANCE and signs.recipe.balance < 1


def _room_for_detail(signs: Signs) -> bool:
    return signs.survey.median_size is not None and signs.survey.median_size[0] >= ROOM * signs.recipe.size[0]


def _finer(recipe: Recipe) -> Recipe:
    """The next size up, in multiples of 32 as the network halves its maps five times."""
    width, height = (max(32, round(FINER * side / 32) * 32) for side in recipe.size)
    return replace(recipe, size=(width, height), learning_rate=GENTLE)


GENTLE = 3e-4
"""Peak learning rate where a tuned model goes on: half of full fine-tuning's."""

RARE = "rare classes as often as common ones"

CATALOGUE = (
    Idea(
        "longer training",
        "the validation curve was still rising when its time was over, so train on, more gently",
        0.010,
        2.0,
        _still_rising,
        lambda recipe: replace(recipe, learning_rate=GENTLE),
    ),
    Idea(
        "stronger augmentation",
        "the best look at validation came early and the rest was memorised, so vary the images more",
        0.006,
        3.0,
        _memorises,
        lambda recipe: replace(recipe, strength=1.8),
    ),
    Idea(
        RARE,
        "rare classes are drowned out, so draw every class equally often",
        0.005,
        2.0,
        _drowned,
        lambda recipe: replace(recipe, balance=1.0, learning_rate=GENTLE),
    ),
    Idea(
        "finer images",
        "the images hold details that the working size loses, so train on at a higher resolution",
        0.010,
        3.0,
        _room_for_detail,
        _finer,
    ),
)


@dataclass(frozen=True)
class Next:
    """The experiment to make: its name, hypothesis, recipe and time."""

    name: str
    hypothesis: str
    recipe: Recipe
    minutes: float


Wish = Literal["rare classes"]
"""What a clinician may ask to be tried next."""
_WISHES: dict[Wish, str] = {"rare classes": RARE}


def next_experiment(signs: Signs, begun: int, wish: Wish | None = None) -> Next | None:
    """The experiment that was wished for, else the most promising idea that fits into the time; None where refinement ends.

    Parameters
    ----------
    begun
        How many experiments there were when refinement began: patience counts from there.
    """
    if signs.minutes < LEAST_MINUTES or _out_of_patience(signs.done[begun:]):
        return None
    tried = {facts.name for facts in signs.done}
    ideas = [idea for idea in CATALOGUE if _fits(idea, signs, tried, wish)]
    if not ideas:
        return None
    best = max(ideas, key=lambda idea: idea.gain / idea.minutes(signs))
    minutes = min(max(best.minutes(signs), LEAST_MINUTES), signs.minutes)
    again = sum(name.startswith(best.name) for name in tried)
    return Next(f"{best.name} {again + 1}" if again else best.name, best.hypothesis, best.change(signs.recipe), minutes)


def _fits(idea: Idea, signs: Signs, tried: set[str], wish: Wish | None) -> bool:
    """An idea is tried once, if something suggests it and half of its time, which may show a gain already, is there."""
    if wish is not None:
        return idea.name == _WISHES[wish]
    return idea.name not in tried and idea.suggested(signs) and 0.5 * idea.minutes(signs) <= signs.minutes


def _out_of_patience(done: Sequence[ExperimentFacts]) -> bool:
    return len(done) >= PATIENCE and not any(facts.kept for facts in done[-PATIENCE:])

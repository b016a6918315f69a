"""The experiments of a study: the planned ladder, then refinement for as long as there is time and something to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_clinagent.agent.playbook.moves import facts_in, run
from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, judging_minutes
from jupyter_clinagent.agent.playbook.refinement import Signs, looks_minutes
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.protocol import Planning


@dataclass(frozen=True)
class Setting:
    """What every experiment of a study is made in."""

    survey: SurveyFacts
    spec: Specification
    cohort: CohortFacts
    speed: SpeedFacts
    size: Size

    @property
    def planning(self) -> Planning:
        """How its task plans."""
        return registry.find(self.spec.task).planning

    @property
    def closing(self) -> float:
        """Minutes that test set, heat maps and report will take."""
        return closing_minutes(self.spec, self.cohort, self.speed)

    @property
    def judging(self) -> float:
        """Minutes that judging one experiment takes."""
        return judging_minutes(self.spec, self.cohort, self.speed)

    def signs(self, made: Made, until: float) -> Signs:
        """What is known when the next experiment is chosen; a model that looks closer takes more time to the end."""
        looks = looks_minutes(self.cohort, self.speed) if made.looks_closer else 0.0
        return Signs(self.survey, self.cohort, self.speed, made.done, until - made.minutes - self.judging - looks)


@dataclass(frozen=True)
class Made:
    """Experiments so far, and how many minutes of the turn have passed."""

    done: tuple[ExperimentFacts, ...]
    minutes: float

    @property
    def looks_closer(self) -> bool:
        """Whether the best model so far looks at more views of each image."""
        kept = [facts for facts in self.done if facts.kept]
        return bool(kept and kept[-1].details.get("model", {}).get("closer"))

    def after(self, call: Call) -> Made:
        """With the experiment of this cell."""
        found = ExperimentFacts.read(facts_in(call, "experiment"))
        return Made((*self.done, found), call.artifact["elapsed"] / 60)


def climb(turn: Turn, setting: Setting, plan: Plan, rungs: list[Rung]) -> Made:
    """Run the ladder; each rung gets its share of what is left when it begins, so an early finish is not lost."""
    spec, agreed = setting.spec, turn.last("propose_plan")
    made = Made((), agreed.artifact["elapsed"] / 60 if agreed else 0.0)
    for number, (step, rung) in enumerate(zip(plan.steps, rungs, strict=True), 1):
        still_planned = sum(s.minutes for s in plan.steps[number - 1 :])
        to_come = len(rungs) - number + 1
        left = max(spec.minutes - made.minutes - setting.closing - to_come * setting.judging, 0.2 * to_come)
        minutes = step.minutes if number == 1 else left * step.minutes / max(still_planned, 0.01)
        source = setting.planning.cell(number, rung, max(minutes, 0.1), setting)
        made = made.after(run(turn, f"Experiment {number}: {step.hypothesis}.", source))
    return made


def refine(turn: Turn, setting: Setting, made: Made, until: float, wished: Sequence[str] = ()) -> Made:
    """Make one experiment after the other, each suggested by a wish, the data or the last result.

    Parameters
    ----------
    until
        Minutes since the turn began at which training ends.
    wished
        Names of ideas that the clinician's words call for; the fitting one comes first.
    """
    begun = len(made.done)
    while chosen := _next_cell(setting, made, until, begun, wished):
        made, wished = made.after(run(turn, *chosen)), ()
    return made


def _next_cell(setting: Setting, made: Made, until: float, begun: int, wished: Sequence[str]) -> tuple[str, str] | None:
    """What to say and the cell of the next experiment; None where refinement ends."""
    signs, number = setting.signs(made, until), len(made.done) + 1
    chosen = setting.planning.refined(signs, begun, wished, number, setting)
    return None if chosen is None else (f"Experiment {number}: {chosen[0]}.", chosen[1])

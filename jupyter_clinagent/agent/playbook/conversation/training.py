"""More experiments in a finished study, judged on validation; the opened test set is not asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.debiasing import freeing_rungs
from jupyter_clinagent.agent.playbook.experimenting import Made, refine
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.moves import Step, finish, run
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.refinement import LONGER
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.facts import ExperimentFacts

MORE_MINUTES = 5.0
"""Of further training, where no time is named."""


def train_for(turn: Turn, intent: Intent, past: Past, wish: str) -> Step:
    """More experiments, those that the words call for first; or why this kind of study has none."""
    planning = past.setting.planning
    if why := planning.declines(wish):
        return finish("answered", why)
    return _train_on(turn, past, intent.minutes or MORE_MINUTES, planning.WISHES.get(wish, ()))


def free(turn: Turn, past: Past, rung: Rung, minutes: float) -> Step:
    """An experiment against a shortcut that was noticed afterwards; it counts as not prespecified."""
    done = past.experiments
    number, again = len(done) + 1, sum(facts.name.startswith(rung.name) for facts in done)
    rung = replace(rung, name=f"{rung.name} {again + 1}") if again else rung
    source = past.setting.planning.cell(number, rung, minutes, past.setting, start="study.model()")
    after = Made(done, 0.0).after(run(turn, f"Experiment {number}: {rung.hypothesis}.", source))
    return _told(turn, after, len(done))


def _train_on(turn: Turn, past: Past, minutes: float, ideas: Sequence[str]) -> Step:
    setting, done = past.setting, past.experiments
    if confounder := _freed_from(past.best):
        return _go_on_freeing(turn, past, confounder, minutes)
    after = refine(turn, setting, Made(done, 0.0), minutes, ideas)
    if len(after.done) == len(done):
        after = refine(turn, setting, Made(done, 0.0), minutes, [LONGER])
    if len(after.done) == len(done):
        return finish("done", "No experiment fits into this time, so the model stays as it is.")
    return _told(turn, after, len(done))


def _told(turn: Turn, after: Made, before: int) -> Step:
    run(turn, "I write the report anew.", cells.REPORT)
    best = next(facts for facts in reversed(after.done) if facts.kept)
    return finish("done", closing.refined_message(after.done[before:], best))


def _go_on_freeing(turn: Turn, past: Past, confounder: str, minutes: float) -> Step:
    """A model that was freed trains on in the same way: one that wasn't can't take its place."""
    freed = past.specification.model_copy(update={"confounders": [confounder]})
    return free(turn, past, freeing_rungs(freed, past.survey)[0], minutes)


def _freed_from(best: ExperimentFacts) -> str | None:
    """The confounder that the best model's training worked against."""
    data = best.details.get("data", {})
    parts = [data.get(part) or {} for part in ("sampling", "train_transform")]
    return next((str(part["confounder"]) for part in parts if part.get("confounder")), None)

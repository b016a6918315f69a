"""Words about a study that is finished: another threshold, the misses, more training; the test set stays as it was opened."""

from __future__ import annotations

from typing import Any

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.debiasing import cell as freeing_cell
from jupyter_clinagent.agent.playbook.debiasing import find_confounders, freeing_rungs
from jupyter_clinagent.agent.playbook.experimenting import Made, Setting, refine
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.moves import Step, finish, run
from jupyter_clinagent.agent.playbook.refinement import Wish
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts

MORE_MINUTES = 5.0
"""Of further training, where no time is named."""
ABLE = (
    "The study of this notebook is finished. I can choose another threshold (“use 90 % sensitivity instead”), show the worst "
    "misses, train on (“keep going for 10 minutes”, “rare classes matter more”), note what you "
    "know for the report (“ethics id: …”, “item 5: …”), or begin another study."
)


def follow_up(turn: Turn, intent: Intent) -> Step | None:
    """The next step of a turn about a finished study of this conversation; None where a new study is meant."""
    if not turn.finished_earlier or intent.data or len(intent.targets) > 1:
        return None
    if intent.risk in ("sensitivity", "specificity") and intent.target and not intent.all_classes:
        return _new_threshold(turn, intent.risk, intent.target)
    if intent.follow_up == "misses":
        run(turn, "The worst misses again.", cells.EXPLAIN)
        return finish("done", "The worst misses stand below the notebook's last cell, each with its heat map.")
    if intent.follow_up in ("more", "rare"):
        return _train_on(turn, intent.minutes or MORE_MINUTES, "rare classes" if intent.follow_up == "rare" else None)
    if intent.is_about_imaging and (intent.task or intent.targets):
        return None
    if intent.confounders or intent.distrusts:
        return _free(turn, intent)
    return finish("answered", ABLE)


def _free(turn: Turn, intent: Intent) -> Step:
    """An experiment against a shortcut that was noticed afterwards, judged on validation; it counts as not prespecified."""
    setting, notes = _setting(turn.earlier), list[str]()
    names = find_confounders(intent, setting.survey, notes.append)
    rungs = freeing_rungs(setting.spec.model_copy(update={"confounders": names}), setting.survey)
    if not rungs or setting.spec.task == "detection":
        return finish("answered", " ".join(notes) or "Too few images show it for a model to be freed from it.")
    made, minutes = _experiments(turn.earlier), intent.minutes or MORE_MINUTES
    source = freeing_cell(len(made) + 1, rungs[0], minutes, setting.spec.modality, setting.size, len(setting.spec.classes) > 2)
    after = Made(made, 0.0).after(run(turn, f"Experiment {len(made) + 1}: {rungs[0].hypothesis}.", source))
    run(turn, "I write the report anew.", cells.REPORT)
    return finish("done", closing.refined_message(after.done[len(made) :], _best(after.done)))


def _new_threshold(turn: Turn, rule: str, target: float) -> Step:
    call = run(turn, "A new threshold on the stored scores; it is labelled post hoc.", cells.new_threshold(rule, target))
    return finish("done", closing.threshold_message(call))


def _train_on(turn: Turn, minutes: float, wish: Wish | None) -> Step:
    """More experiments, judged on validation; the opened test set is not asked again."""
    setting = _setting(turn.earlier)
    if setting.spec.task == "detection":
        return finish("answered", "A detection is not refined after its test set was opened; begin another study with more time.")
    before = Made(_experiments(turn.earlier), 0.0)
    after = refine(turn, setting, before, minutes, wish)
    if len(after.done) == len(before.done):
        return finish("done", "Nothing suggests another experiment that fits into this time, so the model stays as it is.")
    run(turn, "I write the report anew.", cells.REPORT)
    return finish("done", closing.refined_message(after.done[len(before.done) :], _best(after.done)))


# ------------------------------------------------------------------ what earlier turns know
def _setting(calls: tuple[Call, ...]) -> Setting:
    """That of the study that was finished last."""
    survey = SurveyFacts.model_validate(_last(calls, "survey"))
    cohort = CohortFacts.model_validate(_last(calls, "cohort"))
    speed = SpeedFacts.model_validate(_last(calls, "speed"))
    agreed = [c for c in calls if c.name == "propose_specification" and c.artifact.get("choice") == "Approve"]
    spec = Specification.model_validate(agreed[-1].arguments["specification"])
    width, height = next(iter(speed.ms_per_image["all"])).split("x")
    return Setting(survey, spec, cohort, speed, (int(width), int(height)))


def _last(calls: tuple[Call, ...], kind: str) -> dict[str, Any]:
    return _all(calls, kind)[-1]


def _all(calls: tuple[Call, ...], kind: str) -> list[dict[str, Any]]:
    return [facts for call in calls for facts in call.artifact.get("facts") or [] if facts["kind"] == kind]


def _experiments(calls: tuple[Call, ...]) -> tuple[ExperimentFacts, ...]:
    """Those of the last study: an experiment of an earlier one doesn't count."""
    start = max(k for k, call in enumerate(calls) if any(f["kind"] == "cohort" for f in call.artifact.get("facts") or []))
    return tuple(ExperimentFacts.model_validate(facts) for facts in _all(calls[start:], "experiment"))


def _best(done: tuple[ExperimentFacts, ...]) -> ExperimentFacts:
    return next(facts for facts in reversed(done) if facts.kept)

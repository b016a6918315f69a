"""Words about a study that is finished: another threshold, the misses, more training; the test set stays as it was opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.debiasing import find_confounders, freeing_rungs
from jupyter_clinagent.agent.playbook.discovering import discovered
from jupyter_clinagent.agent.playbook.drafting import DEFAULT_RATE, concept_of
from jupyter_clinagent.agent.playbook.experimenting import Made, Setting, refine
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.moves import Step, answer, finish, run
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.refinement import LONGER
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.agent.playbook.wording import contains
from jupyter_clinagent.contracts import Exported, Specification
from jupyter_clinagent.facts import AuditFacts, CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks import registry

MORE_MINUTES = 5.0
"""Of further training, where no time is named."""
ABLE = (
    "The study of this notebook is finished. I can choose another threshold (“use 90 % sensitivity instead”), show the worst "
    "misses, train on (“keep going for 10 minutes”, “rare classes matter more”), note what you "
    "know for the report (“ethics id: …”, “item 5: …”), pack it (“export the study”), or begin another study."
)
_WISHES = ("more", "sensitive", "specific", "rare")
"""What the clinician's words may call for; the task says by which ideas."""
_RULES = {"sensitive": "sensitivity", "specific": "specificity"}


def follow_up(turn: Turn, intent: Intent) -> Step | None:
    """The next step of a turn about a finished study of this conversation; None where a new study is meant."""
    if intent.follow_up == "export" and not (intent.data or intent.task or intent.is_about_imaging):
        return _export(turn)
    if not turn.finished_earlier or intent.data or _tells_apart(intent):
        return None
    if intent.risk in ("sensitivity", "specificity") and intent.target and not intent.all_classes:
        return _new_threshold(turn, intent, intent.risk, intent.target)
    if intent.follow_up == "misses":
        run(turn, "The worst misses again.", cells.EXPLAIN)
        return finish("done", "The worst misses stand below the notebook's last cell, each with its heat map.")
    if intent.follow_up in _WISHES:
        return _wished(turn, intent, intent.follow_up)
    if intent.is_about_imaging and (intent.task or intent.targets):
        return None
    if intent.confounders or intent.distrusts:
        return _free(turn, intent)
    return _wished(turn, intent, "more") if intent.minutes else finish("answered", ABLE)


def _tells_apart(intent: Intent) -> bool:
    """Whether several findings are named that aren't merely those not to be missed."""
    dreaded = {intent.risk_for, *intent.risk_also_for}
    return len(intent.targets) > 1 and (intent.task is not None or not dreaded.issuperset(intent.targets))


def _wished(turn: Turn, intent: Intent, wish: str) -> Step:
    """What the clinician's words call for in a study of this kind."""
    setting, minutes = _setting(turn.earlier), intent.minutes or MORE_MINUTES
    if why := setting.planning.declines(wish):
        return finish("answered", f"{why} {ABLE}")
    if setting.planning.THRESHOLDS and wish in _RULES and not intent.minutes:
        return _new_threshold(turn, intent, _RULES[wish], _stricter(setting.spec, _RULES[wish]))
    return _train_on(turn, minutes, setting.planning.WISHES.get(wish, ()))


# ------------------------------------------------------------------ another threshold
def _export(turn: Turn) -> Step:
    """The study as a zip; the tool says what is missing where none is finished."""
    call = turn.last("export_study")
    if call is None:
        return Step("I pack the study and look for identifiers in it.", "export_study", {})
    if call.artifact["status"] != "ok":
        return finish("bad_input", call.artifact["error"][1])
    return finish("done", closing.exported_message(Exported.model_validate(call.artifact["exported"])))


def _new_threshold(turn: Turn, intent: Intent, rule: str, target: float) -> Step:
    positive = _positive(turn, intent)
    call = run(
        turn, "A new threshold on the stored scores; it is labelled post hoc.", cells.new_threshold(rule, target, positive)
    )
    return finish("done", closing.threshold_message(call))


def _positive(turn: Turn, intent: Intent) -> str | list[str] | None:
    """The class or classes that a threshold is for; None: those of the specification's own operating point."""
    spec, meant = _setting(turn.earlier).spec, {*intent.targets, intent.risk_for, *intent.risk_also_for} - {None}
    gathered = {name: {concept_of(value) for value in [name, *values]} for name, values in spec.classes.items()}
    said = " ".join(intent.words)
    named = [name for name in spec.classes if contains(said, [name]) or meant & gathered[name]]
    if not named and spec.operating_point:
        return None
    first = next(iter(spec.classes))
    asked = named or [spec.positive_class or answer(turn, "positive", "For which class?", list(spec.classes), first)]
    held = spec.held_together(asked)
    return held if 1 < len(held) < len(spec.classes) else held[0]


def _stricter(spec: Specification, rule: str) -> float:
    """The usual rate, or where that is held already, half of what is left to go."""
    point = spec.operating_point
    held = point.target if point and point.rule == rule and point.target else 0.0
    return DEFAULT_RATE if held < DEFAULT_RATE else round((1 + held) / 2, 3)


# ------------------------------------------------------------------ more experiments
def _train_on(turn: Turn, minutes: float, ideas: Sequence[str]) -> Step:
    """More experiments, judged on validation; the opened test set is not asked again."""
    setting, done = _setting(turn.earlier), _experiments(turn.earlier)
    if confounder := _freed_from(_best(done)):
        return _go_on_freeing(turn, setting, confounder, minutes)
    after = refine(turn, setting, Made(done, 0.0), minutes, ideas)
    if len(after.done) == len(done):
        after = refine(turn, setting, Made(done, 0.0), minutes, [LONGER])
    if len(after.done) == len(done):
        return finish("done", "No experiment fits into this time, so the model stays as it is.")
    return _told(turn, after, len(done))


def _told(turn: Turn, after: Made, before: int) -> Step:
    run(turn, "I write the report anew.", cells.REPORT)
    return finish("done", closing.refined_message(after.done[before:], _best(after.done)))


def _free(turn: Turn, intent: Intent) -> Step:
    """An experiment against a shortcut that was noticed afterwards, judged on validation; it counts as not prespecified."""
    setting, notes = _setting(turn.earlier), list[str]()
    if not setting.planning.FREES:
        return finish("answered", setting.planning.declines("free"))
    names = find_confounders(intent, setting.survey, notes.append) or _found_by_audit(turn, intent, setting.survey)
    rungs = freeing_rungs(setting.spec.model_copy(update={"confounders": names}), setting.survey)
    if not rungs:
        return finish("answered", " ".join(notes) or "Too few images show it for a model to be freed from it.")
    return _freed(turn, setting, rungs[0], intent.minutes or MORE_MINUTES)


def _found_by_audit(turn: Turn, intent: Intent, survey: SurveyFacts) -> list[str]:
    """The strongest shortcut that the audit discovered, where the words name none."""
    audits = _all(turn.earlier, "audit") if intent.distrusts and not intent.confounders else []
    found = discovered(survey, AuditFacts.read(audits[-1])) if audits else []
    return [str(finding.confounder) for finding in found[:1]]


def _go_on_freeing(turn: Turn, setting: Setting, confounder: str, minutes: float) -> Step:
    """A model that was freed trains on in the same way: one that wasn't can't take its place."""
    rung = freeing_rungs(setting.spec.model_copy(update={"confounders": [confounder]}), setting.survey)[0]
    return _freed(turn, setting, rung, minutes)


def _freed(turn: Turn, setting: Setting, rung: Rung, minutes: float) -> Step:
    done = _experiments(turn.earlier)
    number, again = len(done) + 1, sum(facts.name.startswith(rung.name) for facts in done)
    rung = replace(rung, name=f"{rung.name} {again + 1}") if again else rung
    source = setting.planning.cell(number, rung, minutes, setting, start="study.model()")
    after = Made(done, 0.0).after(run(turn, f"Experiment {number}: {rung.hypothesis}.", source))
    return _told(turn, after, len(done))


def _freed_from(best: ExperimentFacts) -> str | None:
    """The confounder that the best model's training worked against."""
    data = best.details.get("data", {})
    parts = [data.get(part) or {} for part in ("sampling", "train_transform")]
    return next((str(part["confounder"]) for part in parts if part.get("confounder")), None)


# ------------------------------------------------------------------ what earlier turns know
def _setting(calls: tuple[Call, ...]) -> Setting:
    """That of the study that was finished last."""
    survey = SurveyFacts.read(_last(calls, "survey"))
    cohort = CohortFacts.read(_last(calls, "cohort"))
    speed = SpeedFacts.read(_last(calls, "speed"))
    agreed = [c for c in calls if c.name == "propose_specification" and c.artifact.get("choice") == "Approve"]
    spec = registry.specified(agreed[-1].arguments["specification"])
    width, height = next(iter(speed.ms_per_image["all"])).split("x")
    return Setting(survey, spec, cohort, speed, (int(width), int(height)))


def _last(calls: tuple[Call, ...], kind: str) -> dict[str, Any]:
    return _all(calls, kind)[-1]


def _all(calls: tuple[Call, ...], kind: str) -> list[dict[str, Any]]:
    return [facts for call in calls for facts in call.artifact.get("facts") or [] if facts["kind"] == kind]


def _experiments(calls: tuple[Call, ...]) -> tuple[ExperimentFacts, ...]:
    """Those of the last study: an experiment of an earlier one doesn't count."""
    start = max(k for k, call in enumerate(calls) if any(f["kind"] == "cohort" for f in call.artifact.get("facts") or []))
    return tuple(ExperimentFacts.read(facts) for facts in _all(calls[start:], "experiment"))


def _best(done: tuple[ExperimentFacts, ...]) -> ExperimentFacts:
    return next(facts for facts in reversed(done) if facts.kept)

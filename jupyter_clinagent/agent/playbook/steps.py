"""The order of a study: from what has happened so far to the next tool call, or the last word.

Every step states the exact cell it wants; if that cell has run, the next step's turn comes. So a change of mind by the
clinician reruns just what it touches, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jupyter_clinagent.agent.playbook import cells, closing, debiasing
from jupyter_clinagent.agent.playbook.detection import detection_cell, detection_size, make_detection_plan
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import ABLE, Draft, refuse_if_out_of_scope
from jupyter_clinagent.agent.playbook.lexicon import Intent, read_request
from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, judging_minutes, make_plan, working_size
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import Card, Plan, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, NoSuchData, OutOfScope, TooFewImages
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts

DEFAULT_MINUTES = 10.0
_BAD_INPUT = {error.__name__ for error in (BadInput, NoSuchData, LabelsDoNotMatch, TooFewImages)}
_ABOUT_MODELS = (
    "model", "modell", "classifier", "classify", "image", "images", "bilder", "bild", "picture", "pictures", "photo",
    "photos", "fotos", "label", "labels", "folder", "ordner", "classes", "klassen", "train", "trainiere", "data",
    "daten", "csv", "ai", "ki",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What to say and which tool to call; no tool means that the turn is over."""

    say: str
    tool: str | None = None
    arguments: dict[str, Any] | None = None


class _Want(Exception):
    """Carries the step that has to come first; raised by the pieces of :func:`_study`, caught in :func:`next_step`."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.say)
        self.step = step


def next_step(turn: Turn) -> Step:
    """The next step of the current turn."""
    try:
        return _study(turn)
    except _Want as want:
        return want.step
    except OutOfScope as error:
        return _finish("refused", str(error))
    except BadInput as error:
        return _finish("bad_input", str(error))


def _study(turn: Turn) -> Step:
    intent = _intent(turn)
    refuse_if_out_of_scope(intent)
    if follow_up := _follow_up(turn, intent):
        return follow_up
    _refuse_unrelated(intent)
    minutes = turn.settings.minutes or intent.minutes or DEFAULT_MINUTES
    data = _data_folder(turn, intent)
    survey = SurveyFacts.model_validate(
        _facts(
            _run(turn, "I look at the data first.", cells.begin(turn.settings.study_folder, data, turn.request, minutes)),
            "survey",
        )
    )
    drafted = _draft(turn, intent, survey, minutes)
    boxes = drafted.specification.task == "detection"
    size = detection_size(survey, minutes) if boxes else working_size(survey)
    cohort = CohortFacts.model_validate(
        _facts(
            _run(turn, "I load the images, keep each group together, and seal the test set.", cells.load(drafted.load)), "cohort"
        )
    )
    _warn_of_too_few(turn, cohort)
    _run(turn, "I audit the data.", cells.AUDIT)
    speed = SpeedFacts.model_validate(_facts(_run(turn, "I measure how fast this machine trains.", cells.speed(size)), "speed"))
    _agree_specification(turn, drafted, cohort)
    confirmed = _run(turn, "The specification is agreed; its hash goes on the record.", cells.confirm(drafted.specification))
    freeing = debiasing.freeing_rungs(drafted.specification, survey)
    plan, rungs = _agree_plan(turn, drafted, cohort, speed, confirmed, freeing)
    _experiments(turn, drafted.specification, cohort, speed, size, plan, rungs)
    _run(turn, "Now the test set is opened, once.", cells.UNSEAL)
    _run(turn, "What does it look at?", cells.EXPLAIN)
    _run(turn, "I write the report and save the model.", cells.REPORT)
    return _finish("done", closing.message(turn))


# ------------------------------------------------------------------ reading
def _intent(turn: Turn) -> Intent:
    """The request with every later wish of the clinician merged in: what a wish names replaces what was said before."""
    intent = read_request(turn.request)
    for call in turn.calls:
        if call.name in ("propose_specification", "propose_plan") and call.artifact.get("choice") == "Change":
            intent = _merge(intent, read_request(call.artifact.get("text", "")))
    return intent


def _merge(old: Intent, wish: Intent) -> Intent:
    named = {
        name: value
        for name in ("task", "risk", "risk_for", "target", "minutes", "modality", "group", "data")
        if (value := getattr(wish, name)) is not None
    }
    if wish.targets and not wish.risk:
        named["targets"], named["versus_rest"], named["all_classes"] = wish.targets, wish.versus_rest, False
    if wish.all_classes:
        named["targets"], named["all_classes"] = (), True
    named["confounders"] = tuple(dict.fromkeys((*old.confounders, *wish.confounders)))
    named["distrusts"] = old.distrusts or wish.distrusts
    named["excluded"] = tuple(dict.fromkeys((*old.excluded, *wish.excluded)))
    return replace(old, **named)


def _refuse_unrelated(intent: Intent) -> None:
    if not intent.is_about_imaging and not any(word in intent.words for word in _ABOUT_MODELS):
        raise OutOfScope(f"I could not find a clinical imaging task in that request. {ABLE}")


def _draft(turn: Turn, intent: Intent, survey: SurveyFacts, minutes: float) -> Draft:
    drafted = draft(intent, survey, turn.answers)
    if isinstance(drafted, Card):
        raise _Want(
            Step(
                drafted.title,
                "ask_clinician",
                {"key": drafted.key, "question": drafted.body, "choices": drafted.choices, "default": drafted.default},
            )
        )
    return replace(drafted, specification=drafted.specification.model_copy(update={"request": turn.request, "minutes": minutes}))


def _answer(turn: Turn, key: str, question: str, choices: Sequence[str] = (), default: str = "") -> str:
    if key not in turn.answers:
        raise _Want(
            Step(question, "ask_clinician", {"key": key, "question": question, "choices": list(choices), "default": default})
        )
    return turn.answers[key]


def _data_folder(turn: Turn, intent: Intent) -> str:
    known = turn.settings.data or intent.data
    answer = known or _answer(turn, "data", "Which folder holds the images? Write its path, as seen from the notebook.")
    if not answer:
        raise NoSuchData("No data folder was named. Say where the images are, or give --data DIR.")
    return answer


def _warn_of_too_few(turn: Turn, cohort: CohortFacts) -> None:
    """Fewer than ten groups of a class: said first, and asked."""
    if not cohort.too_few:
        return
    counts = ", ".join(f"{count} of {name}" for name, count in cohort.too_few.items())
    question = (
        f"There are few independent cases ({counts}), so every figure will be too uncertain to judge the model by. "
        "Go on all the same?"
    )
    if _answer(turn, "few", question, ["go on", "stop"], "go on") == "stop":
        raise _Want(_finish("rejected", "Stopped before training: there are too few independent cases to judge a model by."))


# ------------------------------------------------------------------ cells
def _run(turn: Turn, say: str, source: str) -> Call:
    """The run of a cell: wanted if it has not run, passed on if it went well, the end of the turn if not."""
    call = turn.ran(source)
    if call is None:
        raise _Want(Step(say, "add_and_run", {"source": source}))
    if call.artifact["status"] != "ok":
        raise _Want(_failed(call))
    return call


def _failed(call: Call) -> Step:
    name, text = call.artifact.get("error") or ("", f"the cell ended with status {call.artifact['status']}")
    if name in _BAD_INPUT:
        return _finish("bad_input", text)
    if name == "OutOfScope":
        return _finish("refused", text)
    if call.artifact["status"] in ("interrupted", "rejected"):
        return _finish("stopped", "Stopped. The cells stay as they are; ask again to go on.")
    return _finish("failed", f"A cell failed and I did not go on. {name}: {text}. The notebook holds the whole message.")


def _facts(call: Call, kind: str) -> dict[str, Any]:
    found = [f for f in call.artifact["facts"] if f["kind"] == kind]
    if not found:
        raise _Want(
            _finish("failed", f"The cell showed no {kind}; is the kernel's jupyter_clinagent the same version as the server's?")
        )
    return dict(found[-1])


# ------------------------------------------------------------------ agreements
def _agree_specification(turn: Turn, drafted: Draft, cohort: CohortFacts) -> None:
    assumptions = [*drafted.assumptions, *(a for a in cohort.assumptions if a not in drafted.assumptions)]
    body = cells.specification_markdown(drafted.specification, tuple(assumptions))
    arguments = {"specification": drafted.specification.model_dump(mode="json"), "body": body, "assumptions": assumptions}
    _approved(turn, "propose_specification", arguments, "This is what I understood. Shall I go on?")
    _write(turn, "I write the specification down.", body)


def _agree_plan(
    turn: Turn, drafted: Draft, cohort: CohortFacts, speed: SpeedFacts, confirmed: Call, freeing: Sequence[Rung]
) -> tuple[Plan, list[Rung]]:
    spec, used = drafted.specification, confirmed.artifact["elapsed"] / 60
    if spec.task == "detection":
        plan, rungs = make_detection_plan(spec, cohort, speed, used)
    else:
        plan, rungs = make_plan(spec, cohort, speed, used, freeing)
    body = cells.plan_markdown(plan)
    _approved(turn, "propose_plan", {"plan": plan.model_dump(mode="json"), "body": body}, "This is how I would use the time.")
    _write(turn, "I write the plan down.", body)
    return plan, rungs


def _approved(turn: Turn, tool: str, arguments: dict[str, Any], say: str) -> None:
    """Go on once the clinician has approved exactly this."""
    call = next((c for c in reversed(turn.all(tool)) if c.arguments == arguments), None)
    if call is None or (call.artifact.get("choice") == "Change" and call is not turn.last(tool)):
        raise _Want(Step(say, tool, arguments))
    if call.artifact.get("choice") == "Change":
        raise _Want(
            _finish(
                "rejected",
                f"“{call.artifact.get('text', '')}” changes nothing that I can read. Nothing was trained; say it in other "
                "words, or approve.",
            )
        )
    if call.artifact.get("choice") != "Approve":
        raise _Want(
            _finish(
                "rejected",
                "Not approved, so nothing was trained. The cells so far stay in the notebook. Tell me what should be different.",
            )
        )


def _write(turn: Turn, say: str, text: str) -> None:
    if not turn.wrote(text):
        raise _Want(Step(say, "add_cell", {"source": text, "kind": "markdown"}))


# ------------------------------------------------------------------ training
def _experiments(
    turn: Turn, spec: Specification, cohort: CohortFacts, speed: SpeedFacts, size: Size, plan: Plan, rungs: list[Rung]
) -> None:
    """Run the ladder; each rung gets its share of what is left when it begins, so an early finish is not lost."""
    closing, judging = closing_minutes(spec, cohort, speed), judging_minutes(spec, cohort, speed)
    agreed = turn.last("propose_plan")
    used = agreed.artifact["elapsed"] / 60 if agreed else 0.0
    for number, (step, rung) in enumerate(zip(plan.steps, rungs, strict=True), 1):
        still_planned = sum(s.minutes for s in plan.steps[number - 1 :])
        to_come = len(rungs) - number + 1
        left = max(spec.minutes - used - closing - to_come * judging, 0.2 * to_come)
        minutes = step.minutes if number == 1 else left * step.minutes / still_planned
        write = detection_cell if spec.task == "detection" else debiasing.cell if rung.confounder else cells.experiment
        source = write(number, rung, max(minutes, 0.1), spec.modality, size, len(spec.classes) > 2)
        used = _run(turn, f"Experiment {number}: {step.hypothesis}.", source).artifact["elapsed"] / 60


# ------------------------------------------------------------------ after the study
def _follow_up(turn: Turn, intent: Intent) -> Step | None:
    """Words about a finished study of this conversation; None where a new study is meant."""
    if not turn.finished_earlier or intent.data or len(intent.targets) > 1:
        return None
    if intent.risk in ("sensitivity", "specificity") and intent.target and not intent.all_classes:
        call = _run(
            turn,
            "A new threshold on the stored scores; it is labelled post hoc.",
            cells.new_threshold(intent.risk, intent.target),
        )
        return _finish("done", closing.threshold_message(call))
    if intent.follow_up == "misses":
        _run(turn, "The worst misses again.", cells.EXPLAIN)
        return _finish("done", "The worst misses stand below the notebook's last cell, each with its heat map.")
    if intent.is_about_imaging and (intent.task or intent.targets):
        return None
    return _finish(
        "answered",
        "The study of this notebook is finished. I can choose another threshold (“use 90 % sensitivity instead”), show the "
        "worst misses, or begin another study.",
    )


def _finish(status: str, message: str) -> Step:
    return Step("", "finish", {"status": status, "message": message})

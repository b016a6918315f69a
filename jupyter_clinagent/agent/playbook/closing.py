"""The closing words of a study: the figures with their intervals, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.contracts import Estimate, Exported
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, OperatingResult, completed, say_averaged
from jupyter_clinagent.tasks import registry


def message(turn: Turn) -> str:
    """What the clinician reads when the study is done."""
    evaluation = turn.facts("evaluation") or {}
    report = turn.facts("report") or {}
    told = {name: value for name, value in evaluation["test"].items() if registry.metric(name).told}
    figures = "\n".join(f"- {name_of(name)}: {estimate(value)}" for name, value in told.items())
    lines = [
        f"The study is done. On the test set, opened {_times(evaluation['unsealed'])}, the model "
        f"“{evaluation['experiment']}” gives:",
        figures,
        _counted(turn),
        _averaged(evaluation["primary_metric"], evaluation["test"]),
        _unlearnt(turn, evaluation["test"]),
        at_threshold(evaluation.get("operating_point")) or evaluation.get("no_threshold") or "",
        *(reliance(found) for found in evaluation.get("reliance", [])),
        _findings(turn),
        f"Report: {beside(report['report'])}, beside the notebook." if report else "",
        open_items(report.get("needs_you") or []),
        "Research use only; not a medical device. The figures hold for images like these; nothing is known about another "
        "hospital's.",
    ]
    return "\n\n".join(line for line in lines if line)


def open_items(needs_you: Sequence[str]) -> str:
    """How many report items wait for the clinician, and how to answer one."""
    if not needs_you:
        return ""
    number, topic = needs_you[0].split(" ", 1)
    several = len(needs_you) > 1
    return (
        f"{len(needs_you)} report item{'s need' if several else ' needs'} you ({'; '.join(needs_you)}). Answer here, for "
        f"instance “item {number}: …” for “{topic}”, or in words such as “ethics id: 2026-123” or “the images come from …”."
    )


def answered_message(items: Sequence[str], needs_you: Sequence[str]) -> str:
    """That the clinician's words stand in the report, and what is still open."""
    noted = f"Noted and written into the report, as your words with today's date: {', '.join(items)}."
    return f"{noted}\n\n{open_items(needs_you) or 'No report item is open any more.'}"


def exported_message(exported: Exported) -> str:
    """Where the bundle is, and what was looked for and found in it."""
    looked = (
        f"I looked for {', '.join(exported.looked_for[:-1])} and {exported.looked_for[-1]} in its notebook, report and tables"
    )
    found = "\n".join(f"- {line}" for line in exported.findings)
    lines = [
        f"The study is packed: {beside(exported.path)}, beside the notebook.",
        "Left out are patients' images; file names and group ids became pseudonyms, whose key stays in the study's folder.",
        f"{looked}, and found:\n\n{found}\n\nRead these places before you pass the file on."
        if found
        else f"{looked}: none found.",
        "`jupyter clinagent verify` replays it on another machine; `evaluate` tries the model on another hospital's images.",
    ]
    return "\n\n".join(lines)


def threshold_message(call: Call) -> str:
    """What a new threshold gives."""
    found = [completed(f) for f in call.artifact["facts"] if f["kind"] == "evaluation"]
    point = found[-1]["operating_point"] if found else None
    return f"{at_threshold(point)}\n\nChosen after the test set was opened, so the report labels it post hoc."


def refined_message(made: Sequence[ExperimentFacts], best: ExperimentFacts) -> str:
    """What further training gave, on validation."""
    lines = [f"- {e.name}: {'kept' if e.kept else 'discarded'}. {e.reason}" for e in made]
    metric, known = name_of(best.metric), best.validation.get(best.metric)
    figure = estimate(known.model_dump() if known else {"value": best.value, "low": best.low, "high": best.high})
    over = f"{said} " if (said := say_averaged(metric, best.metric, best.validation)) else ""
    return "\n".join(
        [
            f"{len(made)} more experiment{'s' * (len(made) != 1)}, judged on validation:",
            *lines,
            "",
            f"The best model so far is “{best.name}”: {metric} {figure} on validation. {over}The test set was opened before and "
            "was not asked again, so its figures still belong to the model that was opened. To open it for this one too, run "
            '`study.unseal("reason", again=True)`: it is counted, and the report says so.',
        ]
    )


def name_of(metric: str) -> str:
    """What a metric is called in the chat."""
    return registry.metric(metric).in_chat


def _counted(turn: Turn) -> str:
    """What the figures count, where that is not images."""
    found = turn.facts("cohort")
    cohort = CohortFacts.read(found) if found else None
    if cohort is None or cohort.level.by_image:
        return ""
    tested = sum(parts["test"] for parts in cohort.cases.values())
    return f"These figures count {cohort.level.plural} and not images, {tested} in the test set; {cohort.level.in_words}."


def _averaged(metric: str, figures: dict[str, Any]) -> str:
    """Over what the main figure was taken, where some of it can't be judged."""
    return say_averaged(name_of(metric), metric, {name: Estimate(**value) for name, value in figures.items()})


def _unlearnt(turn: Turn, test: dict[str, Any]) -> str:
    """That figures such as these mean that nothing was learnt; empty where something was."""
    cohort = turn.facts("cohort")
    return registry.find(cohort["task"]).planning.unlearnt(test) if cohort else ""


def estimate(value: dict[str, Any]) -> str:
    """A figure with its 95 % interval."""
    if value.get("value") is None:
        return f"can't be estimated ({value.get('reason') or 'no reason given'})"
    figure = Estimate.model_validate(value)
    number, low, high = (figure.written(value.get(name) or 0.0) for name in ("value", "low", "high"))
    if figure.low is None:
        return f"{number}{figure.after} ({figure.reason or 'too few cases for an interval'})"
    return f"{number}{figure.after} (95 % interval {low} to {high})"


def at_threshold(point: dict[str, Any] | None) -> str:
    """What the chosen threshold gives on the test set; empty where there is none."""
    if not point:
        return ""
    test, result = point["test"], OperatingResult.model_validate(point)
    reads = (
        f"At the threshold {result.threshold:.3f}, chosen on validation: sensitivity for {result.named} "
        f"{estimate(test['sensitivity'])}, specificity {estimate(test['specificity'])}."
    )
    aim = f"the target of {100 * (result.target or 0):g}% {result.rule}"
    return f"{reads} {result.judge_target(aim, 'the interval')}".rstrip()


def reliance(found: dict[str, Any]) -> str:
    """How far the opened model relies on a confounder, beside the plainly trained one."""
    name, value, erm = found["confounder"], found["model"]["reliance"], found["erm"]
    reads = f"Reliance on {name} (0 none, 1 nothing but it): {estimate(value)}"
    if erm["experiment"] == found["model"]["experiment"]:
        return f"{reads}. This is the plainly trained model; none that was freed from {name} was kept."
    return f"{reads}; trained plainly (“{erm['experiment']}”) it was {estimate(erm['reliance'])}."


def _findings(turn: Turn) -> str:
    audit = turn.facts("audit") or {"findings": []}
    warnings = [f["text"] for f in audit["findings"] if f["severity"] != "info"]
    return "From the audit: " + " ".join(warnings) if warnings else ""


def beside(path: str) -> str:
    """The last two parts of a path: the study's folder and the file."""
    return "/".join(PurePath(path).parts[-2:])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"

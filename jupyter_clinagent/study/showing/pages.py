"""What each step shows in its cell: short HTML, facts in words and tables."""

from __future__ import annotations

from html import escape

from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.facts import (
    AuditFacts,
    CohortFacts,
    EvaluationFacts,
    ExplanationFacts,
    OperatingResult,
    ReportFacts,
    SpeedFacts,
    SurveyFacts,
)
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.acceptance import FREED_RULE
from jupyter_clinagent.study.protocol.session import Session, Shown
from jupyter_clinagent.study.showing.markup import metric_name, paragraphs, table, with_interval
from jupyter_clinagent.study.showing.reliance_page import reliance_tables
from jupyter_clinagent.tasks import registry

_WORDS = {"stop": "decide first", "warning": "look at this", "info": ""}


def survey(facts: SurveyFacts) -> str:
    """The data folder at a glance."""
    size = f", typically {facts.median_size[0]} × {facts.median_size[1]} pixels" if facts.median_size else ""
    boxes = f", {facts.boxes} boxes on {facts.boxed_images} images" if facts.boxes else ""
    first = f"<p><b>{facts.images} images</b>{size} ({facts.modality}); layout: {facts.layout}{boxes}.</p>"
    rows = [(c.name, c.role, c.distinct, c.missing, _values(c.values), c.evidence) for c in facts.columns]
    columns = table(["Column", "Taken for", "Distinct", "Missing", "Values", "Because"], rows) if rows else ""
    problems = f"<p><b>Problems</b></p>{paragraphs(facts.problems)}" if facts.problems else ""
    return first + columns + problems + paragraphs(facts.assumptions)


def _values(values: dict[str, int]) -> str:
    shown = [f"{value} {count}" for value, count in list(values.items())[:8]]
    return ", ".join(shown) + (" …" if len(values) > 8 else "")


def cohort(facts: CohortFacts) -> str:
    """Images and groups by class and partition, and what the task adds."""
    rows = [(name, *(_both(facts, name, part) for part in PARTITIONS)) for name in facts.counts]
    heads = ["Class", "Training", "Validation", "Test (sealed)"]
    counts = table(heads, rows, "Images (groups)") + registry.find(facts.task).showing.cohort(facts, heads)
    out = table(["Left out because", "Count"], list(facts.left_out.items())) if facts.left_out else ""
    return counts + out + paragraphs(facts.assumptions)


def _both(facts: CohortFacts, name: str, part: str) -> str:
    return f"{facts.counts[name][part]} ({facts.groups[name][part]})"


def audit(facts: AuditFacts) -> str:
    """Findings, the gravest first."""
    rows = [(finding.topic, _WORDS[finding.severity], finding.text) for finding in facts.findings]
    return table(["Checked", "Weight", "Found"], rows, "Audit")


def speed(facts: SpeedFacts) -> str:
    """Milliseconds an image."""
    names = {"head": "linear probe", "half": "half-frozen", "all": "whole network", "predict": "prediction"}
    rows = [
        (names.get(kind, kind), size, f"{ms:.1f}") for kind, sizes in facts.ms_per_image.items() for size, ms in sizes.items()
    ]
    return table(["Training of", "Size", "ms per image"], rows, f"Speed of this machine, {facts.threads} threads")


def specification(content: Specification, evaluator: str) -> str:
    """The confirmed specification."""
    rows = [
        ("Objective", content.objective),
        ("Classes", ", ".join(content.classes)),
        ("Primary metric", f"{metric_name(content.primary_metric)} (higher is better)"),
        ("Operating point", _aim(content.operating_point)),
        ("Cost of errors", content.risk),
        ("Groups", content.group_column or "each image on its own"),
        ("Confounders", ", ".join(content.confounders) or "none named"),
        *([("A model freed from one is kept", FREED_RULE)] if content.confounders else []),
        ("Hash of the specification", content.hash[:16]),
        ("Hash of the evaluator", evaluator[:16]),
    ]
    return table(["Specification confirmed", content.title], rows)


def too_few(facts: CohortFacts) -> str:
    """The mark that figures of tiny classes carry."""
    listed = ", ".join(f"{name} ({number} groups)" for name, number in facts.too_few.items())
    return f"Too few to judge: {listed}." if listed else ""


def _aim(point: OperatingPoint | None) -> str:
    if point is None:
        return "none"
    rule = f"{point.rule} of {point.target:.2f}" if point.target else "largest sum of sensitivity and specificity (Youden)"
    return f"{rule} for {point.named}, chosen on validation"


def evaluation(facts: EvaluationFacts, note: str = "") -> str:
    """Figures with intervals, validation beside test."""
    rows = [
        (metric_name(name), with_interval(facts.validation.get(name)), with_interval(test)) for name, test in facts.test.items()
    ]
    opened = "Replay of an earlier opening." if facts.replayed else f"Opening number {facts.unsealed} of the test set."
    first = f"<p><b>{escape(facts.experiment)}</b> on the test set. {opened}{f' <b>{escape(note)}</b>' if note else ''}</p>"
    caption = "Figures (95 % interval, bootstrap over groups)"
    figures_ = table(["Metric", "Validation", "Test"], rows, caption)
    unset = f"<p>{escape(facts.no_threshold)}</p>" if facts.no_threshold else ""
    return first + figures_ + unset + operating_point(facts.operating_point) + reliance_tables(facts.reliance)


def operating_point(result: OperatingResult | None) -> str:
    """The threshold in words."""
    if result is None:
        return ""
    aim = f"{result.rule} of {result.target:.2f}" if result.target else "the largest sum of sensitivity and specificity"
    reached = result.judge_target("the target", "the test interval")
    return (
        f"<p>Operating point: {escape(result.named)} is called from a score of {result.threshold:.3f} on, chosen on "
        f"validation for {aim}. On the test set sensitivity is {with_interval(result.test.get('sensitivity'))} and specificity "
        f"{with_interval(result.test.get('specificity'))}.{f' {reached}' if reached else ''}</p>"
    )


def evaluation_figures(session: Session) -> list[Shown]:
    """The task's figures of the opened test set."""
    return [
        Shown(name, figures.alt_text(figure), figures.alt_text(figure), figures.png(figure))
        for name, figure in session.task.showing.figures(session).items()
    ]


def learning_figure(session: Session) -> list[Shown]:
    """The learning curve of the experiment that was opened, where it has more than one point."""
    entry = session.opening.trained.entry
    if len(entry.history) < 2:
        return []
    figure = figures.learning_curve(entry.history, session.metric)
    return [Shown("learning_curve", f"Learning curve of “{entry.name}”", figures.alt_text(figure), figures.png(figure))]


def ledger_figure(session: Session) -> Shown:
    """The running best over all experiments."""
    done = [entry for entry in session.ledger.all if entry.value is not None]
    names, values, kept = [e.name for e in done], [e.value or 0.0 for e in done], [e.kept for e in done]
    figure = figures.running_best(names, values, kept, session.metric)
    return Shown("running_best", "The best so far, experiment by experiment", figures.alt_text(figure), figures.png(figure))


def explanation(facts: ExplanationFacts, titles: list[str]) -> str:
    """What the heat maps are worth."""
    correlation = facts.randomisation_correlation
    verdict = "they depend on what was learnt" if correlation < 0.5 else "they hardly depend on what was learnt: don't trust them"
    return (
        f"<p>Heat maps of the test set: {escape('; '.join(titles))}. Their correlation with the maps of a model with "
        f"random weights is {correlation:.2f}: {verdict}.</p>"
    )


def report(facts: ReportFacts) -> str:
    """Where everything is."""
    rows = [("Report", facts.report), ("Summary", facts.summary), ("Model", facts.model), ("Predictions", facts.predictions)]
    return table(["Written", "Where"], rows) + "<p>Research use only; not a medical device.</p>"


def answer(item: int, text: str) -> str:
    """What was noted for a report item."""
    return f"<p>Report item {item}, in the clinician's words: {escape(text)}</p>"

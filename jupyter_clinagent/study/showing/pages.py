"""What each step shows in its cell: short HTML, facts in words and tables; the words stand in ``templates/``."""

from __future__ import annotations

from markupsafe import Markup

from jupyter_clinagent import modalities
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import (
    AuditFacts,
    CohortFacts,
    ColumnFacts,
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
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.markup import HEADS, ShownTable, render
from jupyter_clinagent.tasks import registry

MOST_VALUES = 8
"""Values of a column that are listed."""


def survey(facts: SurveyFacts) -> Markup:
    """The data folder at a glance."""
    return render("showing/survey", facts=facts, kind=modalities.find(facts.modality).title, values=_values)


def _values(column: ColumnFacts) -> str:
    shown = [f"{value} {count}" for value, count in list(column.values.items())[:MOST_VALUES]]
    return ", ".join(shown) + (" …" if len(column.values) > MOST_VALUES else "")


def cohort(facts: CohortFacts) -> Markup:
    """Images and groups by class and partition, and what the task adds."""
    counts = [
        (name, *(f"{images[part]} ({facts.groups[name][part]})" for part in PARTITIONS)) for name, images in facts.counts.items()
    ]
    images = ShownTable(["Class", *HEADS], counts, "Images (groups)")
    return render("showing/cohort", facts=facts, parts=[images, *_cases(facts), *registry.find(facts.task).showing.cohort(facts)])


def _cases(facts: CohortFacts) -> list[ShownTable]:
    """Those that get one answer from several images, by class and partition."""
    counts = [(name, *(str(cases[part]) for part in PARTITIONS)) for name, cases in facts.cases.items()]
    return [ShownTable(["Class", *HEADS], counts, facts.level.plural.capitalize())] if counts else []


def audit(facts: AuditFacts) -> Markup:
    """Findings, the gravest first."""
    return render("showing/audit", facts=facts)


def speed(facts: SpeedFacts) -> Markup:
    """Milliseconds an image."""
    return render("showing/speed", facts=facts)


def specification(content: Specification, evaluator: str) -> Markup:
    """The confirmed specification."""
    content = registry.specified(content)
    return render("showing/specification", content=content, evaluator=evaluator, freed_rule=FREED_RULE, own=_own(content))


def _own(content: Specification) -> dict[str, str]:
    """What only the task's own specification says, in words, where it has none of its own for it."""
    if content.own_rows:
        return {}
    own = {name: getattr(content, name) for name in type(content).model_fields if name not in Specification.model_fields}
    return {name.replace("_", " ").capitalize(): _spoken(value) for name, value in own.items() if value not in ({}, None)}


def _spoken(value: object) -> str:
    return ", ".join(f"{name} {inner}" for name, inner in value.items()) if isinstance(value, dict) else str(value)


def too_few(facts: CohortFacts) -> str:
    """The mark that figures of tiny classes carry."""
    listed = ", ".join(f"{name} ({number} groups)" for name, number in facts.too_few.items())
    return f"Too few to judge: {listed}." if listed else ""


def evaluation(session: Session, facts: EvaluationFacts, note: str = "") -> Markup:
    """Figures with intervals, as the task shows them."""
    return render("showing/evaluation", facts=facts, note=note, parts=session.task.showing.tables(session, facts))


def operating_point(result: OperatingResult) -> Markup:
    """The threshold in words."""
    return render("showing/operating_point", result=result)


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
    figure = figures.learning_curve(entry.history, session.metric, session.confirmed.specification.primary_unit)
    return [Shown("learning_curve", f"Learning curve of “{entry.name}”", figures.alt_text(figure), figures.png(figure))]


def ledger_figure(session: Session) -> Shown:
    """The running best over all experiments."""
    done = [entry for entry in session.ledger.all if entry.value is not None]
    names, values, kept = [e.name for e in done], [e.value or 0.0 for e in done], [e.kept for e in done]
    figure = figures.running_best(names, values, kept, session.metric, session.confirmed.specification.primary_unit)
    return Shown("running_best", "The best so far, experiment by experiment", figures.alt_text(figure), figures.png(figure))


def explanation(facts: ExplanationFacts, titles: list[str]) -> Markup:
    """What the heat maps are worth."""
    return render("showing/explanation", facts=facts, titles=titles)


def report(facts: ReportFacts) -> Markup:
    """Where everything is."""
    return render("showing/written", facts=facts)


def answer(item: int, text: str) -> Markup:
    """What was noted for a report item."""
    return render("showing/answer", item=item, text=text)

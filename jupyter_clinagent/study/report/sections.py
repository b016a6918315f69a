"""The sections of the report, each a function from the evidence to HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.acceptance import FREED_RULE
from jupyter_clinagent.study.report.beyond import beyond, scroll
from jupyter_clinagent.study.report.card import model_card
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.failures import failures
from jupyter_clinagent.study.report.sheet import sheet
from jupyter_clinagent.study.report.words import cautions, summary_sentences
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.markup import figure, metric_name, paragraphs, table
from jupyter_clinagent.study.showing.reliance_page import reliance_section
from jupyter_clinagent.study.showing.verdict import ledger_table
from jupyter_clinagent.tasks import registry


def _tag(word: str) -> str:
    return f'<span class="tag {word.split()[0]}">{escape(word)}</span>'


def _tagged(html: str, words: list[str]) -> str:
    """Colour cells that hold nothing but one of the words."""
    for word in words:
        html = html.replace(f">{word}</td>", f">{_tag(word)}</td>")
    return html


def summary(e: Evidence) -> str:
    """Plain words, the headline figures, and what to be careful about."""
    words = "".join(f"<p>{escape(sentence)}</p>" for sentence in summary_sentences(e))
    asked = f'<p class="soft">Asked for: “{escape(e.specification.request)}”</p>' if e.specification.request else ""
    return f'{asked}<div class="summary">{words}</div>{_cards(e)}<h3>Read with care</h3>{paragraphs(cautions(e))}'


def _cards(e: Evidence) -> str:
    test = e.opening.facts.test
    beside = [name for name, metric in registry.catalogue().items() if metric.headline and name in test]
    names = list(dict.fromkeys([e.opening.facts.primary_metric, *beside]))
    return f'<div class="cards">{"".join(_card(metric_name(name), test[name]) for name in names)}</div>'


def _card(name: str, estimate: Estimate) -> str:
    value = "–" if estimate.value is None else f"{estimate.value:.3f}"
    interval = "" if estimate.low is None or estimate.high is None else f"95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
    below = interval or escape(estimate.reason or "")
    return f'<div class="card"><span>{name} (test)</span><b>{value}</b><span>{below}</span></div>'


def performance(e: Evidence) -> str:
    """Every figure with its interval, validation beside test, and the three figures."""
    post_hoc = "".join(pages.evaluation(facts, note="Post hoc: chosen after the opening.") for facts in e.session.post_hoc)
    return scroll(pages.evaluation(e.opening.facts)) + _figures(e, "evaluation") + post_hoc


def _figures(e: Evidence, section: str) -> str:
    drawn = [figure(shown.png, shown.alt, shown.caption) for shown in e.session.figures.get(section, [])]
    layout = "pair" if section in ("evaluation", "experiments") else "wide"
    return f'<div class="{layout}">{"".join(drawn)}</div>' if drawn else ""


def explanation(e: Evidence) -> str:
    """Heat maps of hits and worst misses."""
    facts = e.session.explanation
    if facts is None:
        return "<p>No heat maps were made.</p>"
    intro = (
        "<p>Warm colours show where in the image the model found most support for the class named. A heat map says where the "
        "model looked, not that it looked for the right reason. Sanity test: correlation "
        f"{facts.randomisation_correlation:.2f} with the maps of a model whose weights were randomised (near 0 is good).</p>"
    )
    return intro + _figures(e, "explanation")


def shortcuts(e: Evidence) -> str:
    """Reliance on the named confounders; empty where none was named."""
    return reliance_section(e.opening.facts.reliance)


def data(e: Evidence) -> str:
    """Flow of images, counts, demographics."""
    facts = e.session.cohort.facts
    demographics = _demographics(e.demographics) if len(e.demographics) else ""
    return _flow(e) + scroll(pages.cohort(facts)) + demographics


def _flow(e: Evidence) -> str:
    """Images from the files to the partitions, and the groups (patients or lesions) that they belong to."""
    known, left_out = e.session.cohort.table, e.session.cohort.facts.left_out
    flow: list[tuple[str, int, object]] = [("Image files found", len(e.session.inventory.images), "")]
    flow += [(f"Left out: {why}", number, "") for why, number in left_out.items()]
    flow += [("In the study", len(known), known["group"].nunique())]
    parts = {part: known[known["partition"] == part] for part in PARTITIONS}
    flow += [(f"… in {part}", len(rows), rows["group"].nunique()) for part, rows in parts.items()]
    return scroll(table(["Flow", "Images", "Patients or lesions (groups)"], flow))


def _demographics(known: pd.DataFrame) -> str:
    rows = [
        (r.column, r.train, r.validation, r.test, f"{r.difference:.2f}{' – differs' if r.difference > 0.1 else ''}")
        for r in known.itertuples()
    ]
    return "<h3>Who is in it</h3>" + scroll(table(["Column", "Training", "Validation", "Test", "SMD training to test"], rows))


def audit(e: Evidence) -> str:
    """The audit's findings and the contact sheet."""
    if not e.session.audit_findings:
        return "<p>The audit was not run.</p>"
    rows = [(finding.topic, finding.severity, finding.text) for finding in e.session.audit_findings]
    found = _tagged(table(["Checked", "Weight", "Found"], rows), ["stop", "warning", "info"])
    unchanged = (
        f"{len(e.changed)} data files changed since they were read." if e.changed else "No data file changed during the study."
    )
    return scroll(found) + f"<p>{escape(unchanged)}</p>" + _figures(e, "audit")


def experiments(e: Evidence) -> str:
    """Every experiment, discarded ones too."""
    rule = (
        "<p>Prespecified rule: the first experiment is kept as the baseline; a later one only if it is better on validation "
        "and the paired bootstrap over validation groups gives the gain a probability of at least 80 %.</p>"
    )
    if e.specification.confounders:
        rule += (
            f"<p>A model trained against a shortcut is kept {FREED_RULE}: the primary metric is no yardstick for it, since the "
            "shortcut itself raises it on validation.</p>"
        )
    listed = _tagged(ledger_table(e.experiments, "All experiments, on validation"), ["kept", "discarded", "failed"])
    return rule + scroll(listed) + _figures(e, "experiments")


def specification(e: Evidence) -> str:
    """What was to be built, fixed before training."""
    return scroll(pages.specification(e.specification, e.session.confirmed.evaluator_hash))


def items(e: Evidence) -> str:
    """The sheet of report items."""
    lines = sheet(e)
    filled = sum(line.status == "filled" for line in lines)
    asked = sum(line.status == "needs you" for line in lines)
    html = table(["No.", "Item", "State", "Statement"], [(str(n), topic, status, text) for n, topic, status, text in lines])
    first = (
        f"<p>{filled} of {len(lines)} items are filled in, {asked} need you. To answer one, write in the chat “item 43: …”, or "
        'run <code>study.answer(43, "…")</code> and <code>study.report()</code> in the notebook.</p>'
    )
    return first + scroll(_tagged(html, ["filled", "needs you", "not applicable"]))


def record(e: Evidence) -> str:
    """The record and what it proves."""
    opened = e.opening.facts.unsealed
    return (
        f"<p>{e.entries} entries of the record (<code>record.jsonl</code>) were checked: its chain of hashes is whole. "
        f"The test set was opened {opened} time{'s' * (opened != 1)}; reason given: “{escape(e.opening.reason)}”.</p>"
    )


SECTIONS: tuple[tuple[str, str, Callable[[Evidence], str]], ...] = (
    ("summary", "In short", summary),
    ("performance", "How good it is", performance),
    ("heat-maps", "What it looks at", explanation),
    ("failures", "Where it fails", failures),
    ("shortcuts", "Does it take a shortcut?", shortcuts),
    ("beyond", "Where it holds, and where not", beyond),
    ("specification", "What was asked for", specification),
    ("data", "The images", data),
    ("audit", "The audit of the data", audit),
    ("experiments", "What was tried", experiments),
    ("model-card", "Model card", model_card),
    ("items", "Report items", items),
    ("record", "The record", record),
)

"""The report as one self-contained HTML page: plain words first, evidence after."""

from __future__ import annotations

from datetime import date
from html import escape
from importlib.resources import files

from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.sections import SECTIONS

NOTICE = "Research use only; not a medical device"


def render(evidence: Evidence) -> str:
    """The whole page. Nothing in it is loaded from elsewhere."""
    title = escape(evidence.specification.title)
    style = files("jupyter_clinagent.study.report").joinpath("style.css").read_text(encoding="utf-8")
    links = "".join(f'<a href="#{key}">{escape(name)}</a>' for key, name, _ in SECTIONS)
    body = "".join(_section(key, name, write(evidence)) for key, name, write in SECTIONS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: report</title><style>{style}{_on_every_page(evidence.specification.title)}</style></head><body>"
        f'<header><h1>{title}</h1><p class="soft">Study report, {date.today():%d %B %Y}. Made with ClinAgent.</p>'
        f'<p class="notice">{NOTICE}</p><nav aria-label="Contents">{links}</nav></header><main>{body}</main>'
        f"<footer>{NOTICE}. Intervals are 95 % percentile intervals of a bootstrap over groups (patients or lesions), "
        "1000 draws (200 for mAP), unless said otherwise.</footer></body></html>"
    )


def _on_every_page(title: str) -> str:
    """Title and notice in the margins of each printed page."""
    look = "font: 8pt system-ui, sans-serif; color: #444; white-space: nowrap;"
    boxes = {"top-left": title, "bottom-left": NOTICE}
    return "@page {" + "".join(f'@{place} {{ content: "{_css(text)}"; {look} }}' for place, text in boxes.items()) + "}"


def _css(text: str) -> str:
    """Text for a CSS string; everything but letters, digits and blanks is written by its number."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x}" for c in text)


def _section(key: str, name: str, content: str) -> str:
    return f'<section id="{key}"><h2>{escape(name)}</h2>{content}</section>' if content else ""

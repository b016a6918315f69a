"""The report as one self-contained HTML page: plain words first, evidence after; its words stand in ``templates/``."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.sections import SECTIONS
from jupyter_clinagent.study.showing.markup import render as drawn

NOTICE = "Research use only; not a medical device"


class Section(NamedTuple):
    """A section of the page; one that has nothing to say is empty."""

    key: str
    title: str
    html: Markup


def render(evidence: Evidence) -> str:
    """The whole page."""
    sections = [section(evidence, key) for key in SECTIONS]
    return str(drawn("report/page", e=evidence, sections=sections, notice=NOTICE, today=date.today()))


def section(evidence: Evidence, key: str) -> Section:
    """One section, from ``templates/<key>.html.j2``."""
    title, values = SECTIONS[key]
    html = drawn(f"report/{key}", e=evidence, **values(evidence))
    return Section(key, title, html if html.strip() else Markup(""))

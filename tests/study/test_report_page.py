"""The report's page: what stands in it, section by section, and that its templates are whole."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.report.evidence import gather
from jupyter_clinagent.study.report.page import section
from jupyter_clinagent.study.report.sections import SECTIONS
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.display import plain
from jupyter_clinagent.study.showing.markup import STUDY, ShownTable, render, with_interval

GOLDEN = Path(__file__).with_name("report_outline.txt")
TITLES = ("h2", "h3", "caption", "th")


class Outline(HTMLParser):
    """Titles, captions and column heads in their order; whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        if tag in TITLES:
            self.lines.append(f"{tag} ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in TITLES:
            self.lines[-1] += re.sub(r"\s+", " ", data)


def outline(html: str) -> Outline:
    read = Outline()
    read.feed(html)
    read.close()
    return read


def test_the_page_has_its_sections_tables_and_columns_in_their_order(finished: Study) -> None:
    page = outline((finished._session.folder / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert page.lines == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_contents_name_only_sections_that_are_there(finished: Study) -> None:
    page = (finished._session.folder / "report.html").read_text(encoding="utf-8")
    named = re.findall(r'<a href="#([\w-]+)"', page)
    assert named == re.findall(r'<section id="([\w-]+)"', page)
    assert "shortcuts" not in named, "no confounder was named"


def test_an_interval_is_never_broken() -> None:
    found = Estimate(value=0.5, low=0.125, high=0.75)
    drawn = render("showing/parts", parts=[ShownTable(["Figure"], [[found], [Estimate(value=None, reason="nothing (yet)")]])])
    assert '0.500 <span style="white-space:nowrap">(0.125–0.750)</span>' in drawn
    assert plain(drawn).splitlines() == ["Figure", with_interval(found), "not estimable: nothing (yet)"]


@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_section_is_whole_by_itself(finished: Study, key: str) -> None:
    html = section(gather(finished._session, []), key).html
    assert outline(html).open == []
    assert not re.search(r"\{[{%#]|>None<|Undefined|<bound|object at", re.sub(r'src="[^"]*"', "", html))


def test_every_template_is_used() -> None:
    known = {f"{folder}/{path.name}" for folder in ("showing", "report") for path in (STUDY / folder / "templates").glob("*.j2")}
    text = "".join(path.read_text(encoding="utf-8") for path in STUDY.rglob("*") if path.suffix in (".py", ".j2"))
    sections = {f"report/{key}.html.j2" for key in SECTIONS}
    assert {name for name in known - sections if name.removesuffix(".html.j2") not in text} == set()


def test_what_is_filled_in_is_escaped_once() -> None:
    html = pages.answer(3, 'a <b> & "c"')
    assert "<b>" not in html
    assert plain(html) == 'Report item 3, in the clinician\'s words: a <b> & "c"'


def test_a_cell_reads_as_rows_and_columns_without_a_browser() -> None:
    table = ShownTable(["Name", "Images", "Share"], [("a|b", 1200, 0.5), ("c", 3, 0.25)], "Counted")
    drawn = render("showing/parts", parts=[table, "A sentence."])
    assert plain(drawn).splitlines() == ["Counted", "Name  Images  Share", "a|b  1,200  0.500", "c  3  0.250", "A sentence."]

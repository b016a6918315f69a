"""The report on paper: what the browser's print makes of a finished study's page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from jupyter_clinagent.study.report.page import NOTICE
from tests.conftest import FinishedStudy

A4 = 297 - 19 - 18
"""Height between the margins of a page, in mm."""
WIDTH = round((210 - 2 * 15) / 25.4 * 96)
"""Width between them, in CSS pixels."""


@pytest.fixture
def page(browser: Browser, finished: FinishedStudy) -> Page:
    page = browser.new_page(viewport={"width": WIDTH, "height": 980})
    page.goto(finished.study.joinpath("report.html").as_uri())
    page.emulate_media(media="print")
    return page


def test_the_report_prints_as_a_pdf_of_several_pages(page: Page, tmp_path: Path) -> None:
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4
    assert len(re.findall(rb"/Subtype\s*/Image\b", pdf)) >= 6


def test_nothing_is_wider_than_the_paper_and_no_figure_longer(page: Page) -> None:
    wide = "[...document.querySelectorAll('table, img, p, .card')].filter(e => e.getBoundingClientRect().right > %d).length"
    assert page.evaluate(wide % (WIDTH + 1)) == 0
    longest = page.evaluate("Math.max(...[...document.querySelectorAll('figure')].map(e => e.getBoundingClientRect().height))")
    assert longest / 96 * 25.4 < A4


def test_figures_rows_and_failures_are_not_cut_and_the_links_are_gone(page: Page) -> None:
    style = "s => [...new Set([...document.querySelectorAll(s)].map(e => getComputedStyle(e).breakInside))]"
    for selector in ("figure", "tr", ".card"):
        assert page.evaluate(style, selector) == ["avoid"]
    assert not page.locator("nav").is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator(".notice").inner_text() == NOTICE


def test_a_state_is_written_on_one_line(page: Page) -> None:
    heights = page.evaluate("[...document.querySelectorAll('#items .tag')].map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 44
    assert max(heights) < 26

"""What a clinician does in JupyterLab: open, type, click, look."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.lab import Lab

SIDEBAR = '[id="JupyterlabChat:sidepanel"]'


class Clinician:
    """One browser tab with a notebook and a chat."""

    def __init__(self, browser: Browser, lab: Lab, notebook: str) -> None:
        self._lab, self._notebook = lab, notebook
        self.page: Page = browser.new_page(viewport={"width": 1600, "height": 1000})
        self.page.goto(lab.url(f"/tree/{notebook}"))
        expect(self.page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
        self._refuse_news()
        self.page.locator('.lm-TabBar-tab[data-id="JupyterlabChat:sidepanel"]').click()
        self._widen_the_chat()

    def new_chat(self) -> None:
        self.page.locator(f"{SIDEBAR} .jp-chat-placeholder .jp-chat-add").click()
        self._wait_for_the_persona()

    def open_chat(self, name: str) -> None:
        self.page.locator(f"{SIDEBAR} .jp-chat-search-input").click()
        self.page.get_by_text(name, exact=False).last.click()
        self._wait_for_the_persona()

    def say(self, text: str) -> None:
        self._input.fill(text)
        self._input.press("Enter")

    def approve(self, title: str, seconds: float = 90, button: str = "Approve", chose: str = "You chose: Approve") -> None:
        card = self.card(title)
        expect(card).to_be_visible(timeout=seconds * 1000)
        card.get_by_role("button", name=button).click()
        expect(card.get_by_text(chose)).to_be_visible(timeout=10_000)

    def card(self, title: str) -> Locator:
        return self.page.locator(".jp-clinagent-card").filter(has=self.page.locator("h3", has_text=re.compile(title)))

    def wait_for(self, title: str, picture: Path, seconds: float = 90) -> None:
        """Wait for a card and take a picture of it."""
        expect(self.card(title)).to_be_visible(timeout=seconds * 1000)
        self.picture(picture)

    @property
    def working(self) -> Locator:
        """The progress card that is at the bottom."""
        return self.card("Working in|Arbeite in").last

    @property
    def messages(self) -> Locator:
        return self.page.locator(f"{SIDEBAR} .jp-chat-rendered-message")

    def texts(self) -> list[str]:
        """All that the chat shows, message by message."""
        return [text.strip() for text in self.messages.all_inner_texts() if text.strip()]

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    def close(self) -> None:
        self.page.close()

    @property
    def _input(self) -> Locator:
        return self.page.locator(f"{SIDEBAR} textarea:visible").last

    def _wait_for_the_persona(self) -> None:
        # Jupyter AI hears messages only once a new chat was saved for the first time, about a second after it opened.
        expect(self.page.locator(SIDEBAR).get_by_role("button", name="ClinAgent")).to_be_visible(timeout=30_000)
        self.page.wait_for_timeout(3_000)

    def _refuse_news(self) -> None:
        button = self.page.locator(".jp-toast-button", has_text="No")
        if button.count():
            button.first.click()

    def _widen_the_chat(self) -> None:
        box = self.page.locator(SIDEBAR).bounding_box()
        assert box
        edge = box["x"] + box["width"] + 3
        self.page.mouse.move(edge, 500)
        self.page.mouse.down()
        self.page.mouse.move(600, 500, steps=4)
        self.page.mouse.up()

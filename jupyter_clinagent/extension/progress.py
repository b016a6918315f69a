"""How far a job is, shown in the chat as a card that is redrawn in place."""

from __future__ import annotations

import time
from typing import Any, Literal

from jupyter_clinagent.extension.chat import Chat
from jupyter_clinagent.lang import ENGLISH, browser_words, speak

State = Literal["running", "asking", "stopping", "stopped", "interrupted", "finished", "failed"]

_REDRAW_SECONDS = 0.5


class ProgressCard:
    """Lists the steps done, with the bar of the current one and the Stop button.

    When the agent asks something, the card is closed and the next step opens a new one below the question: the Stop
    button has to be where the clinician looks.
    """

    def __init__(self, chat: Chat, job_id: str, title: str, language: str = ENGLISH) -> None:
        self._chat, self._language = chat, language
        self._empty: dict[str, Any] = {"id": job_id, "kind": "progress", "title": title, "words": browser_words(language)}
        self._empty |= {"text": "", "fraction": None, "state": "running"}
        self._message: str | None = None
        self._drawn = 0.0
        self._card: dict[str, Any] = {}
        self.open()

    @property
    def text(self) -> str:
        """The current step in words."""
        steps: list[str] = self._card["steps"]
        return steps[-1] if steps else speak("reading the request", self._language)

    def open(self) -> None:
        """Post a new card."""
        self._card = self._empty | {"steps": []}
        self._message = self._chat.post_card(self._card)

    def step(self, text: str) -> None:
        """Begin the next step."""
        if self._message is None:
            self.open()
        self._card["steps"] = [*self._card["steps"], text]
        self._draw(text="", fraction=None)

    def at(self, text: str, fraction: float | None = None) -> None:
        """Say where the current step is; redrawn at most twice a second."""
        if self._message is not None and time.monotonic() - self._drawn > _REDRAW_SECONDS:
            self._draw(text=text, fraction=fraction)

    def ask(self) -> None:
        """Close the card, because a question comes below it."""
        if self._message is not None:
            self._draw(state="asking")
            self._message = None

    def enter(self, state: State) -> None:
        """Show that the job is being stopped or over."""
        if self._message is None:
            self.open()
        self._draw(state=state, text="", fraction=None)

    def _draw(self, **changes: Any) -> None:
        assert self._message is not None
        self._card = self._card | changes
        self._drawn = time.monotonic()
        self._chat.update_card(self._message, self._card)

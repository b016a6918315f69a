"""Showing facts in a cell: HTML for people, plain text for terminals, and the facts themselves for the agent."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from pydantic import BaseModel

from jupyter_clinagent.contracts import FACTS_MIME, PROGRESS_MIME, Progress
from jupyter_clinagent.lang import speak, speak_html, used


def in_notebook() -> bool:
    """Whether somebody displays what we publish."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None


def bundle(facts: BaseModel | None, html: str, png: bytes | None = None) -> dict[str, Any]:
    """A MIME bundle: figures come as outputs of their own, so that HTML and image are both seen."""
    data: dict[str, Any] = {"text/plain": plain(html)}
    if png is not None:
        return data | {"image/png": png}
    data["text/html"] = speak_html(str(html), used())
    return data if facts is None else data | {FACTS_MIME: facts.model_dump(mode="json")}


def show(facts: BaseModel | None, html: str, figures: list[tuple[str, bytes]] | None = None) -> None:
    """Display facts with their HTML, then figures as ``(alternative text, png)``; outside IPython print the text."""
    if not in_notebook():
        print(plain(speak_html(html, used())))
        return
    from IPython.display import display

    display(bundle(facts, html), raw=True)  # type: ignore[no-untyped-call]
    for alt, png in figures or []:
        display(bundle(None, alt, png), raw=True)  # type: ignore[no-untyped-call]


def plain(html: str) -> str:
    """HTML as readable text: one line per row, cells apart by two spaces."""
    text = re.sub(r" ?</t[hd]> ?", "  ", re.sub(r"\s+", " ", html))
    text = re.sub(r" *</(tr|p|li|h\d|caption|ul)> ?|<br> ?", "\n", text)
    text = re.sub(r"(?m)^ +", "", re.sub(r"<[^>]+>", "", text))
    return unescape(text).strip()


class ProgressDisplay:
    """One display, updated in place while a cell trains; silent outside a notebook."""

    def __init__(self) -> None:
        self._handle: Any = None

    def update(self, progress: Progress, png: bytes | None = None) -> None:
        """Show how far it is."""
        if not in_notebook():
            return
        from IPython.display import display

        data: dict[str, Any] = {"text/plain": speak(progress.text, used()), PROGRESS_MIME: progress.model_dump(mode="json")}
        if png is not None:
            data["image/png"] = png
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)

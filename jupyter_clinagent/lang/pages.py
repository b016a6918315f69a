"""What a page in HTML says, in another language: tags, style and code stay as they are."""

from __future__ import annotations

import re
from itertools import pairwise

from jupyter_clinagent.lang.folders import ENGLISH
from jupyter_clinagent.lang.matching import cuts
from jupyter_clinagent.lang.speaking import known_phrase, speak_phrase

_SILENT = re.compile(r"(<(style|script|pre|svg)\b.*?</\2>)", re.DOTALL)
_INLINE = ("b", "i", "em", "strong", "span", "small", "sub", "sup", "q", "code")
_TAG = re.compile(r"(<(/?)([a-zA-Z][\w-]*)[^>]*>)")
_SEEN = re.compile(r'\b(alt|title|aria-label)="([^"]*)"')
_MARKED = re.compile(r"(<code>.*?</code>|<[^>]+>)")
_HEADS = ("th", "h1", "h2", "h3", "h4", "caption", "summary", "title", "a", "dt")
_KEPT = {"&#39;": "'", "&#x27;": "'", "&#34;": '"', "&quot;": '"'}


def speak_html(html: str, language: str) -> str:
    """A page or a piece of one in another language, with the language named on the page."""
    if language == ENGLISH:
        return html
    parts = _SILENT.split(html)
    spoken = [_spoken(part, language) for part in parts[::3]]
    silent = [*parts[1::3], ""]
    whole = "".join(text + kept for text, kept in zip(spoken, silent, strict=True))
    return whole.replace('<html lang="en">', f'<html lang="{language}">', 1)


def _spoken(html: str, language: str) -> str:
    """Text between two block tags is looked up together with the marks of words in it."""
    out, run, head = list[str](), "", False
    at = 0
    for tag in _TAG.finditer(html):
        run += html[at : tag.start()]
        at = tag.end()
        if tag[3] in _INLINE:
            run += tag[1]
            continue
        out += [_run(run, language, head), _named(tag[1], language)]
        run, head = "", not tag[2] and tag[3] in _HEADS
    return "".join([*out, _run(run + html[at:], language, head)])


def _named(tag: str, language: str) -> str:
    return _SEEN.sub(lambda seen: f'{seen[1]}="{speak_phrase(seen[2], language)}"', tag)


def _run(run: str, language: str, head: bool) -> str:
    text = run.strip()
    if not text:
        return run
    for written, letter in _KEPT.items():
        text = text.replace(written, letter)
    text = re.sub(r"\s+", " ", text)
    before, after = run[: len(run) - len(run.lstrip())], run[len(run.rstrip()) :]
    return f"{before}{_marked(text, language, head)}{after}"


def _marked(text: str, language: str, head: bool) -> str:
    """Text with marks of words in it: a sentence that has the same marks in the language, else what stands between them."""
    if "<" not in text:
        return _piece(text, language, head)
    if (whole := known_phrase(text, language)) is not None:
        return whole
    starts = [0, *(start for _, start in cuts(text)), len(text)]
    return "".join(_sentence(text[start:stop], language, head) for start, stop in pairwise(starts))


def _sentence(text: str, language: str, head: bool) -> str:
    bare = text.rstrip()
    if (found := known_phrase(bare, language)) is not None:
        return found + text[len(bare) :]
    return "".join(part if part.startswith("<") else _piece(part, language, head) for part in _MARKED.split(text))


def _piece(part: str, language: str, head: bool) -> str:
    text = part.strip()
    return part.replace(text, speak_phrase(text, language, head), 1) if text else part

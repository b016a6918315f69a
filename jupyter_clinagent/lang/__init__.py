"""Languages are folders: the record speaks one language, the view speaks the clinician's.

Code, facts, ledger and record are English. What leaves for a person's eyes goes through :func:`speak`, which looks each sentence
up among those that the folder of a language translates; what no sentence fits stays as it is. What the data are called is never
translated. How a language is added: ``docs/languages.md``.
"""

from __future__ import annotations

from jupyter_clinagent.lang.folders import ENGLISH, browser_words, languages
from jupyter_clinagent.lang.pages import speak_html
from jupyter_clinagent.lang.reading import read_answer, read_as_english
from jupyter_clinagent.lang.recognising import language_of, surely_language_of
from jupyter_clinagent.lang.speaking import said_for, speak, speak_phrase, understand, verdict
from jupyter_clinagent.lang.used import use, used

__all__ = [
    "ENGLISH",
    "browser_words",
    "language_of",
    "languages",
    "read_answer",
    "read_as_english",
    "said_for",
    "speak",
    "speak_html",
    "speak_phrase",
    "surely_language_of",
    "understand",
    "use",
    "used",
    "verdict",
]

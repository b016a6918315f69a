"""“Ab jetzt auf Deutsch”: which languages are read and spoken."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

_TONGUE = r"(?:german|deutsch\w*|english|englisch\w*|french|franzoesisch\w*|spanish|spanisch\w*|italian|italienisch\w*)"
_LANGUAGE = re.compile(
    r"\b(?:auf|speak|talk|sprich|sprechen|sprichst|rede|reden|antworte\w*|answer|reply|respond|switch to"
    rf"|continue|from now on)\b(?:\s\w+){{0,3}}?"
    rf"\s?\b{_TONGUE}\b|^(?:in )?{_TONGUE}(?: please| bitte)?\W*$"
)

FAMILY = Family(
    name="language",
    help="",
    examples=("please speak German from now on", "ab jetzt auf Deutsch", "Sprichst du Deutsch?", "antworte bitte auf Deutsch"),
    reads=lambda heard, _past: bool(_LANGUAGE.search(heard.plain)),
    acts=answered(
        lambda _heard, _past: (
            "I read English and German, but I can answer in English only. (Ich verstehe Deutsch und Englisch; antworten kann "
            "ich bisher nur auf Englisch.)"
        )
    ),
    kind="either",
    rank=5,
    needs=(),
)

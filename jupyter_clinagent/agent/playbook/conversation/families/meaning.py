"""“What does sensitivity mean?”: the words of a study, explained (``glossary.toml``)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.lang.grammar import any_word

_MEANS = re.compile(
    rf"\b{any_word('meant.words')}\b|^{any_word('meant.opens')} (?!{any_word('meant.of_the_study')} )|^{any_word('meant.short')} "
)


@cache
def _glossary() -> tuple[tuple[tuple[str, ...], str], ...]:
    written = tomllib.loads((Path(__file__).parents[1] / "glossary.toml").read_text(encoding="utf-8"))
    return tuple((tuple(term["words"]), str(term["means"])) for term in written["term"])


def _terms(heard: Heard) -> list[str]:
    said = [(word, means) for words, means in _glossary() for word in words if heard.has([word])]
    whole = [means for word, means in said if not any(word != other and word in other for other, _ in said)]
    return list(dict.fromkeys(whole))  # “heat map” is no mAP


FAMILY = Family(
    name="meaning",
    help="what a word means",
    examples=("what does sensitivity mean?", "what is calibration?", "Was bedeutet AUROC?", "explain post hoc"),
    reads=lambda heard, _past: bool(_MEANS.search(heard.plain)) and bool(_terms(heard)),
    acts=answered(lambda heard, _past: " ".join(_terms(heard))),
    kind="question",
    rank=45,
    needs=(),
)

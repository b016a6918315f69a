"""“What network did you use?”: the model that was opened, and how it was trained, as its recipe says."""

from __future__ import annotations

import re
from typing import Any

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_NETWORK = re.compile(rf"\b{any_word('network.words')}\b|\b{any_word('network.what')} (?:\w+ )?{any_word('network.kind')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    opened = next((one for one in reversed(past.experiments) if one.name == past.opened.experiment), past.best)
    model, data = opened.details.get("model") or {}, opened.details.get("data") or {}
    named = f"“{opened.name}”{f', {backbone}' if (backbone := model.get('backbone')) else ''}"
    size = (data.get("preprocessing") or {}).get("size")
    shrunk = f" It sees each image at {size[0]} × {size[1]} pixels." if size else ""
    return (
        f"The model is {named}: a neural network that was trained on everyday photographs before, and then on "
        f"your training images.{shrunk}{_varied(data)} The whole recipe stands in its cell and in the report. "
        f"{past.source('experiment')}"
    )


def _varied(data: dict[str, Any]) -> str:
    """Whether images were varied at random in training."""
    return " In training, images were varied at random (augmentation)." if data.get("train_transform") else ""


FAMILY = Family(
    name="network",
    help="which network it is",
    examples=("what network did you use?", "is it a CNN?", "did you use augmentation?", "Welches Netz ist das?"),
    reads=lambda heard, _past: bool(_NETWORK.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=39,
)

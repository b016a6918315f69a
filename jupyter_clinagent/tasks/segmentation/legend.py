"""Names of labels and colours, from a small file beside the masks."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable
from pathlib import PurePosixPath

from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.tables import Table
from jupyter_clinagent.tasks.segmentation.legend_tables import read_legend_table

Legend = dict[int | tuple[int, int, int], str]
_NAMED = re.compile(r"legend|colou?r|palette|class|label|structure", re.I)
_ABOUT = re.compile(r"^(label|class|structure|value|id|colou?r|klasse|struktur|wert|farbe)$", re.I)
_NNUNET = "dataset.json"
"""nnU-Net names its labels there."""
LONGEST = 6
"""Words of the name of a structure; more of them are prose."""
_NUMBER = re.compile(r"^\d{1,3}$")
_HEX = re.compile(r"^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$", re.I)


def no_legends(tables: Iterable[Table]) -> set[str]:
    """Tables that name images: “scan7.png,1” says nothing of what 1 means."""
    return {table.name for table in tables if table.matched}


def legend_files(folder: DataFolder, without: Container[str] = ()) -> list[str]:
    """Small files whose name says that they name labels or colours."""
    every = [*folder.others, *folder.tables]
    named = [name for name in every if _NAMED.search(PurePosixPath(name).stem) or PurePosixPath(name).name.lower() == _NNUNET]
    return [name for name in named if name.lower().endswith((".txt", ".csv", ".json")) and name not in without]


def read_legend(folder: DataFolder, without: Container[str] = ()) -> Legend:
    """Lines such as “liver,255,0,0”, “1 liver” or “liver #ff0000”, or JSON of names and values."""
    found: Legend = {}
    for name in legend_files(folder, without):
        text = folder.path(name).read_text(encoding="utf-8-sig", errors="replace")[:20_000]
        if name.lower().endswith(".json"):
            found |= _from_json(text, PurePosixPath(name).name.lower() == _NNUNET)
        else:
            found |= read_legend_table(text) or _from_lines(text)
    return found


def _from_json(text: str, nnunet: bool) -> Legend:
    """Names and values of the whole file, or of its “labels”; nnU-Net's file holds others, too."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    inside = content.get("labels") if isinstance(content, dict) else None
    if isinstance(inside, dict):  # nnU-Net; a list of numbers is a region of several labels there, no colour
        content = {left: right for left, right in inside.items() if not isinstance(right, list)}
    elif nnunet:
        return {}
    pairs = content.items() if isinstance(content, dict) else []
    return {key: name for left, right in pairs if (read := _pair(left, right)) for key, name in [read]}


def _pair(left: object, right: object) -> tuple[int | tuple[int, int, int], str] | None:
    """A name and its value, whichever comes first."""
    for name, value in ((left, right), (right, left)):
        key = _key(value if isinstance(value, list) else [value])
        if key is not None and isinstance(name, str) and not _NUMBER.match(name):
            return key, name
    return None


def _from_lines(text: str) -> Legend:
    found: Legend = {}
    for line in text.splitlines():
        words = [word for word in re.split(r"[\s,;:=()\[\]]+", line) if word]
        values = [word for word in words if _is_value(word)]
        name = " ".join(word for word in words if word not in values)
        key = _key(values)
        if key is not None and name and _is_entry(words, name):
            found[key] = name
    return found


def _is_value(word: str) -> bool:
    return bool(_NUMBER.match(word) or _HEX.match(word))


def _is_entry(words: list[str], name: str) -> bool:
    """Whether a line is no prose: its value stands first or last, and its name is short and no sentence.

    A word for “label” may go before the value: “class 1: liver”.
    """
    after = words[1:] if _ABOUT.match(words[0]) and len(words) > 2 else words
    outer = any(_is_value(some[0]) or _is_value(some[-1]) for some in (words, after))
    return outer and len(name.split()) <= LONGEST and not name.endswith(".")


def _key(values: list[object]) -> int | tuple[int, int, int] | None:
    texts = [str(value) for value in values]
    if len(texts) == 1 and (match := _HEX.match(texts[0])) and not _NUMBER.match(texts[0]):
        return (int(match[1], 16), int(match[2], 16), int(match[3], 16))
    if not all(_NUMBER.match(text) for text in texts) or len(texts) not in (1, 3):
        return None
    numbers = [int(text) for text in texts]
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1], numbers[2])

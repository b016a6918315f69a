"""What the clinician says about report items that no software can know: kept in the study folder, never in place of a check."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from jupyter_clinagent.contracts import REPORT_ITEM_COUNT, REPORT_ITEMS, Frozen
from jupyter_clinagent.errors import BadInput

FILE = "answers.json"


class Answer(Frozen):
    """The clinician's words on one report item, with the day (ISO 8601) on which they were said."""

    item: int
    text: str
    date: str


def item_number(item: int | str) -> int:
    """The number of a report item, from its number or its key (:data:`~jupyter_clinagent.contracts.REPORT_ITEMS`).

    Raises
    ------
    BadInput
        There is no such item.
    """
    key = str(item).strip().lower()
    number = int(key) if key.isdigit() else REPORT_ITEMS.get(key, 0)
    if not 1 <= number <= REPORT_ITEM_COUNT:
        raise BadInput(
            f"There is no report item {item!r}: give its number, 1 to {REPORT_ITEM_COUNT}, or one of {', '.join(REPORT_ITEMS)}."
        )
    return number


def load_answers(folder: Path) -> dict[int, Answer]:
    """The answers of a study folder by item number; empty where none were given."""
    path = folder / FILE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {answer.item: answer for answer in map(Answer.model_validate, known)}


def keep_answer(folder: Path, item: int | str, text: str) -> Answer:
    """Write an answer down, in place of an earlier one to the same item; the same words keep their date.

    Raises
    ------
    BadInput
        There is no such item, or the answer is empty.
    """
    number, words = item_number(item), " ".join(text.split())
    if not words:
        raise BadInput(f"The answer to report item {number} is empty: write what is to stand in the report.")
    known = load_answers(folder)
    before = known.get(number)
    kept = before if before and before.text == words else Answer(item=number, text=words, date=date.today().isoformat())
    known[number] = kept
    listed = [known[n].model_dump() for n in sorted(known)]
    (folder / FILE).write_text(json.dumps(listed, indent=1, ensure_ascii=False), encoding="utf-8")
    return kept

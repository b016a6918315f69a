"""Where the sentences are said: after studies whose facts are written down, and in answer to their questions."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from jupyter_clinagent.agent.playbook.turn import Settings
from tests.agent.surveys import DERMOSCOPY, TWO_LABELS
from tests.agent.test_playbook import COHORT, EVALUATION, FIGURE, REQUEST, Clinic

SEVEN = "Classify these dermoscopy images into their diagnoses"
LOADED = COHORT | {
    "groups": {"mel": {"train": 500, "validation": 100, "test": 100}, "nv": {"train": 3000, "validation": 700, "test": 700}},
    "left_out": {"unreadable": 3},
}
CELLS = {
    "study.load_cohort": {"status": "ok", "cell": "c2", "facts": [LOADED]},
    "study.unseal": {"status": "ok", "cell": "c9", "facts": [EVALUATION | {"test": {"auroc": FIGURE, "macro_auroc": FIGURE}}]},
}


class Asked(NamedTuple):
    """The cells that a sentence made run, and all that was said after it."""

    cells: list[str]
    said: str


def _after(request: str, sentence: str) -> Asked:
    clinic = Clinic(DERMOSCOPY, cells=CELLS, verdicts={"full fine-tuning": {"best_at": 1.0}})
    clinic.ask(request)
    begun = len(clinic.calls)
    clinic.ask(sentence)
    return _asked(clinic.calls[begun:])


def _asked(calls: list[dict[str, Any]]) -> Asked:
    cells = [call["args"]["source"] for call in calls if call["name"] == "add_and_run"]
    said = [str(text) for call in calls for key in ("message", "question", "source") if (text := call["args"].get(key))]
    return Asked(cells, "\n".join(said))


class Questioned(Clinic):
    """A clinic where one question gets a sentence for an answer, and every later one its default."""

    def __init__(self, key: str, sentence: str, home: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.key, self.sentence, self.home = key, sentence, home
        self.answered = 0

    def _answer(self, call: dict[str, Any]) -> dict[str, Any]:
        arguments = call["args"]
        if call["name"] == "find_folder":
            return self._looked(arguments["said"])
        if call["name"] != "ask_clinician" or arguments["key"] != self.key:
            return super()._answer(call)
        self.answered = self.answered or len(self.calls)
        said = self.sentence if self.answered == len(self.calls) else arguments["default"]
        return {"status": "ok", "key": self.key, "answer": said}

    def _looked(self, said: str) -> dict[str, Any]:
        from jupyter_clinagent.agent.finding import find_folder

        with patch.dict(os.environ, HOME=str(self.home / "home")):
            return {"status": "ok", **find_folder(said, self.home / "notes", self.home)}


def _answering(key: str, request: str, sentence: str, home: Path, **kwargs: Any) -> Asked:
    clinic = Questioned(key, sentence, home, **kwargs)
    clinic.ask(request)
    asked = _asked(clinic.calls[clinic.answered :])
    return asked._replace(cells=[source for source in asked.cells if _is_telling(source, key)])


def _is_telling(source: str, key: str) -> bool:
    """The cell that an answer shows in."""
    return {"data": "study.survey()", "label": "study.load_cohort", "few": "study.audit()"}[key] in source


def _folder(sentence: str, home: Path) -> Asked:
    for folder, images in {"notes/data": 2, "notes/scans": 6, "home/Desktop/films": 1}.items():
        (home / folder).mkdir(parents=True, exist_ok=True)
        for number in range(images):
            (home / folder / f"{number}.png").touch()
    failing = {"status": "error", "error": ["BadInput", "enough"], "facts": []}
    return _answering("data", REQUEST, sentence, home, settings=Settings("s"), cells={"load_cohort": failing})


def _column(sentence: str, home: Path) -> Asked:
    failing = {"status": "error", "error": ["BadInput", "enough"], "facts": []}
    return _answering(
        "label", "normal or covid on chest x-rays", sentence, home, survey=TWO_LABELS, cells={"load_cohort": failing}
    )


def _few(sentence: str, home: Path) -> Asked:
    few = {"status": "ok", "facts": [COHORT | {"too_few": {"mel": 6}}]}
    return _answering("few", REQUEST, sentence, home, cells={"study.load_cohort": few})


CLINICS: dict[str, Callable[[str, Path], Asked]] = {
    "study": lambda sentence, home: _after(REQUEST, sentence),
    "seven": lambda sentence, home: _after(SEVEN, sentence),
    "folder": _folder,
    "column": _column,
    "few": _few,
}

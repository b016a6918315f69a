"""A study without a browser: the agent on a notebook file with a kernel of its own, talking to a terminal.

The command line, the demonstration and the benchmarks all come through here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from jupyter_clinagent import versions
from jupyter_clinagent.agent.loop import AgentSettings, run_agent, study_folder, study_name
from jupyter_clinagent.agent.models import make_model
from jupyter_clinagent.agent.playbook.draft import offers
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.allocation import allocation
from jupyter_clinagent.contracts import DRY_RUN, Card, Decision, Event
from jupyter_clinagent.errors import AnswerNeeded, BadInput, NoSuchData, OtherRelease
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.lang import language_of, said_for, speak
from jupyter_clinagent.leftovers import Leftovers
from jupyter_clinagent.missing import missing
from jupyter_clinagent.nearby import no_such_folder
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.summary import SUMMARY

EXIT = {"done": 0, "answered": 0, "failed": 1, "stopped": 1, "bad_input": 2, "needs_answer": 3, "rejected": 4, "refused": 4}
_CAME_TO_NOTHING = ("failed", "stopped", "bad_input", "needs_answer", "refused")


@dataclass(frozen=True)
class RunOptions:
    """The options of ``jupyter clinagent run``."""

    request: str
    data: Path
    minutes: float | None = None
    notebook: Path | None = None
    model: str | None = None
    yes: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False
    seed: int = 0
    grant_cells: bool = False
    language: str | None = None

    @property
    def spoken(self) -> str:
        """The language of what is printed: the one that was fixed, else that of the request."""
        return self.language or language_of(self.request)


class TerminalApprover:
    """Answers cards from ``--answer`` and ``--yes``, or asks at the terminal; with neither it says which answer is missing.

    What a language model wants to do with a cell is for a person to allow: ``--yes`` and ``--dry-run`` never answer that card.
    """

    def __init__(
        self,
        yes: bool,
        answers: dict[str, str],
        dry_run: bool = False,
        ask: Callable[[str], str] | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self._yes, self._answers, self._dry_run, self._stream = yes, answers, dry_run, stream
        self._prompt = ask or (input if sys.stdin.isatty() else None)
        self._asked: dict[str, None] = {}

    def unused(self) -> list[str]:
        """A sentence for each answer given in advance to a question that was not asked."""
        asked = f"those asked: {', '.join(self._asked)}" if self._asked else "none was asked"
        return [
            f"--answer {key}={value} was ignored: no question has this key ({asked})."
            for key, value in self._answers.items()
            if key not in self._asked
        ]

    async def decide(self, card: Card) -> Decision:
        """The decision on one card."""
        if card.kind == "question":
            return await self._answer(card)
        if card.kind == "cell":
            return await self._allow(card)
        if not (self._yes or self._dry_run):
            return await self._choose(card)
        self._show(card.body)
        if card.kind == "plan" and self._dry_run:
            return Decision(choice="Reject", text=DRY_RUN)
        return Decision(choice="Approve", by="--yes" if self._yes else "")

    async def _answer(self, card: Card) -> Decision:
        self._asked[card.key] = None
        if card.key in self._answers:
            return Decision(choice="answer", text=self._answers[card.key], by="--answer")
        if self._yes and card.default:
            self._show(f"{card.body} – {card.labels.get(card.default, card.default)}")
            return Decision(choice="answer", text=card.default, by="--yes")
        offered = f" ({', '.join(card.labels.get(choice, choice) for choice in card.choices)})" if card.choices else ""
        if self._prompt is None:
            raise AnswerNeeded(f"{card.body}{offered} Answer with --answer {card.key}=VALUE, or take the defaults with --yes.")
        said = await self._said(card, f"{card.body}{offered} [{card.labels.get(card.default, card.default)}] ")
        return Decision(choice="answer", text=said or card.default, by="at a prompt")

    def _show(self, text: str) -> None:
        """What nobody is asked about is shown all the same."""
        if self._stream is not None:
            print(f"\n{text.strip()}\n", file=self._stream, flush=True)

    async def _choose(self, card: Card) -> Decision:
        if self._prompt is None:
            raise AnswerNeeded(f"“{card.title}” has to be approved: run again with --yes, or at a terminal.")
        asked = speak("Approve? [y]es, [n]o, or say what to change:", card.language)
        said = await self._said(card, f"\n{card.body}\n\n{asked} ")
        if said.lower() in ("", *said_for("yes")):
            return Decision(choice="Approve", by="at a prompt")
        if said.lower() in said_for("no"):
            return Decision(choice="Reject", by="at a prompt")
        return Decision(choice="Change", text=said, by="at a prompt")

    async def _allow(self, card: Card) -> Decision:
        """Of what a language model wants to do: only an explicit yes counts, no Enter pressed in passing."""
        if self._prompt is None:
            raise AnswerNeeded(f"“{card.title}” has to be answered by a person: run again at a terminal{_option(card)}.")
        asked = speak("Approve? [y]es, [n]o (Enter alone is no):", card.language)
        said = await self._said(card, f"\n{card.title}\n\n{card.body}\n\n{asked} ")
        return Decision(choice="Approve" if said.lower() in said_for("yes") else "Reject", by="at a prompt")

    async def _said(self, card: Card, prompt: str) -> str:
        assert self._prompt is not None
        try:
            return (await asyncio.to_thread(self._prompt, prompt)).strip()
        except EOFError:
            raise AnswerNeeded(f"“{card.title}” has no answer: the input at the terminal ended.") from None


def _option(card: Card) -> str:
    """Which option would have answered a card about a cell."""
    if card.key:
        return f", or with --{card.key}, which lets the cells that a language model writes run without being shown"
    return " (neither --yes nor --grant-cells allows it)"


class TerminalSink:
    """Prints what the agent says and does; progress stays on one line where the terminal allows it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._open_line, self._last = stream, False, 0.0

    def __call__(self, event: Event) -> None:
        """Print one event."""
        if event.kind == "progress":
            self._progress(event.text)
        elif event.kind == "ran":
            mark = "✓" if event.data["status"] == "ok" else "✗"
            self._line(f"  {mark} {event.text.splitlines()[0].lstrip('# ')} ({event.data['seconds']:.1f} s)")
        elif event.kind in ("said", "finished", "failed") and event.text:
            self._line(event.text)

    def _progress(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r    {text:<100}")
            self._open_line = True
        elif time.monotonic() - self._last > 15:
            self._line(f"    {text}")
            self._last = time.monotonic()
        self._stream.flush()

    def _line(self, text: str) -> None:
        self._stream.write(("\n" if self._open_line else "") + text + "\n")
        self._open_line = False
        self._stream.flush()


def run(options: RunOptions, stream: TextIO | None = None) -> dict[str, Any]:
    """Run one study and return the JSON summary (see :func:`summary`); errors are in it, too."""
    began = time.monotonic()
    if not options.data.is_dir():
        raise NoSuchData(f"{no_such_folder(options.data)} Give the folder of the images with --data DIR.")
    notebook = _notebook_path(options)
    study = notebook.parent / study_folder(str(notebook))
    leftovers = Leftovers(notebook, study)
    outcome = asyncio.run(_run(options, notebook, stream or sys.stdout))
    bundle = None
    if outcome.status in ("done", "answered") and outcome.latest("report"):
        bundle = export(notebook, study / f"{notebook.stem}.zip").path
    whole = summary(outcome, notebook, bundle, time.monotonic() - began)
    if outcome.status in _CAME_TO_NOTHING:
        if leftovers.clear():
            whole["notebook"] = None
        else:
            print(speak(leftovers.said(), options.spoken), file=stream or sys.stdout)
    if options.dry_run and outcome.plan and outcome.status == "rejected":
        whole |= {"exit": 0, "error": None}
    lacking = missing(outcome, options.dry_run)
    if lacking and outcome.status == "answered" and options.model is None:  # a question to the playbook: nothing is lacking
        whole |= {"exit": EXIT["refused"], "error": outcome.message}
    elif lacking:
        print(speak(lacking, options.spoken), file=stream or sys.stdout)
        whole |= {"exit": EXIT["failed"], "error": lacking}
    return whole


async def _run(options: RunOptions, notebook: Path, stream: TextIO) -> Outcome:
    settings = AgentSettings(
        model=options.model,
        chat_model=make_model(options.model),  # before anything is written: a wrong name leaves nothing behind
        data=str(_relative(options.data, notebook.parent)),
        minutes=options.minutes,
        seed=options.seed,
        granted=options.grant_cells,
        language=options.language,
    )
    checkpoint = notebook.parent / study_folder(str(notebook)) / "conversation.sqlite"
    async with HeadlessNotebook(notebook) as port:
        approver = TerminalApprover(options.yes, options.answers, options.dry_run, stream=stream)
        outcome = await run_agent(
            options.request,
            port=port,
            approver=approver,
            sink=TerminalSink(stream),
            settings=settings,
            thread_id=notebook.stem,
            checkpoint_path=str(checkpoint),
        )
    for line in approver.unused():
        outcome.assumptions.append(line)
        print(speak(line, options.spoken), file=stream)
    return outcome


def summary(outcome: Outcome, notebook: Path, bundle: Path | None, seconds: float) -> dict[str, Any]:
    """The JSON summary: what the study wrote, completed by what only the agent knows."""
    report = outcome.latest("report") or {}
    written = json.loads(Path(report["summary"]).read_text(encoding="utf-8")) if report else {}
    good = outcome.status in ("done", "answered")
    question = outcome.message if outcome.status == "needs_answer" else None
    return {
        **SUMMARY,
        **_seen(outcome),
        **written,
        "schema": versions.SUMMARY,
        "exit": EXIT[outcome.status],
        "error": None if good else outcome.message,
        "question": question,
        "task": (outcome.specification or {}).get("task"),
        "specification": written.get("specification") or outcome.specification,
        "assumptions": list(dict.fromkeys([*outcome.assumptions, *written.get("assumptions", [])])),
        "questions": outcome.questions,
        "plan": outcome.plan,
        "primary_metric": (outcome.specification or {}).get("primary_metric"),
        "audit": outcome.latest("audit") or {"findings": []},
        "seconds": round(seconds, 1),
        "notebook": str(notebook),
        "report": report.get("report"),
        "predictions": report.get("predictions"),
        "bundle": str(bundle) if bundle else None,
    }


def _seen(outcome: Outcome) -> dict[str, Any]:
    """What could have been learnt from the data, by any task, and where each image went."""
    seen, loaded, specification = outcome.latest("survey"), outcome.latest("cohort"), outcome.specification
    try:
        survey = SurveyFacts.read(seen) if seen else None
        cohort = CohortFacts.read(loaded) if loaded else None
    except OtherRelease:  # a cell of a language model may display what only looks like a survey
        return {}
    found = None
    if survey and cohort and specification:
        found = allocation(survey, cohort, specification["classes"], specification.get("label_column"))
    return {
        "offers": [offer.model_dump(mode="json") for offer in offers(survey)] if survey else [],
        "modality": (specification or {}).get("modality") or (survey.modality if survey else None),
        "allocation": found.model_dump(mode="json", exclude_none=True) if found else None,
    }


def _notebook_path(options: RunOptions) -> Path:
    path = (options.notebook or Path(f"{study_name(options.request)}.ipynb")).absolute()
    if path.parent.resolve().is_relative_to(options.data.resolve()):
        raise BadInput(
            f"{path} would lie in the data folder, which is never written to: name a notebook elsewhere with -o, or start from "
            "another folder."
        )
    if options.notebook is None:
        return _free(path)
    if path.suffix != ".ipynb":
        raise BadInput(f"{options.notebook} is no notebook name; -o takes FILE.ipynb.")
    if path.exists() or (path.parent / study_folder(str(path))).exists():
        raise BadInput(
            f"{options.notebook} or its study folder is already there; choose another name with -o, so that nothing is "
            "overwritten."
        )
    return path


def _free(path: Path) -> Path:
    """The first of ``study.ipynb``, ``study-2.ipynb``, … that is not taken."""
    number, candidate = 1, path
    while candidate.exists() or (candidate.parent / study_folder(str(candidate))).exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}.ipynb")
    return candidate


def _relative(data: Path, folder: Path) -> Path:
    """The data folder as seen from the notebook, so that no home directory stands in the cells."""
    return Path(os.path.relpath(data.resolve(), folder.resolve()))

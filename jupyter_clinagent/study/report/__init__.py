"""The report of a study: one HTML page, the JSON summary, predictions, and the model for the next hospital."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from jupyter_clinagent.facts import ReportFacts
from jupyter_clinagent.lang import speak_html, used
from jupyter_clinagent.study.data.fingerprint import changed_files, load_fingerprint
from jupyter_clinagent.study.protocol.environment import requirements_lock
from jupyter_clinagent.study.protocol.predictions import BY_CASE, case_of_images, cases_table, predictions_table
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.report.evidence import gather
from jupyter_clinagent.study.report.page import render
from jupyter_clinagent.study.report.sheet import asked, sheet
from jupyter_clinagent.study.report.summary import summarise

__all__ = ["write_report"]


def write_report(session: Session) -> ReportFacts:
    """Write predictions, ``requirements.lock``, ``model/``, ``report.html`` and ``summary.json`` into the study folder."""
    predictions = session.folder / "predictions.csv"
    _write_predictions(session, predictions)
    (session.folder / "requirements.lock").write_text(requirements_lock(), encoding="utf-8")
    model = _save_model(session)
    changed = changed_files(session.data, load_fingerprint(session.folder / "data_fingerprint.json"))
    evidence = gather(session, changed)
    page = session.folder / "report.html"
    page.write_text(speak_html(render(evidence), used()), encoding="utf-8")
    session.record.add("report written", report=_sha256(page), predictions=_sha256(predictions), changed_files=len(changed))
    facts = ReportFacts(
        report=str(page),
        summary=str(session.folder / "summary.json"),
        model=str(model),
        predictions=str(predictions),
        needs_you=asked(sheet(evidence)),
    )
    summary = json.dumps(summarise(evidence, facts), indent=1, ensure_ascii=False)
    (session.folder / "summary.json").write_text(summary, encoding="utf-8")
    return facts


def _write_predictions(session: Session, path: Path) -> None:
    """Of images; where several give one answer also their case, and beside it a table of the cases."""
    table = predictions_table(session)
    if not session.level.by_image:
        table.insert(1, "case", case_of_images(session))
        cases_table(session).to_csv(path.with_name(BY_CASE), index=False)
    table.to_csv(path, index=False)


def _save_model(session: Session) -> Path:
    opening = session.opening
    folder = session.folder / "model"
    session.task.saving.save(opening.trained.model, opening.trained.data, folder, _model_extra(session))
    return folder


def _model_extra(session: Session) -> dict[str, Any]:
    """What ``predict`` needs beside the network: the operating point, and what the scores must not be used for."""
    point = session.opening.facts.operating_point
    return {
        "threshold": point.threshold if point else None,
        "positive_class": point.positive_class if point else None,
        "study": session.confirmed.specification.title,
        "specification": session.confirmed.specification.hash,
        **({} if session.level.by_image else {"level": session.level.model_dump(mode="json")}),
        "note": "research use only; not a medical device",
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

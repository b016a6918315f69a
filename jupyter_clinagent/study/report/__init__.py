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
from jupyter_clinagent.study.protocol.predictions import predictions_table
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.report.evidence import gather
from jupyter_clinagent.study.report.page import render
from jupyter_clinagent.study.report.sheet import asked, sheet
from jupyter_clinagent.study.report.summary import summarise

__all__ = ["write_report"]


def write_report(session: Session) -> ReportFacts:
    """Write predictions, ``requirements.lock``, ``model/``, ``report.html`` and ``summary.json`` into the study folder."""
    predictions = session.folder / "predictions.csv"
    predictions_table(session).to_csv(predictions, index=False)
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
        "note": "research use only; not a medical device",
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Corrections are noted before the specification is confirmed, and on record."""

from __future__ import annotations

from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.study.cohort.corrections import CORRECTIONS, Corrections
from jupyter_clinagent.study.protocol.session import Session


def note_corrections(session: Session, rows: list[tuple[str, str, str | None]], reason: str) -> None:
    """Write corrections ``(image, action, label)`` into the study folder and on the record.

    Raises
    ------
    ProtocolViolation
        The specification is confirmed already.
    """
    if session.confirmed_ is not None:
        raise ProtocolViolation(
            "Corrections are made before the specification is confirmed; start a new study to correct data now."
        )
    path = session.folder / CORRECTIONS
    corrections = Corrections.load(path)
    for image, action, label in rows:
        corrections = corrections.with_row(image, action, label, reason)
    corrections.save(path)
    session.record.add("corrections", count=len(rows), reason=reason)
    print(f"{len(rows)} correction{'s' * (len(rows) != 1)} noted; call study.load_cohort again for them to count.")

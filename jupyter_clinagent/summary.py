"""What the JSON summary of a study always holds, however far the study came."""

from __future__ import annotations

from typing import Any

from jupyter_clinagent import versions
from jupyter_clinagent._version import __version__

SUMMARY: dict[str, Any] = {
    "schema": versions.SUMMARY,
    "clinagent": __version__,
    "facts_schema": versions.FACTS,
    "exit": None,
    "error": None,
    "question": None,
    "task": None,
    "specification": None,
    "assumptions": [],
    "questions": [],
    "plan": None,
    "offers": [],
    "allocation": None,
    "modality": None,
    "evaluator": None,
    "primary_metric": None,
    "validation": None,
    "test": None,
    "operating_point": None,
    "reliance": None,
    "experiments": [],
    "unsealed": 0,
    "audit": {"findings": []},
    "seconds": None,
    "notebook": None,
    "report": None,
    "bundle": None,
    "predictions": None,
}
"""Every key with its value before anything has happened."""

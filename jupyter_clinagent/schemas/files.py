"""Schemas of files that no model describes: the JSON summary, a bundle's manifest, a line of the record.

They ask for what readers need and allow what a later release adds.
"""

from __future__ import annotations

from typing import Any

from jupyter_clinagent import versions

_TEXT, _NUMBER, _OBJECT = {"type": "string"}, {"type": "number"}, {"type": "object"}
_NUMBER_OR_NONE, _TEXT_OR_NONE, _OBJECT_OR_NONE = ({"type": [kind, "null"]} for kind in ("number", "string", "object"))
_TEXTS = {"type": "array", "items": _TEXT}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_FIGURES = {
    "type": ["object", "null"],
    "additionalProperties": {
        "type": "object",
        "required": ["value", "low", "high"],
        "properties": {"value": _NUMBER_OR_NONE, "low": _NUMBER_OR_NONE, "high": _NUMBER_OR_NONE, "method": _TEXT_OR_NONE},
    },
}
_EXPERIMENT = {
    "type": "object",
    "required": ["name", "hypothesis", "value", "kept", "reason", "seconds"],
    "properties": {
        "name": _TEXT,
        "hypothesis": _TEXT,
        "value": _NUMBER_OR_NONE,
        "kept": {"type": "boolean"},
        "reason": _TEXT,
        "seconds": _NUMBER,
    },
}
_QUESTION = {
    "type": "object",
    "required": ["key", "answer"],
    "properties": {"key": _TEXT, "text": _TEXT, "choices": _TEXTS, "default": _TEXT, "answer": _TEXT, "by": _TEXT},
}
_COUNT = {"type": "integer", "minimum": 0}
_ALLOCATION = {
    "type": ["object", "null"],
    "required": ["classes", "left_out", "total"],
    "properties": {
        "classes": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["values", "images"],
                "properties": {"values": _TEXTS, "images": _COUNT},
            },
        },
        "left_out": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason", "count"],
                "properties": {"values": _TEXTS, "reason": _TEXT, "count": _COUNT},
            },
        },
        "total": _COUNT,
    },
}


def files() -> dict[str, dict[str, Any]]:
    """Schema by name."""
    return {"summary": _summary(), "manifest": _manifest(), "record-entry": _record_entry()}


def _summary() -> dict[str, Any]:
    """Of what the command line writes with ``--json``, and of ``summary.json``, which knows fewer keys."""
    properties = {
        "schema": _version(versions.SUMMARY),
        "clinagent": _TEXT,
        "exit": {"type": ["integer", "null"]},
        "error": _TEXT_OR_NONE,
        "question": _TEXT_OR_NONE,
        "task": _TEXT_OR_NONE,
        "specification": _OBJECT_OR_NONE,
        "assumptions": _TEXTS,
        "questions": {"type": "array", "items": _QUESTION},
        "plan": _OBJECT_OR_NONE,
        "offers": {"type": "array", "items": _OBJECT},
        "allocation": _ALLOCATION,
        "modality": _TEXT_OR_NONE,
        "facts_schema": {"type": "integer", "minimum": 1},
        "evaluator": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
        "primary_metric": _TEXT_OR_NONE,
        "validation": _FIGURES,
        "test": _FIGURES,
        "operating_point": _OBJECT_OR_NONE,
        "experiments": {"type": "array", "items": _EXPERIMENT},
        "unsealed": {"type": "integer", "minimum": 0},
        "audit": {"type": "object", "required": ["findings"], "properties": {"findings": {"type": "array"}}},
        "seconds": _NUMBER_OR_NONE,
        "notebook": _TEXT_OR_NONE,
        "report": _TEXT_OR_NONE,
        "bundle": _TEXT_OR_NONE,
        "predictions": _TEXT_OR_NONE,
    }
    needed = ["schema", "task", "specification", "assumptions", "primary_metric", "validation", "test", "experiments", "unsealed"]
    return _of("JSON summary of a study", properties, [*needed, "audit", "report", "predictions"])


def _manifest() -> dict[str, Any]:
    properties = {
        "schema": _version(versions.MANIFEST),
        "clinagent": _TEXT,
        "notebook": _TEXT,
        "study": _TEXT,
        "with_images": {"type": "boolean"},
        "cells": {"type": "object", "additionalProperties": _TEXT},
        "files": {"type": "object", "additionalProperties": _SHA256},
    }
    return _of("manifest.json of a bundle", properties, list(properties))


def _record_entry() -> dict[str, Any]:
    properties = {
        "schema": _version(versions.RECORD),
        "n": {"type": "integer", "minimum": 0},
        "time": {"type": "string", "format": "date-time"},
        "kind": _TEXT,
        "data": _OBJECT,
        "previous": _SHA256,
        "hash": _SHA256,
    }
    return _of("A line of record.jsonl", properties, [name for name in properties if name != "schema"])


def _version(current: int) -> dict[str, Any]:
    """Any version: a reader that knows an older one reads on, and keeps what it does not know."""
    return {"type": "integer", "minimum": 1, "description": f"This release writes {current}."}


def _of(title: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"title": title, "type": "object", "required": required, "properties": properties, "additionalProperties": True}

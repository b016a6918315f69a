"""Where the cells of earlier studies import pseudo-boxes from; the task that makes them has them now."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from jupyter_clinagent.tasks import registry

    return registry.exported(name)

"""The bundle of a study, written into the study's own folder: what the chat and the magic hand to the agent."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_clinagent.contracts import Exported
from jupyter_clinagent.export import scan
from jupyter_clinagent.export.bundle import NEEDED, export
from jupyter_clinagent.export.latest import latest_study


async def export_beside(notebook: str) -> Exported:
    """Export the last finished study of ``<stem>.ipynb`` to ``<stem>.zip`` in its folder, without patients' images.

    Raises
    ------
    BadInput
        As of :func:`~jupyter_clinagent.export.bundle.export`.
    """
    path = Path(notebook)
    bundle = await asyncio.to_thread(export, path, latest_study(path, NEEDED) / f"{path.stem}.zip")
    return Exported(path=str(bundle.path), looked_for=list(scan.KINDS), findings=bundle.findings)

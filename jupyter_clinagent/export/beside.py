"""The bundle of a study, written into the study's own folder: what the chat and the magic hand to the agent."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_clinagent.contracts import Exported
from jupyter_clinagent.export import scan
from jupyter_clinagent.export.bundle import export


async def export_beside(notebook: str) -> Exported:
    """Export ``<stem>.ipynb`` to ``<stem>-study/<stem>.zip``, without patients' images.

    Raises
    ------
    BadInput
        As of :func:`~jupyter_clinagent.export.bundle.export`.
    """
    path = Path(notebook)
    bundle = await asyncio.to_thread(export, path, path.parent / f"{path.stem}-study" / f"{path.stem}.zip")
    return Exported(path=str(bundle.path), looked_for=list(scan.KINDS), findings=bundle.findings)

"""The data folder that a request names, looked for beside the notebook before anything is written."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent.agent.playbook.answers import read_answers
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import NoSuchData
from jupyter_clinagent.nearby import no_such_folder


def folder_named(request: str, beside: Path) -> str | None:
    """The folder as the request writes it; a bare word (“in data”) only if there is such a folder.

    Words on a report item (“the images come from …”) name none.
    """
    if read_answers(request):
        return None
    intent = read_request(request)
    return intent.data or next((word for word in intent.places if _at(word, beside).is_dir()), None)


def missing_folder(request: str, beside: Path) -> str | None:
    """What to say of a folder that the request names and that is not there; None where all is well."""
    named = folder_named(request, beside)
    if named is None or _at(named, beside).is_dir():
        return None
    return f"{no_such_folder(_at(named, beside), named)} Say where the images are; nothing was begun."


def check_folder(request: str, beside: Path) -> None:
    """Raise :class:`NoSuchData` where the request names a folder that is not there."""
    if said := missing_folder(request, beside):
        raise NoSuchData(said)


def _at(named: str, beside: Path) -> Path:
    return beside / Path(named).expanduser()

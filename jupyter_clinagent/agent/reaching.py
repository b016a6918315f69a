"""Reaching a language model: whatever its server, its address or its key does wrong ends in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware

from jupyter_clinagent.errors import BadInput

_STATUS = {
    401: "it refuses the key",
    403: "it refuses the key",
    404: "there is no such model at its address",
    429: "it is asked too often, or a quota is used up",
}
_NAMES = {"Timeout": "it gave no answer in time", "Connect": "its server can't be reached"}
"""By what the errors of every provider's package have in their names; a timeout is often a failed connection, too."""


class ReachModel(AgentMiddleware[Any, Any, Any]):
    """Waits for the model's answer and says why none came.

    Parameters
    ----------
    mind
        How the model is called.
    seconds
        How long to wait for one answer.
    """

    def __init__(self, mind: str, seconds: float) -> None:
        super().__init__()
        self._mind, self._seconds = mind, seconds

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Ask the model.

        Raises
        ------
        BadInput
            It gave no answer that can be read.
        """
        try:
            return await asyncio.wait_for(handler(request), self._seconds)
        except Exception as error:  # each provider has errors of its own
            raise BadInput(
                f"The {self._mind} can't be used: {why(error)}. Check its name, its address and the key in the environment, or "
                "leave it out for the built-in playbook."
            ) from error


def why(error: Exception) -> str:
    """What went wrong, in words; never the server's own, which may quote the key.

    Examples
    --------
    >>> why(TimeoutError())
    'it gave no answer in time'
    """
    if isinstance(error, NotImplementedError):
        return "it can't call tools"
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        said = _STATUS.get(status) or ("its server fails" if status >= 500 else "it refuses the request")
        return f"{said} (HTTP {status})"
    ancestry = " ".join(kind.__name__ for kind in type(error).__mro__)
    return next(
        (words for name, words in _NAMES.items() if name in ancestry), f"its answer can't be read ({type(error).__name__})"
    )

"""``%clinagent REQUEST``: the agent from a cell.

In JupyterLab the request goes to the server and the magic returns at once: cells appear below and run in this kernel.
Without a server (a terminal, another notebook program) the same agent works inside the kernel.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.lang import speak, surely_language_of, understand, used

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_clinagent.extension.client import Server
    from jupyter_clinagent.notebook.inkernel import InKernelNotebook, MainThread

HELP = """\
%clinagent REQUEST     build a model for this request, for example:
                       %clinagent Tell melanoma from nevus; missing a melanoma is worse. The images are in ./images.
%%clinagent            the same, with the request in the lines below
%clinagent what does the interval mean?
                       ask or tell anything about the finished study: “use 90 % sensitivity”, “undo that”, “export the study”, …
%clinagent status      what the agent is doing
%clinagent stop        stop the agent and what it runs
%clinagent undo        put the notebook back as it was before the last request
"""


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext jupyter_clinagent`` calls."""
    magic = ClinAgentMagic(shell)
    registry: Any = shell
    registry.register_magic_function(magic, "line_cell", "clinagent")


class ClinAgentMagic:
    """The magic of one shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._last: tuple[InKernelNotebook, dict[str, Any]] | None = None

    def __call__(self, line: str, cell: str | None = None) -> None:
        """Run one line or cell of the magic."""
        from jupyter_clinagent.extension.client import Server

        request = f"{line}\n{cell or ''}".strip()
        language, server = surely_language_of(request) or used(), Server.find()
        commands: dict[str, Callable[[], str]] = {
            "": lambda: HELP,
            "help": lambda: HELP,
            "status": lambda: self._status(server),
            "stop": lambda: self._stop(server),
            "undo": lambda: self._undo(server),
        }
        run = commands.get(understand(request, [*commands], language), lambda: self._run(server, request))
        try:
            print(speak(run(), language))
        except ClinAgentError as error:
            print(speak(str(error), language))

    def _run(self, server: Server | None, request: str) -> str:
        if server is None:
            return self._run_here(request)
        kernel: Any = self._shell
        reply = server.post("run", request=request, cell=kernel.get_parent().get("metadata", {}).get("cellId"))
        if "waits" in reply:
            return str(reply["waits"])
        lines = [f"At work in {reply['notebook']}, with the {reply['mind']}: cells appear below; questions come in the chat."]
        if reply["queued"]:
            lines.append(f"{reply['queued']} of your own cells are queued and run before the agent's.")
        return "\n".join([*lines, "Stop with %clinagent stop, or with the button in the chat."])

    def _status(self, server: Server | None) -> str:
        return str(server.post("status")["text"]) if server else "Without a server the agent works inside its own cell."

    def _stop(self, server: Server | None) -> str:
        if server is None:
            return "Nothing runs. While the agent works in this kernel, the kernel's own Stop button stops it."
        server.post("stop")
        return "Stopping; the chat tells when nothing runs any more."

    def _undo(self, server: Server | None) -> str:
        if server:
            server.post("undo")
            return "Undoing: the notebook goes back to what it was before the last request."
        if self._last is None:
            return "There is nothing to undo."
        from jupyter_clinagent.notebook.inkernel import LoopThread, MainThread

        notebook, snapshot = self._last
        LoopThread().run(notebook.restore(snapshot), MainThread())
        self._last = None
        return f"{notebook.path} is as it was before."

    def _run_here(self, request: str) -> str:
        from jupyter_clinagent.agent.data_folder import check_folder
        from jupyter_clinagent.notebook.inkernel import LoopThread, MainThread

        check_folder(request, Path.cwd())
        main = MainThread()
        notebook, loop = self._notebook(request, main), LoopThread()
        self._last = notebook, loop.run(notebook.snapshot(), main)
        loop.run(_turn(request, notebook, main), main)
        return f"The cells are kept in {notebook.path}."

    def _notebook(self, request: str, main: MainThread) -> InKernelNotebook:
        """A new notebook for a request that names its data; else the last one, for the conversation goes on."""
        from jupyter_clinagent.agent.loop import names_data, study_name
        from jupyter_clinagent.notebook.inkernel import InKernelNotebook

        going_on = self._last is not None and not names_data(request, Path.cwd())
        path = Path(self._last[0].path) if self._last and going_on else _free_path(study_name(request))
        return InKernelNotebook(path, self._shell, main)


async def _turn(request: str, notebook: InKernelNotebook, main: MainThread) -> None:
    """One turn of the agent; what it asks is asked at the prompt, what it says is printed."""
    from jupyter_clinagent.agent.loop import AgentSettings, run_agent, study_folder
    from jupyter_clinagent.export.beside import export_beside
    from jupyter_clinagent.runner import TerminalApprover, TerminalSink

    folder = Path(notebook.path).parent / study_folder(notebook.path)
    await run_agent(
        request,
        port=notebook,
        approver=TerminalApprover(yes=False, answers={}, ask=lambda prompt: main.wait_for(lambda: input(prompt))),
        sink=TerminalSink(sys.stdout),
        settings=AgentSettings(model=os.environ.get("CLINAGENT_MODEL"), exporter=export_beside),
        thread_id="in-kernel",
        checkpoint_path=str(folder / "conversation.sqlite"),
    )
    await notebook.close()


def _free_path(name: str) -> Path:
    """``name.ipynb`` in the working folder, numbered where it is taken."""
    candidates = [Path(f"{name}.ipynb"), *(Path(f"{name}-{number}.ipynb") for number in range(2, 1000))]
    return next(path for path in candidates if not path.exists())

"""What only the notebook in this very process has to stand."""

from pathlib import Path

import pytest

from jupyter_clinagent.notebook.inkernel import MainThread
from jupyter_clinagent.notebook.recording import Recording
from tests.notebook.ports import Driven, LoopThread, open_in_kernel


def test_an_interrupt_that_comes_when_the_cell_is_over_does_not_end_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_recording: Recording, _error: BaseException) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Recording, "error", late)
    main = MainThread()
    with LoopThread() as thread:
        notebook = Driven(open_in_kernel(tmp_path, main), thread, main)
        assert notebook.run("1 / 0").status == "interrupted"
        assert notebook.run("1").status == "ok"

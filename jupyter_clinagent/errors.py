"""The family of errors.

::

    ClinAgentError                     everything we raise on purpose; says what happened and what to do
    ├── BadInput                       exit 2: the data, a path or an option has to change
    │   ├── NoSuchData                 the folder or file is not there, or holds no images
    │   ├── LabelsDoNotMatch           labels without images, images without labels, one class only
    │   ├── TooFewImages               too few images or groups to build and judge a model
    │   ├── OtherRelease               another release wrote it in a form that can't be read; says which, and what to do
    │   └── UnreadableImage            one image can't be decoded (kept out and counted)
    ├── AnswerNeeded                   exit 3: a question has no answer and no default was allowed
    ├── OutOfScope                     exit 4: not one of the tasks that this tool does
    ├── Refused                        exit 4: the clinician, or the policy, said no
    ├── ProtocolViolation              the study protocol forbids it (sealed labels, changed specification, …)
    │   ├── Sealed                     test labels were asked for before the unsealing
    │   └── EvaluatorChanged           the code that judges is not the one that was confirmed
    ├── NotebookError
    │   ├── UnknownCell                no cell has this id; names the valid ones
    │   ├── StaleCell                  the cell was changed since it was read; read it again
    │   ├── KernelDied                 the kernel is gone and its memory with it
    │   └── Stopped                    the clinician pressed Stop
    ├── LimitReached                   a cap on turns, time, cost or output was reached; says which
    └── Different                      exit 1 of verify: a replay gave other figures, or a file was changed
"""

from __future__ import annotations

from jupyter_clinagent.lang import speak, used


class ClinAgentError(Exception):
    """Base of everything raised on purpose. ``exit_code`` is what the command line returns."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows below the cell: the sentence alone, for it says what to do; IPython asks for it by this name."""
        return [f"{type(self).__name__}: {speak(str(self), used())}"]


class BadInput(ClinAgentError):
    """The data, a path or an option has to change before this can work."""

    exit_code = 2


class NoSuchData(BadInput):
    """The data folder is not there, or holds no images."""


class LabelsDoNotMatch(BadInput):
    """Labels and images can't be brought together, or there is nothing to tell apart."""


class TooFewImages(BadInput):
    """Too few images or groups to build and judge a model."""


class OtherRelease(BadInput):
    """Another release wrote it in a form that this one can't read."""


class UnreadableImage(BadInput):
    """One image can't be decoded; ``reason`` says why without quoting file contents."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class AnswerNeeded(ClinAgentError):
    """A question has no answer; run again with ``--yes`` or ``--answer KEY=VALUE``."""

    exit_code = 3


class OutOfScope(ClinAgentError):
    """The request is not one of the tasks that this tool does."""

    exit_code = 4


class Refused(ClinAgentError):
    """The clinician, or the policy, said no."""

    exit_code = 4


class ProtocolViolation(ClinAgentError):
    """The study protocol forbids it."""


class Sealed(ProtocolViolation):
    """Test labels were asked for before the unsealing."""


class EvaluatorChanged(ProtocolViolation):
    """The code that judges is not the one whose hash was recorded at confirmation."""


class NotebookError(ClinAgentError):
    """Something about the live notebook."""


class UnknownCell(NotebookError):
    """No cell has this id."""


class StaleCell(NotebookError):
    """The cell was changed since it was read."""


class KernelDied(NotebookError):
    """The kernel is gone and its memory with it."""


class Stopped(NotebookError):
    """The clinician pressed Stop."""


class LimitReached(ClinAgentError):
    """A cap on turns, time, cost or output was reached."""


class Different(ClinAgentError):
    """A replay gave other figures, or a file was changed."""

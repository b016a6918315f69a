"""The protocol of a clinical study, enforced in code: cohort, seal, experiments, one opening, report."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_clinagent.study.study import Study

__all__ = ["Study"]


def __getattr__(name: str) -> Any:
    if name == "Study":
        from jupyter_clinagent.study.study import Study

        return Study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What ``study.load_cohort`` was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_clinagent.contracts import Level, Only
from jupyter_clinagent.study.cohort.splitting import AUTO

IMAGES = Level()


@dataclass(frozen=True)
class Wishes:
    """The arguments of :meth:`jupyter_clinagent.study.Study.load_cohort`; None takes the survey's best candidate.

    Attributes
    ----------
    level
        What gets one answer.
    only
        Which images the study is about.
    task
        None: the usual one.
    more
        What only one task asks for.
    """

    label: str | None = None
    classes: Mapping[str, list[str]] | None = None
    group: str | None = None
    image: str | None = None
    split: str | None = AUTO
    table: str | None = None
    allow_few: bool = False
    seed: int = 0
    level: Level = IMAGES
    only: Only = field(default_factory=dict)
    task: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

"""A task: its name, its words, its metrics, and where its parts are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from jupyter_clinagent.lang.families import families
from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.tasks.protocol import (
    Evaluating,
    Inference,
    Judging,
    Offers,
    PhantomStudy,
    Planning,
    Reporting,
    Saving,
    Showing,
    Surveying,
    Targets,
)

if TYPE_CHECKING:  # pydantic is not there where a bundle's model only predicts
    from jupyter_clinagent.contracts import Specification


@dataclass(frozen=True)
class Task:
    """A task and where its parts are.

    Attributes
    ----------
    name
        A word, also in specifications, summaries and on disk.
    package
        Holds the modules listed above.
    able
        What it does, in a sentence about “I”, with an example.
    metrics
        Its figures.
    precedence
        Where a request has the words of several tasks, the highest decides.
    usual
        Whether it is meant where a request names no task.
    alone
        Whether a request with its words can't mean another task, whatever the data hold.
    levels
        Whether the images of one case (patient, lesion, breast) can give one answer together.
    ordered
        Whether each of its classes stands above the one before.
    several
        Whether an image may show several of its classes.
    inside
        Whether its answers lie inside the image, such as boxes.
    counts
        Whether it says how many there are.
    bounded
        Whether a bound on a number may be one on what it learns, such as a cut on a scale.
    own_names
        Whether only it knows how what it learns may be called.
    exports
        Classes and functions that its cells import from :mod:`jupyter_clinagent.imaging`, and the module of each.
    """

    name: str
    package: str
    able: str
    metrics: tuple[Metric, ...] = ()
    precedence: int = 0
    usual: bool = False
    alone: bool = False
    levels: bool = False
    ordered: bool = False
    several: bool = False
    inside: bool = False
    counts: bool = False
    bounded: bool = False
    own_names: bool = False
    exports: Mapping[str, str] = field(default_factory=dict, hash=False)

    def part(self, name: str) -> Any:
        """One of its modules."""
        return import_module(f"{self.package}.{name}")

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Phrases of a request that mean this task: those of every language, and its package's own in ``words.toml``."""
        brought = files(self.package).joinpath("words.toml")
        own = tomllib.loads(brought.read_text(encoding="utf-8"))["words"] if brought.is_file() else []
        return tuple(dict.fromkeys([*families("words")["task"].get(self.name, ()), *own]))

    @property
    def specification(self) -> type[Specification]:
        """The class of its specifications."""
        return cast("type[Specification]", self.part("specification").SPECIFICATION)

    @property
    def surveying(self) -> Surveying:
        """See :class:`Surveying`."""
        return cast(Surveying, self.part("surveying"))

    @property
    def offers(self) -> Offers:
        """See :class:`Offers`."""
        return cast(Offers, self.part("offers"))

    @property
    def targets(self) -> Targets:
        """See :class:`Targets`."""
        return cast(Targets, self.part("targets"))

    @property
    def planning(self) -> Planning:
        """See :class:`Planning`."""
        return cast(Planning, self.part("planning"))

    @property
    def judging(self) -> Judging:
        """See :class:`Judging`."""
        return cast(Judging, self.part("judging"))

    @property
    def showing(self) -> Showing:
        """See :class:`Showing`."""
        return cast(Showing, self.part("showing"))

    @property
    def reporting(self) -> Reporting:
        """See :class:`Reporting`."""
        return cast(Reporting, self.part("reporting"))

    @property
    def saving(self) -> Saving:
        """See :class:`Saving`."""
        return cast(Saving, self.part("saving"))

    @property
    def inference(self) -> Inference:
        """See :class:`Inference`."""
        return cast(Inference, self.part("inference"))

    @property
    def evaluating(self) -> Evaluating:
        """See :class:`Evaluating`."""
        return cast(Evaluating, self.part("evaluating"))

    @property
    def phantom(self) -> PhantomStudy:
        """See :class:`PhantomStudy`."""
        return cast(PhantomStudy, self.part("phantom"))

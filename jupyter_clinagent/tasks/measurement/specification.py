"""The specification of a measurement."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.tasks.measurement.units import NO_UNIT, with_unit


class Measurement(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`; the one of ``classes`` is the measure, its value the column.

    Attributes
    ----------
    unit
        Of the column, of the model's numbers and of every figure; None where nobody named one.
    tolerance
        An error up to which a number is close enough, in ``unit``; how many are is reported.
    line, side
        A line that the request draws: how well the measured number tells what lies ``below`` or ``above`` it from the rest.
    """

    task: Literal["measurement"]
    primary_metric: Literal["mae"]
    direction: Literal["lower"] = "lower"
    unit: str | None = None
    tolerance: float = Field(gt=0)
    line: float | None = None
    side: Literal["below", "above"] | None = None

    @property
    def measure(self) -> str:
        """What is measured."""
        return next(iter(self.classes))

    @property
    def primary_unit(self) -> str:
        """That of the measure."""
        return self.unit or ""

    @property
    def costs(self) -> str:
        """An error is one, whichever way."""
        return "A number that is too high and one that is too low by as much were taken to weigh the same."

    @property
    def drawn(self) -> str:
        """The line in words: “below 40 %”; empty where none is drawn."""
        return f"{self.side} {with_unit(self.line, self.unit)}" if self.line is not None else ""

    @property
    def own_rows(self) -> dict[str, str]:
        """What is measured and in which unit, which error is close enough, which line is drawn."""
        columns = ", ".join(f"“{column}”" for column in next(iter(self.classes.values())))
        rows = {
            "Measured": f"{self.measure}, from column {columns}",
            "Unit": self.unit or f"{NO_UNIT}; numbers are as they stand in the column",
            "Close enough": f"up to {with_unit(self.tolerance, self.unit)} off; how many images are is reported",
        }
        return rows | ({"Line": f"{self.drawn}: the measured number itself is held against it"} if self.drawn else {})

    @property
    def own_thresholds(self) -> str:
        """None; a line is held against the number itself."""
        return f"{self.drawn}, as the request draws it" if self.drawn else "none; the number itself is given"


SPECIFICATION = Measurement

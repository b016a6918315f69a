"""Units: how they are written in column names, cells and requests, and how one becomes another."""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jupyter_clinagent.tasks.measurement import TASK

NO_UNIT = "no unit is named"
_IN_BRACKETS = re.compile(r"\s*[(\[{]\s*([^)\]}]+?)\s*[)\]}]\s*$")
_SAID = re.compile(
    r"(?:\bin\b|\bunits?\b\W*|\beinheit\b\W*|[(\[,|])\s*(?P<unit>[%°]|[^\W\d_]+(?:[²³]|/[^\W\d_]+[²³]?)?)", re.IGNORECASE
)
_LAST_WORD = re.compile(r"^(.*[^_\s])[_\s]+([^_\s]+)$")


class Measure(NamedTuple):
    """What a column measures, and in which unit; None where its name says none."""

    name: str
    unit: str | None


def measure_in(column: str) -> Measure:
    """The measure and the unit that a column's name says.

    Examples
    --------
    >>> [tuple(measure_in(name)) for name in ("boneage (months)", "EF_pct", "LVEF [%]", "angle_deg", "volume")]
    [('boneage', 'months'), ('EF', '%'), ('LVEF', '%'), ('angle', 'degrees'), ('volume', None)]
    """
    if (found := _IN_BRACKETS.search(column)) and (unit := unit_called(found[1], short=True)):
        return Measure(column[: found.start()].strip(" _") or column, unit)
    if (found := _LAST_WORD.match(column)) and (unit := unit_called(found[2])):
        return Measure(found[1].strip(" _"), unit)
    return Measure(column, unit_called(column))


def unit_called(word: str, *, short: bool = False) -> str | None:
    """The unit that a word means; ``short``: letters alone count, too, as in brackets or after a number."""
    return _spellings(short).get(word.strip().lower())


def unit_said(text: str) -> str | None:
    """The one unit that the first line of a text names; None where it names none, or several.

    Examples
    --------
    >>> unit_said("edv: end-diastolic volume in ml"), unit_said("| ef | ejection fraction (%) |"), unit_said("in a hospital")
    ('ml', '%', None)
    """
    line = next(iter(text.strip().splitlines()), "")
    found = {unit for one in _SAID.finditer(line) if (unit := unit_called(one["unit"]))}
    return found.pop() if len(found) == 1 else None


def factor(unit: str, into: str) -> float | None:
    """What a number in one unit is multiplied by to be in another; None where one can't become the other.

    Examples
    --------
    >>> factor("years", "months"), factor("mm", "degrees")
    (12.0, None)
    """
    if unit == into:
        return 1.0
    return next((family[unit] / family[into] for family in _written()["family"] if unit in family and into in family), None)


def with_unit(number: float, unit: str | None) -> str:
    """A number as a reader expects it, with its unit: “108 months”, “3.25 mm”."""
    return f"{number:.4g}{f' {unit}' if unit else ''}"


def is_size(unit: str | None) -> bool:
    """Whether it is one of length, area or volume, which a picture shows only at a known scale."""
    return any(unit in family and not {"months", "g"} & family.keys() for family in _written()["family"])


def rough(number: float, unit: str | None) -> str:
    """A measured number in three digits, with its unit: “45.4 months”, “1234 ml”.

    Examples
    --------
    >>> rough(45.37, "months"), rough(1234.4, "ml"), rough(0.03251, None)
    ('45.4 months', '1234 ml', '0.0325')
    """
    digits = 3 if not number else min(max(2 - math.floor(math.log10(abs(number))), 0), 6)
    return f"{number:.{digits}f}{f' {unit}' if unit else ''}"


@cache
def _written() -> dict[str, Any]:
    return tomllib.loads(files(TASK.package).joinpath("units.toml").read_text(encoding="utf-8"))


@cache
def _spellings(short: bool) -> dict[str, str]:
    known = {word: unit for unit, words in _written()["units"].items() for word in (unit.lower(), *words)}
    if short:
        return known | {word: unit for unit, words in _written()["bracketed"].items() for word in words}
    return {word: unit for word, unit in known.items() if len(word) > 1 or not word.isalpha()}

"""Cells from templates: one file a cell, in the folder ``templates`` of the package that writes it.

A template reads like its cell. ``{{ value | r }}`` writes a value as Python does, ``{{ value | g }}`` a number without needless
zeros, ``{{ value | f1 }}`` one with one decimal. What a template uses and nobody gives is an error.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(package: str, name: str, **values: object) -> str:
    """The text of a cell.

    Parameters
    ----------
    package
        Whose ``templates/<name>.j2`` it is.

    Examples
    --------
    >>> render("jupyter_clinagent.agent.playbook", "speed.py", size=(128, 96)).splitlines()[-1]
    'study.measure_speed(sizes=[(128, 96)])'
    """
    return _templates(package).get_template(f"{name}.j2").render(values)


@cache
def _templates(package: str) -> Environment:
    # Cells are Python and Markdown, not HTML; what comes from outside is written by `r`.
    made = Environment(
        loader=PackageLoader(package, "templates"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"r": repr, "g": lambda number: f"{number:g}", "f1": lambda number: f"{number:.1f}"}
    return made

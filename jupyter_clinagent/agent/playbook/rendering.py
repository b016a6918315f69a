"""Cells from templates: one file a cell, in the folder ``templates`` of the package that writes it.

A template reads like its cell. ``{{ value | r }}`` writes a value as Python does, ``{{ value | g }}`` a number without needless
zeros, ``{{ value | f1 }}`` one with one decimal.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader

from jupyter_clinagent.templating import environment


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
    made = environment(PackageLoader(package, "templates"))
    made.filters |= {"r": repr, "g": lambda number: f"{number:g}", "f1": lambda number: f"{number:.1f}"}
    return made

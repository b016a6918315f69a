"""Templates: one file a cell, a page or a section, so that each can be read and changed without the code that fills it.

What a template uses and nobody gives is an error. In ``….html.j2`` everything that is filled in is escaped; other endings are
Python and Markdown, which have no escape of their own.
"""

from __future__ import annotations

from jinja2 import BaseLoader, Environment, StrictUndefined, select_autoescape

HTML = "html.j2"


def environment(loader: BaseLoader) -> Environment:
    """Where templates are found and how they are read; a line with nothing but a statement leaves no line behind."""
    return Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape([HTML]),
        trim_blocks=True,
        lstrip_blocks=True,
    )

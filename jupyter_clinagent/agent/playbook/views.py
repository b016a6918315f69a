"""The call in a cell that says how training images vary."""

from __future__ import annotations

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook.sides import has_sides
from jupyter_clinagent.contracts import Specification


def views(spec: Specification, size: object, strength: float = 1.0, boxed: bool = False) -> str:
    """The call that makes the views of the study's kind of image; none is mirrored where left and right are told apart.

    Parameters
    ----------
    size
        Width and height, or the name of the variable that holds them.

    Examples
    --------
    >>> classes = {"left eye": ["OS"], "right eye": ["OD"]}
    >>> spec = Specification(title="", request="", task="classification", objective="", modality="fundus", classes=classes,
    ...                      primary_metric="auroc")
    >>> views(spec, "size", 1.5)
    'augment.fundus(size, strength=1.5, mirrored=False)'
    """
    kind = modalities.find(spec.modality)
    mirrors = kind.views.boxed.flips if boxed else kind.views.flips
    options = [f"strength={strength:g}"] * (strength != 1) + ["mirrored=False"] * (bool(mirrors) and has_sides(spec.classes))
    return f"augment.{kind.name}{'_boxes' if boxed else ''}({', '.join([str(size), *options])})"

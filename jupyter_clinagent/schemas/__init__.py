"""JSON schemas of what a study writes down, for readers in any language; the files beside this one.

``python -m jupyter_clinagent.schemas`` writes them anew. The specification is a union over our own tasks, told apart by ``task``;
another package's tasks bring their own.
"""

from __future__ import annotations

import json
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from jupyter_clinagent import contracts, facts
from jupyter_clinagent.schemas.files import files
from jupyter_clinagent.tasks import registry

FOLDER = Path(__file__).parent


def schemas() -> dict[str, dict[str, Any]]:
    """Schema by file name: the specification, the plan, a card, each kind of facts that a cell displays, and files."""
    own = [task.specification for task in registry.tasks().values() if task.package.startswith("jupyter_clinagent.")]
    union: Any = reduce(or_, sorted(own, key=lambda one: one.__name__))
    specification: Any = Annotated[union, Field(discriminator="task")]
    kinds = {kind: model for model in vars(facts).values() if (kind := _kind(model))}
    return {
        "specification": TypeAdapter(specification).json_schema(),
        "plan": contracts.Plan.model_json_schema(),
        "card": contracts.Card.model_json_schema(),
        **{f"facts-{kind}": model.model_json_schema() for kind, model in kinds.items()},
        **files(),
    }


def _kind(model: Any) -> str | None:
    """The kind of facts that a class stands for."""
    if not (isinstance(model, type) and issubclass(model, BaseModel) and "kind" in model.model_fields):
        return None
    kind = model.model_fields["kind"]
    return None if kind.is_required() else str(kind.default)


def as_text(schema: dict[str, Any]) -> str:
    """As it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write() -> list[Path]:
    """Write every file anew."""
    written = []
    for name, schema in schemas().items():
        path = FOLDER / f"{name}.schema.json"
        path.write_text(as_text(schema), encoding="utf-8")
        written.append(path)
    return written

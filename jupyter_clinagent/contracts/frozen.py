"""What all plain data have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Plain data that nobody changes and nobody adds to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

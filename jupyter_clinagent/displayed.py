"""Facts that cells display bear a version: a kernel may run another release than the server, a notebook be older than both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict, ValidationError

from jupyter_clinagent import versions
from jupyter_clinagent.contracts import Frozen


class Facts(Frozen):
    """Plain data that a cell tells. What another release wrote is read, too: fields that this one does not know are kept."""

    model_config = ConfigDict(extra="allow")


class Displayed(Facts):
    """Facts of one kind as a cell displays them, with the version of their form."""

    kind: str
    facts_schema: int = versions.FACTS

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """What a cell displayed, whichever release its kernel runs.

        Raises
        ------
        OtherRelease
            A field is missing or holds something else.
        """
        version = versions.schema_of(content, "facts_schema")
        try:
            return cls.model_validate({**content, "facts_schema": version})
        except ValidationError as error:
            unclear = dict.fromkeys(".".join(map(str, one["loc"])) for one in error.errors())
            what = f"The {cls.model_fields['kind'].default} that a cell showed"
            raise versions.other_release(what, list(unclear), version, versions.FACTS) from None

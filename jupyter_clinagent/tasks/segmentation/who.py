"""Who outlined: folders and names that stand for readers, and the images that several of them outlined."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from jupyter_clinagent.study.data.readers import reader_of
from jupyter_clinagent.tasks.segmentation.described import Outlines


def readers_in(found: Outlines) -> dict[str, Any]:
    """``readers`` (who outlined each structure), ``read_twice`` (images that several outlined); empty if one did at most."""
    readers = {name: reader for name in found.structures if (reader := reader_of(name))}
    if len(set(readers.values())) < 2:
        return {}
    who: dict[str, set[str]] = defaultdict(set)
    for name, reader in readers.items():
        for image in found.structures[name]:
            who[image].add(reader)
    return {"readers": readers, "read_twice": sum(len(one) > 1 for one in who.values())}

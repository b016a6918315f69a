"""The packages of the kernel that ran a study, as a lock file."""

from __future__ import annotations

from importlib.metadata import distributions


def requirements_lock() -> str:
    """``name==version`` of every installed distribution, sorted, one a line."""
    found = {str(dist.metadata["Name"]): dist.version for dist in distributions() if dist.metadata["Name"]}
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items(), key=lambda item: item[0].lower()))

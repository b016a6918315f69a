"""List the licence of every base dependency and fail on GPL or AGPL (LGPL and dual licences with a permissive choice pass)."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

PERMISSIVE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|Zlib|MPL|Artistic|Unlicense|HPND|CC0|LGPL|Lesser", re.IGNORECASE)
COPYLEFT = re.compile(r"\bA?GPL|(?<!Lesser )General Public License|Affero", re.IGNORECASE)


def licence_of(dist: Distribution) -> str:
    """What the package says of itself: expression, classifiers, or the first line of its licence field."""
    meta = dist.metadata
    said = [c.rsplit("::", 1)[-1].strip() for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = meta.get("License-Expression") or " / ".join(s for s in said if s != "OSI Approved")
    return stated or (meta.get("License") or _from_file(dist)).strip().splitlines()[0][:80]


def _from_file(dist: Distribution) -> str:
    """The title of the licence file, for packages whose metadata name none."""
    files = [f for f in dist.files or [] if f.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "EULA"))]
    text = files[0].read_text() if files else ""
    title = re.search(
        r"(?:GNU (?:Affero |Lesser )?General Public|Apache|MIT|BSD[^\n]*) "
        r"License|NVIDIA[^\n]*",
        text or "",
        re.IGNORECASE,
    )
    return title[0] if title else "not stated"


def closure(name: str) -> dict[str, Distribution]:
    """Every distribution that a plain ``pip install`` of ``name`` brings."""
    found: dict[str, Distribution] = {}
    todo = [(name, frozenset[str]())]
    done: set[tuple[str, frozenset[str]]] = set()
    while todo:
        key = todo.pop()
        if key in done:
            continue
        done.add(key)
        try:
            dist = distribution(key[0])
        except PackageNotFoundError:
            continue  # a marker for another platform
        found[re.sub(r"[-_.]+", "-", dist.metadata["Name"]).lower()] = dist
        for text in dist.requires or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in key[1] | {""}):
                todo.append((needed.name, frozenset(needed.extras)))
    return found


def refused(licence: str) -> bool:
    """GPL or AGPL, without a permissive choice beside it."""
    choices = re.split(r"\bOR\b|/|;", licence)
    return bool(COPYLEFT.search(licence)) and not any(PERMISSIVE.search(c) and not re.search(r"\bA?GPL\b", c) for c in choices)


def main() -> int:
    """Print the table; 1 if a licence is refused."""
    licences = {
        name: licence_of(dist) for name, dist in sorted(closure("jupyter_clinagent").items()) if name != "jupyter-clinagent"
    }
    bad = {name: licence for name, licence in licences.items() if refused(licence)}
    for name, licence in licences.items():
        print(f"{'REFUSED ' if name in bad else '        '}{name:40}{licence}")
    print(f"{len(licences)} base dependencies, {len(bad)} refused")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

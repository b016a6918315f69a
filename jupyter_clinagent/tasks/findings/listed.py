"""Findings that stand together in one column: “Effusion|Mass”, “Effusion; Mass”, “Effusion, Mass”, or a row for each.

What a cell does not list is taken for absent; an empty cell says nothing, and one that says “unknown” makes what it does not
list not known. “Effusion?” is uncertain, “no effusion” a no.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import pandas as pd

from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.findings.found import (
    MOST,
    NO,
    NOT_KNOWN,
    UNCERTAIN,
    YES,
    FoundFindings,
    key_of,
    says_nothing_found,
    spellings,
    without_suspicion,
    written_in,
)

LEAST = 2
_ROLES = ("label", "other", "alias")
_SEPARATED = re.compile(r"\s*[|;\n]\s*")
_WITH_COMMA = re.compile(r"\s*[|;,\n]\s*")
_BRACKETS = re.compile(r"^\s*[\[({]\s*(.*?)\s*[\])}]\s*$")
_QUOTED = re.compile(r"""(['"])(.*?)\1(?=[\s,\])}])""")
"""An item of a list as Python, NumPy or JSON print it."""
_NAMED = re.compile(r"label|finding|befund|class|diagnos|patholog|disease")
_ALSO_NAMED = re.compile(r"annotation|observation|abnormal|\btags?\b")
"""Named so, a column of lists goes before columns of yes and no; rows of one image are joined only where it is named as above."""
_NUMBERS = 0.1
"""With more numbers among the parts they are coordinates or dates."""
_DENIED = re.compile(r"^(no|kein(e[nmrs]?)?|ohne|without|negative for)[\s_-]+", re.IGNORECASE)
_ANYTHING = re.compile(r"(findings?|abnormalit(y|ies)|disease|befunde?s?|auff.lligkeit(en)?)$", re.IGNORECASE)
"""What “no” in front of it says is absent altogether."""
_ADJECTIVE = re.compile(r"suspicious|suspizi|verd.chtig", re.IGNORECASE)
_QUOTES = "'\"“”‘’ "
_ALONE = 0.5
"""Commas part findings where this share of the parts stands alone in other cells: “Carcinoma, basal cell” is one."""
_ONCE = 0.5
"""Where more of the parts occur only once it is free text."""


def find_listed(inventory: Inventory, rows: pd.DataFrame, answers: Collection[str] = ()) -> FoundFindings | None:
    """The first column whose cells, or rows of one image, list several findings; None where there is none.

    ``answers`` are columns of yes and no: “yes, small” lists nothing.
    """
    for name, cells in _columns(inventory):
        parted = None if name in answers else _parted(cells)
        if parted is not None and why_free_text(name, entries := _entries(parted)) is None:
            found = _from_cells(rows, entries, name, "rows" if (parted.map(len) < LEAST).all() else "cells")
            spent = [c.name for t in inventory.tables for c in t.columns if key_of(c.name) == key_of(name)]
            return replace(found, named_so=_is_named_so(inventory, name), spent=list(dict.fromkeys(spent)))
    return None


def unfit(inventory: Inventory) -> str:
    """Why a column that seems to list findings lists none; empty where there is no such column."""
    for name, cells in _columns(inventory):
        parted = _parted(cells)
        if parted is not None and (why := why_free_text(name, _entries(parted))):
            return why
    return ""


def _is_named_so(inventory: Inventory, name: str) -> bool:
    """Whether a column is named like findings, or is the label of a table."""
    labels = {c.name for table in inventory.tables for c in table.by_role("label")}
    return name in labels or bool(_NAMED.search(name.lower()) or _ALSO_NAMED.search(name.lower()))


def _columns(inventory: Inventory) -> Iterator[tuple[str, pd.Series]]:
    """Cells of the columns that may list findings, those named like it first, by file; an image may have several rows."""
    tables = inventory.image_tables
    known = {c.name: c.role for table in reversed(tables) for c in reversed(table.columns) if c.role in _ROLES}
    spelled = spellings(c.name for table in tables for c in table.columns if c.name in known)
    for name in sorted(
        spelled, key=lambda name: (known[name] != "label", *(not like.search(name.lower()) for like in (_NAMED, _ALSO_NAMED)))
    ):
        parts = [cells for other in spelled[name] for table in tables for cells in written_in(table, other)]
        yield name, pd.concat(parts).rename(name).dropna().astype(str)


# ------------------------------------------------------------------ what is listed
def _parted(cells: pd.Series) -> pd.Series | None:
    """The parts of each cell; None where no image has several."""
    cells = cells.map(_unprinted)
    separator = _WITH_COMMA if _commas_part(cells) else _SEPARATED if cells.str.contains(_SEPARATED).any() else None
    if separator is None:
        several = cells.groupby(level=0).nunique() > 1
        return cells.map(lambda cell: [cell.strip()]) if _NAMED.search(str(cells.name).lower()) and several.any() else None
    parted = cells.map(lambda cell: _parts(cell, separator))
    numbers = [not re.search(r"[^\W\d_]", part) for parts in parted for part in parts]
    return None if sum(numbers) > _NUMBERS * len(numbers) else parted


def _unprinted(cell: str) -> str:
    """“['mass', 'nevus, dermal']” as “mass|nevus, dermal”: what stands in quotation marks is one entry."""
    bracketed = _BRACKETS.match(cell)
    if not bracketed or not bracketed[1] or _QUOTED.sub("", f"{bracketed[1]} ").strip(" ,\n"):
        return cell
    return "|".join(item for _, item in _QUOTED.findall(f"{bracketed[1]} "))


def _parts(cell: str, separator: re.Pattern[str]) -> list[str]:
    bare = _BRACKETS.sub(r"\1", cell)
    return [part for raw in separator.split(bare) if (part := raw.strip(_QUOTES))]


def _commas_part(cells: pd.Series) -> bool:
    """Lists in brackets, or words that stand in other cells alone."""
    commas = cells[cells.str.contains(",", regex=False)]
    if not len(commas):
        return False
    if cells.map(lambda cell: bool(_BRACKETS.match(cell))).all():
        return True
    told = [part for cell in cells.unique() for part in _parts(cell, _SEPARATED)]
    alone = {key_of(part) for part in told if "," not in part}
    parts = {key_of(part) for one in told if "," in one for part in _parts(one, _WITH_COMMA)}
    return len(parts & alone) >= _ALONE * len(parts)


def why_free_text(column: str, entries: pd.Series) -> str | None:
    """In a sentence, why the entries are no findings; None where they are."""
    times = Counter(entry.key for told in entries for entry in told if entry.key)
    once = sum(number == 1 for number in times.values())
    if LEAST <= len(times) <= MOST and once <= _ONCE * len(times):
        return None
    if len(times) < LEAST:
        return f"The cells of “{column}” name only one finding."
    return (
        f"“{column}” holds {len(times)} different entries, of which {once} occur only once: that is free text, not a list of "
        "findings. Add a column of 1 and 0 for each finding, or join the findings of an image by “|” in always the same words."
    )


class _Entry(NamedTuple):
    """What a part of a list says of which finding; of none (an empty key) where the image is not known."""

    part: str
    key: str
    name: str
    code: int


def _entries(parted: pd.Series) -> pd.Series:
    """The parts of each cell, read."""
    parts = {part for one in parted for part in one}
    plain = {key_of(part) for part in parts}
    read = {part: _entry(part, plain) for part in parts}
    return parted.map(lambda one: [read[part] for part in one])


def _entry(part: str, plain: Collection[str]) -> _Entry:
    """Read one part; ``plain`` are the keys of all of them."""
    unknown = _Entry(part, "", "", NOT_KNOWN)
    if says_nothing_found(part):
        return _Entry(part, key_of(part), part, YES)
    if not_known([part]):
        return unknown
    stated = _DENIED.sub("", part)
    name = _without_suspicion(stated, plain)
    sure = name == stated or (stated != part and not part.rstrip(" )").endswith("?"))
    if not name or says_nothing_found(name) or not_known([name]):
        return unknown
    if stated != part and _ANYTHING.search(name):
        return _Entry(part, "no_finding", part, YES) if sure else unknown
    return _Entry(part, key_of(name), name, UNCERTAIN if not sure else NO if stated != part else YES)


def _without_suspicion(text: str, plain: Collection[str]) -> str:
    """“Suspicious calcification” is a finding by itself where no entry is “calcification”."""
    name = without_suspicion(text)
    return text if name is None or (_ADJECTIVE.match(text) and key_of(name) not in plain) else name


def _from_cells(rows: pd.DataFrame, entries: pd.Series, column: str, layout: Literal["cells", "rows"]) -> FoundFindings:
    """Rows of one image are joined."""
    names: dict[str, str] = {}
    found: dict[str, dict[str, set[int]]] = {}
    for file, told in entries.items():
        for entry in told:
            found.setdefault(str(file), {}).setdefault(entry.key, set()).add(entry.code)
            if entry.key:
                names.setdefault(entry.key, entry.name)
    findings = sorted(key for key in names if not says_nothing_found(key))
    listed = pd.Index([file for file in rows.index if str(file) in found], name="file")
    codes = pd.DataFrame({names[key]: [_code(found[str(file)], key) for file in listed] for key in findings}, index=listed)
    said = [
        f"“{column}” lists the findings of an image; what it does not list is taken for absent.",
        *_both(found, column),
        *_say_read({entry for told in entries for entry in told}, column),
        *_say_contradictions({names[key]: _contradicted(found, key) for key in findings}, column),
    ]
    return FoundFindings(codes.reindex(rows.index), rows, layout, f"the entries of “{column}”", [column], said=said)


def _code(told: Mapping[str, set[int]], key: str) -> float:
    """What an image's list says of a finding; not known where it contradicts itself, or says “unknown” and nothing of it."""
    codes = told.get(key, {NOT_KNOWN if "" in told else NO})
    return float(next(iter(codes)) if len(codes) == 1 else NOT_KNOWN)


def _contradicted(found: Mapping[str, Mapping[str, set[int]]], key: str) -> int:
    return sum(len(told.get(key, ())) > 1 for told in found.values())


def _say_read(entries: Collection[_Entry], column: str) -> list[str]:
    """Which entries are no findings that an image shows."""
    kinds = (
        (UNCERTAIN, "Entries of “{}” that count as uncertain: {}."),
        (NO, "Entries of “{}” that say no: {}."),
        (NOT_KNOWN, "Entries of “{}” that say that it is not known: {}. Of such an image only what is listed is known."),
    )
    listed = {code: sorted({f"“{entry.part}”" for entry in entries if entry.code == code}) for code, _ in kinds}
    return [sentence.format(column, ", ".join(listed[code])) for code, sentence in kinds if listed[code]]


def _say_contradictions(contradictions: Mapping[str, int], column: str) -> list[str]:
    listed = ", ".join(f"{name} ({number} image{'s' * (number != 1)})" for name, number in contradictions.items() if number)
    sentence = f"Entries of one image in “{column}” contradict each other, so it is taken for not known there"
    return [f"{sentence}: {listed}."] if listed else []


def _both(found: Mapping[str, Mapping[str, set[int]]], column: str) -> list[str]:
    """Images that list findings and their absence at once."""
    shown = [{key for key, codes in told.items() if YES in codes} for told in found.values()]
    both = sum(any(map(says_nothing_found, keys)) and not all(map(says_nothing_found, keys)) for keys in shown)
    return [f"{both} images list a finding and its absence in “{column}”: the finding counts."] if both else []

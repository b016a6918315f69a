"""Grades that a request names and that no scale of the data has: “stage V” of I to IV, “the N stage” beside one of T."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import normalise, tokens
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.grading.cuts import NOT_A_LEVEL, UNIT
from jupyter_clinagent.tasks.grading.scale import Scale, plain_key

_LEVEL = r"(?P<level>\d{1,2}[a-d]?|[ivx]+[a-d]?)"
_BEFORE = any_word("grades.before")
_SHORT = re.compile(rf"\b(?P<short>[A-Z]{{1,5}})[- ]?(?P<unit>{_BEFORE})\b", re.IGNORECASE)


def refuse_other_grades(intent: Intent, scales: Sequence[Scale], values: Iterable[str]) -> None:
    """Refuse what no scale of the data holds.

    Parameters
    ----------
    scales
        All that the data hold.
    values
        Every value of their columns, also what is no grade of theirs.

    Raises
    ------
    LabelsDoNotMatch
        A grade, or a scale that is called by an abbreviation, is none of these.
    """
    known = {plain_key(name) for name in values} | {plain_key(name) for scale in scales for name in scale.names}
    known |= {key[:-1] for key in known if re.fullmatch(r".*\d[a-d]", key)}  # “BI-RADS 4” of 4a, 4b and 4c
    strange = [written for written, level in _levels(normalise(intent.text), scales) if plain_key(level) not in known]
    strange += _other_scale(intent.text, scales)
    if strange:
        there = "; ".join(f"“{scale.column}” holds {' < '.join(scale.names)}" for scale in scales)
        raise LabelsDoNotMatch(f"The request names “{strange[0]}”, which is on no scale of the data: {there}.")


def _levels(plain: str, scales: Sequence[Scale]) -> list[tuple[str, str]]:
    """Levels that stand behind a word for grades, or behind the letters of the scale's own values; as written, and alone."""
    prefixes = {found[1] for scale in scales for name in scale.names if (found := re.match(r"([a-z]+)\d", normalise(name)))}
    glued = "|".join(map(re.escape, sorted(prefixes, key=len, reverse=True)))
    units = rf"(?:(?:{UNIT}|gleason)[ -]?{f'|{glued}' if glued else ''})"
    return [(found[0], found["level"]) for found in re.finditer(rf"(?<![\w.]){units}{_LEVEL}(?!\w){NOT_A_LEVEL}", plain)]


def _other_scale(text: str, scales: Sequence[Scale]) -> list[str]:
    """“N stage” where every column says by an abbreviation of its own that it is another one's."""
    found = [one for one in _SHORT.finditer(text) if one["short"].isupper()]
    own = {word for scale in scales for word in tokens(normalise(scale.column.replace("_", " ")))}
    prefixes = {re.sub(r"\W?\d.*", "", normalise(name)) for scale in scales for name in scale.names}
    telling = [scale for scale in scales if any(len(word) < 5 for word in tokens(normalise(scale.column.replace("_", " "))))]
    return [one[0] for one in found if normalise(one["short"]) not in own | prefixes and len(telling) == len(scales) > 0]

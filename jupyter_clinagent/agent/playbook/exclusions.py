"""What a clause of a request wants left out: “leave the normals out”, “ohne Dermatofibrome”, “Normale weglassen”."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.lang.grammar import any_word

_AROUND = re.compile(
    rf"\b{any_word('leaving.opens')}\s+(.+?)\s+{any_word('leaving.closes')}\b",
)
_ALL_BUT = re.compile(rf"\b({any_word('everything')}|{any_word('all', 'every')}(?: \w+){{0,2}}) {any_word('leaving.but')}\b")
_BUT_NOT = re.compile(
    rf"\b{any_word('but')} {any_word('not', 'no')}\b(?: {any_word('the', 'any')})?\b"
    rf"(?! {any_word('leaving.miss', 'for', 'in', 'on', 'at')}\b)"
)
_VERSUS = re.compile(rf"\b{any_word('lists.against')}\b")
_AND = re.compile(rf"\s{any_word('and')}\s")
_NO_FINDING = re.compile(rf"\b{any_word('without')}\s+{any_word('leaving.finding')}\b")
"""Says “normal” and leaves nothing out."""
_NO_DOUBT = re.compile(rf"\b{any_word('leaving.no_doubt')}\b")
"""Leaves nothing out."""
_WITHOUT = re.compile(rf"\b{any_word('without', 'no')}\s+(?:{any_word('a', 'any', 'the')}\s+)?\w+")
"""Of what is left out: “those without a tumour” are the normal ones."""
_PUT_OUT = re.compile(rf"^(?:{any_word('the')} )?(.+?)\s{any_word('leaving.put_out')}(?: {any_word('please')})?$")
"""“Healthy ones out”, “red cells not”."""
_EITHER = re.compile(rf"\b{any_word('or', 'lists.against', 'is')}\b")
"""“Melanoma or not” leaves nothing out."""
_FEW = 4
"""Words of such a clause that may stand before."""
_OPENING = re.compile(rf"^{any_word('leaving.opening')}\s+(.+)")


def with_except(plain: str) -> str:
    """“Everything but blasts” and “caries but not fillings” with one word for it, at which no clause ends.

    Examples
    --------
    >>> with_except("box everything but blasts"), with_except("find caries but not fillings")
    ('box everything except blasts', 'find caries except fillings')
    """
    return _BUT_NOT.sub("except", _ALL_BUT.sub(r"\1 except", plain))


def set_aside(clause: str) -> tuple[str, str]:
    """A normalised clause without the words that say what to leave out, and those words.

    Examples
    --------
    >>> set_aside("benign versus malignant without the normals")
    ('benign versus malignant', 'normals')
    >>> set_aside("leave the normals out")
    ('', 'the normals')
    """
    return _parted(_NO_FINDING.sub("normal", _NO_DOUBT.sub(" ", clause)).strip())


def healthy_words(dropped: str) -> str:
    """What is left out, with “normal” for “without a tumour”.

    Examples
    --------
    >>> healthy_words("those without a tumour")
    'those normal'
    """
    return _WITHOUT.sub("normal", dropped)


def _parted(clause: str) -> tuple[str, str]:
    if around := _AROUND.search(clause):
        return f"{clause[: around.start()]} {clause[around.end() :]}".strip(), around[1]
    if (put_out := _PUT_OUT.match(clause)) and len(put_out[1].split()) <= _FEW and not _EITHER.search(put_out[1]):
        return "", put_out[1]
    if opening := _OPENING.match(clause):
        return "", opening[1]
    if contains(clause, known.PHRASES["excluded"]):
        return _before(clause)
    return _after(clause)


def _before(clause: str) -> tuple[str, str]:
    """“… and the normals are left out”: only what follows the last “and”, where there is more before it than one name."""
    *stated, dropped = _AND.split(clause)
    told = " and ".join(stated)
    return (told, dropped) if re.search(rf"\b{any_word('lists.against', 'from')}\b", told) else ("", clause)


def _after(clause: str) -> tuple[str, str]:
    found = next((at for phrase in known.PHRASES["exclude"] if (at := _at(clause, phrase))), None)
    if found is None:
        return (clause, "") if not contains(clause, known.PHRASES["exclude"]) else ("", clause)
    before, after = clause[: found.start()].strip(), clause[found.end() :].strip()
    against = _VERSUS.search(after) if before else None  # “effusion without cardiomegaly versus normal”
    if against:
        return f"{before} {after[against.start() :]}", after[: against.start()].strip()
    return (before, after) if after else ("", before)


def _at(clause: str, phrase: str) -> re.Match[str] | None:
    return re.search(rf"\b{re.escape(normalise(phrase))}\b", clause)

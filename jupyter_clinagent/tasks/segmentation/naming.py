"""What a request calls the thing to outline, and which structures it means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import Notes, listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.terms import other_names
from jupyter_clinagent.agent.playbook.wanted import joined
from jupyter_clinagent.agent.playbook.wording import label_key, normalise, tokens
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_of, any_word
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.segmentation import TASK
from jupyter_clinagent.tasks.segmentation.heads import heads

_UNNAMED = (
    "outline",
    "foreground",
    "object",
    "masks",
    "mask",
    "segmentation",
    "segmentations",
    "annotations",
    "labels",
    "gt",
    "manual",
    "1st_manual",
    "targets",
)
"""Names of masks that say nothing about what they outline."""
_WORDS = families("tasks")["outlining"]
_MARKING = _WORDS["marking"]
"""Other words for finding something."""
_GENERIC = frozenset(_WORDS["generic"])
"""Words that name no structure."""
_BOTH_SIDES = re.compile(
    rf"\b(left|right|upper|lower)\s*(?:{any_word('and', 'or', 'as_well_as')}|/|&|,)\s*(?:{any_word('the')}\s+)?"
    r"(left|right|upper|lower)\s+(\w+)"
)
_FILLING = frozenset(_WORDS["filling"])
_OUTLINING = frozenset([*_WORDS["outlines"], *(word for word in map(normalise, TASK.words) if " " not in word)])
"""Words for outlines, which are no name of what is outlined."""
_END = re.compile(rf"\b{any_word('and')} {any_word('outlined.tells')}\b|\b{any_word('outlined.ends')}\b|[.,;:!?]")


def wanted_structures(
    intent: Intent, structures: Mapping[str, int], notes: Notes, readers: Mapping[str, str] | None = None, read_twice: int = 0
) -> dict[str, list[str]]:
    """Structures of each class: those that the request names, else all of them, without those that it leaves out.

    A single structure whose masks have no telling name is called as the request calls it, and so is what several readers
    outlined on images of their own.

    Parameters
    ----------
    readers
        Structures that are named after who outlined them, and who did.
    read_twice
        Images that several readers outlined.

    Raises
    ------
    LabelsDoNotMatch
        The request names other structures than there are masks of, or leaves every one out; several readers outlined the same
        images, and it names none of them.
    """
    readers = readers or {}
    named = _mentioned(structures, intent.naming, readers)
    excluded = {*_mentioned(structures, intent.set_aside, readers), *intent.excluded}
    chosen = [name for name in (named or list(structures)) if name not in excluded]
    if not chosen:
        raise LabelsDoNotMatch(f"The request leaves out {listed(structures)}, and the masks outline nothing else.")
    if not named and len({readers[name] for name in chosen if name in readers}) > 1:
        return _of_readers(intent, chosen, notes, readers, read_twice)
    if len(chosen) == 1 and is_unnamed(chosen[0]):
        thing = thing_outlined(intent.naming) or thing_outlined(intent.text) or "finding"
        notes.add(f"The masks do not say what they outline; the request calls it “{thing}”.")
        return {thing: chosen}
    if not named:
        _refuse_other_sides(thing_outlined(intent.naming), chosen)
        _say_unnamed(thing_outlined(intent.naming), chosen, notes)
    if aside := [name for name in structures if name in excluded]:
        notes.add(f"Left out, as the request asks: {listed(aside)}.")
    if unasked := [name for name in structures if named and name not in named and name not in excluded]:
        notes.add(f"Left out, because the request does not name them: {listed(unasked)}.")
    return {name: [name] for name in chosen}


def _of_readers(
    intent: Intent, chosen: Sequence[str], notes: Notes, readers: Mapping[str, str], read_twice: int
) -> dict[str, list[str]]:
    """One thing, if each reader had images of their own; whose outline counts where several had the same is not guessed."""
    theirs = [name for name in chosen if name in readers]
    if read_twice:
        raise LabelsDoNotMatch(
            f"{listed(theirs)} seem to be several readers' outlines of the same {read_twice} images, and nothing says whose "
            f"count. Name one of them (“outline … as in {theirs[0]}”), or leave one outline of each image in the folder."
        )
    if len(theirs) < len(chosen) or any(": " in name for name in theirs):
        raise LabelsDoNotMatch(
            f"{listed(theirs)} seem to be named after who outlined them, not after what is outlined: name those that are meant."
        )
    thing = thing_outlined(intent.naming) or thing_outlined(intent.text) or "finding"
    notes.add(
        f"{listed(theirs)} seem to be readers who outlined “{thing}” on images of their own; what any of them outlined counts."
    )
    return {thing: theirs}


def _mentioned(structures: Iterable[str], text: str, readers: Mapping[str, str]) -> list[str]:
    """Structures that a text calls by their own names, in either language; “the lungs” are the left one and the right one."""
    told = _usual(text)
    both = not _sides() & set(tokens(told))
    known_as = {name: _usual(name) for name in structures if not is_unnamed(name)}
    own = heads(told, {name: [usual, *_expanded(name, structures)] for name, usual in known_as.items() if name not in readers})
    return [
        name
        for name, usual in known_as.items()
        if (_says(told, usual, readers[name]) if name in readers else name in own)
        or (both and _sides() & set(tokens(usual)) and heads(told, {name: [" ".join(sorted(_telling(name)))]}))
    ]


def _expanded(name: str, structures: Iterable[str]) -> list[str]:
    """Other names of what a structure is called beside the words that all of them have: “groundtruths MA” are microaneurysms."""
    each = [tokens(_usual(one)) for one in structures]
    shared = set(each[0]).intersection(*each[1:]) if len(each) > 1 else set()
    bare = " ".join(word for word in tokens(_usual(name)) if word not in shared | _GENERIC)
    return [_usual(other) for other in other_names(bare)]


def spellings(structures: Iterable[str]) -> tuple[str, ...]:
    """Every name that the structures' own usual names may have in a request."""
    usual = f" {' . '.join(map(_usual, structures))} "
    return tuple(name for listing in _names() if f" {listing[0]} " in usual for name in listing)


def structures_named(structures: Iterable[str], text: str) -> list[str]:
    """Structures that a text calls by their own names, in either language."""
    return _mentioned(structures, text, {})


def _says(told: str, *names: str) -> bool:
    """Whether a text holds a reader's name to the letter: “reader 1” is no slip of “reader 2”."""
    spoken = f" {' '.join(tokens(told))} "
    known = {" ".join(tokens(name)) for name in names}
    return any(f" {name} " in spoken for name in known | {name.replace(" ", "") for name in known})


def called_otherwise(intent: Intent, structures: Mapping[str, int], readers: Collection[str] = ()) -> str:
    """What a request calls what it wants, where no structure is called so; empty where one is, or where it names nothing.

    Examples
    --------
    >>> from jupyter_clinagent.agent.playbook.lexicon import read_request
    >>> called_otherwise(read_request("Outline the abscesses"), {"liver": 9, "spleen": 9})
    'abscesses'
    """
    told = intent.naming
    if readers or _mentioned(structures, told, {}) or _mentioned(structures, intent.set_aside, {}):
        return ""
    return _no_structure(thing_outlined(told), list(structures))


def _no_structure(thing: str, structures: Sequence[str]) -> str:
    words, telling = _telling(thing), [_telling(name) for name in structures if not is_unnamed(name)]
    head = [word for word in tokens(_usual(thing)) if word in words][-1:]
    unsure = not words or not all(telling) or len(telling) < len(structures)
    return "" if unsure or set(head) & set().union(*telling) else thing


def _say_unnamed(thing: str, structures: Sequence[str], notes: Notes) -> None:
    """What the request calls what it wants, where no structure is called so; refused where that is another structure."""
    words = _telling(thing)
    if not _no_structure(thing, structures):
        return
    if words <= {listing[0] for listing in _names()}:
        raise LabelsDoNotMatch(
            f"The request asks for outlines of {thing}, and the masks are of {listed(structures)}; name one of these, or "
            "point to other data."
        )
    notes.add(f"No mask is called “{thing}”; what is outlined is {listed(structures)}.")


def _refuse_other_sides(thing: str, structures: Sequence[str]) -> None:
    """“The right ventricle” is none of the left heart."""
    asked, theirs = (_sides() & set(tokens(_usual(name))) for name in (thing, " ".join(structures)))
    if asked and theirs and not asked & theirs:
        raise LabelsDoNotMatch(
            f"The request asks for outlines of the {thing}, and the masks are of {listed(structures)}; name one of these, or "
            "point to other data."
        )


def _telling(name: str) -> set[str]:
    """Words that say which structure is meant: not “left”, not “organs”."""
    return set(tokens(_usual(name))) - _GENERIC - _sides()


def _usual(name: str) -> str:
    """Normalised, with the usual name of each structure and side in place of its other ones; “left and right lung” in full."""
    plain = normalise(re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|_", " ", name))
    return _BOTH_SIDES.sub(r"\1 \3 and \2 \3", _other_names().sub(lambda found: _usual_names()[found[0]], plain))


_OF_CHOICE = frozenset([*known.LISTS["only"], "ones"])


@cache
def _names() -> list[list[str]]:
    """What each structure is called, its usual name first."""
    return [list(dict.fromkeys([name, *names])) for name, names in families("tasks")["structures"].items()]


@cache
def _sides() -> frozenset[str]:
    """“left”, “right”, “upper” and “lower”, as :func:`_usual` writes them."""
    return frozenset(listing[0] for listing in known.SIDES)


@cache
def _usual_names() -> dict[str, str]:
    return {normalise(name): listing[0] for listing in [*_names(), *known.SIDES] for name in listing}


@cache
def _other_names() -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(_usual_names())}\b")


def is_unnamed(structure: str) -> bool:
    """Whether the name of the masks says nothing of what they outline."""
    return label_key(structure) in {label_key(name) for name in _UNNAMED}


@cache
def _other_wish() -> re.Pattern[str]:
    """“… and classify them” names nothing that is outlined."""
    return re.compile(rf"\b{any_word('and')}\s+{any_of(map(normalise, registry.usual().words))}\b")


def thing_outlined(text: str) -> str:
    """The words after “outline”, up to where the sentence turns to something else; where there are none, those before it.

    Examples
    --------
    >>> thing_outlined("Outline the polyps on these images")
    'polyps'
    >>> thing_outlined("Outline only the malignant ones")
    'malignant'
    >>> thing_outlined("Segment every skin lesion")
    'skin lesion'
    >>> thing_outlined("Segmentiere die Umrisse der Polypen")
    'polypen'
    >>> thing_outlined("Polyp segmentation, 10 minutes")
    'polyp'
    """
    plain = joined(normalise(text))
    verbs = sorted((normalise(word) for word in (*TASK.words, *_MARKING, *known.PHRASES["look"])), key=len, reverse=True)
    for verb in verbs:
        found = re.search(rf"\b{re.escape(verb)}\b", plain)
        if found:
            after = _other_wish().split(_END.split(plain[found.end() :].strip(), maxsplit=1)[0])[0]
            before = _END.split(plain[: found.start()])[-1]
            words = [word for word in tokens(after) if word not in _FILLING | _OUTLINING][:3]
            words = words or [word for word in tokens(before) if word not in _FILLING | _OUTLINING][-2:]
            words = [word for word in words if word not in _OF_CHOICE]
            if words:
                return " ".join(words)
    return ""

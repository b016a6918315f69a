"""Where a request says that the images are."""

from __future__ import annotations

import re
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.lang.grammar import after, any_word

_NAME = r"[\w-]+(?:\.[\w-]+)*"
_FOLDER, _THE = any_word("places.folder"), any_word("the", "my")
_AFTER_IN = after("places.within", "places.from", "places.folder")
_QUOTES = "\"'`“”„‘’»«"
_PATH = re.compile(
    rf"""(?<!\w)[{_QUOTES}]([^{_QUOTES}]*[/\\][^{_QUOTES}]*)[{_QUOTES}]                      # in quotation marks
    | (?<![\w/])( (?:~|\.{{1,2}})?/[\w./~-]+                                    # /a/b, ./a, ../a, ~/a
                | {_AFTER_IN}[\w.-]+/[\w./-]* )  # in a/b""",
    re.VERBOSE | re.IGNORECASE,
)
_NAMED_FOLDER = re.compile(
    rf"""\b{any_word("places.within", "places.from", "places.at", "places.use")}\s+(?:{_THE}\s+)?{_FOLDER}\s+
    (?:{any_word("places.called")}\s+)?
    (?:[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}] | ({_NAME}))
    | \b{_FOLDER}\s*(?:[:=]\s*|(?:{any_word("is")}\s+)?(?=[{_QUOTES}]))[{_QUOTES}]?({_NAME})[{_QUOTES}]?
    | \b{any_word("in")}\s+[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]""",
    re.VERBOSE | re.IGNORECASE,
)
_PERHAPS = re.compile(
    rf"""(?: \b{any_word("places.within", "places.at")}
       | \b{any_word("places.images", "places.use", "places.take", "places.load")}\s+
         (?:{any_word("places.come")}\s+)?{any_word("places.from")} )
    \s+(?:{_THE}\s+)?(?:{_FOLDER}\s+)?[{_QUOTES}]?({_NAME})""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_NAME = re.compile(any_word("places.no_name", "places.folder"), re.IGNORECASE)


def take_path(text: str) -> tuple[str | None, str]:
    """The folder that a request names as one, and the request without it.

    Examples
    --------
    >>> take_path("melanoma or nevus in data/skin.")
    ('data/skin', 'melanoma or nevus in   ')
    >>> take_path("melanoma or nevus, in the folder data.")[0]
    'data'
    """
    found = _path(text) or _named_folder(text)
    if not found:
        return None, text
    path = next(group for group in found.groups() if group).rstrip(".,;:")
    return path, text.replace(found.group(0), "  ")


def _path(text: str) -> re.Match[str] | None:
    """Not “from nv/nevus”, which names a class twice."""
    return next((m for m in _PATH.finditer(text) if not (m[2] and _are_findings(m[2].split("/")))), None)


def _are_findings(parts: list[str]) -> bool:
    return len(parts) > 1 and all(map(_is_finding, parts))


def _named_folder(text: str) -> re.Match[str] | None:
    """Not “in the folder are images”, nor a class in quotation marks."""
    found = _NAMED_FOLDER.finditer(text)
    return next((m for m in found if not (_NO_NAME.fullmatch(m[2] or "") or (m[4] and _is_finding(m[4])))), None)


def _is_finding(word: str) -> bool:
    findings = [*known.MALIGNANT["words"], *known.HEALTHY["words"], *known.HARMLESS["words"]]
    return contains(normalise(word), findings + [phrase for concept in known.CONCEPTS for phrase in concept.words])


def perhaps_paths(text: str) -> tuple[str, ...]:
    """Words that may name a folder (“in data”), for those who can look whether it is there; no findings.

    Examples
    --------
    >>> perhaps_paths("Separate melanoma from nevus in data. The time is 3 minutes")
    ('data',)
    """
    return tuple(dict.fromkeys(m[1] for m in _PERHAPS.finditer(text) if not (_is_finding(m[1]) or _NO_NAME.fullmatch(m[1]))))


# ------------------------------------------------------------------ the answer to “which folder?”
_WINDOWS = re.compile(r"\b[A-Za-z]:[\\/][^\s\"'“”„]*|\\\\[^\s\"'“”„]+")
_WRITTEN = re.compile(r"(?:~|\.{1,2})?(?:[\w.~-]*/)+[\w.~-]*|~[\w-]*")
_CALLED = re.compile(
    rf"""\b{_FOLDER}\s+(?:{any_word("is", "places.called")}\s+)+(?:{_THE}\s+)?[{_QUOTES}]?({_NAME})
    | \b{any_word("places.called")}\s+[{_QUOTES}]?({_NAME})
    | [{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]
    | \b{any_word("places.within", "places.from", "places.use", "places.take")}\s+(?:{_THE}\s+)?{_FOLDER}\s+({_NAME})
    | \b{_THE}\s+({_NAME})\s+{_FOLDER}\b
    | \b{_FOLDER}\s*[:=]?\s*({_NAME})\W*$""",
    re.VERBOSE | re.IGNORECASE,
)
_NEGATED = re.compile(rf"\b{any_word('not', 'no', 'nay')}\b", re.IGNORECASE)
_TALK = 8
"""An answer of more words is a sentence: no word of it is tried as a folder's name."""


class FoldersSaid(NamedTuple):
    """Names in an answer that are surely meant as a folder, and words that may be."""

    surely: tuple[str, ...]
    perhaps: tuple[str, ...]


def folders_said(answer: str) -> FoldersSaid:
    """The folders that an answer to “which folder?” may name, the likeliest first.

    Examples
    --------
    >>> folders_said("the folder is called data").surely, folders_said("it's in data").perhaps
    (('data',), ("it's in data", 'data', 'in', 's', 'it'))
    """
    plain = answer.strip().strip(_QUOTES).rstrip(",;!").strip()
    plain = plain if plain.strip(".") == "" else plain.rstrip(".")
    written = [m[0] for pattern in (_WINDOWS, _WRITTEN) for m in pattern.finditer(plain)]
    called = [next(group for group in m.groups() if group) for m in _CALLED.finditer(answer)]
    whole = [plain] if plain and (written or len(plain.split()) == 1) else []
    surely = tuple(dict.fromkeys(name for name in [*whole, *written, *called] if not _NO_NAME.fullmatch(name)))
    talks = len(plain.split()) > _TALK or _NEGATED.search(plain)
    words = [] if surely or talks else [plain, *reversed(re.findall(_NAME, plain))]
    return FoldersSaid(surely, tuple(word for word in dict.fromkeys(words) if word and not _NO_NAME.fullmatch(word)))

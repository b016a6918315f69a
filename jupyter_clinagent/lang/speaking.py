"""What was said in English, in another language: line by line, cell by cell, sentence by sentence; Markdown keeps its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from jupyter_clinagent.lang.folders import ENGLISH, WORDS, about, languages, phrases
from jupyter_clinagent.lang.matching import GAP, Found, Phrasebook, cuts, fill

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_MARK = re.compile(r"^(\s*(?:#{1,6} |[-*+•] |\d+[.)] |> |  +[✓✗] )?)(.*?)(\s*)$", re.DOTALL)
_RULED = re.compile(r"\s*\|[\s|:-]*")
_PIPE = re.compile(r"(?<!\\)\|")
_BOLD = re.compile(r"^(?:(\*\*|\*|_)(.+)\1|“([^“”]+)”)[.:]?$")
_LISTED = re.compile(r"(; |, (?:and |or )?| and | or )")
_LONGEST, _LONGEST_UNIT = 4, 13
"""How many pieces a sentence may be cut into by what it quotes, and a phrase of a list by its commas."""
_REMEMBERED = 5000
_QUOTED = re.compile(r"“([^“”„]*)”")
_OPENS = re.compile(r"[ (,;]+")
_PAUSE = re.compile(r"(?<=[:;]) (?=\S)")


def speak(text: str, language: str) -> str:
    """A text in Markdown or plain lines in another language; what no sentence fits stays as it is.

    Examples
    --------
    >>> speak("The study is done.", "de")
    'Die Studie ist fertig.'
    """
    if language == ENGLISH or not text:
        return text
    lines, fence = list[str](), ""
    said = text.split("\n")
    for line, below in zip(said, [*said[1:], ""], strict=True):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        lines.append(line if fence or mark else _quoted(_line(line, language, bool(_RULED.fullmatch(below))), language))
    return "\n".join(lines)


def _quoted(text: str, language: str) -> str:
    """With the quotation marks of the language, where others are left."""
    opening, closing = about(language)["quotes"]
    return _QUOTED.sub(lambda quoted: f"{opening}{quoted[1]}{closing}", text)


def speak_phrase(text: str, language: str, head: bool = True) -> str:
    """One phrase that stands alone: a button, a heading, the head of a table (``head``), a cell."""
    return text if language == ENGLISH else _quoted(_sentences(text, language, head), language)


def known_phrase(text: str, language: str) -> str | None:
    """One phrase as a whole in another language; None where no sentence fits it."""
    found = _known(text, language, False)
    return None if found is None else _quoted(found, language)


def understand(said: str, offered: Sequence[str], language: str) -> str:
    """Which of the offered English phrases a clinician means by one in their language; what is none is given back.

    Examples
    --------
    >>> understand("Genehmigen", ["Approve", "Reject"], "de"), understand("la deuxième", ["age", "sex"], "fr")
    ('Approve', 'sex')
    """
    plain = _plain(said)
    named = next((one for one in offered if plain in (_plain(one), _plain(speak_phrase(one, language)))), None)
    return named or _by_order(plain, offered, language) or said


def verdict(said: str) -> bool | None:
    """Whether a message does nothing but agree (True) or refuse (False), in any language; None where it says anything else.

    Examples
    --------
    >>> [verdict(said) for said in ("Yes, looks good!", "ja, passt", "d'accord", "no, forget it", "yes, but only women", "")]
    [True, True, True, False, None, None]
    >>> verdict("yes please " * 200 + "and more") is None
    True
    """
    plain = _plain(said)
    found = [meant for pattern, meant in _verdicts() if pattern.fullmatch(plain)]
    return found[0] if len(found) == 1 else None


@cache
def _verdicts() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """A message that is made of such phrases; what stands in both lists (“please”) decides nothing by itself."""
    return tuple((_made_of(said_for(meaning)), meant) for meaning, meant in (("agrees", True), ("refuses", False)))


def _made_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """The longest phrase is taken at each place, and no other is tried again: a message may be long."""
    longest_first = sorted(set(phrases), key=len, reverse=True)
    return re.compile(rf"(?>(?:{'|'.join(map(re.escape, longest_first))})(?:[\s,.;!…]+|$))+")


def said_for(meaning: str) -> tuple[str, ...]:
    """How “yes” or “no” is said in any language."""
    return tuple(word for language in languages() for word in about(language)[meaning])


def _by_order(plain: str, offered: Sequence[str], language: str) -> str | None:
    """“The second one”, where nothing else is said."""
    ordered = zip(offered, about(language).get("ordinals", []), strict=False)
    return next((one for one, words in ordered if plain in words.split(", ")), None)


def _plain(text: str) -> str:
    return text.strip(" .!…„“”\"'").casefold()


def _line(line: str, language: str, head: bool) -> str:
    if _PIPE.match(line.lstrip()) and not _RULED.fullmatch(line):
        return "|".join(_cell(cell, language, head) for cell in _PIPE.split(line))
    mark, text, end = _MARK.match(line).groups()  # type: ignore[union-attr]
    return f"{mark}{_sentences(text, language, mark.lstrip().startswith('#'))}{end}"


def _cell(cell: str, language: str, head: bool) -> str:
    text = cell.strip()
    return cell.replace(text, _sentences(text, language, head), 1) if text else cell


@lru_cache(maxsize=_REMEMBERED)
def _sentences(text: str, language: str, head: bool) -> str:
    """A line as a whole, else its sentences, each by itself or, where a name in it looks like an end, with the next ones."""
    if (whole := _known(text, language, head)) is not None:
        return whole
    starts = [0, *(start for _, start in cuts(text)), len(text)]
    spoken, at = [], 0
    while at < len(starts) - 1:
        to, sentence = _one(text, starts, at, language, head)
        spoken.append(sentence)
        at = to
    return "".join(spoken)


def _one(text: str, starts: list[int], at: int, language: str, head: bool) -> tuple[int, str]:
    """The sentence that begins at a cut, and the cut at which it ends: where a name in it looked like an end, a later one."""
    piece = text[starts[at] : starts[at + 1]]
    bare = piece.rstrip()
    rest, stop = piece[len(bare) :], "." if bare.endswith(".") else ""
    if (found := _known(bare, language, head)) is not None:
        return at + 1, found + rest
    inner = bare.removesuffix(".")
    for way in (_known, _whole_list):
        if (found := way(inner, language, head)) is not None:
            return at + 1, found + stop + rest
    if (parts := _in_parts(bare, language, head)) != bare:
        return at + 1, parts + rest
    for to in range(at + 1, min(len(starts), at + _LONGEST)):
        piece = text[starts[at] : starts[to]]
        if (found := _known(piece.rstrip(), language, False, loose=True)) is not None:
            return to, found + piece[len(piece.rstrip()) :]
    return at + 1, bare + rest


def _in_parts(piece: str, language: str, head: bool) -> str:
    """What stands before a colon or a semicolon may be known where the whole is not; so may what is bold."""
    if bold := _BOLD.match(piece.strip()):
        inner = bold[2] or bold[3]
        return piece.replace(inner, _sentences(inner, language, head), 1)
    if piece.endswith((":", ";")) and (found := _known(piece[:-1], language, head)) is not None:
        return found + piece[-1]
    halves = [(piece[: pause.start()], piece[pause.end() :]) for pause in _PAUSE.finditer(piece)]
    for before, after in sorted(halves, key=lambda half: _known(half[0], language, head) is None):
        spoken = _known(before, language, head) or _in_parts(before, language, head), _sentences(after, language, head)
        if spoken != (before, after):
            return " ".join(spoken)
    return piece


@lru_cache(maxsize=_REMEMBERED)
def _known(text: str, language: str, head: bool, loose: bool = False) -> str | None:
    if not text.strip():
        return text
    if (found := _book(language).find(text, loose)) is not None:
        return fill(*found, lambda value, marks: _gap(value, marks, language))
    if text[0].isupper() and (found := _book(language).find(text[0].lower() + text[1:])) is not None:
        spoken = fill(*found, lambda value, marks: _gap(value, marks, language))
        return spoken[:1].upper() + spoken[1:]
    return _word(text, language) if head else None


def _word(text: str, language: str, plain: bool = True) -> str | None:
    """A word (``plain``), or what is made of words; where one of its parts is no word, it is another one."""
    found = _words(language).all(text, loose=True, plain=plain)
    for translation, held in sorted(found, key=_left_as_it_is):
        parts = [held.get(gap[1], "").strip() for gap in GAP.finditer(translation) if gap[2] == "!"]
        if all(_known(part, language, True) is not None for part in parts):
            return fill(translation, held, lambda value, marks: _gap(value, marks, language))
    return None


def _left_as_it_is(found: Found) -> int:
    """How much of what was said a translation would leave as it is."""
    translation, held = found
    spoken = {gap[1] for gap in GAP.finditer(translation) if gap[2]}
    return sum(len(value) for name, value in held.items() if name not in spoken)


def _gap(value: str, marks: str, language: str) -> str:
    if "&" not in marks:
        return _phrase(value, language)
    return _list(value, language) if "!" in marks else _joined(_LISTED.split(value), language)


def _joined(parts: Sequence[str], language: str) -> str:
    """Names as they are, what stands between them translated."""
    joining = about(language)["joining"]
    return "".join(joining.get(part, part) if k % 2 else part for k, part in enumerate(parts))


def _units(value: str, language: str) -> Iterator[tuple[str, str | None, str]]:
    """The phrases of a list and what they are in the language, each as long as it can be, for some hold a comma or an “or”.

    Yields
    ------
    tuple[str, str | None, str]
        The phrase, the translation if it is known, and what joins it to the next one.
    """
    parts, at = _LISTED.split(value), 0
    while at < len(parts):
        ends = range(min(len(parts), at + _LONGEST_UNIT), at, -2)
        known = ((end, _known("".join(parts[at:end]), language, True)) for end in ends)
        end, spoken = next(((end, spoken) for end, spoken in known if spoken is not None), (at + 1, None))
        yield "".join(parts[at:end]), spoken, "".join(parts[end : end + 1])
        at = end + 1


def _list(value: str, language: str) -> str:
    """A list of phrases, those that are known translated."""
    joining = about(language)["joining"]
    return "".join(f"{spoken or unit}{joining.get(joint, joint)}" for unit, spoken, joint in _units(value, language))


def _whole_list(value: str, language: str, head: bool) -> str | None:
    """A list whose phrases are all known; words alone count only in a heading, for data may be called so."""
    units = [unit for unit, _, _ in _units(value, language)] if _LISTED.search(value) else []
    known = len(units) > 1 and all(_known(unit, language, head) or _word(unit, language, plain=head) for unit in units)
    return _list(value, language) if known else None


def _phrase(value: str, language: str) -> str:
    """What a gap holds: a phrase, perhaps behind a bracket, a comma or a blank that belongs to it."""
    mark = _OPENS.match(value)
    start = mark.end() if mark else 0
    for begin in dict.fromkeys((0, start)):
        if (found := _known(value[begin:].strip(), language, True)) is not None:
            end = value[len(value.rstrip()) :]
            return (value[:begin] or value[: len(value) - len(value.lstrip())]) + found + end
    return _sentences(value, language, True)


@cache
def _book(language: str) -> Phrasebook:
    return Phrasebook({en: other for name, pairs in phrases(language).items() if name != WORDS for en, other in pairs.items()})


@cache
def _words(language: str) -> Phrasebook:
    return Phrasebook(phrases(language).get(WORDS, {}), brief=True)

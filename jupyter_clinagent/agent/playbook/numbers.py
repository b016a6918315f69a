"""Numbers in words, English and German, written as digits: “ninety-five percent”, “sieben Klassen”, “grade two or more”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from text_to_num import find_numbers

_LANGUAGES = ("en", "de")
_UMLAUTS = (("fuenf", "fünf"), ("zwoelf", "zwölf"))
"""How normalised German numbers are spelt by the library."""
_AMOUNT = re.compile(r"\d+(?:x\d+|[a-z]{1,3})?")
_PIECES = re.compile(r"\w+|\W+")


@dataclass(frozen=True)
class _Piece:
    """A token, as the library asks for it."""

    written: str

    def text(self) -> str:
        return self.written

    def nt_separated(self, previous: _Piece) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def in_digits(plain: str) -> str:
    """A text in lower case, umlauts written out, with its numbers as digits; “one”, “ein”, “second” and “third” stay.

    Examples
    --------
    >>> in_digits("at least ninety-five percent, two classes, one of them rare")
    'at least 95 percent, 2 classes, one of them rare'
    >>> in_digits("fuenfundneunzig prozent fuer ein bild, eine zweite meinung")
    '95 prozent fuer ein bild, eine zweite meinung'
    """
    for written, spelt in _UMLAUTS:
        plain = plain.replace(written, spelt)
    for language in _LANGUAGES:
        plain = _in_digits(plain, language)
    for written, spelt in _UMLAUTS:
        plain = plain.replace(spelt, written)
    return plain


def is_amount(word: str) -> bool:
    """Whether a word is no more than a number, with a unit or a second number: “8”, “5mm”, “224x224”."""
    return bool(_AMOUNT.fullmatch(word))


def _in_digits(plain: str, language: str) -> str:
    pieces = [_Piece(written) for written in _PIECES.findall(plain)]
    texts = [piece.written for piece in pieces]
    for found in reversed(find_numbers(pieces, language, threshold=0)):
        words = [
            text for text in texts[found.start : found.end] if text.isalpha() and len(text) > 2
        ]  # “o. B.” and “OS” are no zeros
        if words and not found.is_ordinal and found.value != 1:
            texts[found.start : found.end] = [f"{found.value:.10g}"]
    return "".join(texts)

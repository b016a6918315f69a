"""Reads a clinician's sentence: what to tell apart, which mistake is worse, how long it may take, what else was named.

Nothing here looks at data; :mod:`.draft` brings the reading and the data together. Words are compared without case,
umlauts are written out, and words of five letters or more forgive a slip of the keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from jupyter_clinagent.agent.playbook import concepts as known

OUT_OF_SCOPE = ("segmentation", "regression", "survival", "generation", "treatment")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_CLAUSES = re.compile(
    r"""[.;:!?\n](?=\s|$) | , | \s[-–—]\s |
    \b(?: where|because|since|but|while|whereas|bearing\ in\ mind\ that|knowing\ that|as|and\ it\ is|and\ we|and\ i|and\ you
        |and\ missing|und\ zwar|wobei|weil|denn|aber|da\ ein|und\ es )\b""",
    re.VERBOSE,
)
_PATH = re.compile(
    r"""["'`“]([^"'`”]*[/\\][^"'`”]*)["'`”]                                  # in quotation marks
    | (?<![\w/])( (?:~|\.{1,2})?/[\w./~-]+                                   # /a/b, ./a, ../a, ~/a
                | (?:(?<=in\ )|(?<=from\ )|(?<=aus\ ))[\w.-]+/[\w./-]* )      # in a/b""",
    re.VERBOSE,
)
_MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*-?\s*(minutes?|mins?|minuten?|min|hours?|hrs?|h|stunden?|std)\b")
_SPOKEN_MINUTES = {
    "half an hour": 30.0,
    "halbe stunde": 30.0,
    "halben stunde": 30.0,
    "quarter of an hour": 15.0,
    "viertelstunde": 15.0,
    "one hour": 60.0,
    "an hour": 60.0,
    "eine stunde": 60.0,
    "einer stunde": 60.0,
}
_NUMBER = r"(\d+(?:[.,]\d+)?|[.]\d+)\s*(?:%|percent|prozent)?"
_RATE = r"(sensitivit(?:y|aet)|recall|specificity|spezifitaet|true\ positive\ rate)"
_TARGET = re.compile(
    rf"""{_NUMBER}\s*{_RATE}
    | {_RATE}\s*(?:of|at|to|von|bei|auf|is|=|>=|≥|at\ least|mindestens|:|\s)*{_NUMBER}""",
    re.VERBOSE,
)
_WORSE = re.compile(
    r"""\b(worse|worst|schlimmer|costlier|more\ costly|more\ dangerous|more\ serious|more\ harmful|gefaehrlicher|teurer
    |matters\ more|more\ important|wichtiger|bigger\ problem|fatal|unacceptable|disaster)\b""",
    re.VERBOSE,
)
_MILDER = re.compile(
    r"""\b(less\ bad|not\ as\ bad|less\ serious|less\ important|less\ costly|better\ than|preferable|rather\ have
    |weniger\ schlimm|lieber|acceptable|harmless|fine|ok|okay|tolerable|in\ kauf)\b""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Intent:
    """What a request says; every field is empty where the request is silent."""

    text: str
    task: str | None = None
    """``classification``, ``detection``, one of :data:`OUT_OF_SCOPE`, or None where no task word was found."""
    targets: tuple[str, ...] = ()
    """Names of concepts to tell apart, in order of mention; ``cancer`` stands for the malignant ones together."""
    looks: bool = False
    """Whether something is to be found, and nothing sorted or told apart."""
    versus_rest: bool = False
    all_classes: bool = False
    excluded: tuple[str, ...] = ()
    risk: str | None = None
    """``sensitivity`` where a miss is worse, ``specificity`` where a false alarm is worse."""
    risk_for: str | None = None
    target: float | None = None
    minutes: float | None = None
    modality: str | None = None
    group: str | None = None
    confounders: tuple[str, ...] = ()
    distrusts: bool = False
    """Whether it says that the model must not rely on something."""
    weak: bool = False
    data: str | None = None
    follow_up: str | None = None
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_about_imaging(self) -> bool:
        """Whether anything in it belongs to this tool."""
        return bool(self.targets or self.all_classes or self.modality or self.confounders or self.risk_for or self.group)


def read_request(text: str) -> Intent:
    """Read one request.

    Examples
    --------
    >>> intent = read_request("Separate melanoma from nevus. Missing a melanoma is worse than a false alarm")
    >>> intent.targets, intent.risk, intent.risk_for
    (('melanoma', 'nevus'), 'sensitivity', 'melanoma')
    """
    path, bare = _take_path(text)
    plain = normalise(bare)
    clauses = [c for c in (part.strip() for part in _CLAUSES.split(plain)) if c]
    risky = [c for c in clauses if _contains(c, known.PHRASES["miss"]) or _contains(c, known.PHRASES["false_alarm"])]
    dropping = [c for c in clauses if c not in risky and _contains(c, known.PHRASES["exclude"]) and not _shortcut(c)]
    stating = " . ".join(c for c in clauses if c not in risky and c not in dropping)
    risk = _risk(plain)
    risk_for = next(iter(_mentioned_concepts(" . ".join(risky))), None)
    targets = _mentioned_concepts(stating)
    everything = _contains(plain, known.PHRASES["all_classes"]) and len(targets) < 2
    if not targets and not everything:
        targets = _mentioned_concepts(" . ".join(risky))
    kind, number = _target_rate(plain)
    return Intent(
        text=text,
        task=_task(plain),
        targets=() if everything else targets,
        looks=_contains(plain, known.PHRASES["look"]) and not _contains(plain, known.TASK["classification"]),
        versus_rest=_contains(stating, known.PHRASES["rest"]),
        all_classes=everything,
        excluded=_mentioned_concepts(" . ".join(dropping)),
        risk=kind or risk,
        risk_for=risk_for,
        target=number,
        minutes=_minutes(plain),
        modality=_first_family(plain, known.MODALITY),
        group=_first_family(plain, known.GROUP),
        confounders=tuple(name for name, words in known.CONFOUNDERS.items() if _contains(plain, words)),
        distrusts=_contains(plain, known.PHRASES["shortcut"]),
        weak=_contains(plain, known.PHRASES["weak"])
        or bool(
            re.search(
                r"\b(only|nur|just|about|on)\s+\d+\s*(%|percent|prozent)[^.]*\b(box|boxes|boxed|annotated|kaesten|annotiert)\b",
                plain,
            )
        ),
        data=path,
        follow_up=_first_family(plain, known.FOLLOW_UP),
        words=tuple(_tokens(plain)),
    )


def _shortcut(clause: str) -> bool:
    """“Ignoring the drain” leaves no class out."""
    return _contains(clause, known.PHRASES["shortcut"]) or any(_contains(clause, words) for words in known.CONFOUNDERS.values())


def normalise(text: str) -> str:
    """Lower case, umlauts written out, blanks collapsed."""
    return re.sub(r"\s+", " ", text.lower().translate(_UMLAUTS)).strip()


def label_key(label: str) -> str:
    """A label value reduced to its letters and digits, for comparison with :attr:`Concept.labels`."""
    return re.sub(r"[^a-z0-9]", "", normalise(label))


def _take_path(text: str) -> tuple[str | None, str]:
    found = _PATH.search(text)
    if not found:
        return None, text
    path = (found.group(1) or found.group(2)).rstrip(".,;:")
    return path, text.replace(found.group(0), " ")


def _tokens(plain: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain)


def _contains(plain: str, phrases: Iterable[str]) -> bool:
    return _first_position(plain, phrases) is not None


def _first_position(plain: str, phrases: Iterable[str]) -> int | None:
    """Index of the first word at which one of the phrases begins."""
    words = _tokens(plain)
    starts = [s for phrase in phrases if (s := _phrase_position(words, _tokens(normalise(phrase)))) is not None]
    return min(starts, default=None)


def _phrase_position(words: list[str], phrase: list[str]) -> int | None:
    for start in range(len(words) - len(phrase) + 1):
        if all(_same_word(written, meant) for written, meant in zip(words[start:], phrase, strict=False)):
            return start
    return None


@lru_cache(maxsize=100_000)
def _same_word(written: str, meant: str) -> bool:
    """Equal, a slip of the keyboard apart, or a German compound that begins with the word."""
    if written == meant:
        return True
    if len(meant) >= 7 and written.startswith(meant):
        return True
    if written in _vocabulary():
        return False
    allowed = 0 if len(meant) < 6 else 1 if len(meant) < 8 else 2
    # the first letter is rarely mistyped; without it "nevus" and "venus" would be one word
    return (
        allowed > 0
        and written[0] == meant[0]
        and abs(len(written) - len(meant)) <= allowed
        and _distance(written, meant) <= allowed
    )


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Every word that the lexicon knows: none of them is a slip for another (“übersehen” is not “überleben”)."""
    families = (known.MALIGNANT, known.CONFOUNDERS, known.MODALITY, known.TASK, known.GROUP, known.FOLLOW_UP, known.PHRASES)
    phrases = [p for family in families for words in family.values() for p in words] + [
        p for c in known.CONCEPTS for p in c.words
    ]
    return frozenset(word for phrase in phrases for word in _tokens(normalise(phrase)))


def _distance(a: str, b: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment)."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _mentioned_concepts(plain: str) -> tuple[str, ...]:
    positions = {c.name: p for c in known.CONCEPTS if (p := _first_position(plain, c.words)) is not None}
    if (cancer := _first_position(plain, known.MALIGNANT["words"])) is not None and "melanoma" not in positions:
        positions["cancer"] = cancer
    return tuple(sorted(positions, key=lambda name: positions[name]))


def _task(plain: str) -> str | None:
    for task in OUT_OF_SCOPE:
        if _contains(plain, known.TASK[task]):
            return task
    boxes = _contains(plain, known.TASK["detection"])
    sorting = _contains(plain, [*known.TASK["classification"], *known.PHRASES["look"]])
    return "detection" if boxes else "classification" if sorting else None


def _risk(plain: str) -> str | None:
    """Which mistake is worse. In “A is worse than B”, it is A; “A is less bad than B” turns it round."""
    for sentence in re.split(r"[.;!?\n](?=\s|$)", plain):
        miss, alarm = _first_position(sentence, known.PHRASES["miss"]), _first_position(sentence, known.PHRASES["false_alarm"])
        if miss is None and alarm is None:
            continue
        if miss is None or alarm is None:
            mentioned, other = ("sensitivity", "specificity") if alarm is None else ("specificity", "sensitivity")
            return other if _MILDER.search(sentence) and not _WORSE.search(sentence) else mentioned
        first = "sensitivity" if miss < alarm else "specificity"
        second = "specificity" if miss < alarm else "sensitivity"
        turned = bool(_MILDER.search(sentence)) and not _WORSE.search(sentence)
        return second if turned else first
    return None


def _target_rate(plain: str) -> tuple[str | None, float | None]:
    found = _TARGET.search(plain)
    if not found:
        return None, None
    number = float((found[1] or found[4]).replace(",", "."))
    number = number / 100 if number > 1 else number
    kind = "specificity" if (found[2] or found[3]).startswith(("spec", "spez")) else "sensitivity"
    return (kind, round(number, 4)) if 0 < number < 1 else (kind, None)


def _minutes(plain: str) -> float | None:
    if found := _MINUTES.search(plain):
        number = float(found[1].replace(",", "."))
        return number * 60 if found[2].startswith(("h", "st")) else number
    return next((value for words, value in _SPOKEN_MINUTES.items() if words in plain), None)


def _first_family(plain: str, families: known.Families) -> str | None:
    return next((name for name, words in families.items() if _contains(plain, words)), None)

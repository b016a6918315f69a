"""Reads a clinician's sentence: what to tell apart, which mistake is worse, how long it may take, what else was named.

Nothing here looks at data; :mod:`.draft` brings the reading and the data together. How words are compared is in
:mod:`.wording`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.durations import read_minutes
from jupyter_clinagent.agent.playbook.exclusions import healthy_words, set_aside, with_except
from jupyter_clinagent.agent.playbook.levels import asked_level, perhaps_level, without_level
from jupyter_clinagent.agent.playbook.places import perhaps_paths, take_path
from jupyter_clinagent.agent.playbook.questions import asks_whether, named_grades, without_all
from jupyter_clinagent.agent.playbook.risks import rate_wanted, risk_concepts, without_blanks, worse_mistake
from jupyter_clinagent.agent.playbook.unread import AGAINST, EITHER, FROM
from jupyter_clinagent.agent.playbook.wanted import named_tasks
from jupyter_clinagent.agent.playbook.wording import contains, first_family, first_position, normalise, tokens
from jupyter_clinagent.lang import read_as_english
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_CLAUSES = re.compile(
    rf"""[.;:!?\n](?=\s|$) | , | \s[-–—]\s |
    \b{any_word("clauses.opens")}\b""",
    re.VERBOSE,
)
_NO = re.compile(rf"(?:{any_word('and')} )?{any_word('no', 'not')} (\w+)(?: {any_word('please')})?$")
_OTHER_CLASS = re.compile(rf"\b{any_word('other', 'answers.second')} {any_word('class')}\b")
"""“Nevi are the other class” speaks of no rest."""
_TAKEN_AS = re.compile(
    rf"\b{any_word('taken_as.treat', 'taken_as.count')}\b[^.;,]{{0,40}}\b{any_word('as', 'like')}\b"
    rf"|\b{any_word('taken_as.as_before')}\b[^.;,]{{0,40}}\b{any_word('taken_as.treat')}"
)
"""“Treat uncertain ones as negative” asks for no therapy."""
_MEASURE_IT = re.compile(rf"\b{any_word('measure.told')} (?={any_word('measure.what')}\b)")
"""In German it means “measure”: nothing is overlooked."""
_ORDINAL = re.compile(rf"\b({any_word('the', 'in', 'to', 'of', 'from', 'ordinals.before')})\s(\d{{1,2}})\.\s(?=[A-ZÄÖÜ])", re.I)
"""German writes “third” with a point, at which no sentence ends: “im 3. Trimenon”."""
_PROOF = any_word("proof.proven")
_BY = any_word("by", "on", "in", "with", "proof.through")
PROVEN = (re.compile(rf"\b{_PROOF}\s{_BY}\s\w+", re.I), re.compile(rf"\b(?!{any_word('is', 'was')}\b)\w+[ -]{_PROOF}\b", re.I))
"""“Confirmed by histology” says how a label was found, and not what kind of image it is."""
LEAVES_IMAGES = re.compile(
    rf"\b{any_word('no', 'without', 'setting_aside.leaves')}\b(?: {any_word('the', 'all', 'any', 'a')})?"
    rf" {any_word('talk.images', 'people.anyone', 'setting_aside.whoever')}\b"
)
"""“No films with a drain”, “leave out anyone with tubes”: images go, and not a finding or a shortcut."""
_APART = AGAINST | EITHER | FROM
_SHARE = rf"(?:\d+\s*{any_word('percent')}|{any_word('boxed.nth')})"
_BOXES, _ONLY = any_word("boxed.boxes"), any_word("boxed.only")
_FEW_BOXED = re.compile(
    rf"""\b{any_word("boxed.few")}\s+(?:ca\.?\s*)?{_SHARE}[^.;]*\b{_BOXES}\b
    | \b{_BOXES}\b[^.;]*\b{_ONLY}\b[^.;]*{_SHARE}
    | \b{_BOXES}\b[^.;]*\d+\s*{any_word("percent")}[^.;]*\b{_ONLY}\b
    | \b{any_word("boxed.most")}\b[^.;]*\b{any_word("not", "no", "without")}\b[^.;]*\b{_BOXES}\b""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Intent:
    """What a request says; every field is empty where the request is silent."""

    text: str
    task: str | None = None
    """Name of a task, of what is out of scope, or None where no such word was found."""
    declined: tuple[str, ...] = ()
    """Tasks that it names only to say that they are not wanted."""
    targets: tuple[str, ...] = ()
    """Names of concepts to tell apart, in order of mention; ``cancer`` stands for the malignant ones together."""
    looks: bool = False
    """Whether something is to be found, and nothing sorted or told apart."""
    estimates: bool = False
    """Whether it may ask for a number."""
    versus_rest: bool = False
    asks_whether: bool = False
    """Whether it asks for one finding to be there or not."""
    all_classes: bool = False
    grades: tuple[str, str] | None = None
    """The lowest and the highest grade that it names: “0 to 4”."""
    excluded: tuple[str, ...] = ()
    risk: str | None = None
    """``sensitivity`` where a miss is worse, ``specificity`` where a false alarm is worse."""
    risk_for: str | None = None
    risk_also_for: tuple[str, ...] = ()
    """Further findings that are named with :attr:`risk_for`."""
    target: float | None = None
    minutes: float | None = None
    modality: str | None = None
    """The kind of image that it names."""
    suggests: str | None = None
    """The kind of image that its other words usually go with."""
    group: str | None = None
    level: str | None = None
    """What gets one answer: an image, a patient, a lesion, …"""
    perhaps_level: str | None = None
    """What may be meant to."""
    confounders: tuple[str, ...] = ()
    distrusts: bool = False
    """Whether it says that the model must not rely on something."""
    weak: bool = False
    data: str | None = None
    """The folder that it names as one."""
    places: tuple[str, ...] = ()
    """Words that may name a folder."""
    follow_up: str | None = None
    naming: str = field(default="", repr=False)
    """The part, normalised, that says what to tell apart, with a point between clauses."""
    set_aside: str = field(default="", repr=False)
    """The part, normalised, that says what to leave out."""
    words: tuple[str, ...] = field(default=(), repr=False)
    later: tuple[str, ...] = field(default=(), repr=False)
    """What the clinician changed afterwards, in their words, the latest last."""

    @property
    def is_about_imaging(self) -> bool:
        """Whether anything in it belongs to this tool."""
        named = self.targets or self.all_classes or self.modality or self.confounders or self.risk_for or self.group
        plain = " ".join(self.words)
        return bool(named or first_family(plain, known.IMAGE_WORDS) or contains(plain, known.PHRASES["imaging"]))

    @property
    def may_name_data(self) -> bool:
        """Whether a look at the data can tell what it means: something is looked for, told apart, estimated, or asked for."""
        return self.looks or self.asks_whether or self.estimates or not _APART.isdisjoint(self.words)


def read_request(text: str) -> Intent:
    """Read one request.

    Examples
    --------
    >>> intent = read_request("Separate melanoma from nevus. Missing a melanoma is worse than a false alarm")
    >>> intent.targets, intent.risk, intent.risk_for
    (('melanoma', 'nevus'), 'sensitivity', 'melanoma')
    """
    text = read_as_english(text)
    path, bare = take_path(text)
    plain = _MEASURE_IT.sub("measure ", without_blanks(normalise(_ORDINAL.sub(r"\1 \2 ", bare))))
    clauses = [c for c in (part.strip() for part in _CLAUSES.split(with_except(without_level(plain)))) if c]
    risky = [c for c in clauses if _speaks_of_mistakes(c)]
    clauses = [_without(c, clauses) for c in clauses]
    parted = [(c, "") if _shortcut(c) and "except" not in tokens(c) else _parted(c) for c in clauses if c not in risky]
    stating, dropping = (
        (" . ".join(part for part in parts if part) for parts in zip(*parted, strict=True)) if parted else ("", "")
    )
    stating, of_all = without_all(stating)
    risk = worse_mistake(plain)
    dreaded = risk_concepts(_mentioned_concepts(" . ".join(risky)))
    targets = _mentioned_concepts(stating)
    everything = contains(plain, known.PHRASES["all_classes"]) and len(targets) < 2
    naming = stating
    if not targets and not everything:
        naming = " . ".join([stating, *risky])
        targets = _mentioned_concepts(" . ".join(risky))
    kept = " . ".join(clause for clause in clauses if not LEAVES_IMAGES.search(clause))
    kind, number = rate_wanted(plain)
    return Intent(
        text=text,
        task=_task(plain),
        declined=named_tasks(plain)[1],
        targets=() if everything else targets,
        looks=contains(plain, known.PHRASES["look"]) and not contains(plain, registry.usual().words),
        estimates=contains(plain, known.PHRASES["estimate"]),
        versus_rest=contains(_OTHER_CLASS.sub(" ", stating), known.PHRASES["rest"]),
        all_classes=everything,
        asks_whether=of_all or asks_whether(plain, stating),
        grades=named_grades(plain),
        excluded=_mentioned_concepts(healthy_words(dropping)),
        naming=naming,
        set_aside=dropping,
        risk=kind or risk,
        risk_for=next(iter(dreaded), None),
        risk_also_for=dreaded[1:],
        target=number,
        minutes=read_minutes(plain),
        modality=modalities.spoken_of(_without_risks(bare)),
        suggests=modalities.spoken_of(_without_risks(bare), hints=True),
        group=first_family(plain, known.GROUP),
        level=asked_level(plain),
        perhaps_level=perhaps_level(plain),
        confounders=tuple(name for name, words in known.CONFOUNDERS.items() if contains(kept, words)),
        distrusts=contains(plain, known.PHRASES["shortcut"]),
        weak=contains(plain, known.PHRASES["weak"]) or bool(_FEW_BOXED.search(plain)),
        data=path,
        places=perhaps_paths(bare),
        follow_up=first_family(plain, known.FOLLOW_UP),
        words=tuple(tokens(plain)),
    )


def _speaks_of_mistakes(clause: str) -> bool:
    return contains(clause, known.PHRASES["miss"]) or contains(clause, known.PHRASES["false_alarm"])


def _without_risks(text: str) -> str:
    """“Better one biopsy too many than a missed melanoma” says nothing of the images."""
    kept = [part for part in _CLAUSES.split(text) if not _speaks_of_mistakes(normalise(part))]
    told = " . ".join(kept) or text
    for proven in PROVEN:
        told = proven.sub(" ", told)
    return told


def _parted(clause: str) -> tuple[str, str]:
    """What a clause states, and what it sets aside: also images, “no films with devices”."""
    stating, aside = set_aside(clause)
    found = None if aside else LEAVES_IMAGES.search(clause)
    return (clause[: found.start()].strip(), clause[found.start() :]) if found else (stating, aside)


def _shortcut(clause: str) -> bool:
    """“Ignoring the drain” leaves no class out."""
    if LEAVES_IMAGES.search(clause):
        return False
    return contains(clause, known.PHRASES["shortcut"]) or any(contains(clause, words) for words in known.CONFOUNDERS.values())


def _without(clause: str, clauses: list[str]) -> str:
    """“Masses, no calcifications” leaves them out; “tumour, no tumour” and “covid, no finding” name what is healthy."""
    found = _NO.match(clause)
    others = " ".join(other for other in clauses if other != clause)
    if not found or len(clauses) == 1 or contains(found[1], [*known.HEALTHY["absent"], *known.HEALTHY["words"], *tokens(others)]):
        return clause
    return f"without {found[1]}"


def _mentioned_concepts(plain: str) -> tuple[str, ...]:
    positions = {c.name: p for c in known.CONCEPTS if (p := first_position(plain, c.words)) is not None}
    if (cancer := first_position(plain, known.MALIGNANT["words"])) is not None and "melanoma" not in positions:
        positions["cancer"] = cancer
    return tuple(sorted(positions, key=lambda name: positions[name]))


def _task(plain: str) -> str | None:
    told = _TAKEN_AS.sub(" ", plain)
    refused = first_family(told, known.OUT_OF_SCOPE)
    found = refused or next(iter(named_tasks(told)[0]), None)
    return found or (registry.usual().name if contains(plain, known.PHRASES["look"]) else None)

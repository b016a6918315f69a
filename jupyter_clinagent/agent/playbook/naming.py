"""Which values of the label column a request names: by the lexicon's words for a finding, or by the values' own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.polarity import Health, health_of, says_no, says_yes
from jupyter_clinagent.agent.playbook.sharing import with_shared_words
from jupyter_clinagent.agent.playbook.terms import coded, longer_names, other_names, stands_alone, without_wider
from jupyter_clinagent.agent.playbook.wording import contains, first_position, label_key, normalise, tokens
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

MALIGNANT_CONCEPTS = frozenset(["melanoma", "basal cell carcinoma", "actinic keratosis"])
_SHARED = re.compile(rf"\b(\w+) ({any_word('lists.against', 'and', 'or', 'from')}) (\w+) (\w{{4,}})\b")
_STEM = 4
"""Letters that words of one stem have in common."""
_LONGEST = 4
"""Words of a request that may be one name in the data."""
_HELD = "ː"
"""A letter in place of a word that is read already."""
_SPELLINGS = (("tumour", "tumor"), ("oedem", "edem"), ("haem", "hem"), ("anaem", "anem"))


@dataclass(frozen=True)
class Named:
    """Something that the request names: the lexicon's or the value's own name, its values, and where (a word's index)."""

    name: str
    values: list[str]
    at: int


def named_in(intent: Intent, column: ColumnFacts, values: Sequence[str]) -> list[Named]:
    """What the request names, in its order; a finding of which the column has no value stands with none.

    A value named by its own words is one of its own: “viral against bacterial pneumonia”. “Sick” is whatever is not healthy
    where nothing else is named, and says nothing beside a finding; “normal” of two values is the one that nothing else claims.
    """
    own, left = _places(values, intent.naming), without_whole_names(values, intent.naming)
    targets = [target for target in intent.targets if not words_of(target) or contains(left, words_of(target))]
    found = [n for target in targets if (n := _by_concept(target, intent, column, values, own)) is not None]
    claimed = {v for named in found for v in named.values}
    spoken = {*own.values(), *_nouns_after(own)}  # “cancer” is the value TUM here; “viral pneumonia” the value viral
    found = [named for named in found if named.values or named.at not in spoken]
    found += [Named(v, [v], at) for v, at in own.items() if v not in claimed]
    found += _shared(values, intent.naming, found)
    found = found or _numbers(values, intent.naming)
    complete = sorted(_completed(found, values), key=lambda named: named.at)
    return [_by_value(named) for named in complete] if _names_no_finding(complete) and is_untold(column, values) else complete


def _nouns_after(own: dict[str, int]) -> list[int]:
    """Where the noun of a value stands that is an adjective."""
    return [at + 1 for value, at in own.items() if concept_of(value) is None and health_of(value) != Health.WELL]


def _names_no_finding(found: list[Named]) -> bool:
    return all(named.name in ("normal", "abnormal") for named in found)


def _by_value(named: Named) -> Named:
    """“1” and “0” keep their names where neither the data nor the request say what they mean."""
    return Named(next(iter(named.values), named.name), named.values, named.at)


def _by_concept(target: str, intent: Intent, column: ColumnFacts, values: Sequence[str], own: dict[str, int]) -> Named | None:
    """None where every value of the finding is named by its own words."""
    every = [v for v in values_for(target, column) if v in values] or _said_by_yes(target, intent, column, values)
    left = [v for v in every if v not in own] if len(every) > 1 else every
    at = first_position(intent.naming, words_of(target))
    return None if every and not left else Named(target, left, at or 0)


def _shared(values: Sequence[str], naming: str, found: Sequence[Named]) -> list[Named]:
    """“Esophagitis or not” names esophagitis-a and -b-d together: a word that several values have, and not all of them.

    Values that are named by words of their own are not gathered, and neither are words that a name beside explains.
    """
    claimed = {v for named in found for v in named.values}
    spoken = {word for named in found for v in named.values for word in tokens(_spelt(v))}
    spoken |= {word for named in found for phrase in words_of(named.name) for word in tokens(normalise(phrase))}
    gathered: dict[str, Named] = {}
    for at, word in enumerate(tokens(_spelt(naming))):
        stem = word.removesuffix("s")
        said = len(stem) >= _STEM and word not in spoken and stem not in spoken and not {word, stem} & common_words()
        held = [v for v in values if said and {word, stem} & set(tokens(_spelt(v)))]
        if 1 < len(held) < len(values) and claimed.isdisjoint(held):
            gathered.setdefault(stem, Named(word if word in tokens(_spelt(held[0])) else stem, held, at))
            claimed |= set(held)
    return list(gathered.values())


def _numbers(values: Sequence[str], naming: str) -> list[Named]:
    """“Grade 0 from grade 4”, “3+ against 0”; one number alone may be of anything."""
    written = re.findall(r"[^\W_]+\+*", naming)
    found = [Named(v, [v], written.index(v)) for v in values if re.fullmatch(r"\d+\+*", v) and v in written]
    return found if len(found) > 1 else []


def is_negated(named: Named, naming: str) -> bool:
    """“Cancer or no cancer”: the rest is named, too."""
    words, own = tokens(naming), [*words_of(named.name), named.name, *named.values]
    negations = {*known.HEALTHY["negations"], "non"}
    return any(word in negations and contains(after, own) for word, after in pairwise(words))


def words_of(target: str) -> list[str]:
    """What a finding is called in requests; none for one that the lexicon does not know."""
    if target == "cancer":
        return known.MALIGNANT["words"]
    return next((c.words for c in known.CONCEPTS if c.name == target), [])


def _completed(found: list[Named], values: Sequence[str]) -> list[Named]:
    """“Sick” and “normal” without values of their own get what the others leave them."""
    told = {v for named in found for v in named.values}
    ill = [v for v in values if health_of(v) != Health.WELL]
    findings = [named for named in found if named.name not in ("normal", "abnormal") and health_of(named.name) != Health.WELL]
    complete = []
    for named in found:
        if named.values or named.name not in ("normal", "abnormal"):
            complete.append(named)
        elif named.name == "abnormal" and not findings and len(ill) < len(values):
            complete.append(Named(named.name, [v for v in ill if v not in told], named.at))
        elif named.name == "normal":
            left = [v for v in values if v not in told]
            complete.append(Named(named.name, left if len(values) == 2 and told else [], named.at))
    return complete


# ------------------------------------------------------------------ values of a finding
def values_for(target: str, column: ColumnFacts) -> list[str]:
    """The column's values for a finding that the lexicon knows."""
    if target == "cancer":
        words = {label_key(word) for word in [*known.MALIGNANT["labels"], *known.MALIGNANT["words"]]}
        found = [v for v in column.values if label_key(v) in words or concept_of(v) in MALIGNANT_CONCEPTS]
        found += [v for v in column.values if v not in found and _is_cancer(v)]
        return found or _by_name_of(column, known.MALIGNANT["words"])
    of_column = concept_of(column.name)
    if target == "normal" and (of_column or not _only_yes_or_no(column.values)):
        well = [v for v in column.values if health_of(v) == Health.WELL]
        return [v for v in well if concept_of(v) == "normal"] or well  # “Non-COVID” is not “Normal” where both are there
    found = [v for v in column.values if concept_of(v) == target] or [v for v in column.values if _tells_of(v, target)]
    return (
        found
        or [v for v in column.values if of_column in (target, "abnormal") and says_yes(v)]
        or _by_name_of(column, words_of(target))
    )


def _is_cancer(value: str) -> bool:
    """By a part of its name: “adenocarcinoma”; “no cancer” is none."""
    key = label_key(value)
    return health_of(value) == Health.ILL and any(stem in key for stem in known.MALIGNANT["stems"])


def _by_name_of(column: ColumnFacts, words: Sequence[str]) -> list[str]:
    """What is not healthy in a column that is named after a finding: every kind of it in “fracture_type”."""
    if not words or not contains(_spelt(column.name), words) or not any(health_of(v) == Health.WELL for v in column.values):
        return []
    unknown = set(not_known(column.values))
    return [v for v in column.values if health_of(v) == Health.ILL and v not in unknown]


def _tells_of(value: str, target: str) -> bool:
    """“Bacterial pneumonia” is a pneumonia, “no pneumonia” is none."""
    return health_of(value) != Health.WELL and contains(normalise(value), words_of(target))


def _only_yes_or_no(values: Iterable[str]) -> bool:
    given = list(values)
    return len(given) == 2 and any(map(says_yes, given)) and any(map(says_no, given))


def is_untold(column: ColumnFacts, values: Iterable[str]) -> bool:
    """Whether a column only says yes or no, and not even its name says of what."""
    return _only_yes_or_no(values) and not concept_of(column.name) and is_generic(column.name)


def is_generic(column: str) -> bool:
    """Whether a column's name doesn't say which finding its yes and no are about: “label”, “reader_1”, but not “Atelectasis”."""
    words = [word for word in tokens(_spelt(column)) if not word.isdigit() and len(word) > 1]
    return all(word in known.GENERIC_COLUMNS["words"] for word in words)


def _said_by_yes(target: str, intent: Intent, column: ColumnFacts, values: Sequence[str]) -> list[str]:
    """The yes of a column whose name doesn't say of what, for the one finding that the request names; its no for normal."""
    if not is_untold(column, values):
        return []
    if target == "normal":
        return [v for v in values if says_no(v)]
    others = [t for t in intent.targets if t not in ("normal", "abnormal", target)]
    return [v for v in values if says_yes(v)] if not others else []


# ------------------------------------------------------------------ values by their own words
def mentioned(values: Sequence[str], text: str) -> list[str]:
    """Values of which a text speaks by their own words."""
    found, plain = list(_places(values, text)), _spelt(text)
    return [value for value in found if stands_alone(value, found, plain)]


def _places(values: Sequence[str], text: str) -> dict[str, int]:
    """Where each value that a text names stands in it; words of a longer name that stands there whole are no others' names."""
    holding = Counter(word for value in set(values) for word in set(tokens(_spelt(value))))
    whole, left = _whole_names(values, text)
    read = {v: at for v in values if v not in whole and (at := _mentioned_at(v, values, left, holding)) is not None}
    found = whole | read
    found |= _listed(values, left, found)
    return {v: found[v] for v in values if v in found}


def _listed(values: Sequence[str], text: str, found: Mapping[str, int]) -> dict[str, int]:
    """“Abdomen, femur, thorax”, “C and D vs A, B1”: what any request may have names a value in a list of others."""
    words, places = tokens(_spelt(text)), dict(found)
    holding = Counter(word for value in set(values) for word in set(tokens(_spelt(value))))
    while found:
        more = {v: at for v in values if v not in places and (at := _beside(v, words, holding, places.values())) is not None}
        if not more:
            break
        places |= more
    return places


def _beside(value: str, words: Sequence[str], holding: Mapping[str, int], places: Collection[int]) -> int | None:
    """Where a word of a value, or its one letter, stands next to what is named, or one word from it."""
    own = {word for word in tokens(_spelt(value)) if holding[word] == 1 and (len(word) >= _STEM or len(label_key(value)) == 1)}
    near = (at for at, word in enumerate(words) if word in own and any(abs(at - place) in (1, 2) for place in places))
    return next(near, None)


def without_whole_names(values: Sequence[str], text: str) -> str:
    """A text without the names of several words that stand in it whole, each word of them held by a sign.

    Examples
    --------
    >>> without_whole_names(["Lung Opacity", "Normal", "No Lung Opacity / Not Normal"], "lung opacity and not normal")
    'ː ː and ː ː'
    """
    return _whole_names(values, text)[1]


def _whole_names(values: Sequence[str], text: str) -> tuple[dict[str, int], str]:
    """Where names of several words stand, the longest first, and the text without them."""
    places: dict[str, int] = {}
    words = tokens(_spelt(text))
    for name, value in sorted(_long_names(values), key=lambda pair: -len(tokens(pair[0]))):
        at = first_position(" ".join(words), [name])
        if at is not None and value not in places:
            places[value] = at
        while at is not None:
            end = at + len(tokens(name))
            words[at:end] = [_HELD] * (end - at)
            at = first_position(" ".join(words), [name])
    return places, " ".join(words) if places else text


def _long_names(values: Sequence[str]) -> list[tuple[str, str]]:
    """Names of several words, of the values and of the parts of “No Lung Opacity / Not Normal”."""
    own = {_spelt(value) for value in values}
    parts = [(_spelt(part), value) for value in values for part in re.split(r"\s?[/;|]\s?", value)]
    names = [(_spelt(value), value) for value in values] + [pair for pair in parts if pair[0] not in own]
    return [(name, value) for name, value in dict.fromkeys(names) if len(tokens(name)) > 1]


def wholly_named(values: Iterable[str], text: str) -> list[str]:
    """Values that a text calls by their whole names, or by another name of the same thing."""
    values = list(values)
    plain = with_shared_words(_spelt(text), values)
    return without_wider([v for v in values if not (says_yes(v) or says_no(v)) and _whole_at(v, plain, ()) is not None], plain)


def column_spoken_of(names: Sequence[str], text: str) -> str | None:
    """The one column of several whose name has most words in common with a text; None where none or several have.

    Examples
    --------
    >>> column_spoken_of(["breast_birads", "breast_density"], "how dense are these breasts")
    'breast_density'
    """
    plain = _spelt(text)
    idle = known.GENERIC_COLUMNS["words"]  # “HER2 status” is not “er_status”
    counts = {name: sum(_is_spoken(word, plain) for word in _parts_of(name) if word not in idle) for name in names}
    best = [name for name, count in counts.items() if count == max(counts.values()) > 0]
    return best[0] if len(names) > 1 and len(best) == 1 else None


def _parts_of(name: str) -> list[str]:
    """The words of a column's name, and those runs of them that are one thing: “macular edema” of “risk_of_macular_edema”."""
    words = tokens(_spelt(name))
    runs = (" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 2, len(words) + 1))
    return [*words, *(run for run in runs if other_names(run))]


def _is_spoken(word: str, text: str) -> bool:
    """By itself, by another name, or by a word of the same stem: “density” and “dense”."""
    if contains(text, [word, *other_names(word)]):
        return True
    if len(word) == _STEM and any(spoken.startswith(word) for spoken in tokens(text)):  # “itch” of “is it itchy?”
        return True
    return len(word) > _STEM and any(spoken[:_STEM] == word[:_STEM] and len(spoken) > _STEM for spoken in tokens(text))


def _whole_at(value: str, text: str, values: Sequence[str]) -> int | None:
    """Where all words of the value stand in the text, or else another name, which is no other value's own."""
    own = [_spelt(value)] if len(label_key(value)) > 1 else []
    at = first_position(text, own)
    if at is None and len(label_key(value)) >= _STEM:
        at = _joined_at(label_key(value), tokens(text))
    return first_position(text, _other_names(value, text, values)) if at is None else at


def _other_names(value: str, text: str, values: Sequence[str]) -> list[str]:
    """Other names of a value that no other value has, and that are no part of a longer name in the text of another thing."""
    meaning = coded(values).get(value)
    names = [*other_names(value), *([normalise(meaning), *other_names(meaning)] if meaning else [])]
    own = [name for name in names if not _is_anothers(name, value, values)]
    longer = {name: [one for one in longer_names(name) if one not in names] for name in own if contains(text, [_spelt(name)])}
    return [_spelt(name) for name, others in longer.items() if not contains(text, map(_spelt, others))]


def _joined_at(key: str, words: list[str]) -> int | None:
    """Where words that are written together or apart make the value: “in-situ” and “InSitu”, “BI-RADS” and “birads”."""
    joined = ((k, "".join(words[k : k + n])) for k in range(len(words)) for n in range(1, _LONGEST + 1))
    return next((k for k, word in joined if word == key), None)


def _mentioned_at(value: str, values: Sequence[str], text: str, holding: Mapping[str, int]) -> int | None:
    """Where the value stands in the text: all its words, another name of the same thing, or a word that no other value has.

    ``holding`` counts the values that hold each word.
    """
    plain, text = _spelt(value), _spelt(text)
    if says_yes(value) or says_no(value):  # “positive or negative swab” names both, among others
        return first_position(text, [plain]) if len(plain) >= _STEM and len(values) > 2 else None
    at = _whole_at(value, text, values)
    if at is not None or len(label_key(value)) < 2:
        return at
    telling = [w for w in tokens(plain) if len(w) >= 4 and holding[w] == 1 and w not in common_words() and not w.isdigit()]
    at = first_position(text, telling)
    return _shortened_at(telling, set(tokens(plain)), holding, tokens(text)) if at is None else at


def _shortened_at(telling: Sequence[str], own: Collection[str], holding: Iterable[str], words: Sequence[str]) -> int | None:
    """Where the beginning of a word stands that begins no word of another value: “neutros” are neutrophils."""
    for at, word in enumerate(words):
        short = word.removesuffix("s")
        begins = len(short) >= _STEM and any(one.startswith(short) and len(one) > len(short) + 1 for one in telling)
        if begins and short not in common_words() and not any(one.startswith(short) for one in holding if one not in own):
            return at
    return None


def _is_anothers(name: str, value: str, values: Sequence[str]) -> bool:
    """“Mole” is another name of a nevus, but not where the data hold moles, too."""
    return any(label_key(name) == label_key(other) for other in values if other != value)


def with_shared_nouns(text: str) -> str:
    """A text of which each of two adjectives has the noun that both share.

    Examples
    --------
    >>> with_shared_nouns("white vs red cells in blood")
    'white cells vs red cells in blood'
    """
    return _SHARED.sub(r"\1 \4 \2 \3 \4", text)


@lru_cache(maxsize=50_000)
def _spelt(text: str) -> str:
    """Normalised, British spellings written the American way."""
    plain = re.sub(r"[_\W]+", " ", normalise(text)).strip()
    for british, american in _SPELLINGS:
        plain = plain.replace(british, american)
    return plain


@cache
def common_words() -> frozenset[str]:
    """Words of requests that name no finding: “lung” does not name “lung opacity”."""
    families = (known.IMAGE_WORDS, known.OUT_OF_SCOPE, known.GROUP, known.CONFOUNDERS, known.PHRASES, known.FOLLOW_UP)
    phrases = [phrase for family in families for words in family.values() for phrase in words]
    phrases += [phrase for task in registry.tasks().values() for phrase in task.words]
    phrases += known.HEALTHY["words"] + known.HEALTHY["negations"]
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase)))

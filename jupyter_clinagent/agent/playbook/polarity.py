"""Which class is the finding: the positive class, and the one of which a mistake is worse. Never the healthy one."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import label_key, normalise, tokens
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.lang.families import Families
from jupyter_clinagent.lang.grammar import words_in

REST = "rest"
YES = frozenset(["1", "10", "+", *words_in("answers_in_data.yes", "answers_in_data.present")])
NO = frozenset(["0", "00", "-", *words_in("answers_in_data.no", "answers_in_data.absent")])
"""Values of a column that is named after a finding, letters and digits only, or a sign."""


class Health(IntEnum):
    """What a label value says of an image, the most serious first."""

    ILL = 0
    HARMLESS = 1
    """Benign, or something else."""
    WELL = 2
    """Nothing is there."""


def says_yes(value: str) -> bool:
    """Whether a value says that there is something, and not what."""
    return (label_key(value) or value.strip()) in YES


def says_no(value: str) -> bool:
    """Whether a value says that there is nothing."""
    return (label_key(value) or value.strip()) in NO


@lru_cache(maxsize=10_000)
def health_of(value: str) -> Health:
    """How serious a label value is.

    Examples
    --------
    >>> health_of("unauffällig").name, health_of("No finding").name, health_of("nevus").name, health_of("not normal").name
    ('WELL', 'WELL', 'HARMLESS', 'ILL')
    """
    if says_no(value) or _is_well(value):
        return Health.WELL
    harmless = known.KIND.get(concept_of(value) or "") == "benign" or label_key(value) in _keys("labels", known.HARMLESS)
    return Health.HARMLESS if harmless else Health.ILL


def _is_well(value: str) -> bool:
    words, key = tokens(normalise(value)), label_key(value)
    if concept_of(value) == "normal" or key in _keys("labels", known.HEALTHY):
        return True
    healthy, negations = _keys("words", known.HEALTHY), _keys("negations", known.HEALTHY)
    if words and (words[0] in negations or (words[0] == "non" and len(words) == 2)):
        return len(words) > 1 and not healthy & set(words)
    if words and words[0] in healthy and len(words) > 1:  # “normal z-line” is healthy, “normal tension glaucoma” is not
        return words[1] not in known.HEALTHY["ill_behind"]
    return (bool(healthy & set(words)) and len(set(words) - healthy - _places()) <= 1) or _glued(key)


def _glued(key: str) -> bool:
    """“notumor”, “noncovid”: a “no” without a blank before something that could be there."""
    rest = key.removeprefix("non") if key.startswith("non") else key.removeprefix("no")
    return rest != key and (rest in _keys("absent", known.HEALTHY) or concept_of(rest) is not None)


def _keys(kind: str, family: Families) -> frozenset[str]:
    return frozenset(label_key(word) for word in family[kind])


def _places() -> set[str]:
    """Words that name a kind of image, and no finding."""
    return {word for words in known.IMAGE_WORDS.values() for phrase in words for word in tokens(normalise(phrase))}


def _health_of_class(name: str, values: list[str]) -> Health:
    """A class is as serious as its most serious value, unless its name says that it is not; “rest” says nothing.

    Yes and no say nothing without the name of what they answer: the yes of “healthy” is no finding.
    """
    if name not in (REST, *values) and all(says_yes(value) or says_no(value) for value in values):
        return health_of(name)
    worst = min(map(health_of, values), default=health_of(name))
    return worst if name == REST else max(worst, health_of(name))


def column_of_health(survey: SurveyFacts) -> ColumnFacts | None:
    """The one column of yes and no that is called after health: “No Finding”; None where none or several are."""
    columns = (column for column in survey.columns if column.name in survey.label_candidates)
    found = [column for column in columns if health_of(column.name) == Health.WELL and len(column.meanings) == 2]
    return found[0] if len(found) == 1 else None


def positive_class(classes: dict[str, list[str]]) -> str:
    """The disease named; never normal, negative, benign or nevus where there is something more serious; “high” before “low”."""
    return min(classes, key=lambda name: (_health_of_class(name, classes[name]), _is_milder(name)))


def _is_milder(name: str) -> bool:
    return not set(known.LISTS["milder"]).isdisjoint(tokens(normalise(name)))


def named_for_risk(intent: Intent, classes: dict[str, list[str]]) -> str | list[str] | None:
    """The class of which a mistake is worse, or several held together; the first where they would leave no rest."""
    named = classes_dreaded(intent, classes)
    return named if 1 < len(named) < len(classes) else next(iter(named), None)


def classes_dreaded(intent: Intent, classes: dict[str, list[str]]) -> list[str]:
    """In the order of the request; of two classes only the more serious one can be dreaded, of several no healthy one."""
    dreaded = [concept for concept in (intent.risk_for, *intent.risk_also_for) if concept]
    found = [name for concept in dreaded for name, values in classes.items() if any(concept_of(v) == concept for v in values)]
    health = {name: _health_of_class(name, values) for name, values in classes.items()}
    worst = min(health.values())
    return [name for name in dict.fromkeys(found) if health[name] == worst or (len(classes) > 2 and health[name] != Health.WELL)]

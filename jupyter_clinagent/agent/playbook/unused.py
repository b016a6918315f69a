"""Words of a request that changed nothing: they stand on the card, so that no wish is passed over without a word.

Clauses about which mistake is worse are read for themselves and are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from jupyter_clinagent.agent.playbook.lexicon import Intent, read_request
from jupyter_clinagent.agent.playbook.naming import common_words
from jupyter_clinagent.agent.playbook.numbers import is_amount
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.used import idle_words
from jupyter_clinagent.agent.playbook.wording import contains, is_lexical, normalise, tokens
from jupyter_clinagent.facts import SurveyFacts

_STEM = 5
"""Letters of a word that a name in the data may begin with: “radiographic” and “radiograph”."""


def unused_words(request: str, survey: SurveyFacts, understood: Iterable[str] = ()) -> list[str]:
    """Words that say something and that neither the lexicon nor the data know, in their order.

    Parameters
    ----------
    understood
        What the specification says, in its own words.

    Examples
    --------
    >>> empty = SurveyFacts(data="d", layout="table", images=1)
    >>> unused_words("Tell melanoma from nevus with a quantum transformer, please", empty)
    ['quantum', 'transformer']
    """
    names = " ".join(name for one in (*_names(survey), *understood) for name in spoken_as(one))
    said = dict.fromkeys(tokens(read_request(request).naming))
    return [word for word in said if len(word) > 2 and not (_says_nothing(word) or is_lexical(word) or _is_named(word, names))]


def said_beside(intent: Intent, survey: SurveyFacts) -> list[str]:
    """Words of a request that say what is wanted, and that no column or folder is called: none in “classify these”."""
    names = " ".join([*(normalise(c.name) for c in survey.columns), normalise(PurePath(survey.data).name)])
    said = dict.fromkeys(tokens(intent.naming))
    return [
        word for word in said if len(word) > 2 and not (_says_nothing(word) or word in common_words() or contains(names, [word]))
    ]


def _says_nothing(word: str) -> bool:
    return word in idle_words() or is_amount(word)


def _is_named(word: str, names: str) -> bool:
    return contains(names, [word, word.removesuffix("s")]) or (len(word) >= _STEM and word[:_STEM] in names)


def _names(survey: SurveyFacts) -> Iterator[str]:
    """All that the data call by a name."""
    yield from PurePath(survey.data).parts
    yield from (*survey.box_classes, *survey.masks)
    for column in survey.columns:
        yield from (column.name, column.table, *column.values, *column.meanings.values())

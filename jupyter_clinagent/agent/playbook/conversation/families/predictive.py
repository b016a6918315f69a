"""“What is the PPV at a prevalence of 2 %?”: predictive values from sensitivity and specificity, by Bayes."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.families.performance import errors, rates
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_VALUES = re.compile(rf"\b{any_word('predictive.words')}\b")
_SHARE = re.compile(rf"(\d+(?:[.,]\d+)?) ?(%|{any_word('percent')})")


def _reads(heard: Heard, _past: Past) -> bool:
    return bool(_VALUES.search(heard.plain)) and not re.search(rf"\b{any_word('meant.words')}\b", heard.plain)


def _answer(heard: Heard, past: Past) -> str:
    sensitivity, specificity = rates(past)
    if sensitivity is None or specificity is None:
        return f"That takes a threshold with sensitivity and specificity, and this study has none. {past.source('evaluation')}"
    said = _SHARE.search(heard.plain)
    share = float(said[1].replace(",", ".")) / 100 if said else errors(past).prevalence
    positive, negative = predictive_values(sensitivity, specificity, share)
    whose = f"Where {share:.1%} of the patients have it" if said else f"Where {share:.1%} have it, as in this test set"
    return (
        f"{whose}, {positive:.1%} of the positive calls are right (PPV) and {negative:.1%} of the negative ones (NPV), from a "
        f"sensitivity of {sensitivity:.3f} and a specificity of {specificity:.3f}. Both carry the uncertainty of these "
        f"figures. Say “PPV at 2 %” for another share. {past.source('evaluation')}"
    )


def predictive_values(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """Positive and negative predictive value by Bayes' theorem, each 0 … 1 (0 where nothing is called so).

    Examples
    --------
    >>> [round(value, 3) for value in predictive_values(0.9, 0.8, 0.1)]
    [0.333, 0.986]
    """
    called = sensitivity * prevalence + (1 - specificity) * (1 - prevalence)
    cleared = specificity * (1 - prevalence) + (1 - sensitivity) * prevalence
    return (
        sensitivity * prevalence / called if called else 0.0,
        specificity * (1 - prevalence) / cleared if cleared else 0.0,
    )


FAMILY = Family(
    name="predictive",
    help="predictive values at a prevalence",
    examples=("what is the PPV at 2 %?", "what's the positive predictive value?", "Wie hoch ist der positive Vorhersagewert?"),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    rank=8,
)

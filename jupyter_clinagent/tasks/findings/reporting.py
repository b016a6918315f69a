"""The words of several findings in the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Specification
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled
from jupyter_clinagent.study.report.words import GUESSING, faultless
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks.findings import metrics
from jupyter_clinagent.tasks.findings.by_finding import thresholds_of
from jupyter_clinagent.tasks.findings.scored import FindingScores

PROBABILITIES = True
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def does(specification: Specification) -> str:
    """“says which of a, b and c an image shows”, or each patient."""
    *names, last = specification.classes
    if not specification.level.by_image:
        case = specification.level.name
        return (
            f"says which of {', '.join(names)} and {last} each {case} shows"
            if names
            else f"says whether each {case} shows {last}"
        )
    return f"says which of {', '.join(names)} and {last} an image shows" if names else f"says whether an image shows {last}"


def headline(e: Evidence) -> str:
    """The mean AUROC, over which findings it is taken, and what would be guessing."""
    name, figure = metric_name(e.opening.facts.primary_metric), with_interval(e.primary)
    if not _judged(e):
        return (
            f"No finding can be judged on these test {e.judged}, so {name}, the mean over all of them, is an anecdote: {figure}."
        )
    over = _averaged(_judged(e), len(_too_few(e)))
    return f"{name}, {over}, is {figure} on these test {e.judged}; {GUESSING} would be guessing, 1 perfect."


def _averaged(judged: Sequence[str], number: int) -> str:
    """“the mean over three of five findings, those that can be judged”."""
    if len(judged) == 1:
        return f"here that of {judged[0]} alone" + (
            f", the only one of {_words(number)} findings that can be judged" if number > 1 else ""
        )
    if len(judged) == number:
        return f"the mean over all {_words(number)} findings"
    return f"the mean over {_words(len(judged))} of {_words(number)} findings, those that can be judged"


def without_threshold(e: Evidence) -> str:
    """How well the best and the worst finding are told, and which can't be judged."""
    told = {name: e.opening.facts.test[f"auroc:{name}"].value or 0.0 for name in _judged(e)}
    unjudged = [f"{name} ({why})" for name, why in _too_few(e).items() if why]
    rest = [f"Not judged: {'; '.join(unjudged)}."] if unjudged else []
    return " ".join([_told(told, len(_too_few(e)), e.judged), *_say_thresholds(e), *rest])


def _told(judged: Mapping[str, float], number: int, counted: str) -> str:
    """AUROC of the findings that could be judged, of so many; what is not judged is not spoken of."""
    if not judged:
        return f"No finding can be judged on these test {counted}."
    best, worst = max(judged, key=judged.__getitem__), min(judged, key=judged.__getitem__)
    if len(judged) == 1:
        one = f"{best} (AUROC {judged[best]:.3f})"
        return f"Of {_words(number)} findings one could be judged: {one}." if number > 1 else f"It tells {one}."
    part = f"Of {_words(number)} findings {_words(len(judged))} could be judged. " if len(judged) < number else ""
    if f"{judged[best]:.3f}" == f"{judged[worst]:.3f}":
        which = "These" if part else "Both" if number == 2 else f"All {_words(number)}"
        return f"{part}{which} are told equally well (AUROC {judged[best]:.3f})."
    return f"{part}Best told is {best} (AUROC {judged[best]:.3f}), worst {worst} ({judged[worst]:.3f})."


def _say_thresholds(e: Evidence) -> list[str]:
    """Which findings have a threshold of their own."""
    validation = e.opening.trained.validation
    assert isinstance(validation, FindingScores)
    names = e.specification.classes
    without = [name for name, chosen in zip(names, metrics.allowing(validation.truth), strict=True) if not chosen]
    if not without:
        return ["Each has its own threshold." if len(names) > 1 else "Its threshold was chosen on validation."]
    return [f"No threshold could be chosen for {', '.join(without)}: validation lacks {e.judged} with or without it."]


def _words(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _too_few(e: Evidence) -> dict[str, str]:
    """Why each finding can't be judged on the test set; empty for those that can."""
    test = e.opening.test
    assert isinstance(test, FindingScores)
    return dict(zip(e.specification.classes, test.too_few, strict=True))


def _judged(e: Evidence) -> list[str]:
    return [name for name, why in _too_few(e).items() if not why]


def thresholds(e: Evidence) -> str:
    """That of each finding."""
    validation = e.opening.trained.validation
    assert isinstance(validation, FindingScores)
    chosen = dict(zip(e.specification.classes, thresholds_of(e.specification, validation), strict=True))
    return f"{'; '.join(f'{name} {cut}' for name, cut in chosen.items())}; chosen on validation before the test set was opened."


def flawless(e: Evidence) -> str:
    """Every call is right."""
    return faultless(e)


def unknown(e: Evidence) -> str:
    """Entries from which a finding can't be told."""
    parts = e.session.cohort.facts.details["findings"]
    counts = {name: images["train"][2] + images["validation"][2] for name, images in parts.items()}
    told = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
    return f" Entries of findings that are not known: {told}." if told else ""


def guesses(e: Evidence) -> bool:
    """Whether the interval holds the AUROC of a coin."""
    return e.primary.holds(GUESSING)


def positive(e: Evidence) -> tuple[list[int], str]:
    """Images with any finding."""
    return [1], "any finding"


def labels(e: Evidence) -> list[str]:
    """Without and with a finding."""
    return [NO_FINDING, FINDING]


def included(e: Evidence) -> str:
    """Images of which something is known."""
    return f"images of which at least one of {', '.join(e.specification.classes)} is known"


def truth(e: Evidence) -> str:
    """Where the findings stand, and what uncertain entries count as."""
    details = e.session.cohort.facts.details
    policies = details["policies"]
    uncertain, silent = (policies[name] for name in ("uncertain", "not_mentioned"))
    return f"{_stands(details)}; uncertain entries are {uncertain}, entries that are not mentioned {silent}."


def _stands(details: Mapping[str, Any]) -> str:
    """Columns, or a list: what a list leaves out is absent."""
    if details.get("layout", "columns") == "columns":
        return "Each finding has its own column"
    joined = "; the rows of one image are joined" if details["layout"] == "rows" else ""
    return f"The findings are {details['source']}{joined}; what is not listed there is taken for absent"


def network(backbone: str) -> str:
    """A backbone and a yes or no for each finding."""
    return f"{backbone} with one linear layer, a sigmoid for each finding"


def naming(e: Evidence) -> str:
    """Each by its threshold."""
    return "call a finding from its own threshold on; an image may show several"


def judged(e: Evidence) -> Iterator[Line]:
    """Figures by finding; no confusion between findings."""
    yield filled(
        "Confusion by class", "See the figures of each finding; findings exclude nothing, so none is confused with another."
    )
    errors = ", ".join(f"{name} {with_interval(e.opening.facts.test[f'ece:{name}'])}" for name in _judged(e))
    errors = errors or "no finding can be judged"
    yield filled("Calibration", f"Expected calibration error: {errors}. Brier scores: see the table of findings.")


def simplest(e: Evidence) -> str:
    """Naming nothing."""
    return "Naming no finding has a sensitivity of 0 and a specificity of 1 for each"


def enough(least: int) -> str:
    """With and without."""
    return f"{least} images that show a finding and {least} that don't"


def legend() -> str:
    """Nothing is drawn on the pictures."""
    return ""

"""The words of several findings in the report."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Specification
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled
from jupyter_clinagent.study.report.words import GUESSING
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks.findings.scored import FindingScores

PROBABILITIES = True


def does(specification: Specification) -> str:
    """“says which of a, b and c an image shows”."""
    *names, last = specification.classes
    return f"says which of {', '.join(names)} and {last} an image shows" if names else f"says whether an image shows {last}"


def headline(e: Evidence) -> str:
    """The mean AUROC, and what would be guessing."""
    name = metric_name(e.opening.facts.primary_metric)
    return (
        f"{name}, the mean over the findings that can be judged, is {with_interval(e.primary)} on these test images; {GUESSING} "
        "would be guessing, 1 perfect."
    )


def without_threshold(e: Evidence) -> str:
    """How well the best and the worst finding are told, and which can't be judged."""
    told = {name: e.opening.facts.test[f"auroc:{name}"].value for name in _judged(e)}
    values = {name: value for name, value in told.items() if value is not None}
    unjudged = [f"{name} ({why})" for name, why in _too_few(e).items() if why]
    rest = f" Not judged: {'; '.join(unjudged)}." if unjudged else ""
    if not values:
        return f"No finding can be judged on these test images.{rest}"
    best, worst = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    if values[best] == values[worst]:
        return f"All of them are told equally well (AUROC {values[best]:.3f}); each has its own threshold.{rest}"
    first = f"Best told is {best} (AUROC {values[best]:.3f}), worst {worst} ({values[worst]:.3f})"
    return f"{first}; each has its own threshold.{rest}"


def _too_few(e: Evidence) -> dict[str, str]:
    """Why each finding can't be judged on the test set; empty for those that can."""
    test = e.opening.test
    assert isinstance(test, FindingScores)
    return dict(zip(e.specification.classes, test.too_few, strict=True))


def _judged(e: Evidence) -> list[str]:
    return [name for name, why in _too_few(e).items() if not why]


def guesses(e: Evidence) -> bool:
    """Whether the interval holds the AUROC of a coin."""
    low, high = e.primary.low, e.primary.high
    return low is not None and high is not None and low <= GUESSING <= high


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
    """The columns, and what uncertain entries count as."""
    policies = e.session.cohort.facts.details["policies"]
    uncertain, silent = (policies[name] for name in ("uncertain", "not_mentioned"))
    return f"Each finding has its own column; uncertain entries are {uncertain}, entries that are not mentioned {silent}."


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

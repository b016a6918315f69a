"""Shortcuts: which confounder a request means, and the experiment that frees a model from it.

A plainly trained model always comes first. Then comes balanced sampling, and with it what the data allow: transplants where
there are masks, else drawn shapes where the confounder has one.
"""

from __future__ import annotations

from collections.abc import Callable

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.wording import label_key
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts

NAMES_NOTHING = "The request speaks of a shortcut, but names nothing that the data know of; reliance on it can't be measured."
FEWEST = 10
"""Images with (and without) the confounder, or masks of it, that a model can be freed by."""
SHARE = 0.6
"""Of the training time, in the measure of the ladder's rungs."""
_SHAPES = {"drain": "tube", "ruler": "ruler", "ink": "ink"}
_THINGS = (*_SHAPES, "hair", "pacemaker")
"""What can be seen in a picture, so that masks of no name may outline it."""
_CANDIDATES = ("confounder", "site", "other", "ignored")
_HYPOTHESES = {
    "transplant": "{name} gives the answer away, so real ones are transplanted onto images without it",
    "paste": "{name} gives the answer away, so drawn ones are pasted onto images without it and all groups are drawn alike",
    "balance": "{name} gives the answer away, so images with and without it are drawn alike in each class",
}
_NAMES = {"transplant": "{name} transplant", "paste": "{name} pasted and balanced", "balance": "{name} balanced"}


# ------------------------------------------------------------------ what is meant
def find_confounders(intent: Intent, survey: SurveyFacts, note: Callable[[str], None]) -> list[str]:
    """Columns (or folders of masks) that hold the confounders of a request; what can't be done about one is noted."""
    found: list[str] = []
    for family in intent.confounders:
        columns = [c for c in survey.columns if _speaks_of(c.name, family) and c.role in (*_CANDIDATES, "alias")]
        usable = [c for c in columns if _usable(c, note)]
        found += [c.name for c in usable] or ([] if columns else _by_masks(family, survey, note))
    if intent.distrusts:
        named = [c for c in survey.columns if c.role in (*_CANDIDATES, "alias") and _is_named(c.name, intent.words)]
        found += [c.name for c in named if c.name not in found and _usable(c, note)]
        if not named and not found and not intent.confounders:
            note(NAMES_NOTHING)
    if found:
        _note_masks(survey, note)
    return list(dict.fromkeys(found))


def _speaks_of(column: str, family: str) -> bool:
    return any(label_key(word) in label_key(column) for word in [family, *known.CONFOUNDERS[family]])


def _is_named(column: str, words: tuple[str, ...]) -> bool:
    """Whether every word of the column's name stands in the request (``scanner_type``: “the scanner type”)."""
    parts = [part for part in column.lower().replace("-", "_").replace(" ", "_").split("_") if len(part) > 1]
    return bool(parts) and all(part in words for part in parts)


def _usable(column: ColumnFacts, note: Callable[[str], None]) -> bool:
    if column.role == "alias":
        note(f"“{column.name}” says the same as the label, so it is the answer itself and no shortcut to be freed from.")
        return False
    if column.distinct < 2:
        note(f"“{column.name}” holds one value or nothing, so reliance on it can neither be measured nor reduced.")
        return False
    if len(column.values) > 2:
        note(f"“{column.name}” takes {len(column.values)} values; reliance is measured for two only, so it is left to the audit.")
        return False
    return True


def _by_masks(family: str, survey: SurveyFacts, note: Callable[[str], None]) -> list[str]:
    """A folder of masks stands in for a column that isn't there."""
    named = [name for name in survey.masks if _speaks_of(name, family)] or list(survey.masks)[:1]
    if not named:
        note(f"No column says which images show a {family}, so the model's reliance on it can't be measured.")
        return []
    note(f"The masks in “{named[0]}” are taken to outline the {family}; an image without a mask counts as one without {family}.")
    return named[:1]


def _note_masks(survey: SurveyFacts, note: Callable[[str], None]) -> None:
    for problem in survey.problems:
        if "masks" in problem:
            note(problem)


# ------------------------------------------------------------------ what is done about it
def freeing_rungs(spec: Specification, survey: SurveyFacts) -> list[Rung]:
    """One experiment against each confounder that enough images show, after the plainly trained models."""
    return [rung for name in spec.confounders if (rung := _rung(name, survey)) is not None]


def _rung(name: str, survey: SurveyFacts) -> Rung | None:
    column = next((c for c in survey.columns if c.name == name), None)
    rarest = min(column.values.values(), default=0) if column else survey.masks.get(name, 0)
    if rarest < FEWEST:
        return None
    method = "transplant" if _masks_of(name, survey) >= FEWEST else "paste" if shape_of(name) else "balance"
    return Rung(
        _NAMES[method].format(name=name), _HYPOTHESES[method].format(name=name), "all", SHARE, method=method, confounder=name
    )


def _masks_of(name: str, survey: SurveyFacts) -> int:
    """How many images have a mask of it: from a folder that bears its name, or where it is a thing, from the only folder."""
    named = [count for folder, count in survey.masks.items() if folder == name]
    thing = any(_speaks_of(name, family) for family in _THINGS)
    return sum(named or (survey.masks.values() if thing and len(survey.masks) == 1 else []))


def shape_of(name: str) -> str | None:
    """What a confounder looks like where it has to be drawn."""
    return next((shape for family, shape in _SHAPES.items() if _speaks_of(name, family)), None)

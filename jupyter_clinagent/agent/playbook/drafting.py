"""What every draft is made of, whatever the task: the draft itself, its assumptions, refusals, and names in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import label_key
from jupyter_clinagent.contracts import Card, Specification, dumped
from jupyter_clinagent.errors import OutOfScope
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks import registry

_REFUSALS = {
    "survival": "Predicting survival or the course of a disease is not something I can do yet.",
    "generation": "Writing reports, translating, or making and altering images is not something I do.",
    "other": "I learn from labelled images; signals, texts, clustering and search by similarity are not something I do.",
    "treatment": "I build research models that read images; I give no treatment advice.",
}
NONE_OF_THEM = "none of these"
"""The choice of a question that takes none of those offered."""
NO_DEFAULT = "I take nothing for granted here: without an answer nothing is begun."
DEFAULT_RATE = 0.95
"""Sensitivity (or specificity) held where the request says which mistake is worse but names no number."""
RISKS = {"sensitivity": "a miss is worse than a false alarm", "specificity": "a false alarm is worse than a miss"}
"""In words, which mistake is worse."""


@dataclass(frozen=True)
class Draft:
    """A specification with what was assumed on the way, and the arguments of ``study.load_cohort``."""

    specification: Specification
    assumptions: tuple[str, ...]
    image_column: str | None = None
    offered: tuple[str, ...] = ()
    """What could be asked for instead: it stands on the card and not in the notebook."""
    understood: tuple[str, ...] = ()
    """Further names of what the specification is of, as only this task knows them."""
    absent: tuple[str, ...] = ()
    """What the request names and the data do not hold; a word about it does nothing with it."""
    choose_split: bool = False
    """Of several split columns the cohort takes the one that leaks least, whichever the specification names."""
    differing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of a task whose images may show several classes: by :attr:`~jupyter_clinagent.facts.CaseFacts.key`, in how many cases the
    images differ in each class."""
    more: Mapping[str, object] = field(default_factory=dict)
    """What only this task says when it loads."""

    @property
    def load(self) -> dict[str, object]:
        """Keyword arguments of ``study.load_cohort``."""
        spec = self.specification
        roles = {
            "task": spec.task if not registry.find(spec.task).usual else None,
            "image": self.image_column,
            "label": spec.label_column,
            "classes": spec.classes,
            "group": spec.group_column,
            "split": None if self.choose_split else spec.split_column,
            "level": None if spec.level.by_image else spec.level.model_dump(exclude_defaults=True),
            "only": dumped(spec.only) or None,
            **self.more,
        }
        return {name: value for name, value in roles.items() if value is not None}


@dataclass
class Notes:
    """Assumptions gathered while drafting."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One more, unless it is there already."""
        if line not in self.lines:
            self.lines.append(line)

    def first(self, line: str) -> None:
        """One more, before all others."""
        self.lines[:] = [line, *(other for other in self.lines if other != line)]


def able() -> str:
    """What can be done instead, for refusals: every task in its own words, the usual one first."""
    *others, last = [task.able for task in sorted(registry.tasks().values(), key=lambda task: task.precedence)]
    return f"I {', '.join(others)}, and {last}."


def is_out_of_scope(intent: Intent) -> bool:
    """Whether a request asks for what none of the tasks does: “predict survival”."""
    return intent.task in _REFUSALS


def refuse_if_out_of_scope(intent: Intent) -> None:
    """Raise :class:`OutOfScope` for what can't be done whatever the data, with what can be done instead."""
    if (refusal := _REFUSALS.get(intent.task or "")) is not None:
        raise OutOfScope(f"{refusal} {able()}")


def concept_of(value: str) -> str | None:
    """The concept that a label value or box class stands for."""
    key = label_key(value)
    key = key.strip("0123456789") or key  # folders are numbered: “1_pneumonia”
    return next((c.name for c in known.CONCEPTS if key in c.labels or key in _keys(c.name)), None)


@cache
def _keys(concept: str) -> frozenset[str]:
    """The words of a concept, written as label values are compared: German data say “Melanom”."""
    return frozenset(label_key(word) for c in known.CONCEPTS if c.name == concept for word in c.words)


def spoken(name: str) -> str:
    """A class in words where the lexicon knows them: “mel” is melanoma."""
    return concept_of(name) or name


def kind_of_images(intent: Intent, survey: SurveyFacts, notes: Notes) -> str:
    """The kind that headers, request or names say, in this order; then what these suggest; else only whether there is colour."""
    found, names = survey.modality, survey.modality_from
    asked = [kind for kind in (intent.modality, intent.suggests) if kind and _may_be(kind, survey)]
    if names == "tags" or not asked or (names == "names" and asked[0] != intent.modality) or found == asked[0]:
        return found
    notes.lines[:] = [line for line in notes.lines if not line.startswith("Kind of images:")]
    notes.add(f"Kind of images: {modalities.find(asked[0]).title}, because the request says so.")
    return asked[0]


def _may_be(kind: str, survey: SurveyFacts) -> bool:
    """Whether images of this kind look like those of the folder: no radiograph is in colour."""
    return survey.coloured is None or modalities.find(kind).coloured in (None, survey.coloured)


def group_column(intent: Intent, survey: SurveyFacts, notes: Notes) -> str | None:
    """The column that says which images belong together, as asked for where the data have it."""
    candidates = survey.group_candidates
    if not candidates:
        notes.add("No column or file name tells which images belong to one patient, so each image counts as its own group.")
        return None
    asked = [c for c in candidates if intent.group and intent.group in c.lower()]
    if intent.group and not asked:
        notes.add(f"The request asks to group by {intent.group}; the data offer “{candidates[0]}”, which is used.")
    return (asked or candidates)[0]


def say_several_splits(survey: SurveyFacts, notes: Notes) -> bool:
    """Whether the cohort has to choose one of several published splits."""
    splits = survey.split_candidates
    if len(splits) > 1:
        notes.add(f"Several columns name partitions ({listed(splits)}); the one that leaks least is used.")
    return len(splits) > 1


def say_silent(column: ColumnFacts, notes: Notes) -> None:
    """How many rows bear no label, before all else."""
    if column.missing and column.table:
        notes.first(
            f"Left out: “{column.name}” says nothing of {column.missing} row{'s' * (column.missing != 1)} of {column.table}."
        )


def question(key: str, text: str, choices: list[str], default: str, changes: str) -> Card:
    """A question to the clinician.

    Parameters
    ----------
    default
        What ``--yes`` takes; empty where nothing may be taken for granted, which is said.
    changes
        In a sentence, what the answer changes.
    """
    body = f"{text} {changes}" if default else f"{text} {changes} {NO_DEFAULT}"
    return Card(id=f"question-{key}", kind="question", title=text, body=body, choices=choices, key=key, default=default)


def said_of(column: ColumnFacts) -> str:
    """Where a column's values stand, in words."""
    if column.name == "folder":
        return "the names of the folders"
    levels = column.name.replace("folder", "folders", 1)
    return f"column “{column.name}” of {column.table}" if column.table else f"the names of the {levels}"


def listed(names: object) -> str:
    """Names in quotation marks, with commas between."""
    return ", ".join(f"“{n}”" for n in names)  # type: ignore[attr-defined]

"""“Write the methods paragraph”: from the facts alone, as a text cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.playbook.conversation.families.language import tongue_named
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish, write
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.lang import ENGLISH, speak
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_METHODS = re.compile(rf"\b{any_word('writing.methods')}\b")
_WRITE = re.compile(rf"\b{any_word('writing.write')}\b")
_SETS = {"train": "training", "validation": "validation", "test": "test"}


def _acts(turn: Turn, heard: Heard, past: Past) -> Step:
    """In the language that is asked for, if any: “write the methods in French”."""
    text = speak(cells.methods(list(_sentences(past))), tongue_named(heard.text) or ENGLISH)
    write(turn, "I write the methods down, from what is on record.", text)
    return finish("done", f"{text}\n\nIt stands as a text cell in the notebook. Add what only you know: setting, dates, ethics.")


def _sentences(past: Past) -> Iterator[str]:
    spec, cohort, opened = past.specification, past.cohort, past.opened
    yield f"The objective was to {spec.objective[:1].lower()}{spec.objective[1:]}."
    yield from _data(past)
    held = (
        f"kept images with the same “{cohort.group_source}” together" if cohort.group_source else "treated each image by itself"
    )
    yield (
        f"The partition ({cohort.split_source}) {held}; the labels of the test set were sealed until all "
        "planned experiments were over."
    )
    yield from _experiments(past)
    yield from _threshold(past)
    times = "once" if opened.unsealed == 1 else f"{opened.unsealed} times"
    yield f"The test set was opened {times}; 95 % intervals come from a bootstrap over groups. Random seed: {spec.seed}."


def _experiments(past: Past) -> Iterator[str]:
    """Those before the opening, and how many came after it."""
    planned, metric = past.planned, registry.metric(past.specification.primary_metric).running
    names, several = ", ".join(f"“{one.name}”" for one in planned), "s" * (len(planned) != 1)
    yield f"By {metric} on validation, “{past.opened.experiment}” was kept of {len(planned)} experiment{several} ({names})."
    if later := past.experiments[len(planned) :]:
        yield (
            f"{len(later)} further, made after the opening, were judged on validation alone: "
            f"{', '.join(f'“{x.name}”' for x in later)}."
        )


def _data(past: Past) -> Iterator[str]:
    counts = past.cohort.counts
    each = "; ".join(
        f"{said}: {', '.join(f'{parts.get(part, 0):,} {name}' for name, parts in counts.items())}" for part, said in _SETS.items()
    )
    yield f"Images by set were {each}."
    if not past.cohort.level.by_image:
        yield f"What was judged: {past.cohort.level.in_words}."
    if past.cohort.left_out:
        yield f"Left out were {', '.join(f'{count:,} images ({reason})' for reason, count in past.cohort.left_out.items())}."


def _threshold(past: Past) -> Iterator[str]:
    agreed, now = past.opened.operating_point, past.evaluation.operating_point
    if agreed and agreed.target:
        yield (
            f"The decision threshold was prespecified to hold {agreed.target:.0%} {agreed.rule} for {agreed.named} on validation."
        )
    if now and now != agreed and now.target:
        yield f"A threshold for {now.target:.0%} {now.rule} for {now.named} was added post hoc."


FAMILY = Family(
    name="methods",
    help="write the methods paragraph",
    examples=("write the methods paragraph", "draft a methods section for the paper", "Schreib mir den Methodenteil"),
    reads=lambda heard, _past: bool(_METHODS.search(heard.plain) and _WRITE.search(heard.plain)),
    acts=_acts,
    rank=75,
)

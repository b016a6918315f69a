"""Two hundred plain requests, and what becomes of each: right, asked, refused, or another study than was asked for.

::

    python -m tests.benchmarks.phrases [--kept] [--only FOLDER]

Each request is read and drafted on a survey of its folder, as the first turn of a study does. Of ``known.toml`` every wrong
reading is shown; of ``kept.toml`` the counts alone, unless ``--kept`` asks for them: who builds the reading doesn't look. Exits
with 1 where a request became another study without a word.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.benchmarks.phrases.folders import FOLDERS

HERE = Path(__file__).parent
TASKS = {"boxes": "detection", "outlines": "segmentation", "measure": "measurement"}
"""Words of the readings for tasks that have another name in the package."""
REST = "rest"
BAD = ("another study", "crash")
Classes = frozenset[frozenset[str]]


class Reading(NamedTuple):
    """A task, the label values of each class, and those of the positive one; None where any may be it."""

    task: str
    classes: Classes
    positive: frozenset[str] | None = None


def parse(text: str, values: frozenset[str]) -> Reading:
    """A reading as the files write it; ``values`` are all that the column holds, for “rest”."""
    task, _, written = text.partition(": ")
    listed, _, positive = written.partition("; ")
    classes = [frozenset(part.split("+")) for part in listed.replace(", ", " | ").split(" | ")]
    rest = values - frozenset().union(*classes)
    held = frozenset(rest if names == {REST} else names for names in classes)
    return Reading(TASKS.get(task, task), held, frozenset(positive[1:].split("+")) if positive.startswith("+") else None)


def verdict(request: str, survey: SurveyFacts, expected: str) -> tuple[str, str]:
    """What became of a request, and what of it should be shown."""
    wanted = expected.split(" or ")
    try:
        drafted = draft(read_request(request), survey, {})
    except ClinAgentError as error:
        return ("right" if "refuse" in wanted else "refused"), str(error)
    except Exception as error:
        return "crash", repr(error)
    if not isinstance(drafted, Draft):
        return ("right" if "ask" in wanted else "asked"), drafted.model_dump_json()[:200]
    said = [text for text in wanted if ":" in text]
    return ("right" if any(_fits(drafted, text, survey) for text in said) else "another study"), _shown(drafted)


def _fits(drafted: Draft, text: str, survey: SurveyFacts) -> bool:
    """By the values of its classes or, where these only say yes and no, by their names."""
    spec = drafted.specification
    by_value = {name: frozenset(values) for name, values in spec.classes.items()}
    by_name = {name: frozenset([name]) for name in spec.classes}
    return any(
        _is(Reading(spec.task, frozenset(held.values()), held.get(spec.positive_class or "")), parse(text, everything))
        for held, everything in ((by_value, _values(survey, spec.label_column)), (by_name, frozenset(by_name)))
    )


def _is(found: Reading, wanted: Reading) -> bool:
    return found[:2] == wanted[:2] and wanted.positive in (None, found.positive)


def _shown(drafted: Draft) -> str:
    spec = drafted.specification
    return f"{spec.task}: {spec.classes}, positive {spec.positive_class}"


def _values(survey: SurveyFacts, label: str | None) -> frozenset[str]:
    return frozenset(value for column in survey.columns if column.name == label for value in column.values)


@cache
def surveyed(name: str, home: Path) -> SurveyFacts:
    """The survey of a folder, made on the way."""
    folder = home / name
    folder.mkdir()
    FOLDERS[name](folder)
    return survey_facts(take_inventory(folder))


class Read(NamedTuple):
    """A request, what it should be read as, what became of it, and what of that is shown."""

    folder: str
    request: str
    expected: str
    became: str
    shown: str


def read_half(half: str, home: Path, only: str | None = None) -> Iterator[Read]:
    """The requests of one half (``known`` or ``kept``), read one by one; ``only`` those about one folder."""
    for folder, request, expected in tomllib.loads((HERE / f"{half}.toml").read_text(encoding="utf-8"))["sentences"]:
        if only in (None, folder):
            yield Read(folder, request, expected, *verdict(request, surveyed(folder, home), expected))


def main() -> int:
    """Read every request and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", action="store_true", help="show the wrong readings of the kept half, too")
    parser.add_argument("--only", choices=FOLDERS, help="requests about this folder alone")
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as home:
        for half in ("known", "kept"):
            read = list(read_half(half, Path(home), options.only))
            for one in read:
                if one.became != "right" and (half == "known" or options.kept):
                    print(f"{one.became:13}  {one.folder:15}  “{one.request}” should be {one.expected}\n{'':15}{one.shown}")
            counts = Counter(one.became for one in read)
            print(f"{half}: {', '.join(f'{number} {became}' for became, number in counts.most_common())}")
            bad += sum(counts[name] for name in BAD)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

"""How long a request takes to be matched with what the data hold, as columns and values grow.

    python -m tests.benchmarks.matching [--values 10,100,1000] [--columns 5,50]

The request is read and drafted on a table with that many columns and values of the label, beside what can't be done without:
every name of the data held against every word of the request once, with rapidfuzz. Seconds of one draft, and how many times
that is. Names are forgotten between the runs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from rapidfuzz import fuzz

from jupyter_clinagent.agent.playbook import naming, terms, wording
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts

REQUEST = (
    "Tell kind-7 lesions from kind-3 lesions, per patient; missing a kind-7 is worse, at least ninety-five percent sensitivity"
)


def table(values: int, columns: int) -> SurveyFacts:
    """A label with that many values, among columns of twenty values each."""
    label = ColumnFacts(
        name="dx", table="t.csv", role="label", distinct=values, missing=0, values={f"kind-{k}": 50 for k in range(values)}
    )
    others = [
        ColumnFacts(
            name=f"column_{n}", table="t.csv", role="other", distinct=20, missing=0, values={f"v{n}x{k}": 9 for k in range(20)}
        )
        for n in range(columns - 1)
    ]
    return SurveyFacts(data="data", layout="table", images=50 * values, columns=[label, *others], label_candidates=["dx"])


def names_of(survey: SurveyFacts) -> list[str]:
    """All that the data call by a name."""
    return [name for column in survey.columns for name in (column.name, *column.values)]


def beside(survey: SurveyFacts) -> None:
    """Every name against every word, once."""
    words = REQUEST.lower().split()
    for name in names_of(survey):
        for word in words:
            fuzz.ratio(name, word)


def seconds(work: Callable[[], object]) -> float:
    """Of one run, with nothing remembered of the last."""
    for remembered in (
        wording.normalise,
        wording.label_key,
        wording._phrase_position,
        wording._words,
        wording._same_word,
        naming._spelt,
        terms.other_names,
    ):
        getattr(remembered, "cache_clear", lambda: None)()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(values: int, columns: int) -> tuple[float, float]:
    """Seconds of a draft, and of what it stands beside; the best of three."""
    survey = table(values, columns)
    drafted = min(seconds(lambda: draft(read_request(REQUEST), survey, {})) for _ in range(3))
    return drafted, min(seconds(lambda: beside(survey)) for _ in range(3))


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", default="10,100,1000")
    parser.add_argument("--columns", default="5,50")
    options = parser.parse_args()
    draft(read_request(REQUEST), table(4, 2), {})  # modules and word lists are loaded once
    for columns in map(int, options.columns.split(",")):
        for values in map(int, options.values.split(",")):
            drafted, plain = measure(values, columns)
            print(f"{columns:4} columns, {values:5} values: {drafted:.3f} s, {drafted / plain:.0f} times {plain * 1000:.1f} ms")


if __name__ == "__main__":
    main()

"""A hundred and eight sentences from the time during and after a study, and what becomes of each.

::

    python -m tests.benchmarks.talk [--kept]

Each is said to the playbook after a study whose cells answer with written facts, or as the answer to a question of one. Of
``known.toml`` every wrong answer is shown; of ``kept.toml`` the counts alone, unless ``--kept`` asks for them: who builds the
reading doesn't look. Exits with 1 where something ran that nobody asked for.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jupyter_clinagent.lang import language_of, speak
from tests.benchmarks.talk.clinics import CLINICS, Asked

HERE = Path(__file__).parent
BAD = ("another act", "crash")
_LOOKS = ("study.report()",)
"""Cells that follow by themselves."""


class Heard(NamedTuple):
    """A sentence, what became of it, and what of that is shown."""

    where: str
    sentence: str
    became: str
    shown: str


def verdict(where: str, sentence: str, cells: list[str], words: str, home: Path) -> tuple[str, str]:
    """What became of a sentence, and what of it should be shown."""
    try:
        answer = CLINICS[where](sentence, home)
    except Exception as error:
        return "crash", repr(error)
    spoken = answer._replace(said=f"{answer.said}\n{speak(answer.said, language_of(sentence))}")
    return _judge(spoken, cells, words), f"{answer.cells} {answer.said}"


def _judge(answer: Asked, cells: list[str], words: str) -> str:
    ran = [source for source in answer.cells if not any(look in source for look in _LOOKS)]
    if len(ran) != len(cells) or not all(wanted in source for wanted, source in zip(cells, ran, strict=True)):
        return "another act" if ran else "nothing done"
    return "right" if re.search(words, answer.said) else "said otherwise"


def hear_half(half: str, home: Path) -> Iterator[Heard]:
    """The sentences of one half (``known`` or ``kept``), said one by one."""
    for where, sentence, cells, words in tomllib.loads((HERE / f"{half}.toml").read_text(encoding="utf-8"))["sentences"]:
        yield Heard(where, sentence, *verdict(where, sentence, cells, words, home))


def main() -> int:
    """Say every sentence and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", action="store_true", help="show the wrong answers of the kept half, too")
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as home:
        for half in ("known", "kept"):
            heard = list(hear_half(half, Path(home)))
            for one in heard:
                if one.became != "right" and (half == "known" or options.kept):
                    print(f"{one.became:14}  {one.where:7}  “{one.sentence}”\n{'':16}{one.shown[:600]}")
            counts = Counter(one.became for one in heard)
            print(f"{half}: {', '.join(f'{number} {became}' for became, number in counts.most_common())}")
            bad += sum(counts[name] for name in BAD)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

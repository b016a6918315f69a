"""Findings with a column each: yes, no, uncertain, or nothing.

An empty cell says nothing of its finding: it is *not mentioned*, which is neither yes nor no, and what it counts as is a
policy of the specification. Cells that say that it is not known, or that can't be read beside yes and no, are not known
whatever empty ones count as. There are two exceptions, both said as assumptions: where no image says no to a finding, its
empty cells mean no (a cross is all that such a table knows); and an image that says “No Finding” has none of those that it
does not speak of. So it is with CheXpert: of its empty cells only those beside “No Finding” are known, the others are left
out unless the clinician counts them as negative.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.tasks.findings.found import (
    NO,
    NOT_KNOWN,
    UNCERTAIN,
    YES,
    FoundFindings,
    says_nothing_found,
    spellings,
    without_suspicion,
    written_in,
)
from jupyter_clinagent.tasks.findings.listed import find_listed

LEAST = 2
"""Fewer columns of yes and no are no set of findings."""
_WORDS = {
    YES: [
        "1",
        "1.0",
        "+",
        "x",
        *words_in("answers_in_data.yes", "answers_in_data.yes_short", "answers_in_data.present", "answers_in_data.detected"),
    ],
    NO: [
        "0",
        "0.0",
        "-",
        *words_in("answers_in_data.no", "answers_in_data.no_short", "answers_in_data.absent", "answers_in_data.not_detected"),
    ],
    UNCERTAIN: ["-1", "-1.0", "+/-", "?", "u", *words_in("answers_in_data.uncertain")],
}
_CODES = {word: code for code, words in _WORDS.items() for word in words}
_EMPTY = {"nan", "na", "<na>", "null"}
"""How programs write an empty cell."""
_TWO = {"2", "2.0", "2."}
_ODD = 0.1
"""A column of yes and no may hold this share of other entries, but only one other number: more are grades or counts."""
_CODED = "Not read as findings, because they hold 1 and 2 and nothing says which means yes: {}. Write yes and no there instead."
_SHOWN = 3
_ROLES = ("label", "other", "confounder", "alias", "ignored", "site")


def find_findings(inventory: Inventory, least: int = LEAST) -> FoundFindings | None:
    """Findings of the tables beside the images; None where there are none, or fewer columns than ``least``.

    A column that is named like findings and lists several goes first, then columns of yes and no, then any other list: symptoms
    or drugs are listed, too.
    """
    if not inventory.image_tables:
        return None
    rows = image_rows(inventory)
    spelled = _spelled(inventory, rows)
    answers = {name: _answers(_cells(inventory, rows, names)) for name, names in spelled.items()}
    listed = find_listed(inventory, rows, [other for name, one in answers.items() if one.mostly for other in spelled[name]])
    columns = {name: one for name, one in answers.items() if one.fits}
    unread = {name: one for name, one in answers.items() if one.mostly and not one.fits}
    if listed and (listed.named_so or len(columns) < LEAST):
        return listed
    if len(columns) < least:
        return None
    found = _from_columns(rows, columns, unread)
    said = [*found.said, *_say_blank([name for name, one in answers.items() if one.blank])]
    return replace(found, said=said, spent=[other for name in columns for other in spelled[name]])


def unclear_codes(inventory: Inventory) -> str:
    """In a sentence, which columns hold 1 and 2 and could mean yes by either; empty where none does."""
    rows = image_rows(inventory)
    coded = [name for name, names in _spelled(inventory, rows).items() if _answers(_cells(inventory, rows, names)).coded]
    return _CODED.format(", ".join(coded)) if coded else ""


def _spelled(inventory: Inventory, rows: pd.DataFrame) -> dict[str, list[str]]:
    """Columns that may be findings, and how the tables spell each."""
    return spellings(c.name for t in inventory.tables for c in t.columns if c.role in _ROLES and c.name in rows.columns)


def _cells(inventory: Inventory, rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """All that is written of a finding, by file: an image may have several rows, and several tables, which spell it their way."""
    own = [cells for name in names for table in inventory.image_tables for cells in written_in(table, name)]
    joined = [rows[name] for name in names if not any(name in table.frame for table in inventory.image_tables)]
    return pd.concat([*own, *joined])


class _Answers(NamedTuple):
    """What a column says, by file: an image may have several rows."""

    codes: pd.Series
    odd: Counter[str]
    """Entries that are no answer, as they are written."""
    unknown: Counter[str]
    """Entries that say that it is not known."""

    @property
    def blank(self) -> bool:
        """Whether nothing at all is written there."""
        return not (self.odd or self.unknown or self.codes.notna().any())

    @property
    def coded(self) -> bool:
        """Whether it holds 1 and 2 and nothing says which is yes: both are usual."""
        return bool(self.odd) and set(self.odd) <= _TWO and bool((self.codes == YES).any()) and not (self.codes == NO).any()

    @property
    def mostly(self) -> bool:
        """Whether most entries are answers, and one of them is yes."""
        return bool((self.codes == YES).any()) and (self.coded or sum(self.odd.values()) < self._answered)

    @property
    def fits(self) -> bool:
        """Whether it is a finding: answers, and at most a few entries that are none."""
        if not self.odd:
            return bool(self.codes.isin([YES, NO]).any())
        if self.coded:
            return False
        numbers = [value for value in self.odd if re.fullmatch(r"[-+]?\d+([.,]\d+)?", value)]
        return self.mostly and len(numbers) <= 1 and sum(self.odd.values()) <= _ODD * (sum(self.odd.values()) + self._answered)

    @property
    def _answered(self) -> int:
        return int(self.codes.isin([YES, NO, UNCERTAIN]).sum())


def _answers(cells: pd.Series) -> _Answers:
    """Codes of the cells; what is no answer is not known."""
    written = cells.where(cells.map(lambda cell: isinstance(cell, str))).dropna()
    times = Counter(value for cell in written if (value := cell.strip()) and value.lower() not in _EMPTY)
    codes = _codes_of(times)
    odd = Counter({value: number for value, number in times.items() if codes[value] is None})
    unknown = Counter({value: number for value, number in times.items() if codes[value] == NOT_KNOWN})
    known = {value: NOT_KNOWN if code is None else code for value, code in codes.items()}
    return _Answers(written.str.strip().map(known).astype(float), odd, unknown)


def _is_doubted(value: str) -> bool:
    """“1?” is a suspicion, “?” alone says nothing."""
    return value.rstrip().endswith("?") and bool(value.strip(" ?"))


def _codes_of(values: Collection[str]) -> dict[str, int | None]:
    """The code of each value of a column, None of those that are no answer."""
    unknown = {value for value in not_known(values) if value.lower() not in _CODES and not _is_doubted(value)}
    codes = {value: NOT_KNOWN if value in unknown else _code(value) for value in values}
    if "-" in codes and "+" not in codes and any(code == NO for value, code in codes.items() if value != "-"):
        codes["-"] = NOT_KNOWN  # beside another no it is none, but an empty cell
    return codes


def _code(value: str) -> int | None:
    plain = re.sub(r"(?<=\w)\.$", "", value.lower())  # “pos.”
    plain = re.sub(r"\s+", "_", plain) if re.sub(r"\s+", "_", plain) in _CODES else plain
    suspected = without_suspicion(plain)
    return _CODES.get(plain, UNCERTAIN if suspected is not None and suspected in {"", *_CODES} else None)


def _from_columns(rows: pd.DataFrame, columns: Mapping[str, _Answers], unread: Mapping[str, _Answers]) -> FoundFindings:
    written = {name: one.codes for name, one in columns.items()}
    read = {name: _joined(one) for name, one in written.items()}
    codes = pd.DataFrame({name: one[0].reindex(rows.index) for name, one in read.items()}, index=rows.index)
    contradictions = {name: one[1] for name, one in read.items()}
    absence = [name for name in columns if says_nothing_found(name)]
    findings = [name for name in columns if name not in absence]
    said = [*_say_contradictions(contradictions), *(_fill_absence(codes, name, findings) for name in absence)]
    # A no that another row contradicts is a no all the same: such a table knows more than crosses.
    refused = [name for name in findings if (codes[name] == NO).any() or (written[name] == NO).any()]
    only_yes = [name for name in findings if name not in refused and codes[name].isna().any()]
    if only_yes:
        codes[only_yes] = codes[only_yes].fillna(NO)
        said.append(
            f"No image says no to {', '.join(only_yes)}, so an empty cell there means no, whatever other empty cells count as."
        )
    source = f"a column for each finding ({', '.join(findings)})"
    said += _say_left_out(columns, unread)
    return FoundFindings(
        codes[findings], rows, "columns", source, list(columns), said=said, unread=list(unread), crosses=only_yes
    )


def _joined(written: pd.Series) -> tuple[pd.Series, int]:
    """The one code that the rows of an image tell, and of how many images they contradict each other: it is not known there."""
    told = written.dropna().groupby(level=0).agg(["min", "max"])
    clashing = told["min"] != told["max"]
    return told["min"].mask(clashing, NOT_KNOWN), int(clashing.sum())


def _say_blank(names: Sequence[str]) -> list[str]:
    return [f"Nothing is written in {', '.join(names)}, so it is no finding that could be learnt."] if names else []


def _say_contradictions(contradictions: Mapping[str, int]) -> list[str]:
    listed = ", ".join(f"{name} ({number} image{'s' * (number != 1)})" for name, number in contradictions.items() if number)
    return [f"Rows of one image contradict each other, so it is taken for not known there: {listed}."] if listed else []


def _say_left_out(columns: Mapping[str, _Answers], unread: Mapping[str, _Answers]) -> list[str]:
    """Which entries are not known, and why; and which columns are no findings for theirs."""
    odd = "; ".join(f"{name} ({_times(one.odd)})" for name, one in columns.items() if one.odd)
    unknown = "; ".join(f"{name} ({_times(one.unknown)})" for name, one in columns.items() if one.unknown)
    others = "; ".join(f"{name} ({_times(one.odd)})" for name, one in unread.items() if not one.coded)
    coded = ", ".join(name for name, one in unread.items() if one.coded)
    sentences = (
        (odd, "Neither yes, no nor uncertain, so left out for that finding: {}. Write yes or no there to use these entries."),
        (unknown, "Said to be not known, so left out for that finding, whatever empty cells count as: {}."),
        (
            others,
            "Not read as findings, because they hold more than yes, no and uncertain: {}. Write yes or no there if they are.",
        ),
        (coded, _CODED),
    )
    return [sentence.format(listed) for listed, sentence in sentences if listed]


def _times(entries: Counter[str]) -> str:
    """“ja, gering” once, “2” 3 times; the most frequent ones."""
    shown = [f"“{value}” {'once' if number == 1 else f'{number} times'}" for value, number in entries.most_common(_SHOWN)]
    return ", ".join(shown) + ", …" * (len(entries) > _SHOWN)


def _fill_absence(codes: pd.DataFrame, name: str, findings: Sequence[str]) -> str:
    """An image without any finding has none of those that it does not speak of; what it does speak of counts."""
    none = codes[name] == YES
    codes.loc[none, findings] = codes.loc[none, findings].fillna(NO)
    both = int((codes.loc[none, findings] == YES).any(axis=1).sum())
    said = f"“{name}” says that there is no finding at all; it is none itself."
    return f"{said} {both} images say it beside a finding: the finding counts." if both else said

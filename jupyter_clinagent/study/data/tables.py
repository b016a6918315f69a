"""Tables as hospitals write them: any delimiter, any usual encoding, with or without BOM, CSV or Excel."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.study.data.nameless import nameless_columns

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252", "latin-1")
DELIMITERS = ",;\t|^~:# "
"""The likelier first: of two that split the lines alike, the first one counts."""


@dataclass(frozen=True)
class Table:
    """One table: its rows, the column that names the images (if any) and the file that each row names."""

    name: str
    frame: pd.DataFrame
    image_column: str | None
    files: pd.Series
    columns: list[ColumnFacts]

    def by_role(self, role: str) -> list[ColumnFacts]:
        """Columns with one role."""
        return [column for column in self.columns if column.role == role]

    @cached_property
    def matched(self) -> int:
        """How many different files its rows name."""
        return int(self.files.nunique())


def _never(_: str) -> bool:
    return False


def read_table(path: Path, problems: list[str] | None = None, is_data: Callable[[str], bool] = _never) -> pd.DataFrame:
    """Read a table with every cell as stripped text; empty cells are missing.

    Parameters
    ----------
    problems
        Gets a sentence about rows that have more cells than there are columns: nobody knows which cell is whose, so they are left
        out.

    is_data
        Whether a cell names an image: a first row that does is no header. The columns then bear numbers.

    Raises
    ------
    ValueError
        The file is no table.
    """
    said = [] if problems is None else problems
    frame = _read_workbook(path) if path.suffix.lower() == ".xlsx" else _read_text(path, said, is_data)
    frame.columns = [str(name).strip() for name in frame.columns]
    frame = frame.loc[:, [not name.startswith("Unnamed:") or frame[name].notna().any() for name in frame.columns]]
    stripped = frame.apply(lambda column: column.astype("object").where(column.notna(), None).map(_stripped))
    return stripped.dropna(how="all").reset_index(drop=True)


def _stripped(cell: object) -> str | None:
    text = "" if cell is None else str(cell).strip()
    return text or None


def _read_workbook(path: Path) -> pd.DataFrame:
    """The sheet with most cells: a cover sheet may stand before the table, and a title and a legend above it."""
    sheets = pd.read_excel(path, dtype=str, sheet_name=None, header=None, keep_default_na=False)
    largest = max(sheets, key=lambda name: sheets[name].size)
    return pd.read_excel(path, dtype=str, sheet_name=largest, header=_header_row(sheets[largest]), keep_default_na=False)


def _header_row(sheet: pd.DataFrame) -> int:
    """The first row, or, where that has fewer than half as many cells as another one, the first that has the most."""
    filled = (sheet != "").sum(axis=1).tolist()
    return 0 if not filled or filled[0] >= max(filled) / 2 else filled.index(max(filled))


def _read_text(path: Path, problems: list[str], is_data: Callable[[str], bool]) -> pd.DataFrame:
    text, named = _without_hint(_decoded(_unpacked(path)))
    if not text.strip():
        raise ValueError("the file is empty")
    delimiter = named or ("\t" if ".tsv" in path.suffixes[-2:] else _delimiter(text))
    even, long = _even(text, delimiter)
    if long:
        problems.append(
            f"{path.name}: {long} row{'s have' if long > 1 else ' has'} more cells than the table has columns and "
            f"{'are' if long > 1 else 'is'} left out; put cells that hold “{delimiter}” into quotation marks."
        )
    first = next(csv.reader(io.StringIO(even, newline=""), delimiter=delimiter))
    names = nameless_columns(len(first)) if any(map(is_data, first)) else None
    if names:
        problems.append(f"{path.name} has no header: its {len(names)} columns are called by their numbers, “{names[0]}” first.")
    return pd.read_csv(io.StringIO(even), sep=delimiter, dtype=str, engine="c", keep_default_na=False, names=names)


def _unpacked(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix.lower() == ".gz" else raw


def _even(text: str, delimiter: str) -> tuple[str, int]:
    """The text without rows that are longer than the table, and how many they were; empty cells at their end don't count."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    columns = _columns(rows)
    kept = [cut for row in rows if len(cut := _cut(row, columns)) <= columns]
    if kept == rows:
        return text, 0
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(kept)
    return out.getvalue(), len(rows) - len(kept)


def _columns(rows: list[list[str]]) -> int:
    """As many as the header names; one more where most rows begin with a number or name of their own, as R writes them."""
    header = len(rows[0])
    named = sum(len(row) == header + 1 and bool(row[-1].strip()) for row in rows[1:])
    return header + (named > len(rows[1:]) / 2)


def _cut(row: list[str], columns: int) -> list[str]:
    while len(row) > columns and not row[-1].strip():
        row = row[:-1]
    return row


def _decoded(raw: bytes) -> str:
    # UTF-16 decodes nearly any bytes, so it is only tried where its BOM or its zero bytes are there.
    looks_wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:200].count(0) > 20
    for encoding in ENCODINGS:
        if (encoding == "utf-16") != looks_wide:
            continue
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _without_hint(text: str) -> tuple[str, str | None]:
    """Excel's own first line ``sep=;`` names the delimiter and is no header."""
    first, _, rest = text.partition("\n")
    hint = re.fullmatch(r"sep=(.)\s*", first.strip("\r"), re.IGNORECASE)
    return (rest, hint[1]) if hint else (text, None)


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines into the same number (> 1) of cells; a comma where none does."""
    lines = [line for line in text.splitlines() if line.strip()][:30]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        rows = list(csv.reader(lines, delimiter=delimiter))
        widths = [len(_cut(row, len(rows[0]))) for row in rows]
        agreeing = sum(width == widths[0] for width in widths)
        if widths[0] > most and agreeing >= 0.8 * len(widths):
            best, most = delimiter, widths[0]
    return best

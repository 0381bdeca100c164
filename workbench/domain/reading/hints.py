"""What a person has told the reader about the layout of a form, and where it holds on the sheets of a file.

A hint names a row by the texts that stand in it and a column by its header, never by a number; years in them do not
count. So it holds for next year's form, with more title lines or more rows. Where its row is not found, or is no longer
the only one, nothing is guessed: the reading says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

from workbench.domain.reading.grid import Grid
from workbench.domain.reading.tags import tag_text

REACH = 2_000  # rows from the top of a sheet on which a hint is looked for
WIDE = 200  # columns of a row whose texts count
_LONGEST = 120  # letters of a text that count
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ANY_YEAR = "0000"


class RowPart(StrEnum):
    """What a row is to its table."""

    TITLE = "title"
    HEADER = "header"
    BODY = "body"
    TOTAL = "total"
    NOTE = "note"  # not data
    START = "start"  # a table begins here: nothing above belongs to it
    END = "end"  # the table's last row
    JOIN = "join"  # goes on with the table above, or beside
    IGNORE = "ignore"  # the table here is none


class ColumnPart(StrEnum):
    """What a column is to its table."""

    LABEL = "label"
    VALUE = "value"
    UNUSED = "unused"
    START = "start"  # another table begins with this column


@dataclass(frozen=True, slots=True)
class RowHint:
    """A row by its texts: the ``nth`` of the ``of`` rows that hold them on the sheet where it was told."""

    name: str
    labels: tuple[str, ...]
    part: RowPart
    sheet: str = ""
    nth: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class ColumnHint:
    """A column by its header texts, outermost first; ``right`` counts nameless columns to the right of that one (of
    the table's edge, where there are no texts). It holds for every table of the sheet that has such a column."""

    name: str
    labels: tuple[str, ...]
    part: ColumnPart
    sheet: str = ""
    right: int = 0


@dataclass(frozen=True, slots=True)
class Hints:
    """All that was told about a form."""

    rows: tuple[RowHint, ...] = ()
    columns: tuple[ColumnHint, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)

    def to_wire(self) -> dict[str, Any]:
        """Plain data, to be handed to the guarded process."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any] | None) -> Hints:
        """The hints that :meth:`to_wire` took apart; no data, no hints."""
        rows = [RowHint(**{**h, "labels": tuple(h["labels"]), "part": RowPart(h["part"])})
                for h in (data or {}).get("rows", ())]  # fmt: skip
        columns = [ColumnHint(**{**h, "labels": tuple(h["labels"]), "part": ColumnPart(h["part"])})
                   for h in (data or {}).get("columns", ())]  # fmt: skip
        return cls(tuple(rows), tuple(columns))


NO_HINTS = Hints()


@dataclass(slots=True)
class Told:
    """What holds on one sheet; ``used`` gathers the names of the hints that found their place."""

    rows: dict[int, list[RowHint]] = field(default_factory=dict)
    columns: list[ColumnHint] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)

    def shifted(self, first: int, by: int) -> Told:
        """The same for a sheet that is seen without some rows: rows from ``first`` on stand ``by`` rows higher."""
        rows = {r - by if r >= first else r: told for r, told in self.rows.items() if not first <= r < first + by}
        return Told(rows, self.columns, self.used)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A hint that was not followed; ``found`` is how many rows had its texts."""

    hint: RowHint | ColumnHint
    found: int = 0


# ---------------------------------------------------------------- rows by their texts


@lru_cache(maxsize=65_536)
def mark(text: str) -> str:
    """The part of a text that counts: its letters and digits in one case, any year alike."""
    plain = unicodedata.normalize("NFKC", _YEAR.sub(_ANY_YEAR, text)).casefold()
    return re.sub(r"[\W_]+", "", plain)[:_LONGEST]


@dataclass(frozen=True, slots=True)
class Signature:
    """The texts of a row by which it is known again; ``leading`` are those before its first figure."""

    whole: tuple[str, ...]
    leading: tuple[str, ...]


def words_of(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of a row as printed, without its figures: all of them, and those before the first figure."""
    cells = [(text.strip(), tag_text(text)) for text in texts[:WIDE]]
    named = [(at, text) for at, (text, tag) in enumerate(cells) if tag in "tk" and mark(text)]
    if not named:  # a row of years or dates alone is known by them
        named = [(at, text) for at, (text, tag) in enumerate(cells) if tag in "yd"]
    first = next((at for at, (_text, tag) in enumerate(cells) if tag in "ns"), len(cells))
    if not named and _counts_up([text for text, _tag in cells if text]):  # classes 1 to 6: names, not figures
        named = [(at, text) for at, (text, _tag) in enumerate(cells) if text]
    return tuple(text for _at, text in named), tuple(text for at, text in named if at < first)


def _counts_up(texts: Sequence[str]) -> bool:
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) <= 3]
    return len(numbers) == len(texts) >= 2 and all(b - a == 1 for a, b in pairwise(numbers))


def signature(texts: Sequence[str]) -> Signature:
    """A row's texts, ready to be compared."""
    whole, leading = words_of(texts)
    return Signature(tuple(map(mark, whole)), tuple(map(mark, leading)))


def signatures(grid: Grid) -> list[Signature]:
    """The rows of a sheet that a hint can name."""
    width = min(grid.width, WIDE)
    return [signature([grid.text(r, c) for c in range(width)]) for r in range(min(grid.height, REACH))]


def rows_with(rows: Sequence[Signature], labels: Sequence[str]) -> list[int]:
    """Rows that hold these texts: those that hold nothing else; else those that begin so; else those that have all."""
    wanted = tuple(map(mark, labels))
    if not wanted:
        return []
    for fits in (
        lambda row: row.whole == wanted,
        lambda row: row.leading == wanted,
        lambda row: len(wanted) > 1 and set(wanted) <= set(row.whole),
    ):
        if found := [number for number, row in enumerate(rows) if row.whole and fits(row)]:
            return found
    return []


def locate(grids: Sequence[Grid], hints: Hints) -> tuple[list[Told], list[Unmet]]:
    """For each sheet what holds there, and the row hints that hold nowhere.

    A hint is looked for on the sheet of its name, and on the others where that sheet has no such row.
    """
    told = [Told() for _grid in grids]
    if not hints:
        return told, []
    rows = [signatures(grid) for grid in grids]
    unmet: list[Unmet] = []
    for hint in hints.rows:
        named = [n for n, grid in enumerate(grids) if mark(grid.sheet) == mark(hint.sheet)]
        found: list[tuple[int, int]] = []
        for places in (named, [n for n in range(len(grids)) if n not in named]):
            found = found or [(n, row) for n in places for row in rows_with(rows[n], hint.labels)]
        if len(found) != hint.of:
            unmet.append(Unmet(hint, len(found)))
            continue
        number, row = found[hint.nth - 1]
        told[number].rows.setdefault(row, []).append(hint)
    for column in hints.columns:
        named = [n for n, grid in enumerate(grids) if mark(grid.sheet) == mark(column.sheet)]
        for number in named or range(len(grids)):
            told[number].columns.append(column)
    return told, unmet

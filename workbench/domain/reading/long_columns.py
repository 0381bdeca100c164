"""One value column of a long table, read as a whole: typed numbers stay an array, each distinct text is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workbench.domain.reading import numbers, spelled, symbols
from workbench.domain.reading.grid import CellValue, shown
from workbench.domain.reading.literals import Literal, Shape
from workbench.domain.reading.model import Flag
from workbench.domain.reading.numbers import Evidence, Setting
from workbench.domain.reading.spelled import Spelled
from workbench.domain.reading.words import Words

_FEW = 0.1  # up to this share of texts in a column of numbers is kept cell by cell
_ROUND = 1e15  # from here on a sheet prints a number with an exponent


@dataclass(slots=True)
class Cells:
    """A column taken apart by the types of its cells, before any number is read from a text."""

    cells: Sequence[CellValue]
    numbers: NDArray[np.float64]  # NaN where the cell holds no number
    texts: Words  # of the cells that hold texts
    rows: NDArray[np.int64]  # where those stand
    odd: list[int]  # rows with dates and truth values
    spelled: Spelled


@dataclass(slots=True)
class Outcome:
    """A column after reading. ``raws`` and ``words`` keep what a value does not say by itself, one or the other."""

    values: NDArray[np.float64]
    flags: dict[int, Flag] = field(default_factory=dict)
    doubts: list[tuple[int, str]] = field(default_factory=list)  # rows that could not be read, and why
    raws: dict[int, str] = field(default_factory=dict)
    words: Words | None = None


def take_apart(cells: Sequence[CellValue]) -> Cells:
    """Sort the cells of a column by type, and its distinct texts by what they look like."""
    kinds, height = set(map(type, cells)), len(cells)
    nothing, everything = np.zeros(0, np.int64), np.arange(height)
    if kinds <= {float, int}:
        texts, rows, values = Words((), nothing.astype(np.int32)), nothing, np.array(cells, dtype=np.float64)
        return Cells(cells, values, texts, rows, [], spelled.take_apart(()))
    if kinds == {str}:
        texts, rows, values = Words.of(cells), everything, np.full(height, np.nan)  # type: ignore[arg-type]
        return Cells(cells, values, texts, rows, [], spelled.take_apart(texts.words))
    rows = np.flatnonzero(np.fromiter((type(v) is str for v in cells), bool, height))
    texts = Words.of([cells[i] for i in rows.tolist()])  # type: ignore[misc]
    typed = np.fromiter((type(v) is float or type(v) is int for v in cells), bool, height)
    values = np.array([v if known else np.nan for v, known in zip(cells, typed.tolist(), strict=True)], np.float64)
    odd = [i for i in np.flatnonzero(~typed).tolist() if not isinstance(cells[i], str) and cells[i] is not None]
    return Cells(cells, values, texts, rows, odd, spelled.take_apart(texts.words))


def read(column: Cells, evidence: Evidence, setting: Setting) -> Outcome:
    """Numbers, flags and doubts of a column whose setting is known."""
    out = Outcome(column.numbers)
    if len(column.rows):
        values, special, doubtful = _of_words(column, evidence, setting)
        out.values = column.numbers.copy()
        out.values[column.rows] = values[column.texts.codes]
        flagged = np.zeros(len(values), bool)
        flagged[list(special)] = True
        for place in np.flatnonzero(flagged[column.texts.codes]).tolist():
            code, i = int(column.texts.codes[place]), int(column.rows[place])
            out.flags[i] = special[code]
            if code in doubtful:
                out.doubts.append((i, doubtful[code]))
    for i in column.odd:
        out.flags[i] = Flag.UNREADABLE
        out.doubts.append((i, "date"))
    out.doubts.sort(key=lambda doubt: doubt[0])
    return out


def keep_raw(column: Cells, out: Outcome, taken: NDArray[np.int64], rescaled: bool) -> None:
    """Keep the cells' texts where the value does not print the same: texts, ``taken`` back values, all if rescaled."""
    if len(column.rows) == len(column.cells):
        out.words = column.texts
        return
    mixed = bool(len(column.rows) or column.odd)
    if mixed and (rescaled or len(column.rows) > _FEW * len(column.cells)):
        out.words = Words.of([v if isinstance(v, str) else shown(v) for v in column.cells])
        return
    wanted = [*column.odd, *taken.tolist()]
    if mixed:
        bare = [bool(word.strip()) for word in column.texts.words]
        wanted += column.rows[np.array(bare, bool)[column.texts.codes]].tolist()
        wanted += np.flatnonzero(np.abs(column.numbers) >= _ROUND).tolist()
    out.raws = {i: shown(column.cells[i]) for i in sorted(wanted)}


def _of_words(
    column: Cells, evidence: Evidence, setting: Setting
) -> tuple[NDArray[np.float64], dict[int, Flag], dict[int, str]]:
    """For each distinct text: its value, the flag of those that have one, and what is doubtful."""
    words, found = column.texts.words, column.spelled
    values = np.full(len(words), np.nan)
    special: dict[int, Flag] = {}
    doubtful: dict[int, str] = {}
    scores = found.scores(evidence, setting)

    def one(place: int, literal: Literal) -> None:
        number = numbers.number(literal, evidence, setting, scores)
        if number.value is None:
            special[place], doubtful[place] = Flag.UNREADABLE, number.doubt
            return
        values[place] = float(number.value)
        if literal.flag:
            special[place] = literal.flag

    for shape, texts in found.bare.items():
        certain = found.certain(shape, scores)
        if certain is not None:
            values[[place for place, _text in texts]] = certain
            continue
        for place, text in texts:
            one(place, Literal(Shape(shape), text))
    for place, literal in found.others.items():
        flag = symbols.symbol(words[place])
        if flag is not None:
            values[place] = 0.0 if flag is Flag.NEGLIGIBLE else np.nan
            if flag is not Flag.BLANK:
                special[place] = flag
        elif literal is None:
            special[place], doubtful[place] = Flag.UNREADABLE, "text"
        else:
            one(place, literal)
    return values, special, doubtful

"""Which rows are the header of a table: texts or years over columns of numbers, and the numbering (1) (2) (3) below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workbench.domain.reading import labels, ranges
from workbench.domain.reading.view import Block, View

MOST_HEADER_ROWS = 8


def numeric_columns(view: View, rows: Sequence[int], position: int) -> set[int]:
    """Columns whose lower rows hold numbers, as far as the table can reach."""
    reach: list[str] = []
    for i, row in enumerate(rows[position:]):
        if i and row - rows[position + i - 1] > 3 and len(reach) > 3:
            break
        if i > 400:
            break
        if not view.is_line(row):
            reach.append(view.tags[row])
    lower = reach[-max(1, round(len(reach) * 0.7)) :]
    numeric = set()
    for column in range(view.left, view.right + 1):
        filled = [line[column] for line in lower if line[column] != "."]
        counted = sum(t in "nsy" for t in filled)
        if filled and counted and counted >= 0.5 * len(filled) and any(t in "nsy" for t in filled[-3:]):
            numeric.add(column)
    return numeric


def is_header_row(view: View, row: int, numeric: set[int], strict: bool = False) -> bool:
    """Texts or years stand where the columns hold numbers."""
    cells = [(c, view.tags[row][c]) for c in sorted(numeric) if view.tags[row][c] != "."]
    texts = sum(t in "tk" for _, t in cells)
    years = sum(t == "y" for _, t in cells)
    values = sum(t in "nsd" for _, t in cells)
    if values:
        return texts >= 2 and texts > values and not strict
    if texts + years < 2:
        return not strict and texts == 1 and len(numeric) == 1 and view.tags[row][view.left] == "t"
    return texts >= 2 or (years >= 2 and _rising(view, row, [c for c, t in cells if t == "y"]))


def are_answers(view: View, row: int, numeric: set[int]) -> bool:
    """`Perda | Ada | Ada | Tidak` right below other rows: words that stand in for values, no names of columns."""
    texts = [labels.squeeze(view.text(row, c)) for c in numeric if view.tags[row][c] == "t"]
    return len(set(texts)) == 1 < len(texts) or any(labels.is_answer(text) for text in texts)


def _rising(view: View, row: int, columns: Sequence[int]) -> bool:
    """Years in order, or one year repeated: a header, not a row of counts near two thousand."""
    years = [int(view.text(row, c)[:4]) for c in columns if view.text(row, c)[:4].isdigit()]
    steps = {b - a for a, b in pairwise(years)}
    return len(years) >= 1 and (
        steps <= {0, 1} or steps <= {0, -1} or steps == {2} or steps == {5} or steps <= {1, -4, -3, -2, -1}
    )


def _is_numbering_row(view: View, row: int) -> bool:
    """(1) (2) (3) …, with or without parentheses, rising by one from cell to cell."""
    filled = view.filled(row)
    if len(filled) < 2:
        return False
    texts = [view.text(row, c) for c in filled]
    if not all(labels.is_numbering(t) for t in texts):
        return False
    digits = ["".join(ch for ch in t if ch.isdigit()) for t in texts]
    if not all(digits):
        return False
    numbers = [int(d) for d in digits]
    steady = all(b - a == 1 for a, b in pairwise(numbers)) and numbers[0] in (0, 1, 2)
    parenthesised = sum(t.startswith("(") for t in texts) >= len(texts) - 1
    return (steady and (len(numbers) >= 3 or parenthesised)) or (parenthesised and len(texts) >= 2)


def take_header(view: View, rows: Sequence[int], position: int, block: Block, numeric: set[int]) -> int:
    """Collect header rows from ``position`` on; returns the position of the first body row."""
    stub_seen = False
    labelled = False
    start = position
    while position < len(rows) and len(block.header) < MOST_HEADER_ROWS:
        row = rows[position]
        if block.header and row - rows[position - 1] > 2 and labelled:
            break
        if _is_numbering_row(view, row) and (labelled or any("(" in view.text(row, c) for c in view.filled(row))):
            block.numbering.append(row)
            return position + 1
        cells = {c: view.tags[row][c] for c in numeric if view.tags[row][c] != "."}
        texts = sum(t in "tk" for t in cells.values())
        if "n" in cells.values():  # a price from … to beside numbers is a value; alone 25-34 names a class of age
            texts -= sum(t == "t" and ranges.is_range(view.text(row, c)) for c, t in cells.items())
        if not set(cells.values()) & set("ns") and not block.body:
            texts += sum(t == "d" for t in cells.values())  # days or months over columns of numbers
        if labelled and texts == 1 and len(cells) == 1 and len(numeric) > 2 and (
            _is_list_mark(view, row, min(numeric)) or _is_first_section(view, rows, position, block)
        ):  # fmt: skip
            break  # `I | Angkutan Umum` below `No | Uraian`: the first section, no header
        years = [c for c, t in cells.items() if t == "y"]
        values = sum(t in "nd" for t in cells.values()) + sum(t == "s" for t in cells.values())
        stub = [c for c in view.filled(row) if c not in numeric]
        stub_text = bool(stub) and stub[0] <= min(numeric, default=view.right + 1)
        if not numeric:
            if position > start:
                break
            block.header.append(row)
            labelled = stub_seen = True
            position += 1
            continue
        if texts and texts >= values:
            pass
        elif years and not values and not texts:
            if labelled and stub_text and stub_seen and not _rising_header(view, rows, position, sorted(years)):
                break
            if stub_text and stub_seen and labelled:
                break
        elif (
            (_is_numbering_row(view, row) and position == start)
            or (not cells and position > start and _header_follows(view, rows, position, numeric))
            or (not cells and position == start and _header_follows(view, rows, position, numeric))
        ):
            pass
        else:
            break
        block.header.append(row)
        labelled = labelled or bool(texts or years)
        stub_seen = stub_seen or stub_text
        position += 1
    return position


def _is_list_mark(view: View, row: int, column: int) -> bool:
    """Does the first column of this row hold a mark such as I, II., A or a) with a label beside it?"""
    text = view.text(row, column)
    beside = [c for c in view.filled(row) if c != column]
    return bool(labels.LIST_MARK.fullmatch(text)) and len(beside) == 1 and view.tags[row][beside[0]] == "t"


def _is_first_section(view: View, rows: Sequence[int], position: int, block: Block) -> bool:
    """One text at the left edge under a full header, with values in the next row: it names the rows below."""
    filled = view.filled(rows[position])
    return (
        len(filled) == 1
        and filled[0] == view.left
        and any(view.tags[r][view.left] == "t" for r in block.header)
        and position + 1 < len(rows)
        and "n" in view.row(rows[position + 1])
    )


def _rising_header(view: View, rows: Sequence[int], position: int, years: Sequence[int]) -> bool:
    return len(years) >= 2 and _rising(view, rows[position], years)


def _header_follows(view: View, rows: Sequence[int], position: int, numeric: set[int]) -> bool:
    """A row with label cells only is part of the header when header cells come next."""
    for row in rows[position + 1 : position + 4]:
        tags = [view.tags[row][c] for c in numeric if view.tags[row][c] != "."]
        if not tags:
            continue
        return all(t in "tyk" for t in tags) and not (
            all(t == "y" for t in tags) and len(tags) == 1 and view.tags[row][view.left] == "t"
        )
    return False


def header_texts(view: View, rows: Sequence[int]) -> set[tuple[int, str]]:
    """The header's texts with their columns, to know it again on the next page."""
    return {(c, labels.squeeze(view.text(r, c))) for r in rows for c in view.filled(r)}

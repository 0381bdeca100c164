"""Where the tables of a sheet are: title lines, header rows, body rows and notes of each.

The rules are those of a person's eye. Blank rows and columns set tables apart; a row of texts over columns of numbers
is a header; a lonely text above is a title, below a note. No position is fixed and no file is known beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.domain.reading import labels, periods
from workbench.domain.reading.grid import Grid, area

MOST_HEADER_ROWS = 8


@dataclass(slots=True)
class Block:
    """One table on the sheet, by row numbers (from 0) and the columns it takes."""

    left: int
    right: int
    preface: list[int] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    numbering: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)

    def area(self) -> str:
        rows = [*self.header, *self.numbering, *self.body] or self.preface
        return area(min(rows), self.left, max(rows), self.right)


class View:
    """A grid with its tags, seen through a window of columns."""

    def __init__(self, grid: Grid, tags: Sequence[str], left: int, right: int) -> None:
        self.grid, self.tags, self.left, self.right = grid, tags, left, right
        self.wide: dict[int, list[tuple[int, int, int]]] = {}
        for top, first, bottom, last in grid.merges:
            if last > first:
                for row in range(top, min(bottom, top + 20) + 1):
                    self.wide.setdefault(row, []).append((first, last, top))

    def row(self, row: int) -> str:
        return self.tags[row][self.left : self.right + 1]

    def filled(self, row: int) -> list[int]:
        """Columns with something in them."""
        return [self.left + i for i, t in enumerate(self.row(row)) if t != "."]

    def text(self, row: int, column: int) -> str:
        return labels.clean(self.grid.text(row, column))

    def is_line(self, row: int) -> bool:
        """A row that is one text or one `Satuan : Orang` pair, not a row of a table."""
        filled = self.filled(row)
        if len(filled) == 1:
            return True
        if 2 <= len(filled) <= 3 and set(self.row(row)) <= {".", "t", "y", "d"}:
            first, second = self.text(row, filled[0]), self.text(row, filled[1])
            if first.endswith(":") or second.startswith(":"):
                return True
            if labels.is_table_number(first) and len(self.text(row, filled[-1])) > 15:
                return True  # Tabel | 3.1.1 | Penduduk Menurut Kecamatan
        return (
            bool(filled)
            and len(filled) <= 3
            and labels.is_note(self.text(row, filled[0]))
            and (
                labels.source_of(self.text(row, filled[0])) is not None
                or self.text(row, filled[0]).lower() in ("sumber", "source", "catatan")
            )
        )

    def line(self, row: int) -> str:
        return " ".join(self.text(row, c) for c in self.filled(row))

    def span(self, row: int, column: int) -> tuple[int, int]:
        """First and last column of the merge that a cell of this row begins or lies in."""
        for first, last, _top in self.wide.get(row, ()):
            if first <= column <= last:
                return first, last
        return column, column


def find_blocks(grid: Grid, tags: Sequence[str], cuts: Sequence[int] = ()) -> list[Block]:
    """All tables of a sheet, from top to bottom and left to right. No table reaches over a row in ``cuts``."""
    if not grid.rows:
        return []
    blocks: list[Block] = []
    for left, right, first, last in _regions(grid, tags):
        inner = [row for row in cuts if first < row <= last]
        for top, below in pairwise([first, *inner, last + 1]):
            blocks.extend(_blocks_in(View(grid, tags, left, right), top, below - 1))
    return [b for b in blocks if b.body or b.header]


def _regions(grid: Grid, tags: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Windows (left, right, first row, last row) of tables side by side; usually one for the whole sheet."""
    width = grid.width
    used = [False] * width
    for line in tags[:5000]:
        for i, t in enumerate(line):
            if t != ".":
                used[i] = True
    columns = [i for i, u in enumerate(used) if u]
    if not columns:
        return []
    whole = [(columns[0], columns[-1], 0, grid.height - 1)]
    # columns that are blank in every row of a table, though titles may run across them
    multi = [line for line in tags[:5000] if sum(t != "." for t in line) >= 2]
    if not multi or len(columns) < 4:
        return whole
    dense = [sum(line[i] != "." for line in multi) for i in range(width)]
    gaps = [i for i in range(columns[0] + 1, columns[-1]) if dense[i] == 0]
    parts: list[tuple[int, int]] = []
    start = columns[0]
    for gap in [*gaps, columns[-1] + 1]:
        if gap > start:
            parts.append((start, gap - 1))
        start = gap + 1
    if len(parts) < 2:
        return _twins(grid, tags, whole[0], multi)

    def is_table(part: tuple[int, int]) -> bool:
        lo, hi = part
        rows = [line[lo : hi + 1] for line in multi]
        numbers = sum(t in "ns" for line in rows for t in line)
        labelled = sum("t" in line[:3] and any(t in "ns" for t in line[line.find("t") :]) for line in rows)
        texts = max(sum(line[0] in "td" for line in rows), labelled)
        return hi > lo and numbers >= 2 and texts >= 2

    if sum(map(is_table, parts)) < 2:
        return whole
    merged: list[tuple[int, int]] = []
    for part in parts:
        if merged and not (is_table(part) and is_table(merged[-1])):
            merged[-1] = (merged[-1][0], part[1])
        else:
            merged.append(part)
    return [(lo, hi, 0, grid.height - 1) for lo, hi in merged]


def _twins(
    grid: Grid, tags: Sequence[str], whole: tuple[int, int, int, int], multi: Sequence[str]
) -> list[tuple[int, int, int, int]]:
    """A table set in two columns of the page: the same header twice side by side, without a gap."""
    left, right, first, last = whole
    for row, line in enumerate(tags[:40]):
        heads = [labels.squeeze(grid.text(row, c)) if line[c] == "t" else "" for c in range(left, right + 1)]
        half = len(heads) // 2
        if len(heads) >= 4 and len(heads) % 2 == 0 and all(heads) and heads[:half] == heads[half:]:
            texts = [sum(r[left + i] == "t" for r in tags[row + 1 :]) for i in (0, half)]
            if min(texts) >= 2:
                return [(left, left + half - 1, first, last), (left + half, right, first, last)]
    return [whole]


def _blocks_in(view: View, first: int, last: int) -> list[Block]:
    """Walk down the rows: preface, header, body, notes, and again for the next table."""
    rows = [r for r in range(first, last + 1) if view.row(r).strip(".")]
    blocks: list[Block] = []
    preface: list[int] = []
    position = 0
    while position < len(rows):
        row = rows[position]
        if (view.is_line(row) and not _starts_table(view, rows, position)) or _is_set_apart(view, rows, position):
            preface.append(row)
            position += 1
            continue
        block, position = _take_table(view, rows, position, preface)
        preface = []
        previous = blocks[-1] if blocks else None
        if previous is not None and _continues(view, previous, block):
            previous.body.extend(block.body)
            previous.notes.extend(block.notes)
            continue
        if previous is not None and (block.preface or previous.notes):
            _share_lines(view, previous, block)
        blocks.append(block)
    if preface and blocks:
        blocks[-1].notes.extend(preface)
    return blocks


def _is_set_apart(view: View, rows: Sequence[int], position: int) -> bool:
    """A row of two or three cells above a wider header that still is a line of the title.

    Either a title that a comma in a CSV file has cut in two, with a blank row below; or one of the pairs of a form,
    `TAHUN | 2023`, which together stand above a row of three cells or more.
    """
    row = rows[position]
    filled = view.filled(row)
    if not 2 <= len(filled) <= 3 or not set(view.row(row)) <= set(".tyd") or view.tags[row][filled[0]] != "t":
        return False
    following = rows[position + 1 : position + 12]
    if not following:
        return False
    first = view.text(row, filled[0])
    if (
        following[0] - row > 1
        and filled == list(range(filled[0], filled[0] + len(filled)))
        and len(first) > 25
        and not view.is_line(following[0])
        and len(view.filled(following[0])) > len(filled)
        and "n" not in view.row(following[0])
    ):
        return True
    if (
        len(filled) != 2
        or not labels.is_meta_word(first)
        or view.span(row, filled[1])[0] != view.span(row, filled[1])[1]
    ):
        return False
    if view.filled(following[0])[0] > filled[0]:
        return False  # Kecamatan | Penduduk above | L | P: the first row of a header
    for nxt in following:
        cells = view.filled(nxt)
        wide = sum(last - first + 1 for first, last in (view.span(nxt, c) for c in cells))
        if len(cells) >= 3 or wide >= 3 or (len(cells) == 2 and cells[0] > filled[0] and "n" not in view.row(nxt)):
            return True  # the header: three cells, or two over the values with the label cell blank
        if len(cells) == 2 and not (view.tags[nxt][cells[0]] == "t" and view.tags[nxt][cells[1]] in "tyd"):
            return False
    return False


def _starts_table(view: View, rows: Sequence[int], position: int) -> bool:
    """A narrow table (one label, one value) may start with rows of one cell: is this line already its header?"""
    row = rows[position]
    filled = view.filled(row)
    if len(filled) != 1:
        return False
    ahead: list[int] = []
    for nxt in rows[position : position + 6]:
        if nxt - row != len(ahead):
            break
        ahead.append(nxt)
        if not view.is_line(nxt):
            break
    if len(ahead) < 2 or view.is_line(ahead[-1]):
        return False
    column, text = filled[0], view.text(row, filled[0])
    first, last = view.span(row, column)
    body_like = any(t in "n" for t in view.row(ahead[-1]))
    if column == view.left:
        # Kabupaten/Kota alone above the label column, followed by header cells over the values
        return (
            last == first
            and len(text) <= 40
            and not periods.years_in(text)
            and labels.is_stub_word(text)
            and any(view.filled(r)[0] > view.left for r in ahead[1:-1])
            and body_like
        )
    return (
        column > view.left
        and (len(text.split()) <= 6 or (body_like and view.tags[row][column] == "y"))
        and not labels.is_meta(text)
    )


def _take_table(view: View, rows: Sequence[int], position: int, preface: list[int]) -> tuple[Block, int]:
    """The table that begins at ``position``; returns it and the position after it."""
    block = Block(view.left, view.right, preface=list(preface))
    numeric = _numeric_columns(view, rows, position)
    position = _take_header(view, rows, position, block, numeric)
    signature = _signature(view, [*block.header, *block.numbering])
    lines: list[int] = []
    while position < len(rows):
        row = rows[position]
        gap = row - (rows[position - 1] if position else row) > 1
        if view.is_line(row):
            lines.append(row)
            position += 1
            continue
        if (
            "n" not in view.row(row)
            and not _new_title(view, block, lines)
            and (mine := _signature(view, [row]))
            and mine <= signature
        ):
            position += 1  # the header printed again on the next page
            lines = []
            continue
        attached = not gap and not lines
        if (
            block.body
            and _is_header_row(view, row, numeric, strict=not gap)
            and not (attached and _answers(view, row, numeric))
        ):
            break
        if lines:
            if block.body and gap and any(labels.is_note(view.line(r)) for r in lines) and _foreign(view, row, numeric):
                break
            block.body.extend(lines)
            lines = []
        block.body.append(row)
        position += 1
    _end(view, block, lines)
    return block, position


def _new_title(view: View, block: Block, lines: Sequence[int]) -> bool:
    """Do lines before a repeated header name another table, rather than say that this one goes on?"""
    known = {labels.squeeze(view.line(r)) for r in block.preface}
    for row in lines:
        text = view.line(row)
        if labels.is_note(text) or labels.squeeze(text) in known or labels.is_continuation(text):
            continue
        return True
    return False


def _foreign(view: View, row: int, numeric: set[int]) -> bool:
    return not any(view.tags[row][c] in "nsy" for c in numeric)


def _end(view: View, block: Block, lines: list[int]) -> None:
    """Lines after the last full row: rows of a form without values, or notes and the title of what follows."""
    body_end = block.body[-1] if block.body else (block.header[-1] if block.header else -1)
    for position, row in enumerate(lines):
        text = view.line(row)
        first, last = view.span(row, view.filled(row)[0])
        attached = row == body_end + 1
        short = len(text) <= 40 and not labels.is_note(text) and last == first and view.filled(row)[0] == view.left
        if attached and short and block.body and position < 1 and "n" not in view.row(row) and labels.is_total(text):
            block.body.append(row)
            body_end = row
            continue
        block.notes.extend(lines[position:])
        return


def _share_lines(view: View, previous: Block, block: Block) -> None:
    """Lines between two tables: notes belong to the upper, titles to the lower one."""
    lines = [*previous.notes, *block.preface]
    cut = 0
    for i, row in enumerate(lines):
        if labels.is_note(view.line(row)):
            cut = i + 1
    previous.notes = lines[:cut]
    block.preface = lines[cut:]


def _continues(view: View, previous: Block, block: Block) -> bool:
    """Rows without a header of their own, below a blank row, go on with the table above."""
    if block.header or not block.body or not previous.header:
        return False
    between = block.preface
    return not between and block.body[0] - previous.body[-1] <= 3 if previous.body else True


def _numeric_columns(view: View, rows: Sequence[int], position: int) -> set[int]:
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


def _is_header_row(view: View, row: int, numeric: set[int], strict: bool = False) -> bool:
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


def _answers(view: View, row: int, numeric: set[int]) -> bool:
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


def is_numbering_row(view: View, row: int) -> bool:
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


def _take_header(view: View, rows: Sequence[int], position: int, block: Block, numeric: set[int]) -> int:
    """Collect header rows from ``position`` on; returns the position of the first body row."""
    stub_seen = False
    labelled = False
    start = position
    while position < len(rows) and len(block.header) < MOST_HEADER_ROWS:
        row = rows[position]
        if block.header and row - rows[position - 1] > 2 and labelled:
            break
        if is_numbering_row(view, row) and (labelled or any("(" in view.text(row, c) for c in view.filled(row))):
            block.numbering.append(row)
            return position + 1
        cells = {c: view.tags[row][c] for c in numeric if view.tags[row][c] != "."}
        texts = sum(t in "tk" for t in cells.values())
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
            (is_numbering_row(view, row) and position == start)
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


def _signature(view: View, rows: Sequence[int]) -> set[tuple[int, str]]:
    """The header's texts with their columns, to know it again on the next page."""
    return {(c, labels.squeeze(view.text(r, c))) for r in rows for c in view.filled(r)}

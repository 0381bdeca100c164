"""Where the tables of a sheet are: title lines, header rows, body rows and notes of each.

The rules are those of a person's eye. Blank rows and columns set tables apart; a row of texts over columns of numbers
is a header; a lonely text above is a title, below a note. No position is fixed and no file is known beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workbench.domain.reading import labels, letter, periods
from workbench.domain.reading.grid import Grid
from workbench.domain.reading.headers import are_answers, header_texts, is_header_row, numeric_columns, take_header
from workbench.domain.reading.regions import side_by_side
from workbench.domain.reading.view import Block, View


def find_blocks(grid: Grid, tags: Sequence[str], cuts: Sequence[int] = ()) -> list[Block]:
    """All tables of a sheet, from top to bottom and left to right. No table reaches over a row in ``cuts``."""
    if not grid.rows:
        return []
    blocks: list[Block] = []
    for left, right, first, last in side_by_side(grid, tags):
        inner = [row for row in cuts if first < row <= last]
        for top, below in pairwise([first, *inner, last + 1]):
            blocks.extend(_blocks_in(View(grid, tags, left, right), top, below - 1))
    return [b for b in blocks if b.body or b.header]


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
    if _is_pair_above(view, rows, position):
        return True
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


def _is_pair_above(view: View, rows: Sequence[int], position: int) -> bool:
    """`Kode Pos | : | 57143` above a header of three cells or more: a fact about the whole table, though a number."""
    row = rows[position]
    filled = view.filled(row)
    texts = [view.text(row, c) for c in filled]
    if len(filled) not in (2, 3) or not (texts[0].endswith(":") or texts[1].startswith(":")):
        return False
    for nxt in rows[position + 1 : position + 12]:
        cells = [c for c in view.filled(nxt) if view.text(nxt, c) != ":"]
        if len(cells) >= 3:
            return set(view.row(nxt)) <= set(".tyk")
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
    numeric = numeric_columns(view, rows, position)
    position = take_header(view, rows, position, block, numeric)
    signature = header_texts(view, [*block.header, *block.numbering])
    lines: list[int] = []
    while position < len(rows):
        row = rows[position]
        gap = row - (rows[position - 1] if position else row) > 1
        if block.body and (end := letter.signature_end(view, rows, position)) > position:
            _end(view, block, lines)
            block.notes.extend(rows[position:end])
            return block, end
        if view.is_line(row):
            lines.append(row)
            position += 1
            continue
        if (
            "n" not in view.row(row)
            and not _new_title(view, block, lines)
            and (mine := header_texts(view, [row]))
            and mine <= signature
        ):
            position += 1  # the header printed again on the next page
            lines = []
            continue
        attached = not gap and not lines
        if (
            block.body
            and is_header_row(view, row, numeric, strict=not gap)
            and not (attached and are_answers(view, row, numeric))
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

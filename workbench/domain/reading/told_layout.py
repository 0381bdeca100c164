"""The tables of a sheet as the reader finds them, put right where a person has told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.domain.reading.columns import Column, header_labels
from workbench.domain.reading.grid import Grid
from workbench.domain.reading.headers import MOST_HEADER_ROWS
from workbench.domain.reading.hints import ColumnHint, ColumnPart, RowPart, Told, mark
from workbench.domain.reading.labels import Role
from workbench.domain.reading.layout import find_blocks
from workbench.domain.reading.model import Kind
from workbench.domain.reading.view import Block, View

_ROLES = {ColumnPart.LABEL: Role.LABEL, ColumnPart.VALUE: Role.VALUE, ColumnPart.UNUSED: Role.NOTE}
_KINDS = {RowPart.BODY: Kind.DATA, RowPart.TOTAL: Kind.TOTAL}


def laid_out(grid: Grid, tags: Sequence[str], told: Told) -> list[Block]:
    """All tables of a sheet. Hints that found their place are noted in ``told.used``."""
    if not told:
        return find_blocks(grid, tags)
    cuts = {row + (part is RowPart.END) for row, part in _parts(told) if part in (RowPart.START, RowPart.END)}
    blocks = find_blocks(grid, tags, sorted(cuts))
    more = {row for row, part in _parts(told) if _begins(blocks, row, part)}
    if more:
        cuts |= more
        blocks = find_blocks(grid, tags, sorted(cuts))
    late = (RowPart.NOTE, RowPart.END, RowPart.JOIN)  # what others have moved is still to be moved on by these
    for row, hint in sorted(
        ((row, hint) for row, hints in told.rows.items() for hint in hints), key=lambda at: (at[1].part in late, at[0])
    ):
        if _follow(View(grid, tags, 0, grid.width - 1), blocks, row, hint.part):
            told.used.add(hint.name)
    for column in (c for c in told.columns if c.part is ColumnPart.START):
        blocks = [part for block in blocks for part in _split(grid, tags, block, column, told)]
    return [block for block in blocks if block.body or block.header]


def _parts(told: Told) -> list[tuple[int, RowPart]]:
    return [(row, hint.part) for row, hints in told.rows.items() for hint in hints]


def _begins(blocks: Sequence[Block], row: int, part: RowPart) -> bool:
    """Does a title or a header far down in the body of a table say that another table begins there?"""
    owner = _owner(blocks, row)
    if owner is None or part not in (RowPart.TITLE, RowPart.HEADER):
        return False
    if row in owner.notes:
        return part is RowPart.HEADER
    return row in owner.body and (part is RowPart.TITLE or owner.body.index(row) >= MOST_HEADER_ROWS)


def _rows(block: Block) -> tuple[list[int], ...]:
    return block.preface, block.header, block.numbering, block.body, block.notes


def _owner(blocks: Sequence[Block], row: int) -> Block | None:
    """The table a row was found to belong to, in whatever part."""
    return next((b for b in blocks if any(row in rows for rows in _rows(b))), None)


def _follow(view: View, blocks: list[Block], row: int, part: RowPart) -> bool:
    """Put one row where it was told to be; False where that says nothing about any table here."""
    owner = _owner(blocks, row)
    if part is RowPart.IGNORE:
        mine = [b for b in blocks if any(row in rows for rows in _rows(b))]
        blocks[:] = [b for b in blocks if b not in mine]
        return bool(mine)
    if part is RowPart.JOIN:
        return _join(blocks, row)
    if part is RowPart.END:
        return _end(view, blocks, row)
    if part is RowPart.START:
        return owner is not None or any(min(_all(b)) > row for b in blocks)
    if owner is None or (part is RowPart.TITLE and row in owner.notes):
        return _adopt(blocks, owner, row, part)
    if part is RowPart.TITLE:
        _move(owner, owner.preface, [r for r in (*owner.header, *owner.numbering, *owner.body) if r <= row])
    elif part is RowPart.HEADER:
        _move(owner, owner.header, [r for r in owner.preface if r >= row] + [r for r in owner.body if r <= row])
        _move(owner, owner.header, [row])
    elif part is RowPart.NOTE:
        _move(owner, owner.notes, [row])
    elif row not in owner.body:
        above = [r for r in (*owner.preface, *owner.header, *owner.numbering) if r >= row]
        _move(owner, owner.body, above + [r for r in owner.notes if r <= row])
    return True


def _all(block: Block) -> list[int]:
    return [row for rows in _rows(block) for row in rows]


def _move(block: Block, to: list[int], moved: Sequence[int]) -> None:
    wanted = set(moved)
    for rows in _rows(block):
        rows[:] = [r for r in rows if r not in wanted]
    to[:] = sorted({*to, *wanted})


def _adopt(blocks: list[Block], owner: Block | None, row: int, part: RowPart) -> bool:
    """A row that no table had taken, or a title that was a note of the table above, goes to its neighbour."""
    if part in (RowPart.TITLE, RowPart.HEADER):
        block = next((b for b in blocks if b is not owner and min(_all(b)) > row), None)
    else:
        block = next((b for b in reversed(blocks) if min(_all(b)) < row), None)
    if block is None:
        return False
    if owner is not None:
        _move(block, block.preface, [r for r in owner.notes if r >= row])
        owner.notes[:] = [r for r in owner.notes if r < row]
        return True
    to = {RowPart.TITLE: block.preface, RowPart.HEADER: block.header, RowPart.NOTE: block.notes}.get(part, block.body)
    _move(block, to, [row])
    return True


def _end(view: View, blocks: list[Block], row: int) -> bool:
    """What stands below the last row, up to the next table with a header, are notes of the table that ends there."""
    block = next((b for b in blocks if row in b.body), None)
    if block is None:
        return False
    taken = {r for b in blocks if b.header for r in _all(b)}
    following = min((r for r in taken if r > row), default=len(view.tags))
    blocks[:] = [b for b in blocks if b.header or not row < min(_all(b)) < following]
    for below in range(row + 1, len(view.tags)):
        if below in taken:
            break
        if view.filled(below):
            block.notes.append(below)
    return True


def _join(blocks: list[Block], row: int) -> bool:
    """Tables that share the row become one, side by side; else the row's table goes on with the one above it."""
    beside = [b for b in blocks if row in (*b.header, *b.numbering, *b.body)]
    if len(beside) > 1:
        first = beside[0]
        for other in beside[1:]:
            for mine, theirs in zip(_rows(first), _rows(other), strict=True):
                mine[:] = sorted({*mine, *theirs})
            first.left, first.right = min(first.left, other.left), max(first.right, other.right)
            blocks.remove(other)
        return True
    lower = _owner(blocks, row)
    if lower is None:
        return False
    above = [b for b in blocks if b is not lower and b.left <= lower.right and lower.left <= b.right
             and max(_all(b)) < min(_all(lower))]  # fmt: skip
    if not above:
        return False
    upper = max(above, key=lambda b: max(_all(b)))
    upper.body.extend(lower.body)
    upper.notes = lower.notes
    upper.left, upper.right = min(upper.left, lower.left), max(upper.right, lower.right)
    blocks.remove(lower)
    return True


def _split(grid: Grid, tags: Sequence[str], block: Block, hint: ColumnHint, told: Told) -> list[Block]:
    """The block as two tables side by side where one of its columns was told to begin the second."""
    at = _place(header_labels(View(grid, tags, block.left, block.right), block), block.left, block.right, hint)
    if at is None or at == block.left:
        return [block]
    told.used.add(hint.name)
    halves = []
    for left, right in ((block.left, at - 1), (at, block.right)):
        view = View(grid, tags, left, right)
        body = [r for r in block.body if view.filled(r)]
        halves.append(replace(block, left=left, right=right, preface=list(block.preface), header=list(block.header),
                              numbering=list(block.numbering), body=body, notes=list(block.notes)))  # fmt: skip
    return halves


# ---------------------------------------------------------------- columns and kinds


def column_of(
    heads: dict[int, tuple[str, ...]], left: int, right: int, labels: Sequence[str], steps: int
) -> int | None:
    """The column with these header texts, ``steps`` nameless columns further; None where none has them."""
    wanted = tuple(map(mark, labels))
    named = [c for c, texts in sorted(heads.items()) if tuple(map(mark, texts)) == wanted] if wanted else [left - 1]
    if not named or (steps == 0 and not wanted):
        return None
    if steps == 0:
        return named[0]
    at = named[-1] + steps
    return at if at <= right and not any(heads.get(c) for c in range(named[-1] + 1, at + 1)) else None


def _place(heads: dict[int, tuple[str, ...]], left: int, right: int, hint: ColumnHint) -> int | None:
    return column_of(heads, left, right, hint.labels, hint.right)


def tell_columns(view: View, block: Block, columns: Sequence[Column], told: Told) -> None:
    """Give columns the part they were told to have."""
    if not told.columns:
        return
    heads = header_labels(view, block)
    for hint in told.columns:
        at = _place(heads, block.left, block.right, hint)
        column = next((c for c in columns if c.index == at), None)
        if column is None or hint.part not in _ROLES:
            continue
        column.role, column.told = _ROLES[hint.part], True
        told.used.add(hint.name)


def told_kinds(told: Told) -> dict[int, Kind]:
    """Rows of the sheet that were told to be data or a total."""
    return {row: _KINDS[part] for row, part in _parts(told) if part in _KINDS}

"""The labels that lead to each row: several stub columns, blanks that mean `same as above`, section rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from workbench.domain.reading import areas, labels, periods
from workbench.domain.reading.columns import Column
from workbench.domain.reading.labels import Role
from workbench.domain.reading.units import unit_in
from workbench.domain.reading.view import Block, View

_BARE_CODE = re.compile(r"[\d.\s()/-]{1,20}|[a-zA-Z]{1,3}[.)]|[IVXLC]{1,6}\.?")


@dataclass(slots=True)
class Row:
    """One row of the body: the labels that lead to it and what they say about it."""

    index: int
    labels: tuple[str, ...]
    own: str  # the innermost label that stands in the row itself
    depth: int  # column position of the own label, for hierarchies by column
    indent: int = 0
    unit: str | None = None
    codes: tuple[str, ...] = ()
    empty: bool = False  # no value at all in the row


def read_rows(view: View, block: Block, columns: list[Column]) -> tuple[list[Row], list[int]]:
    """The rows with their labels, and the row numbers that turned out to be section titles."""
    stub = [c for c in columns if c.role in (Role.LABEL, Role.PERIOD)]
    values = [c.index for c in columns if c.role in (Role.VALUE, Role.EMPTY)]
    units = [c.index for c in columns if c.role is Role.UNIT]
    first_value = min((c.index for c in columns if c.role is Role.VALUE), default=view.right + 1)
    nested = [c for c in stub if c.index < first_value and c.role is Role.LABEL]
    spread = [c for c in stub if c not in nested]
    coded = [c for c in columns if c.role is Role.CODE]
    serial = [c for c in columns if c.role is Role.SERIAL]
    echoes = second_language(view, block, values)
    if echoes:
        block = replace(block, body=[row for row in block.body if row not in echoes])
    marked = {c.index for c in stub + serial}
    sections = _sections(view, block, values, marked)
    closing = _closing_marks(view, block, sections, marked)
    closed = {c.index for c in spread if c.index < first_value and _closes_groups(view, block, c, nested)}
    open_groups: set[int] = set()
    rows: list[Row] = []
    stack: dict[int, str] = {}
    carried: dict[int, str] = {}
    section: list[tuple[int, str, str]] = []  # (rank, label, unit)
    closed_by = ""
    vertical = {(top, first): bottom for top, first, bottom, last in view.grid.merges if bottom > top}
    below: dict[int, tuple[str, int]] = {}
    for index in block.body:
        line = view.tags[index]
        if index in sections:
            rank, label = sections[index]
            section = [s for s in section if s[0] < rank]
            named = unit_in(label)
            section.append((rank, label, named.text if named else ""))
            stack = {}
            closed_by = closing.get(index, "")
            continue
        if closed_by and section and _mark(view, index, marked) == closed_by:
            section, closed_by = section[:-1], ""
        present: list[tuple[int, str]] = []
        bare: list[tuple[int, str]] = []
        codes: list[str] = [view.text(index, c.index) for c in coded if line[c.index] != "."]
        for column in nested:
            c = column.index
            text = view.text(index, c)
            if text and (echo := view.text(index + 1, c) if index + 1 in echoes else ""):
                text = f"{text}/{echo}"
            if text and (index, c) in vertical:
                below[c] = (text, vertical[(index, c)])
            elif not text and c in below and index <= below[c][1]:
                text = below[c][0]
            if not text or text in (":", "="):
                continue
            if (
                _BARE_CODE.fullmatch(text)
                and len(nested) > 1
                and not column.told
                and not periods.is_period(text)
                and _is_code_column(view, block, column)
            ):
                codes.append(text)
                bare.append((c, text))
                continue
            present.append((c, text))
        if not present and serial:
            # the total's name often stands in the number column
            present = [
                (c.index, t)
                for c in serial
                if (t := view.text(index, c.index)) and not t.rstrip(".").isdigit() and len(t) > 1
            ]
        if not present:
            # or in the column of codes, merged with the label column: TOTAL over Kode and Kelurahan
            present = [(c.index, t) for c in coded if (t := view.text(index, c.index)) and _names_total(t)][:1]
            codes = [] if present else codes
        if not present and len(nested) > 1:
            present = bare[:1]  # a row called C, or 09.30: better a bare name than none
        chain: list[str] = []
        if present:
            shallow = present[0][0]
            for c in [c for c in stack if c >= shallow]:
                del stack[c]
            chain = [stack[c] for c in sorted(stack)] + [t for _, t in present]
            stack.update(dict(present))
        side: list[str] = []
        before: list[str] = []
        for column in spread:
            c = column.index
            text = view.text(index, c)
            if text:
                carried[c] = text
                open_groups.add(c)
            elif c in closed and c in open_groups and present and _total_like(present[-1][1]):
                text = carried.get(c, "")  # the total of this year, not of all
                open_groups.discard(c)
            elif (c in below and index <= below[c][1]) or (column.index < first_value and not present):
                text = carried.get(c, "")
            elif column.index < first_value and column.kinds["."] > 0 and present:
                text = carried.get(c, "") if not _total_like(present[-1][1]) else ""
            if text and (index, c) in vertical:
                below[c] = (text, vertical[(index, c)])
            if text:
                (before if column.index < min((p[0] for p in present), default=first_value) else side).append(text)
        own = present[-1][1] if present else (before[-1] if before else side[0] if side else "")
        outer = [s[1] for s in section]
        unit = next((t for c in units if (t := view.text(index, c))), None)
        if unit is None and own:
            found = unit_in(own) if "(" in own else None
            unit = found.text if found else next((s[2] for s in reversed(section) if s[2]), None)
        rows.append(
            Row(
                index,
                (*outer, *before, *chain, *side),
                own,
                present[-1][0] if present else -1,
                view.grid.indent(index, present[-1][0]) if present else 0,
                unit,
                tuple(codes),
                not any(line[c] in "nsyd" for c in values),
            )
        )
        if section and _total_like(own):
            section = section[:-1]  # a section ends with its total
    return rows, sorted(sections)


def second_language(view: View, block: Block, values: list[int]) -> set[int]:
    """Lines that say the label above once more in English: a line without values below each row, at its column."""
    full = {row for row in block.body if any(view.tags[row][c] in "nsyd" for c in values)}
    below = {
        row
        for row in block.body
        if row not in full
        and row - 1 in full
        and len(view.filled(row)) == 1
        and view.tags[row][view.filled(row)[0]] == "t"
        and view.tags[row - 1][view.filled(row)[0]] == "t"
    }
    if len(full) < 2 or len(below) < 0.8 * len(full):
        return set()
    first = block.body[0]
    return below | ({first} if first not in full and len(view.filled(first)) == 1 and first + 1 in full else set())


def _closes_groups(view: View, block: Block, column: Column, nested: list[Column]) -> bool:
    """Does a total stand at the end of each group of a column whose value is written once, 2022 and then blank?"""
    groups = totals = 0
    for row in block.body:
        filled = view.tags[row][column.index] != "."
        groups += filled
        totals += not filled and any(_total_like(view.text(row, c.index)) for c in nested)
    return groups >= 2 and totals >= groups


def _total_like(text: str) -> bool:
    return labels.is_total(text) or labels.is_subtotal(text)


def _names_total(text: str) -> bool:
    return not any(ch.isdigit() for ch in text) and (_total_like(text) or labels.total_of(text) is not None)


def _is_code_column(view: View, block: Block, column: Column) -> bool:
    texts = [view.text(r, column.index) for r in block.body[:300] if view.tags[r][column.index] != "."]
    return sum(bool(_BARE_CODE.fullmatch(t)) for t in texts) >= 0.3 * len(texts)


def _sections(view: View, block: Block, values: list[int], stub: set[int]) -> dict[int, tuple[int, str]]:
    """Rows that only name the group of the rows below: row number -> (rank, label)."""
    body = block.body
    bare: dict[int, str] = {}
    full: list[int] = []
    for position, row in enumerate(body):
        line = view.tags[row]
        if any(line[c] in "nsyd" for c in values):
            full.append(row)
            continue
        filled = view.filled(row)
        texts = [t for c in filled if periods.is_year(t := view.text(row, c)) or not _BARE_CODE.fullmatch(t)]
        if len(texts) == 1 and position < len(body) - 1 and len(filled) <= 2:
            bare[row] = texts[0]
    if not bare or not full:
        return {}
    found: dict[int, tuple[int, str]] = {}
    marks = {row: _mark(view, row, stub) for row in body}
    for position, row in enumerate(body):
        if row not in bare:
            continue
        text = bare[row]
        following = [r for r in body[position + 1 :] if r not in bare][:3]
        if not following or (body[position + 1] in bare and position + 2 >= len(body)):
            continue
        filled = view.filled(row)
        first, last = view.span(row, filled[0])
        next_label = _label(view, following[0], stub)
        next_indent = _indent(view, following[0], stub)
        evidence = 0
        if last > first and any(c in values for c in range(first, last + 1)):
            evidence += 3
        if text.endswith(":"):
            evidence += 2
        if marks[row] != marks[following[0]] and (marks[row] or marks[following[0]]):
            evidence += 2
        if next_indent > view.grid.indent(row, filled[0]):
            evidence += 2
        if text.isupper() and not next_label.isupper():
            evidence += 2
        if periods.is_period(text) and (
            not periods.is_period(next_label) or (periods.is_year(text) and periods.part_of(next_label))
        ):
            evidence += 2
        level, deeper = areas.level_of(text), areas.level_of(next_label)
        if level and areas.RANK[level] < areas.RANK[deeper]:
            evidence += 2
        if "(" in text and unit_in(text):
            evidence += 2
        total = next((r for r in body[position + 1 :] if _total_like(_label(view, r, stub))), None)
        others = [r for r in bare if r > row]
        if total is not None and (not others or total < others[0]) and len(bare) >= 2:
            evidence += 2
        if (
            len(bare) >= 2
            and len(bare) <= 0.4 * len(body)
            and all(body.index(b) - body.index(a) >= 2 for a, b in zip(bare, list(bare)[1:], strict=False))
        ):
            evidence += 1
        if len(bare) > 0.5 * len(body):
            evidence -= 3
        if evidence >= 2:
            found[row] = (0, text)
    return _ranked(found, marks)


def _closing_marks(view: View, block: Block, sections: dict[int, tuple[int, str]], stub: set[int]) -> dict[int, str]:
    """Of a section with a number of its own, `2 | Jumlah Penduduk` above `a. Laki-laki`: the next number ends it."""
    found = {}
    for row in sections:
        mark = _mark(view, row, stub)
        below = next((r for r in block.body if r > row and r not in sections), None)
        if mark and below is not None and _mark(view, below, stub) != mark:
            found[row] = mark
    return found


def _mark(view: View, row: int, stub: set[int]) -> str:
    """The kind of list mark before the row's label or in its first cell; "" for none."""
    return labels.enumerator(_label(view, row, stub)) or _mark_kind(view, row)


def _mark_kind(view: View, row: int) -> str:
    """What kind of list mark stands alone in the row's first cell: I, A, a, 1 or 1.2; "" for none."""
    filled = view.filled(row)
    text = view.text(row, filled[0]).strip("().") if filled else ""
    if text.isdigit():
        return "number" if len(text) <= 3 else ""
    if re.fullmatch(r"\d+(\.\d+)+", text):
        return "deep" + str(text.count("."))
    if not labels.LIST_MARK.fullmatch(text):
        return ""
    if re.fullmatch(r"[IVX]+", text):
        return "roman"
    return "capital" if text.isupper() else "letter"


def _ranked(found: dict[int, tuple[int, str]], marks: dict[int, str]) -> dict[int, tuple[int, str]]:
    """Sections in sections: the kinds of list marks in order of appearance give the depth."""
    order: list[str] = []
    for row in found:
        if marks[row] not in order:
            order.append(marks[row])
    return {row: (order.index(marks[row]), text) for row, (_rank, text) in found.items()}


def _label(view: View, row: int, stub: set[int]) -> str:
    texts = [view.grid.text(row, c) for c in view.filled(row) if c in stub]
    texts = [t for t in texts if not _BARE_CODE.fullmatch(t)] or texts
    return texts[0] if texts else ""


def _indent(view: View, row: int, stub: set[int]) -> int:
    return next((view.grid.indent(row, c) for c in view.filled(row) if c in stub), 0)

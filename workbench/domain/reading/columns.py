"""What each column of a table holds, and the header labels that lead to it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from workbench.domain.reading import labels, periods, ranges
from workbench.domain.reading.labels import Role
from workbench.domain.reading.units import unit_in
from workbench.domain.reading.view import Block, View

SAMPLE = 2000
_SMALL_PERIODS = re.compile(
    r"(bulan|month|tanggal|tgl|semester|triwulan|kuartal|quarter|hari|periode|period|minggu)\b", re.I
)
_YEAR_AS_FLOAT = re.compile(r"^((?:19|20)\d\d)\.0+$")
_BARE_UNIT = re.compile(r"[(\[][^()\[\]]{1,30}[)\]]")
_FOUNDED = re.compile(
    r"(tahun|thn\.?)\s+(berdiri|pendirian|didirikan|dibangun|pembangunan|pembuatan|perolehan|mulai|operasi|terbit|"
    r"penetapan|dibentuk)\b",
    re.I,
)
_TIMED = re.compile(r"(tahun|year|thn|periode)\b(?!.*\b(jumlah|banyak|rata|nilai)\b)", re.I)


@dataclass(slots=True)
class Column:
    """One column: its number on the sheet, its role, its header labels from the outside in."""

    index: int
    role: Role
    labels: tuple[str, ...] = ()
    unit: str | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    told: bool = False  # its role was told by a person

    @property
    def header(self) -> str:
        return " ".join(self.labels)

    @property
    def leaf(self) -> str:
        """What the column is called: its innermost label; with the one above where the innermost is only `(km2)`."""
        if len(self.labels) > 1 and _BARE_UNIT.fullmatch(self.labels[-1]):
            return f"{self.labels[-2]} {self.labels[-1]}"
        return self.labels[-1] if self.labels else ""


def describe(view: View, block: Block) -> list[Column]:
    """The columns of a block that hold anything, from left to right."""
    heads = header_labels(view, block)
    sample = block.body if len(block.body) <= SAMPLE else block.body[:: max(1, len(block.body) // SAMPLE)]
    found: list[Column] = []
    for index in range(view.left, view.right + 1):
        kinds = Counter(view.tags[row][index] for row in sample)
        head = heads.get(index, ())
        if not head and not any(kinds[t] for t in "nsdytk"):
            continue
        found.append(Column(index, Role.EMPTY, head, kinds=kinds))
    for position, column in enumerate(found):
        column.role = _role(view, block, column, found[:position])
    _need_label(view, found)
    for column in found:
        column.unit = next((u.text for text in reversed(column.labels) if (u := unit_in(text))), None)
    return found


def header_labels(view: View, block: Block) -> dict[int, tuple[str, ...]]:
    """For each column its header texts from top to bottom, with merged and implied cells filled in."""
    grid = view.grid
    filled: list[dict[int, str]] = []
    for row in block.header:
        texts = {c: view.text(row, c) for c in range(view.left, view.right + 1) if view.tags[row][c] != "."}
        for c in list(texts):
            first, last = view.span(row, c)
            for covered in range(first, min(last, view.right) + 1):
                texts.setdefault(covered, texts[c])
        filled.append(texts)
    merged_rows = {row for row in block.header if view.wide.get(row)}
    for position in range(len(filled) - 1):
        if block.header[position] in merged_rows and grid.merges:
            continue
        _spread(view, filled, position)
    result: dict[int, tuple[str, ...]] = {}
    for c in range(view.left, view.right + 1):
        chain: list[str] = []
        for texts in filled:
            text = texts.get(c, "")
            if text and (not chain or labels.squeeze(text) != labels.squeeze(chain[-1])):
                chain.append(text)
        if chain:
            result[c] = tuple(_YEAR_AS_FLOAT.sub(r"\1", text) for text in chain)
    return result


def _spread(view: View, filled: list[dict[int, str]], position: int) -> None:
    """A group header stands over its first column only: carry it to the right, up to the next group."""
    texts = filled[position]
    below = filled[position + 1 :]
    above = filled[:position]
    current: int | None = None
    for c in range(view.left, view.right + 1):
        if c in texts:
            current = c
            continue
        if current is None:
            continue
        # the group reaches a column only if that column has a header of its own below, as the first one has
        has_own = any(c in row for row in below)
        first_own = any(current in row for row in below)
        same_group = all(row.get(c) == row.get(current) for row in above)
        if has_own and first_own and same_group:
            texts[c] = texts[current]
        else:
            current = None


def _role(view: View, block: Block, column: Column, before: list[Column]) -> Role:
    kinds = column.kinds
    numbers, texts = kinds["n"] + kinds["y"], kinds["t"] + kinds["k"]
    filled = numbers + texts + kinds["s"] + kinds["d"]
    left_of_values = not any(c.role is Role.VALUE for c in before)
    by_header = labels.role_of_header(column.leaf) if column.leaf else None
    if not filled:
        return Role.NOTE if by_header is Role.NOTE else Role.EMPTY
    mostly_text = texts + kinds["d"] > numbers + kinds["s"]
    if by_header is Role.SERIAL:
        # the name of a total or of a group may begin in the number column, with the label column blank beside it
        here = {r: view.text(r, column.index) for r in block.body[:50] if view.tags[r][column.index] != "."}
        long = [r for r, t in here.items() if len(t) > 12 and view.row(r)[column.index - view.left + 1 :][:1] == "t"]
        counted = sum(t.rstrip(".").isdigit() for t in here.values())
        short = len(long) <= 0.3 * len(here) and (counted >= 2 or not sum(len(t) > 12 for t in here.values()))
        if (left_of_values or re.match(r"id\b|id_|\w+_id$", column.leaf, re.I)) and short:
            return Role.SERIAL
    elif by_header is Role.CODE:
        return Role.CODE
    elif by_header is Role.PERIOD:
        if kinds["d"] + kinds["y"] + kinds["t"] >= 0.6 * filled:
            return Role.PERIOD
        if left_of_values and _SMALL_PERIODS.match(column.leaf) and _small_integers(view, block, column):
            return Role.PERIOD
    elif by_header is Role.UNIT and mostly_text:
        return Role.UNIT
    elif by_header is Role.NOTE and mostly_text:
        return Role.NOTE
    if ranges.is_hour_word(column.leaf) and _clock_times(view, block, column):
        return Role.PERIOD
    if kinds["n"] >= 0.5 * filled and _leading_zeros(view, block, column):
        return Role.CODE
    if left_of_values and kinds["n"] == filled and _one_family(view, block, column):
        return Role.CODE
    if _FOUNDED.match(column.leaf) and _years_of_old(view, block, column):
        return Role.PERIOD
    if kinds["d"] > 0.5 * filled or (kinds["y"] >= 0.9 * filled and _TIMED.match(column.leaf.replace("_", " "))):
        return Role.PERIOD
    if mostly_text:
        if periods.is_period(column.leaf) or (not left_of_values and texts and kinds["n"] and texts < 2 * kinds["n"]):
            return Role.NOTE if not numbers else Role.VALUE
        return Role.LABEL
    if not column.labels and kinds["y"] >= 0.9 * filled and left_of_values and filled >= 2:
        return Role.PERIOD
    nameless = not column.labels or (column.index == view.left and not column.leaf)
    ranked = bool(re.match(r"(peringkat|rank|ranking|urut)", column.leaf, re.I))
    if left_of_values and (nameless or ranked) and _counting(view, block, column):
        return Role.SERIAL
    return Role.VALUE


def _clock_times(view: View, block: Block, column: Column) -> bool:
    """13.45, 02.10, 20.00 WIB: nearly all cells are times of the day, and some are no round hours."""
    texts = [t for r in block.body[:200] if (t := view.text(r, column.index)) and view.tags[r][column.index] not in "s"]
    times = [t for t in texts if ranges.is_clock(t)]
    exact = sum(bool(re.search(r"[.:][0-5]\d", t)) for t in times)  # 8.5 and 7.25 may be a number of hours
    return len(times) >= 2 and len(times) >= 0.8 * len(texts) and 2 * exact > len(times)


def _leading_zeros(view: View, block: Block, column: Column) -> bool:
    """03, 081215…, 00123 in most rows: a code or a telephone, which nobody counts with."""
    texts = [view.text(r, column.index) for r in block.body[:200] if view.tags[r][column.index] == "n"]
    zeros = sum(len(t) > 1 and t.isdigit() and t.startswith("0") for t in texts)
    return zeros >= 2 and zeros >= 0.5 * len(texts)


def _one_family(view: View, block: Block, column: Column) -> bool:
    """3314012001, 3314012002, …: long whole numbers with the same first digits that never repeat, as area codes do."""
    texts = [view.text(r, column.index) for r in block.body[:200] if view.tags[r][column.index] != "."]
    lengths = {len(t) for t in texts}
    if len(texts) < 3 or len(lengths) != 1 or not all(t.isdigit() for t in texts) or len(set(texts)) < len(texts):
        return False
    digits = lengths.pop()
    return digits >= 10 and len({t[:4] for t in texts}) == 1


def _years_of_old(view: View, block: Block, column: Column) -> bool:
    texts = [view.text(r, column.index) for r in block.body[:200] if view.tags[r][column.index] in "ny"]
    return bool(texts) and all(t.isdigit() and 1500 <= int(t) <= 2100 for t in texts)


def _small_integers(view: View, block: Block, column: Column) -> bool:
    texts = [view.text(r, column.index) for r in block.body[:200] if view.tags[r][column.index] != "."]
    return bool(texts) and all(t.isdigit() and int(t) <= 53 for t in texts)


def _counting(view: View, block: Block, column: Column) -> bool:
    """1, 2, 3, … down the rows."""
    texts = [view.text(r, column.index).rstrip(".") for r in block.body[:200] if view.tags[r][column.index] != "."]
    numbers = [int(t) for t in texts if t.isdigit()]
    return (
        len(numbers) >= 3
        and len(numbers) == len(texts)
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    )


def _need_label(view: View, found: list[Column]) -> None:
    """Some column must say what a row is; when none does by itself, the leftmost takes the part."""
    values = [c for c in found if c.role is Role.VALUE]
    if len(values) >= 2 and values[0] is found[0] and labels.is_stub_word(values[0].leaf):
        values[0].role = Role.LABEL
        return
    if any(c.role in (Role.LABEL, Role.PERIOD) for c in found):
        # a number column left of the labels with a header such as `Umur` is a label as well
        for column in found:
            if column.role is Role.LABEL:
                break
            if (
                column.role is Role.VALUE
                and re.match(r"(kelompok )?(umur|usia|golongan umur|age)\b", column.leaf, re.I)
                and len(values) > 1
            ):
                column.role = Role.LABEL
        return
    for column in found:
        if column.role in (Role.SERIAL, Role.CODE):
            column.role = Role.LABEL
            return
    if len(values) >= 2 and values[0].index == view.left and not periods.is_period(values[0].leaf):
        values[0].role = Role.LABEL

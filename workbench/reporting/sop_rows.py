"""The rows of a SOP sheet: which symbol stands in which lane, how high a row must be, and which page it falls on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.sop import END, Sop
from workbench.domain.sop_flow import START, Symbol, own_terminals, symbol, working_lanes

BOX_HEIGHT = 20.0
DIAMOND_HEIGHT = 27.0
ROW_PADDING = 9.0
BAND_ROW = 19.0
BAND_PADDING = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a step, or Mulai or Selesai where the sheet has rows for them."""

    no: str
    lane: int
    symbol: Symbol

    @property
    def height_of_symbol(self) -> float:
        """Points from the top of the symbol to its foot."""
        return DIAMOND_HEIGHT if self.symbol is Symbol.DECISION else BOX_HEIGHT


def flow_rows(sop: Sop) -> tuple[Row, ...]:
    """The rows of the sheet in order."""
    lanes = {lane.key: index for index, lane in enumerate(working_lanes(sop))}
    begin, end = own_terminals(sop)
    rows = [Row(step.no, lanes[step.lane], symbol(sop, step)) for step in sop.steps]
    if begin:
        rows.insert(0, Row(START, lanes[sop.step(sop.start).lane], Symbol.TERMINAL))
    if end:
        closing = [step for step in sop.steps if any(o.to == END for o in step.outcomes)]
        rows.append(Row(END, lanes[closing[-1].lane] if closing else 0, Symbol.TERMINAL))
    return tuple(rows)


def minimal_height(row: Row) -> float:
    """The least height of a row, so that its symbol and the label of an arrow have room."""
    return row.height_of_symbol + 2 * ROW_PADDING


def paginate(rows: Sequence[Row], heights: Sequence[float], room: float) -> list[tuple[int, ...]]:
    """Fill pages from the top; a page keeps room for the connectors at its head and foot."""
    reserve = 2 * (BAND_ROW + BAND_PADDING)
    if sum(heights) <= room:
        return [tuple(range(len(rows)))]
    pages: list[list[int]] = [[]]
    used = 0.0
    for index, height in enumerate(heights):
        if pages[-1] and used + height > room - reserve:
            pages.append([])
            used = 0.0
        pages[-1].append(index)
        used += height
    if len(pages) > 1 and len(pages[-1]) == 1 and len(pages[-2]) > 2:
        pages[-1].insert(0, pages[-2].pop())  # a page with a single row looks like a mistake
    return [tuple(page) for page in pages]

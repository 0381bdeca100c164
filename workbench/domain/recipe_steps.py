"""The kinds of steps a recipe is made of. Each says what it reads and writes, and names labels, never positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.number_forms import NumberForm
from workbench.domain.reading.hints import ColumnPart, RowPart


class CorrectionStatus(StrEnum):
    """How far a correction has gone towards being mended at its source."""

    OPEN = "open"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    FIXED = "fixed"


class Target(StrEnum):
    """What a header label can stand for."""

    INDICATOR = "indicator"
    CATEGORY = "category"
    PERIOD = "period"
    AREA = "area"


# what follows from the reader: all that later steps look at
_LAYOUT = ("sheet", "title", "row", "column", "cell", "raw", "value", "flag", "label")
TOTAL = "total"  # a label's meaning beside the targets: it stands for the total of the others


@dataclass(frozen=True, slots=True)
class RowIs:
    """What a row of the sheet is to its table, told to the reader. The row is known by its texts, years apart: the
    ``nth`` of the ``of`` rows that hold them. Where that is no longer so, the reading says so instead."""

    do: ClassVar[str] = "row_is"
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = _LAYOUT
    id: str
    labels: tuple[str, ...]
    part: RowPart
    sheet: str = ""
    nth: int = 1
    of: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ColumnIs:
    """What a column is to its table, told to the reader. It is known by its header texts, outermost first; ``right``
    counts nameless columns to the right of that one."""

    do: ClassVar[str] = "column_is"
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = _LAYOUT
    id: str
    labels: tuple[str, ...]
    part: ColumnPart
    sheet: str = ""
    right: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PickTable:
    """Which table of the workbook: by words of its sheet and title, by labels it must have; else the best fit."""

    do: ClassVar[str] = "pick_table"
    reads: ClassVar[tuple[str, ...]] = ("sheet", "title", "row", "column")
    writes: ClassVar[tuple[str, ...]] = ("table",)
    id: str
    sheet: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoreRows:
    """Rows (by a label of theirs) that are not part of the data, with the reason."""

    do: ClassVar[str] = "ignore_rows"
    reads: ClassVar[tuple[str, ...]] = ("row",)
    writes: ClassVar[tuple[str, ...]] = ("table",)
    id: str
    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ReadNumbers:
    """What "." and "," mean in the columns with these labels (or whole paths, joined by " > "); no label: in all.
    Only texts that can be read both ways change, such as 1.234."""

    do: ClassVar[str] = "read_numbers"
    reads: ClassVar[tuple[str, ...]] = ("column", "raw")
    writes: ClassVar[tuple[str, ...]] = ("value", "flag")
    id: str
    form: NumberForm
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectCell:
    """A cell whose printed content is wrong. ``expect`` is the raw text it must still hold, so that the step fails
    loudly once the source is mended; ``value`` is in the file's own unit, None with a ``flag`` for a missing value."""

    do: ClassVar[str] = "correct_cell"
    reads: ClassVar[tuple[str, ...]] = ("sheet", "cell", "raw")
    writes: ClassVar[tuple[str, ...]] = ("value", "flag")
    id: str
    sheet: str
    cell: str
    expect: str
    value: float | None
    reason: str
    opd: str
    period: str = ""
    flag: str = ""
    status: CorrectionStatus = CorrectionStatus.OPEN


@dataclass(frozen=True, slots=True)
class MapLabels:
    """Header labels by name. ``targets`` is what to look for; ``labels`` are confirmed meanings beside the
    definition's own labels and aliases, as ``{label: {"category": "L"}}``; a whole path is joined by " > ".
    ``{"total": "yes"}`` says that the label stands for the total of the others, ``{}`` that it is not data."""

    reads: ClassVar[tuple[str, ...]] = ("label",)
    writes: ClassVar[tuple[str, ...]] = ("indicator", "category", "period", "area_label", "kind")
    id: str
    targets: tuple[Target, ...]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapColumns(MapLabels):
    """What the labels above a value mean."""

    do: ClassVar[str] = "map_columns"


@dataclass(frozen=True, slots=True)
class MapRows(MapLabels):
    """What the labels before a value mean."""

    do: ClassVar[str] = "map_rows"


@dataclass(frozen=True, slots=True)
class HarmoniseAreas:
    """Area names to codes: the office's list first, then spellings that a person has confirmed."""

    do: ClassVar[str] = "harmonise_areas"
    reads: ClassVar[tuple[str, ...]] = ("area_label",)
    writes: ClassVar[tuple[str, ...]] = ("area_code", "area_name", "kind")
    id: str
    spellings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Symbols:
    """What "-" means here, for all indicators or for some."""

    do: ClassVar[str] = "symbols"
    reads: ClassVar[tuple[str, ...]] = ("flag", "indicator")
    writes: ClassVar[tuple[str, ...]] = ("value", "flag")
    id: str
    dash: SymbolMeaning
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetUnit:
    """The unit of some indicators and the factor that leads to it from the file's figures (ribu ekor: 1000)."""

    do: ClassVar[str] = "set_unit"
    reads: ClassVar[tuple[str, ...]] = ("value", "indicator")
    writes: ClassVar[tuple[str, ...]] = ("value", "unit")
    id: str
    unit: str
    multiplier: float = 1.0
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetPeriod:
    """The period of values whose labels name none; empty means the period that was asked for. With a ``reason`` a
    person has said so, and a form that names no year is not asked about again."""

    do: ClassVar[str] = "set_period"
    reads: ClassVar[tuple[str, ...]] = ("period",)
    writes: ClassVar[tuple[str, ...]] = ("period",)
    id: str
    period: str = ""
    reason: str = ""


Step = (
    RowIs
    | ColumnIs
    | PickTable
    | IgnoreRows
    | ReadNumbers
    | CorrectCell
    | MapColumns
    | MapRows
    | HarmoniseAreas
    | Symbols
    | SetUnit
    | SetPeriod
)  # one of these per line of the recipe file
_KINDS = (
    RowIs,
    ColumnIs,
    PickTable,
    IgnoreRows,
    ReadNumbers,
    CorrectCell,
    MapColumns,
    MapRows,
    HarmoniseAreas,
    Symbols,
    SetUnit,
    SetPeriod,
)
STEP_KINDS: dict[str, type[Any]] = {kind.do: kind for kind in _KINDS}
TOLD_TO_READER = frozenset({RowIs.do, ColumnIs.do})  # hints: they act while the file is read, not on what was read
# Where a new step of a kind goes when nobody says otherwise: what the reader is told comes first; corrections speak of
# the file as printed, so they come before units; symbols and units speak of indicators, so they come after the labels
# are understood.
RANK = {name: place for place, name in enumerate(STEP_KINDS)}

"""A recipe: the ordered, declarative steps that lead from an agency's file to the dataset's definition.

The recipe is a file next to the dataset; it is edited, versioned and replayed from the raw file, never applied by
hand. Steps name labels, never positions, so that last year's recipe fits this year's file of the same shape.
Every step says what it reads and writes: switching one off shows which later steps are touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, ClassVar

from workbench.domain.datasets import DatasetDefinition, SymbolMeaning
from workbench.domain.errors import BadDefinition
from workbench.domain.number_forms import NumberForm
from workbench.domain.reading.model import Flag
from workbench.i18n import _

FORMAT = 1


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


TOTAL = "total"  # a label's meaning beside the targets: it stands for the total of the others


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
    """The period of values whose labels name none; empty means the period that was asked for."""

    do: ClassVar[str] = "set_period"
    reads: ClassVar[tuple[str, ...]] = ("period",)
    writes: ClassVar[tuple[str, ...]] = ("period",)
    id: str
    period: str = ""


Step = (
    PickTable
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
# Where a new step of a kind goes when nobody says otherwise: corrections speak of the file as printed, so they come
# before units; symbols and units speak of indicators, so they come after the labels are understood.
_RANK = {name: place for place, name in enumerate(STEP_KINDS)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """All steps for one dataset, in the order in which they are replayed. Steps named in ``off`` are kept, not run."""

    dataset_id: str
    steps: tuple[Step, ...]
    off: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        ids = [step.id for step in self.steps]
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise BadDefinition(_("Langkah resep {name} tertulis dua kali.").format(name=sorted(twice)[0]))

    def step(self, step_id: str) -> Step | None:
        """The step with this id, or None."""
        return next((s for s in self.steps if s.id == step_id), None)

    def with_step(self, step: Step) -> Recipe:
        """The recipe with this step: in the place of the one with its id, else after the last of its kind."""
        if self.step(step.id) is not None:
            return replace(self, steps=tuple(step if s.id == step.id else s for s in self.steps))
        before = [s for s in self.steps if _RANK[s.do] <= _RANK[step.do]]
        at = max((self.steps.index(s) + 1 for s in before), default=0)
        return replace(self, steps=(*self.steps[:at], step, *self.steps[at:]))

    def without(self, step_id: str) -> Recipe:
        """The recipe without one step."""
        return replace(self, steps=tuple(s for s in self.steps if s.id != step_id), off=self.off - {step_id})

    def switched(self, step_id: str, *, on: bool) -> Recipe:
        """The recipe with one step switched on or off."""
        if self.step(step_id) is None:
            return self
        return replace(self, off=self.off - {step_id} if on else self.off | {step_id})

    def active(self) -> Recipe:
        """The recipe as it is replayed: without the steps that are switched off."""
        return replace(self, steps=tuple(s for s in self.steps if s.id not in self.off), off=frozenset())

    def touched_by(self, step_id: str) -> tuple[str, ...]:
        """Later steps that read what this step writes, directly or through others: what a removal would change."""
        step = self.step(step_id)
        if step is None:
            return ()
        written = set(step.writes)
        found: list[str] = []
        for later in self.steps[self.steps.index(step) + 1 :]:
            if written & set(later.reads):
                found.append(later.id)
                written |= set(later.writes)
        return tuple(found)

    def confirm_spelling(self, label: str, area_code: str) -> Recipe:
        """Remember that this office writes an area so."""
        for step in self.steps:
            if isinstance(step, HarmoniseAreas):
                return self.with_step(replace(step, spellings={**step.spellings, label: area_code}))
        return self.with_step(HarmoniseAreas("wilayah", {label: area_code}))

    def confirm_label(self, axis: str, label: str, meaning: Mapping[str, str]) -> Recipe:
        """Remember what a header label means. ``axis`` is ``row`` or ``column``; an empty meaning: not data."""
        kind = MapRows if axis == "row" else MapColumns
        for step in self.steps:
            if isinstance(step, kind):
                return self.with_step(replace(step, labels={**step.labels, label: dict(meaning)}))
        raise BadDefinition(_("Resep ini belum memetakan label."))

    def correct(self, **what: Any) -> Recipe:
        """The recipe with one more corrected cell; the id follows from sheet, cell and period."""
        name = "-".join(["koreksi", what["sheet"] or "lembar", what["cell"], what.get("period", "")]).strip("-").lower()
        return self.with_step(CorrectCell(id=name.replace(" ", "_"), **what))


def default_recipe(definition: DatasetDefinition) -> Recipe:
    """What follows from the definition alone, so that a well-formed form needs no recipe of its own."""
    columns, rows = [Target.INDICATOR], [Target.INDICATOR]
    if definition.categories:
        columns.append(Target.CATEGORY)
        rows.append(Target.CATEGORY)
    if definition.areas:
        columns.append(Target.AREA)
        rows.append(Target.AREA)
    steps: list[Step] = [
        PickTable("tabel"),
        MapColumns("kolom", (*columns, Target.PERIOD)),
        MapRows("baris", (*rows, Target.PERIOD)),
    ]
    if definition.areas:
        steps.append(HarmoniseAreas("wilayah"))
    steps.append(Symbols("tanda", definition.dash))
    for unit in dict.fromkeys(i.unit for i in definition.indicators):
        codes = tuple(i.code for i in definition.indicators if i.unit == unit)
        steps.append(SetUnit("satuan-" + "_".join(unit.split()), unit, indicators=codes))
    steps.append(SetPeriod("periode"))
    return Recipe(definition.id, tuple(steps))


# ---------------------------------------------------------------- plain data, for the YAML file


def to_plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data; defaults are left out, so that the file shows what was decided."""
    steps = [_step_to_plain(s) for s in recipe.steps]
    off = {"switched_off": sorted(recipe.off)} if recipe.off else {}
    return {"dataset": recipe.dataset_id, "format": FORMAT, **off, "steps": steps}


def _step_to_plain(step: Step) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": step.id, "do": step.do}
    if isinstance(step, MapLabels):
        plain["targets"] = [str(t) for t in step.targets]
        if step.labels:
            plain["labels"] = {k: dict(v) for k, v in sorted(step.labels.items())}
        return plain
    for item in fields(step):
        value = getattr(step, item.name)
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        if item.name == "id" or value == default:
            continue
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Mapping):
            value = dict(sorted(value.items()))
        elif isinstance(value, StrEnum):
            value = str(value)
        plain[item.name] = value
    return plain


def from_plain(data: object, definition: DatasetDefinition) -> Recipe:
    """A recipe from plain data, checked against the definition. ``BadRecipe`` says which step is wrong."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT or not isinstance(data.get("steps"), list):
        raise BadDefinition(_("Resep harus memuat dataset, format: {format} dan steps.").format(format=FORMAT))
    if data.get("dataset") != definition.id:
        raise BadDefinition(
            _("Resep ini untuk dataset {other}, bukan {id}.").format(other=data.get("dataset"), id=definition.id)
        )
    steps = []
    for number, item in enumerate(data["steps"]):
        try:
            steps.append(_step_from_plain(item, definition))
        except (BadDefinition, ValueError, TypeError, KeyError) as error:
            raise BadStep(number, str(error)) from error
    off = frozenset(str(name) for name in _list(data.get("switched_off", [])))
    _known(off, {step.id for step in steps})
    return Recipe(definition.id, tuple(steps), off)


class BadStep(BadDefinition):
    """A step of a recipe breaks a rule; ``number`` counts from 0."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(_("langkah ke-{number}: {problem}").format(number=number + 1, problem=problem))
        self.number = number


def _step_from_plain(item: object, definition: DatasetDefinition) -> Step:
    if not isinstance(item, Mapping) or item.get("do") not in STEP_KINDS:
        raise BadDefinition(_("jenis langkah ini tidak dikenal."))
    kind = STEP_KINDS[item["do"]]
    given = {key: value for key, value in item.items() if key != "do"}
    unknown = set(given) - {f.name for f in fields(kind)}
    if unknown or not isinstance(given.get("id"), str):
        raise BadDefinition(
            _("kunci {key} tidak dikenal atau id kosong.").format(key=", ".join(sorted(unknown)) or "id")
        )
    values: dict[str, Any] = {}
    for name, value in given.items():
        values[name] = _field(kind, name, value, definition)
    step: Step = kind(**values)
    if isinstance(step, CorrectCell) and (not step.reason.strip() or not step.opd.strip()):
        raise BadDefinition(_("koreksi sel harus menyebut alasan dan OPD-nya."))
    if isinstance(step, CorrectCell) and step.value is None and step.flag not in set(Flag):
        raise BadDefinition(_("koreksi tanpa nilai harus menyebut sebabnya (flag)."))
    return step


def _field(kind: type[Any], name: str, value: object, definition: DatasetDefinition) -> object:
    if name == "targets":
        return tuple(Target(str(v)) for v in _list(value))
    if name == "dash":
        return SymbolMeaning(str(value))
    if name == "form":
        return NumberForm(str(value))
    if name == "status":
        return CorrectionStatus(str(value))
    if name == "indicators":
        return _known((str(v) for v in _list(value)), {i.code for i in definition.indicators})
    if name == "labels" and kind in (MapColumns, MapRows):
        return _meanings(value, definition)
    if name == "labels":
        return tuple(str(v) for v in _list(value))
    if name == "spellings":
        return {str(k): str(v) for k, v in _mapping(value).items()}
    if name == "multiplier" or (name == "value" and value is not None):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadDefinition(_("{key} harus berupa bilangan.").format(key=name))
        return float(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadDefinition(_("{key} harus berupa teks; beri tanda kutip.").format(key=name))
    return value


def _meanings(value: object, definition: DatasetDefinition) -> dict[str, dict[str, str]]:
    known = {"indicator": {i.code for i in definition.indicators}, "category": {c.code for c in definition.categories}}
    meanings: dict[str, dict[str, str]] = {}
    for label, meaning in _mapping(value).items():
        plain = {str(k): str(v) for k, v in _mapping(meaning).items()}
        for target, code in plain.items():
            if target not in (*Target, TOTAL):
                raise BadDefinition(_("kunci {key} tidak dikenal atau id kosong.").format(key=target))
            if target in known:
                _known([code], known[target])
        meanings[str(label)] = plain
    return meanings


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadDefinition(_("di sini harus ada daftar."))
    return value


def _mapping(value: object) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise BadDefinition(_("di sini harus ada pasangan kunci dan isi."))
    return value


def _known(codes: Iterable[str], known: set[str]) -> tuple[str, ...]:
    found = tuple(codes)
    for code in found:
        if code not in known:
            raise BadDefinition(_("kode {code} tidak ada dalam definisi.").format(code=code))
    return found

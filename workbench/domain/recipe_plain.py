"""A recipe as plain data and back, for its YAML file: what a person wrote by hand is checked, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any

from workbench.domain.datasets import DatasetDefinition, SymbolMeaning
from workbench.domain.errors import BadDefinition
from workbench.domain.number_forms import NumberForm
from workbench.domain.reading.hints import ColumnPart, RowPart
from workbench.domain.reading.model import Flag
from workbench.domain.recipe_steps import (
    STEP_KINDS,
    TOTAL,
    ColumnIs,
    CorrectCell,
    CorrectionStatus,
    MapColumns,
    MapLabels,
    MapRows,
    RowIs,
    Step,
    Target,
)
from workbench.domain.recipes import Recipe
from workbench.i18n import _

FORMAT = 1


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
    if isinstance(step, RowIs) and (not step.labels or step.nth > step.of):
        raise BadDefinition(_("baris harus disebut dengan teksnya, dan urutannya tidak melebihi banyaknya."))
    if isinstance(step, ColumnIs) and not step.labels and not step.right:
        raise BadDefinition(_("kolom harus disebut dengan kepalanya."))
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
    if name == "part":
        return RowPart(str(value)) if kind is RowIs else ColumnPart(str(value))
    if name in ("nth", "of", "right"):
        if isinstance(value, bool) or not isinstance(value, int) or value < (0 if name == "right" else 1):
            raise BadDefinition(_("{key} harus berupa bilangan.").format(key=name))
        return value
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

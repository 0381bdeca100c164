"""Dataset definitions, area lists and the list of agencies, read from the reference folder."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.domain.areas import Area, AreaList
from workbench.domain.datasets import (
    Category,
    DatasetDefinition,
    Indicator,
    Rule,
    RuleKind,
    SymbolMeaning,
    standard_rules,
)
from workbench.domain.errors import BadDefinition, NotFound
from workbench.domain.places import Place
from workbench.domain.reading.model import Severity
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage.yaml_lines import MarkedYaml, load, parse

_TOP = {
    "id", "title", "title_en", "opd_code", "chapter", "unit", "concept", "source", "areas", "categories",
    "indicators", "header_words", "dash", "rules",
}  # fmt: skip
_INDICATOR = {"code", "label", "label_en", "unit", "decimals", "aliases", "categorised", "additive"}
_CATEGORY = {"code", "label", "label_en", "aliases", "whole"}


@dataclass(frozen=True, slots=True)
class Opd:
    """An agency of the office, as its reference file names it."""

    code: str
    name: str
    short_name: str
    sector: str
    is_walidata: bool


def reference_folder() -> Path:
    """Where code lists and definitions lie."""
    return get_settings().reference_dir / "reference"


def _text(doc: MarkedYaml, at: dict[str, Any], place: Place, key: str, *, required: bool = True) -> str:
    value = at.get(key)
    if value is None and not required:
        return ""
    if value is None:
        raise doc.wrong(place, _("{key} belum diisi.").format(key=key))
    if not isinstance(value, str):
        raise doc.wrong((*place, key), _("{key} harus berupa teks; beri tanda kutip.").format(key=key))
    return value.strip()


def _texts(doc: MarkedYaml, at: dict[str, Any], place: Place, key: str) -> tuple[str, ...]:
    value = at.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise doc.wrong((*place, key), _("{key} harus berupa daftar teks.").format(key=key))
    return tuple(value)


def _mapping(doc: MarkedYaml, value: Any, place: Place, known: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise doc.wrong(place, _("di sini harus ada pasangan kunci dan isi."))
    for key in value:
        if key not in known:
            raise doc.wrong((*place, str(key)), _("kunci {key} tidak dikenal.").format(key=key))
    return value


def _listing(doc: MarkedYaml, value: Any, place: Place) -> list[Any]:
    if not isinstance(value, list):
        raise doc.wrong(place, _("di sini harus ada daftar."))
    return value


def _indicator(doc: MarkedYaml, value: Any, place: Place) -> Indicator:
    at = _mapping(doc, value, place, _INDICATOR)
    decimals = at.get("decimals", 0)
    if not isinstance(decimals, int) or not 0 <= decimals <= 9:
        raise doc.wrong((*place, "decimals"), _("decimals harus bilangan 0 sampai 9."))
    return Indicator(
        code=_text(doc, at, place, "code"),
        label=_text(doc, at, place, "label"),
        unit=_text(doc, at, place, "unit"),
        label_en=_text(doc, at, place, "label_en", required=False),
        decimals=decimals,
        aliases=_texts(doc, at, place, "aliases"),
        categorised=bool(at.get("categorised", True)),
        additive=bool(at.get("additive", True)),
    )


def _category(doc: MarkedYaml, value: Any, place: Place) -> Category:
    at = _mapping(doc, value, place, _CATEGORY)
    return Category(
        code=_text(doc, at, place, "code"),
        label=_text(doc, at, place, "label"),
        label_en=_text(doc, at, place, "label_en", required=False),
        aliases=_texts(doc, at, place, "aliases"),
        whole=bool(at.get("whole", False)),
    )


def _rule(doc: MarkedYaml, value: Any, place: Place, indicators: set[str]) -> Rule:
    if not isinstance(value, dict):
        raise doc.wrong(place, _("di sini harus ada pasangan kunci dan isi."))
    kind, severity = _text(doc, value, place, "kind"), _text(doc, value, place, "severity")
    if kind not in set(RuleKind):
        raise doc.wrong((*place, "kind"), _("jenis aturan {kind} tidak dikenal.").format(kind=kind))
    if severity not in set(Severity):
        raise doc.wrong((*place, "severity"), _("tingkat {name} tidak dikenal.").format(name=severity))
    params = {key: item for key, item in value.items() if key not in ("id", "kind", "severity")}
    named = [*params.get("parts", []), *params.get("indicators", [])]
    named += [params["total"]] if "total" in params else []
    for code in named:
        if code not in indicators:
            raise doc.wrong(place, _("indikator {code} tidak ada dalam definisi.").format(code=code))
    return Rule(_text(doc, value, place, "id"), RuleKind(kind), Severity(severity), params)


def _unique(doc: MarkedYaml, codes: Iterable[str], place: Place) -> None:
    seen: set[str] = set()
    for number, code in enumerate(codes):
        if code in seen:
            raise doc.wrong((*place, number), _("kode {code} dipakai dua kali.").format(code=code))
        seen.add(code)


def _categories(doc: MarkedYaml, data: dict[str, Any]) -> tuple[str, tuple[Category, ...]]:
    if data.get("categories") is None:
        return "", ()
    block = _mapping(doc, data["categories"], ("categories",), {"label", "items"})
    place: Place = ("categories", "items")
    items = [_category(doc, v, (*place, n)) for n, v in enumerate(_listing(doc, block.get("items"), place))]
    _unique(doc, (c.code for c in items), place)
    return _text(doc, block, ("categories",), "label"), tuple(items)


def definition(text: str, name: str) -> DatasetDefinition:
    """A dataset definition from its YAML text; ``BadDefinition`` names file and line."""
    lists = sorted((reference_folder() / "areas").glob("*.csv"))
    return _definition(text, name, tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in lists))


@lru_cache(maxsize=512)
def _definition(text: str, name: str, _lists: tuple[tuple[str, int, int], ...]) -> DatasetDefinition:
    """Read once for each text and state of the area lists: lists of data are asked for all the time."""
    doc = parse(text, name)
    data = _mapping(doc, doc.data, (), _TOP)
    label, categories = _categories(doc, data)
    place: Place = ("indicators",)
    indicators = [_indicator(doc, v, (*place, n)) for n, v in enumerate(_listing(doc, data.get("indicators"), place))]
    if not indicators:
        raise doc.wrong(place, _("paling sedikit satu indikator."))
    _unique(doc, (i.code for i in indicators), place)
    listed, office, level = "", "", ""
    expected: tuple[str, ...] = ()
    if data.get("areas") is not None:
        block = _mapping(doc, data["areas"], ("areas",), {"list", "office", "level", "only"})
        listed, office, level = (_text(doc, block, ("areas",), key) for key in ("list", "office", "level"))
        only = _texts(doc, block, ("areas",), "only")  # a dataset about some of the areas
        expected = tuple(a.code for a in area_list(listed).within(office, level) if not only or a.code in only)
    dash = data.get("dash", SymbolMeaning.ASK.value)
    if dash not in set(SymbolMeaning):
        raise doc.wrong(("dash",), _("arti tanda hubung {name} tidak dikenal.").format(name=dash))
    codes = {i.code for i in indicators}
    own = [_rule(doc, v, ("rules", n), codes) for n, v in enumerate(_listing(doc, data.get("rules") or [], ("rules",)))]
    _unique(doc, (r.id for r in own), ("rules",))
    found = DatasetDefinition(
        id=_text(doc, data, (), "id"),
        title=_text(doc, data, (), "title"),
        title_en=_text(doc, data, (), "title_en"),
        opd_code=_text(doc, data, (), "opd_code"),
        chapter=_text(doc, data, (), "chapter"),
        unit=_text(doc, data, (), "unit"),
        indicators=tuple(indicators),
        rules=tuple(own),
        areas=listed,
        area_level=level,
        office_area=office,
        expected_areas=expected,
        category_label=label,
        categories=categories,
        header_words=_texts(doc, data, (), "header_words"),
        dash=SymbolMeaning(dash),
        concept=_text(doc, data, (), "concept", required=False),
        source=_text(doc, data, (), "source", required=False),
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )
    replaced = {rule.id: rule for rule in standard_rules(found)} | {rule.id: rule for rule in own}
    return replace(found, rules=tuple(replaced.values()))


def own_folder() -> Path:
    """Definitions made in this data folder; they stand beside the office's reference files, which go first."""
    return get_settings().data_dir / "reference"


def reference_file(kind: str, name: str) -> Path | None:
    """The file ``<kind>/<name>.yaml`` of the office's reference files, else of this data folder; None without one."""
    if not name.replace("-", "").replace("_", "").isalnum():
        return None
    places = (folder / kind / f"{name}.yaml" for folder in (reference_folder(), own_folder()))
    return next((path for path in places if path.is_file()), None)


def write_own(kind: str, name: str, text: str) -> Path:
    """Write a reference file of this data folder, whole or not at all. ``NotFound`` when the name is no plain name."""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise NotFound(_("Dataset {id} tidak ada dalam daftar data.").format(id=name))
    path = get_settings().folder(f"reference/{kind}") / f"{name}.yaml"
    building = path.with_suffix(".part")
    building.write_text(text, encoding="utf-8")
    building.replace(path)
    return path


def path_of(dataset_id: str) -> Path:
    """The file of a dataset's definition; ``NotFound`` when there is none (or the id is no plain name)."""
    path = reference_file("datasets", dataset_id)
    if path is None:
        raise NotFound(_("Dataset {id} tidak ada dalam daftar data.").format(id=dataset_id))
    return path


def get(dataset_id: str) -> DatasetDefinition:
    """The definition of a dataset."""
    path = path_of(dataset_id)
    found = definition(path.read_text(encoding="utf-8"), path.name)
    if found.id != dataset_id:
        raise BadDefinition(f"{path.name}:1: " + _("id {id} berbeda dari nama berkasnya.").format(id=found.id))
    return found


def all_datasets() -> list[DatasetDefinition]:
    """All definitions, by chapter and then by id."""
    names = {path.stem for root in (reference_folder(), own_folder()) for path in (root / "datasets").glob("*.yaml")}
    found = [get(name) for name in sorted(names)]
    return sorted(found, key=lambda d: (int(d.chapter) if d.chapter.isdigit() else 99, d.id))


def area_list(name: str) -> AreaList:
    """An office's area list; its first row is the office's own area, the root."""
    path = reference_folder() / "areas" / f"{name}.csv"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise NotFound(_("Daftar wilayah {name} tidak ada.").format(name=name))
    with path.open(encoding="utf-8", newline="") as lines:
        areas = [
            Area(
                code=row["code"],
                name=row["name"],
                level=row["level"],
                parent=row["parent"],
                bps_code=row["bps_code"],
                aliases=tuple(a.strip() for a in row["aliases"].split(";") if a.strip()),
            )
            for row in csv.DictReader(lines)
        ]
    known = {a.code for a in areas}
    for number, area in enumerate(areas, start=2):
        if number > 2 and area.parent not in known:
            raise BadDefinition(f"{path.name}:{number}: " + _("induk {code} tidak ada.").format(code=area.parent))
    if not areas or len(known) != len(areas):
        raise BadDefinition(f"{path.name}:1: " + _("daftar wilayah kosong atau berisi kode ganda."))
    return AreaList(areas[0].code, tuple(areas))


def opds() -> list[Opd]:
    """The office's agencies."""
    doc = load(reference_folder() / "opd.yaml")
    found = []
    for number, item in enumerate(_listing(doc, (doc.data or {}).get("opd"), ("opd",))):
        place: Place = ("opd", number)
        at = _mapping(doc, item, place, {"code", "name", "short_name", "sector", "walidata"})
        found.append(
            Opd(
                code=_text(doc, at, place, "code"),
                name=_text(doc, at, place, "name"),
                short_name=_text(doc, at, place, "short_name"),
                sector=_text(doc, at, place, "sector", required=False),
                is_walidata=bool(at.get("walidata", False)),
            )
        )
    _unique(doc, (o.code for o in found), ("opd",))
    return found

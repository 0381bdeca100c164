"""The yearbook of a folder: one numbered table for each derived dataset, and in words what is not printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from workbench.domain.ad_hoc_model import Derived, FiledColumn
from workbench.i18n import _, _n
from workbench.storage import datasets

SPEC = "folder-peragaan"
MOST_ROWS = 120  # a longer table is accepted but not printed
MOST_COLUMNS = 10
_NOTE = 320


@dataclass(frozen=True, slots=True)
class Printed:
    """An accepted dataset as the book takes it: its periods with a version, and what is to be said under it."""

    dataset_id: str
    title: str
    derived: Derived
    periods: tuple[str, ...]
    notes: tuple[str, ...]
    file: str


def too_long(derived: Derived) -> bool:
    """Is the table left out of print for its length?"""
    return derived.height > MOST_ROWS


def write_spec(tables: Sequence[Printed], left_out: Sequence[str], *, years: str) -> str:
    """Write the book's specification into the data folder; returns its name. ``left_out`` are sentences."""
    datasets.write_own(
        "yearbook", SPEC, yaml.safe_dump(_book(tables, left_out, years), sort_keys=False, allow_unicode=True, width=110)
    )
    return SPEC


def _book(tables: Sequence[Printed], left_out: Sequence[str], years: str) -> dict[str, Any]:
    shown = [table for table in tables if not too_long(table.derived)]
    long = [table for table in tables if too_long(table.derived)]
    chapters: list[dict[str, Any]] = [
        {
            "key": "tabel", "title": "Tabel dari Berkas Perangkat Daerah", "title_en": "Tables from Agency Files",
            "intro": [
                _("Tiap tabel dicetak seperti dalam berkasnya: label, satuan, dan jumlahnya tidak diubah dan tidak "
                  "dihitung ulang. Definisi datanya diturunkan dari label tabel itu sendiri.")
            ],
            "items": [_table(table) for table in shown],
        }
    ]  # fmt: skip
    told = [*_too_long(long), *left_out]
    if told:
        chapters.append(
            {
                "key": "tidak-dicetak", "title": "Yang Tidak Dicetak", "title_en": "What Is Not Printed",
                "intro": [_("Berkas dan tabel berikut tersimpan utuh, tetapi tidak dicetak dalam edisi ini."), *told],
                "items": [],
            }
        )  # fmt: skip
    return {
        "id": SPEC,
        "title": "Data Sektoral dari Berkas Perangkat Daerah",
        "title_en": "Sectoral Data from Agency Files",
        "place": "Peragaan",
        "place_en": "Demonstration",
        "publisher": "Peragaan Ruang Kerja Statistik Sektoral",
        "address": "–",
        "signatory": "Peragaan, tanpa penanda tangan",
        "catalogue": {"Isi": f"{len(shown)} tabel, {years}"},
        "foreword": [
            _("Buku ini hasil peragaan: berkas sebuah folder dijalankan dari penerimaan sampai terbit. Angkanya "
              "diterima apa adanya dan tidak diperiksa oleh perangkat daerah pengirimnya; jangan dikutip sebagai "
              "statistik resmi."),
            _("Sel yang kosong tetap kosong dan tidak pernah diganti dengan nol. Setiap angka dapat ditelusuri kembali "
              "sampai ke sel pada berkasnya."),
        ],
        "conventions": [
            _("Angka ditulis dengan titik sebagai pemisah ribuan dan koma sebagai tanda desimal."),
            _("Jumlah dan subjumlah adalah milik berkas pengirim; buku ini tidak menjumlahkan."),
        ],
        "chapters": chapters,
    }  # fmt: skip


def _too_long(tables: Sequence[Printed]) -> list[str]:
    """Tables left out of print for their length, those of one title together."""
    groups: dict[tuple[str, str], list[Printed]] = {}
    for table in tables:
        groups.setdefault((table.title, table.file), []).append(table)
    return [
        _n(
            "{title}, {years}: {n} baris, diterima sebagai data tetapi terlalu panjang untuk dicetak ({file}).", height
        ).format(title=title, years=", ".join(p for t in group for p in t.periods), n=height, file=file)
        for (title, file), group in groups.items()
        for height in [sum(t.derived.height for t in group)]
    ]


def _table(table: Printed) -> dict[str, Any]:
    derived = table.derived
    wide = max(1, MOST_COLUMNS // len(derived.across))
    several = derived.down != "period"
    shown = table.periods[-wide:] if several else table.periods
    notes = [note[:_NOTE] for note in table.notes]
    if len(shown) < len(table.periods):
        notes.append(_("Tahun {years} diterima juga dan ada dalam edisi ini, tetapi tidak dicetak.").format(
            years=", ".join(table.periods[: -len(shown)])))  # fmt: skip
    units = {column.unit for column in derived.across}
    unit = next(iter(units)) if len(units) == 1 and derived.down != "indicator" else ""
    if unit and any(unit.casefold() in column.label.casefold() for column in derived.across):
        unit = ""
    spec: dict[str, Any] = {
        "table": table.dataset_id,
        "title": table.title,
        "dataset": table.dataset_id,
        "as_filed": True,
        "rows": derived.down,
        "stub": derived.stub,
        "period": f"last:{len(shown)}",
        "columns": [_column(column, unit) for column in derived.across],
    }
    extra: Mapping[str, Any] = {"unit": unit, "total_label": derived.total_label, "notes": notes}
    return spec | {name: value for name, value in extra.items() if value}


def _column(column: FiledColumn, unit: str) -> dict[str, Any]:
    label = column.label
    if not unit and column.unit and column.unit.casefold() not in label.casefold():
        label = f"{label} ({column.unit})"
    spec: dict[str, Any] = {"key": column.key, "indicator": column.indicator, "label": label}
    for name, value in (("category", column.category), ("spanner", column.spanner), ("unit", column.unit)):
        if value:
            spec[name] = value
    if column.indicator != "*":
        spec["decimals"] = column.decimals
    return spec

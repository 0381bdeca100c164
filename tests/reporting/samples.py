"""Accepted versions and editions made by hand for the tests of this folder; every figure is invented."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.reporting.edition import definition_record
from workbench.storage import datasets, edition_store

AREAS = ("33.72.01", "33.72.02", "33.72.03", "33.72.04", "33.72.05")
NAMES = {
    "33.72.01": "Laweyan", "33.72.02": "Serengan", "33.72.03": "Pasar Kliwon", "33.72.04": "Jebres",
    "33.72.05": "Banjarsari",
}  # fmt: skip
SCHEMA = pa.schema(
    [
        ("obs_id", pa.int64()), ("indicator", pa.string()), ("category", pa.string()), ("area_code", pa.string()),
        ("area_name", pa.string()), ("period", pa.string()), ("value", pa.float64()), ("flag", pa.string()),
        ("unit", pa.string()), ("kind", pa.string()), ("file_sha256", pa.string()), ("sheet", pa.string()),
        ("cell", pa.string()), ("raw", pa.string()), ("steps", pa.string()),
    ]
)  # fmt: skip

Figure = tuple[str, str | None, str | None, float | None, str | None]


def write_version(path: Path, period: str, figures: Iterable[Figure], unit: str = "orang") -> tuple[str, int]:
    """An accepted version of (indicator, category, area, value, flag) figures; returns its hash and row count."""
    rows = [
        {
            "obs_id": n, "indicator": i, "category": c, "area_code": a, "area_name": NAMES.get(a or ""),
            "period": period, "value": v, "flag": f, "unit": unit, "kind": "data", "file_sha256": "f" * 64,
            "sheet": "Data", "cell": f"C{n + 4}", "raw": "" if v is None else str(v), "steps": json.dumps(["s1"]),
        }
        for n, (i, c, a, v, f) in enumerate(figures, 1)
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, compression="zstd", write_page_checksum=True)
    return hashlib.sha256(path.read_bytes()).hexdigest(), len(rows)


def _invented(*parts: Any) -> float:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


_LEVEL = {"jumlah_penduduk": 52000, "kelahiran": 720, "kematian": 410, "sekolah": 18, "murid": 5200, "guru": 260,
          "ayam_ras": 4200, "ayam_buras": 2100, "itik": 900, "luas_panen": 14, "produksi": 80, "perawat": 320,
          "posyandu": 96, "apotek": 22}  # fmt: skip


def full_figures(dataset_id: str, year: int) -> list[Figure]:
    """Every expected figure of a real definition, steady from year to year."""
    definition = datasets.get(dataset_id)
    figures: list[Figure] = []
    for indicator in definition.indicators:
        categories = [c.code for c in definition.categories] if indicator.categorised else []
        for area in AREAS:
            for category in categories or [None]:
                base = _LEVEL.get(indicator.code, 24) * (0.45 + 1.1 * _invented(dataset_id, indicator.code, area))
                value = base * (0.97 + 0.06 * _invented(category, area)) * (1.012 ** (year - 2020))
                figures.append((indicator.code, category, area, round(value, indicator.decimals), None))
    return figures


def write_edition(
    folder: Path,
    versions: Mapping[tuple[str, str], tuple[int, list[Figure]]],
    *,
    sample: bool = True,
    edition_id: str = "2025-1",
    work: Path | None = None,
) -> Path:
    """A frozen edition of the given versions ``{(dataset, period): (version, figures)}`` at ``folder``."""
    sources = []
    for (dataset, period), (version, figures) in versions.items():
        path = (work or folder.parent / "clean") / dataset / period / f"v{version}.parquet"
        sha, rows = write_version(path, period, figures)
        sources.append(
            edition_store.TableSource(dataset, period, version, path, sha, rows, "2026-02-02T03:00:00+00:00", "Sri")
        )
    used = sorted({dataset for dataset, _period in versions})
    definitions = {name: datasets.get(name) for name in used}
    edition_store.write(
        folder,
        facts={
            "id": edition_id, "title": "Statistik Sektoral Kota Surakarta", "year": "2025", "place": "Kota Surakarta",
            "place_en": "Surakarta Municipality", "sample": sample, "frozen_at": "2026-03-02T02:15:00+00:00",
            "frozen_by": "Sri", "areas": NAMES,
            "producers": {name: definition.source for name, definition in definitions.items()},
        },
        sources=sources,
        definitions={name: definition_record(definition) for name, definition in definitions.items()},
    )  # fmt: skip
    return folder


def full_edition(folder: Path, years: Iterable[int] = (2021, 2022, 2023, 2024, 2025), *, gap: bool = True) -> Path:
    """All datasets of the office's yearbook; with a gap, Jebres has no doctors stated in the last year."""
    versions: dict[tuple[str, str], tuple[int, list[Figure]]] = {}
    for definition in datasets.all_datasets():
        for year in years:
            figures = full_figures(definition.id, year)
            if gap and definition.id == "tenaga-kesehatan" and year == max(years):
                figures = [
                    (i, c, a, None, "not_available") if (i, a) == ("dokter", "33.72.04") else (i, c, a, v, f)
                    for i, c, a, v, f in figures
                ]
            if gap and definition.id == "kelahiran-kematian" and year == max(years):
                figures = [(i, c, a, v, "provisional" if i == "kematian" else f) for i, c, a, v, f in figures]
            versions[definition.id, str(year)] = (1, figures)
    return write_edition(folder, versions)

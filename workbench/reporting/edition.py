"""A frozen edition, opened read-only: Parquet files checked against their SHA-256, in an in-memory DuckDB.

Nothing here can change an edition: the files are read once into memory and DuckDB is then locked away from the disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import yaml

from workbench.domain.datasets import DatasetDefinition
from workbench.domain.errors import NotFound, Refused
from workbench.domain.reading.model import Flag
from workbench.i18n import _
from workbench.reporting.formats import flag_of

COLUMNS = (
    "obs_id", "indicator", "category", "area_code", "area_name", "period", "value", "flag", "unit", "kind",
    "file_sha256", "sheet", "cell", "raw", "steps",
)  # fmt: skip
"""Columns of an accepted dataset version, in order."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What one figure of a dataset means."""

    code: str
    label: str
    label_en: str = ""
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What print needs to know of a dataset definition."""

    id: str
    title: str
    title_en: str
    unit: str
    indicators: Mapping[str, Indicator]
    categories: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    producer: str = ""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One accepted version inside an edition."""

    dataset: str
    period: str
    version: int
    sha256: str
    rows: int
    path: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One value with its place in an accepted version."""

    dataset: str
    version_period: str
    version: int
    obs_id: int
    indicator: str
    category: str | None
    area_code: str | None
    area_name: str | None
    period: str
    value: float | None
    flag: Flag | None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parse_definition(data: Mapping[str, Any], producer: str = "") -> DatasetInfo:
    """A ``definition_record`` as print sees it."""
    unit = str(data.get("unit") or "")
    indicators = {
        str(item["code"]): Indicator(
            str(item["code"]),
            str(item["label"]),
            str(item.get("label_en") or ""),
            str(item.get("unit") or unit),
            int(item.get("decimals") or 0),
        )
        for item in data["indicators"]
    }
    return DatasetInfo(
        id=str(data["id"]),
        title=str(data["title"]),
        title_en=str(data.get("title_en") or ""),
        unit=unit,
        indicators=indicators,
        categories={
            str(item["code"]): (str(item["label"]), str(item.get("label_en") or ""))
            for item in data.get("categories") or ()
        },
        areas=tuple(str(code) for code in data.get("expected_areas") or ()),
        producer=producer,
    )


def definition_record(definition: DatasetDefinition) -> dict[str, Any]:
    """What an edition keeps of a definition: plain data, so that it opens without the office's other files."""
    return {
        "id": definition.id,
        "title": definition.title,
        "title_en": definition.title_en,
        "unit": definition.unit,
        "indicators": [
            {"code": i.code, "label": i.label, "label_en": i.label_en, "unit": i.unit, "decimals": i.decimals}
            for i in definition.indicators
        ],
        "categories": [{"code": c.code, "label": c.label, "label_en": c.label_en} for c in definition.categories],
        "expected_areas": list(definition.expected_areas),
        "concept": definition.concept,
        "sha256": definition.sha256,
    }


class Edition:
    """A frozen edition. Use ``Edition.open(folder)``; close it, or use it as a context manager."""

    def __init__(
        self,
        folder: Path,
        manifest: Mapping[str, Any],
        manifest_sha256: str,
        datasets: Mapping[str, DatasetInfo],
        versions: Sequence[VersionInfo],
        connection: duckdb.DuckDBPyConnection,
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.manifest_sha256 = manifest_sha256
        self.datasets = datasets
        self.versions = tuple(versions)
        self._connection = connection

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open and verify; ``Refused`` when a file is missing, changed, or not a dataset version."""
        path = folder / MANIFEST
        if not path.exists():
            raise NotFound(_("Edisi tidak ditemukan: {folder}.").format(folder=folder.name))
        body = path.read_bytes()
        manifest = json.loads(body)
        versions = [
            VersionInfo(
                item["dataset"], str(item["period"]), int(item["version"]), item["sha256"], int(item["rows"]),
                item["path"],
            )
            for item in manifest["tables"]
        ]  # fmt: skip
        for item in [*manifest["tables"], *manifest["definitions"]]:
            _verify(folder / item["path"], item["sha256"])
        producers = manifest.get("producers") or {}
        datasets = {}
        for item in manifest["definitions"]:
            data = yaml.safe_load((folder / item["path"]).read_text(encoding="utf-8"))
            datasets[item["dataset"]] = parse_definition(data, producers.get(item["dataset"], ""))
        return cls(folder, manifest, hashlib.sha256(body).hexdigest(), datasets, versions, _load(folder, versions))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    @property
    def frozen_at(self) -> datetime:
        """When the edition was frozen (aware UTC); the only time a rendered book speaks of."""
        return datetime.fromisoformat(self.manifest["frozen_at"])

    @property
    def sample(self) -> bool:
        """Are these sample figures, to be marked *data contoh* on every page?"""
        return bool(self.manifest.get("sample"))

    def dataset(self, dataset_id: str) -> DatasetInfo:
        """The definition frozen with the edition; ``NotFound`` when the edition does not hold the dataset."""
        try:
            return self.datasets[dataset_id]
        except KeyError as error:
            raise NotFound(_("Edisi ini tidak memuat dataset {id}.").format(id=dataset_id)) from error

    def periods(self, dataset_id: str) -> list[str]:
        """Periods with figures, oldest first."""
        return [r[0] for r in self.rows("SELECT DISTINCT period FROM figure WHERE dataset = ? ORDER BY 1", dataset_id)]

    def area_name(self, code: str) -> str:
        """The area's name as frozen with the edition, else as an accepted version wrote it, else its code."""
        named = (self.manifest.get("areas") or {}).get(code)
        if named:
            return str(named)
        found = self.rows("SELECT min(area_name) FROM figure WHERE area_code = ?", code)
        return str(found[0][0]) if found and found[0][0] else code

    def areas(self, dataset_id: str) -> list[str]:
        """Area codes expected by the definition or present in the figures, by code; text, always."""
        present = self.rows(
            "SELECT DISTINCT area_code FROM figure WHERE dataset = ? AND area_code IS NOT NULL", dataset_id
        )
        return sorted({*self.dataset(dataset_id).areas, *(code for (code,) in present)})

    def categories(self, dataset_id: str, indicator: str) -> list[str]:
        """Category codes of an indicator: in the order of the definition, then as they appear."""
        found = self.rows(
            "SELECT category FROM figure WHERE dataset = ? AND indicator = ? AND category IS NOT NULL"
            " GROUP BY category ORDER BY min(obs_id)",
            dataset_id, indicator,
        )  # fmt: skip
        present = [code for (code,) in found]
        known = [code for code in self.dataset(dataset_id).categories if code in present]
        return known + [code for code in present if code not in known]

    def observations(self, dataset_id: str, indicators: Iterable[str], periods: Iterable[str]) -> list[Observation]:
        """The figures of some indicators and periods. Where two versions state the same figure, the later speaks."""
        rows = self.rows(
            "SELECT dataset, version_period, version, obs_id, indicator, category, area_code, area_name, period,"
            " value, flag FROM figure WHERE dataset = ? AND list_contains(?, indicator) AND list_contains(?, period)"
            " ORDER BY obs_id, version_period",
            dataset_id, list(indicators), list(periods),
        )  # fmt: skip
        return [_observation(row) for row in rows]

    def stated(self, dataset_id: str, periods: Iterable[str]) -> list[tuple[Observation, str]]:
        """All that accepted versions state about some periods, totals and subtotals of the agency's own file among it:
        each observation with its kind (data, subtotal, total), in the file's order; the later version speaks."""
        found = self.rows(
            "SELECT dataset, version_period, version, obs_id, indicator, category, area_code, area_name, period,"
            " value, flag, kind FROM observation WHERE dataset = ? AND list_contains(?, period) QUALIFY row_number()"
            " OVER (PARTITION BY indicator, category, area_code, period ORDER BY version_period DESC, version DESC) = 1"
            " ORDER BY obs_id, version_period",
            dataset_id, list(periods),
        )  # fmt: skip
        return [(_observation(row[:-1]), str(row[-1])) for row in found]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Answer one read query over ``figure`` (newest statement of each figure) and ``observation`` (all)."""
        return self._connection.execute(sql, list(values)).fetchall()


def _observation(row: tuple[Any, ...]) -> Observation:
    dataset, version_period, version, obs_id, indicator, category, area_code, area_name, period, value, flag = row
    return Observation(
        dataset, version_period, version, obs_id, indicator, category, area_code, area_name, period, value,
        flag_of(flag),
    )  # fmt: skip


def _verify(path: Path, expected: str) -> None:
    if not path.exists():
        raise Refused(_("Berkas edisi {name} tidak ada. Bekukan edisi baru.").format(name=path.name))
    if sha256_of(path) != expected:
        raise Refused(_("Berkas edisi {name} telah berubah sejak dibekukan; draf tidak dibuat.").format(name=path.name))


def _load(folder: Path, versions: Sequence[VersionInfo]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(
        "CREATE TABLE observation (dataset VARCHAR, version_period VARCHAR, version BIGINT, obs_id BIGINT,"
        " indicator VARCHAR, category VARCHAR, area_code VARCHAR, area_name VARCHAR, period VARCHAR, value DOUBLE,"
        " flag VARCHAR, unit VARCHAR, kind VARCHAR, file_sha256 VARCHAR, sheet VARCHAR, cell VARCHAR, raw VARCHAR,"
        " steps VARCHAR)"
    )
    for version in versions:
        path = folder / version.path
        present = [
            row[0]
            for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        ]  # fmt: skip
        if set(COLUMNS) - set(present):
            raise Refused(_("Berkas {name} bukan versi dataset yang diterima.").format(name=path.name))
        connection.execute(
            f"INSERT INTO observation SELECT ?, ?, ?, {', '.join(COLUMNS)} FROM read_parquet(?)",
            [version.dataset, version.period, version.version, str(path)],
        )
    # Totals that an OPD printed are checked when the data are accepted; the book adds up for itself.
    connection.execute(
        "CREATE VIEW figure AS SELECT * FROM observation WHERE kind = 'data' QUALIFY row_number() OVER"
        " (PARTITION BY dataset, indicator, category, area_code, period ORDER BY version_period DESC, version DESC) = 1"
    )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection

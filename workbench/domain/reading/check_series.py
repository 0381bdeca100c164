"""Rows and columns beside each other: duplicates, identical series, outliers against their neighbours."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np

from workbench.domain.reading import periods, units
from workbench.domain.reading.draft import Draft, say
from workbench.domain.reading.model import Finding, Kind, Severity
from workbench.domain.reading.sums import Matrix
from workbench.i18n import _, _n

MOST = 20
MOST_ROWS = 5_000  # jumps are looked for in tables that a person could have typed


def findings(draft: Draft) -> list[Finding]:
    """Duplicated labels, identical series, ratios that do not follow from their parts, jumps."""
    if not draft.rows or not draft.measures:
        return []
    jumps = _jumps(draft) if len(draft.rows) <= MOST_ROWS else []
    return [*_duplicates(draft), *_identical(draft), *_ratios(draft), *jumps]


def _duplicates(draft: Draft) -> list[Finding]:
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, row in enumerate(draft.rows):
        if row.labels and draft.kinds.rows[i] is Kind.DATA:
            parent = draft.kinds.parents.get(i)
            seen[(str(parent), *(text.casefold() for text in row.labels), *row.codes)].append(i)
    twice = [rows for rows in seen.values() if len(rows) > 1]
    if not twice:
        return []
    if sum(map(len, twice)) > 0.3 * len(draft.rows) and len(twice) > 3:
        cells = ",".join(draft.row_range(i) for rows in twice[:20] for i in rows[:2])
        text = _n(
            "{n} label baris muncul lebih dari sekali; baris tidak dapat dibedakan dari labelnya.", len(twice)
        ).format(n=len(twice))
        return [draft.finding("labels_not_unique", Severity.WARNING, text, cells)]
    found = []
    for rows in twice[:MOST]:
        if any(periods.date_of(text) for text in draft.rows[rows[0]].labels):
            continue  # told with the dates
        same = all(np.array_equal(draft.matrix[rows[0]], draft.matrix[i], equal_nan=True) for i in rows[1:])
        where = ",".join(draft.row_range(i) for i in rows)
        name = " / ".join(draft.rows[rows[0]].labels)
        text = (
            _n("{name} muncul {n} kali dengan nilai yang sama (baris ganda).", len(rows))
            if same
            else _n("{name} muncul {n} kali dengan nilai berbeda (label ganda).", len(rows))
        ).format(name=name, n=len(rows))
        found.append(draft.finding("duplicate_row", Severity.WARNING, text, where))
    return found


def _informative(values: Matrix) -> bool:
    known = values[np.isfinite(values)][:5_000]
    return known.size >= 4 and np.unique(known).size >= 4 and bool(np.abs(known).max() >= 10)


def identical_columns(draft: Draft, matrix: Matrix) -> list[Finding]:
    """Two value columns with the very same figures; ``matrix`` has the rows that count."""
    found: list[Finding] = []
    by_column: dict[bytes, int] = {}
    for j in range(len(draft.measures)):
        if draft.kinds.columns[j] is not Kind.DATA or not _informative(matrix[:, j]):
            continue
        key = hashlib.blake2b(np.nan_to_num(matrix[:, j], nan=-1e300).tobytes()).digest()
        if key in by_column:
            text = _("Kolom {a} dan {b} berisi angka yang persis sama.").format(
                a=draft.head(by_column[key]), b=draft.head(j)
            )
            where = f"{draft.column_range(by_column[key])},{draft.column_range(j)}"
            found.append(draft.finding("identical_columns", Severity.WARNING, text, where))
        by_column.setdefault(key, j)
    return found


def _identical(draft: Draft) -> list[Finding]:
    data = [i for i, kind in enumerate(draft.kinds.rows) if kind is Kind.DATA]
    found = identical_columns(draft, draft.matrix[data])
    by_row: dict[bytes, int] = {}
    for i in data:
        row = draft.matrix[i]
        if len(draft.measures) < 4 or not _informative(row):
            continue
        key = np.nan_to_num(row, nan=-1e300).tobytes()
        if key in by_row and draft.rows[by_row[key]].labels != draft.rows[i].labels:
            text = _("{a} dan {b} berisi angka yang persis sama.").format(a=draft.name(by_row[key]), b=draft.name(i))
            where = f"{draft.row_range(by_row[key])},{draft.row_range(i)}"
            found.append(draft.finding("identical_rows", Severity.WARNING, text, where))
        by_row.setdefault(key, i)
    return found[:MOST]


def _ratios(draft: Draft) -> list[Finding]:
    """A percentage column that is 100 a / b in most rows, and is not in some."""
    found: list[Finding] = []
    data = [i for i, kind in enumerate(draft.kinds.rows) if kind is Kind.DATA]
    matrix = draft.matrix[data]
    plain = [j for j, c in enumerate(draft.measures) if not units.is_rate(c.leaf, c.unit)][:12]
    for j, column in enumerate(draft.measures):
        if not units.is_share(column.leaf, column.unit) or len(data) < 4:
            continue
        for a in plain:
            for b in plain:
                if a == b:
                    continue
                with np.errstate(divide="ignore", invalid="ignore"):
                    expected = 100 * matrix[:, a] / matrix[:, b]
                gap = np.abs(expected - matrix[:, j])
                use = np.isfinite(gap)
                if use.sum() < 4 or np.mean(gap[use] <= 0.06) < 0.6:
                    continue
                bad = [data[int(k)] for k in np.flatnonzero(use & (gap > 0.5))]
                if bad:
                    where = ",".join(draft.cell(i, j) for i in bad[:60])
                    text = _n(
                        "Kolom {head} pada {n} baris tidak sama dengan {a} dibagi {b}: {names}.", len(bad)
                    ).format(
                        head=draft.head(j),
                        n=len(bad),
                        a=draft.head(a),
                        b=draft.head(b),
                        names=", ".join(draft.name(i) for i in bad[:5]),
                    )
                    found.append(draft.finding("ratio_mismatch", Severity.WARNING, text, where))
                return found
    return found


def _jumps(draft: Draft) -> list[Finding]:
    """A value many times its neighbours in time, or far outside the rest of its column."""
    found: list[Finding] = []
    timed = [j for j, c in enumerate(draft.measures) if any(periods.years_in(text) for text in c.labels)]
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in timed:
        groups[tuple(t for t in draft.measures[j].labels if not periods.years_in(t))].append(j)
    for columns in groups.values():
        if len(columns) < 4:
            continue
        for i in range(len(draft.rows)):
            series = draft.matrix[i, columns]
            for k in _spikes(series):
                text = _("{row}, {head}: {value} jauh dari nilai tahun-tahun sebelahnya.").format(
                    row=draft.name(i), head=draft.head(columns[k]), value=say(float(series[k]))
                )
                found.append(draft.finding("outlier", Severity.INFO, text, draft.cell(i, columns[k])))
    ordered = len(draft.rows) >= 5 and sum(bool(r.own) and periods.is_period(r.own) for r in draft.rows) >= 0.7 * len(
        draft.rows
    )
    if ordered:
        rows = [i for i, kind in enumerate(draft.kinds.rows) if kind is Kind.DATA]
        for j in range(len(draft.measures)):
            series = draft.matrix[rows, j]
            for k in _spikes(series, 2.2):
                text = _("{row}, {head}: {value} jauh dari nilai di sekitarnya.").format(
                    row=draft.name(rows[k]), head=draft.head(j), value=say(float(series[k]))
                )
                found.append(draft.finding("outlier", Severity.INFO, text, draft.cell(rows[k], j)))
    return found[:MOST]


def _spikes(series: Matrix, times: float = 2.5) -> list[int]:
    """Inner positions that are ``times`` both neighbours and above (or below) all others by far."""
    found = []
    for k in range(1, len(series) - 1):
        value, before, after = series[k], series[k - 1], series[k + 1]
        if not (np.isfinite(value) and np.isfinite(before) and np.isfinite(after)) or min(before, after, value) <= 0:
            continue
        middle = float(np.nanmedian(np.delete(series, k)))
        if (value >= 100 and value >= times * max(before, after) and value >= 3 * middle) or (
            middle >= 100 and value * times <= min(before, after) and value * 3 <= middle
        ):
            found.append(k)
    return found

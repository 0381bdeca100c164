"""The checks a table brings along: no figure is negative, and total columns that mostly add up should always do so."""

from __future__ import annotations

from typing import Any

from workbench.domain.ad_hoc_axes import Axes, decimals
from workbench.domain.ad_hoc_labels import Path
from workbench.domain.ad_hoc_model import Meanings
from workbench.domain.labels import path_key
from workbench.domain.reading import units
from workbench.domain.rules import tolerance


def rules(axes: Axes, meanings: Meanings) -> list[dict[str, Any]]:
    """Nobody has said that a figure may not be negative; a total column is checked where it mostly adds up."""
    rules: list[dict[str, Any]] = [{"id": "tidak-negatif", "kind": "non_negative", "severity": "warning"}]
    seen: set[str] = set()
    for path in axes.columns.paths:
        total = meanings[path_key(path)].get("indicator", "")
        if path not in axes.columns.totals or not total or total in seen:
            continue
        parts = _parts(axes, meanings, path)
        if parts and total not in parts:
            seen.add(total)
            rules.append({"id": f"jumlah-{total}"[:60], "kind": "sum_of_indicators", "severity": "error",
                          "total": total, "parts": parts})  # fmt: skip
    return rules


def _parts(axes: Axes, meanings: Meanings, total: Path) -> list[str]:
    """The columns that this total adds up, if they do so in most rows; else none, and nothing is checked."""
    before: list[Path] = []
    for path in axes.columns.paths:
        if path == total:
            break
        before = [] if path in axes.columns.totals else [*before, path]
    unit = axes.unit_of(total)
    siblings = [p for p in before if p[:-1] == total[:-1]] or before
    parts = [
        p for p in siblings
        if axes.unit_of(p) == unit and not units.is_rate(p[-1], axes.unit_of(p) or None)
        and axes.columns.years.get(p) == axes.columns.years.get(total)
    ]  # fmt: skip
    if len(parts) < 2:
        return []
    whole = {o.row: o.value for o in axes.by_column[total]}
    added: dict[Path, list[float | int | None]] = {row: [] for row in whole}
    for p in parts:
        for o in axes.by_column[p]:
            added.setdefault(o.row, []).append(o.value)
    good = tried = 0
    slack = tolerance(decimals([o.value for o in axes.by_column[total] if o.value is not None]), len(parts)) + 1e-9
    for row, value in whole.items():
        figures = [v for v in added[row] if v is not None]
        if value is None or len(figures) < len(parts):
            continue
        tried += 1
        good += abs(sum(figures) - value) <= slack
    if not tried or good <= tried / 2:
        return []
    return [meanings[path_key(p)]["indicator"] for p in parts]

"""Totals that do not add up: where, by how much, and which cell most likely is wrong."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from workbench.domain.reading import units
from workbench.domain.reading.draft import Draft, say
from workbench.domain.reading.model import Finding, Kind, Severity
from workbench.domain.reading.sums import Matrix, Sum, tolerance
from workbench.i18n import _, _n

MOST = 60  # findings of one kind in one table; more says nothing more


def findings(draft: Draft) -> list[Finding]:
    """Sums across columns, sums down rows, shares that do not make 100, totals over percentages."""
    rows = across(draft)
    told = {(f.cell, f.proposed) for f in rows if f.proposed is not None}
    down = [f for f in _down(draft) if (f.cell, f.proposed) not in told]
    return [*rows, *down, *_shares(draft), *_summed_rates(draft)]


def _line(values: Matrix, relation: Sum) -> tuple[float, float, float] | None:
    """Printed whole, sum of parts, and slack; None when one is missing."""
    whole = values[relation.whole]
    parts = values[list(relation.parts)]
    if not np.isfinite(whole) or not np.isfinite(parts).any():
        return None
    used = values[[*relation.parts, relation.whole]]
    return float(whole), float(np.nansum(parts)), tolerance(used, len(relation.parts))


def across(draft: Draft) -> list[Finding]:
    """Rows whose total column is not the sum of its parts."""
    found: list[Finding] = []
    for relation in draft.kinds.column_sums:
        slack = tolerance(draft.matrix[:, [*relation.parts, relation.whole]], len(relation.parts))
        parts_sum = np.nansum(draft.matrix[:, list(relation.parts)], axis=1)
        off = np.abs(parts_sum - draft.matrix[:, relation.whole]) > slack
        usual: Matrix | None = None  # one look at the whole table for all its findings
        for i in map(int, np.flatnonzero(off)):
            if len(found) >= MOST:
                break
            if i in draft.kinds.means or _is_weighed(draft, i, relation):
                continue
            line = _line(draft.matrix[i], relation)
            if line is None or abs(line[0] - line[1]) <= slack:
                continue
            whole, total, _slack = line
            usual = _usual_shares(draft.matrix, relation) if usual is None else usual
            j, mended = _suspect(draft, i, relation, whole, total, usual)
            message = _("{row}: {parts} = {sum}, tetapi kolom {head} tertulis {whole} (selisih {gap}).").format(
                row=draft.name(i),
                parts=" + ".join(say(_number(draft.matrix[i, k])) for k in relation.parts[:6])
                + (" + …" if len(relation.parts) > 6 else ""),
                sum=say(_round(total)),
                head=draft.head(relation.whole),
                whole=say(whole),
                gap=say(_round(whole - total)),
            )
            found.append(
                draft.finding(
                    "sum_mismatch", Severity.WARNING, message + _mend(draft, i, j, mended), draft.cell(i, j), mended
                )
            )
    return found


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _round(value: float) -> float:
    return float(f"{value:.12g}")


def _mend(draft: Draft, i: int, j: int, mended: float | None) -> str:
    if mended is None:
        return ""
    return " " + _("Yang paling mungkin keliru: {cell}, seharusnya {value}.").format(
        cell=draft.cell(i, j), value=say(mended)
    )


def _usual_shares(values: Matrix, relation: Sum) -> Matrix:
    """The share that each part has in the whole in the middle row of the table."""
    wholes = values[:, [relation.whole]]
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a part without any value has no usual share
        shares = np.where(wholes != 0, values[:, list(relation.parts)] / wholes, np.nan)
        return np.asarray(np.nanmedian(shares, axis=0), np.float64)


def _suspect(
    draft: Draft, i: int, relation: Sum, whole: float, total: float, usual: Matrix
) -> tuple[int, float | None]:
    """The column whose correction makes this row look most like the others, and the corrected value.

    Each cell in turn is corrected so that the sum holds; the shares of the parts in the whole are then compared with
    the shares usual in this table, and a correction by one digit is preferred to any other.
    """
    parts = list(relation.parts)
    values = draft.matrix
    gap = whole - total
    for j in (relation.whole, *parts):
        for down in draft.kinds.row_sums:
            if i != down.whole and i not in down.parts:
                continue
            line = _line(values[:, j], down)
            if line is None or abs(line[0] - line[1]) <= line[2]:
                continue
            # what would mend this row, and what would mend that column, must be one and the same change
            change = -gap if j == relation.whole else gap
            needed = line[1] - line[0] if i == down.whole else line[0] - line[1]
            if abs(change - needed) <= line[2] + 1e-6:
                return j, _round(values[i, j] + change)
    best: tuple[float, int, float | None] = (np.inf, relation.whole, None)
    for j in (relation.whole, *parts):
        row = values[i].copy()
        if not np.isfinite(row[j]):
            continue
        row[j] = total if j == relation.whole else row[j] + whole - total
        if row[j] < 0 <= values[i, j]:
            continue
        base = row[relation.whole]
        if base == 0:
            continue
        misfit = float(np.nansum(np.abs(row[parts] / base - usual)))
        misfit *= 0.6 if _one_slip(values[i, j], row[j]) else 1.0
        if misfit < best[0] - 1e-12:
            best = (misfit, j, _round(row[j]))
    return best[1], best[2]


def _one_slip(printed: float, mended: float) -> bool:
    """One digit changed, or two neighbours swapped: what a typing hand does."""
    a, b = (f"{abs(_round(v)):.10f}".rstrip("0").rstrip(".") for v in (printed, mended))
    if len(a) != len(b):
        return False
    differing = [k for k in range(len(a)) if a[k] != b[k]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] - differing[0] == 1
        and a[differing[0]] == b[differing[1]]
        and a[differing[1]] == b[differing[0]]
    )


def _down(draft: Draft) -> list[Finding]:
    found: list[Finding] = []
    for relation in draft.kinds.row_sums:
        lines = [_line(draft.matrix[:, j], relation) for j in range(len(draft.measures))]
        use = [
            j
            for j, line in enumerate(lines)
            if line
            and not units.is_rate(draft.measures[j].leaf, draft.measures[j].unit, draft.rows[relation.whole].unit)
        ]
        wrong = [j for j in use if abs(lines[j][0] - lines[j][1]) > lines[j][2]]  # type: ignore[index]
        if not wrong:
            continue
        # a total that agrees nowhere is more likely a total of something else than wrong everywhere
        if len(use) > 1 and len(wrong) > 0.5 * len(use) and not (relation.named and len(wrong) < len(use)):
            if relation.named and draft.kinds.rows[relation.whole] is Kind.TOTAL and len(wrong) == len(use):
                message = _(
                    "Baris {row}: tidak satu pun kolom sama dengan jumlah baris di atasnya; periksa apakah baris ini "
                    "memang jumlah."
                ).format(row=draft.name(relation.whole))
                found.append(draft.finding("total_unclear", Severity.INFO, message, draft.row_range(relation.whole)))
            continue
        for j in wrong[:MOST]:
            whole, total, _slack = lines[j]  # type: ignore[misc]
            i, mended = _suspect_row(draft, j, relation, whole, total)
            message = _n("Kolom {head}: {n} baris berjumlah {sum}, tetapi baris {row} tertulis {whole} (selisih "
                        "{gap}).", len(relation.parts)).format(
                head=draft.head(j), n=len(relation.parts), sum=say(_round(total)), row=draft.name(relation.whole),
                whole=say(whole), gap=say(_round(whole - total)),
            )  # fmt: skip
            # shares printed with few decimals seldom make exactly 100
            slight = abs(whole - 100) < 1e-9 and abs(total - 100) <= 1.0
            severity = Severity.INFO if slight else Severity.WARNING
            text = message + _mend(draft, i, j, mended)
            found.append(draft.finding("sum_mismatch", severity, text, draft.cell(i, j), mended))
    return found[:MOST]


def _suspect_row(draft: Draft, j: int, relation: Sum, whole: float, total: float) -> tuple[int, float | None]:
    """The cell that a sum across its own row accuses as well, or one slip of the hand; else the total itself."""
    gap = whole - total
    for across in draft.kinds.column_sums:
        members = (*across.parts, across.whole)
        if j not in members:
            continue
        for i in (*relation.parts, relation.whole):
            line = _line(draft.matrix[i], across)
            if line is None or abs(line[0] - line[1]) <= line[2]:
                continue
            mine = line[1] - line[0] if j in across.parts else line[0] - line[1]
            sign = 1 if i in relation.parts else -1
            if abs(mine + sign * gap) <= line[2] + 1e-6 or abs(mine - sign * gap) <= line[2] + 1e-6:
                return i, _round(draft.matrix[i, j] + (gap if i in relation.parts else -gap))
    slips = [
        i
        for i in relation.parts
        if np.isfinite(draft.matrix[i, j]) and _one_slip(draft.matrix[i, j], draft.matrix[i, j] + gap)
    ]
    if not _one_slip(whole, total) and len(slips) == 1 and draft.matrix[slips[0], j] + gap >= 0:
        return slips[0], _round(draft.matrix[slips[0], j] + gap)
    return relation.whole, _round(total)


def _is_weighed(draft: Draft, i: int, relation: Sum) -> bool:
    """A row of rates below rows of persons: its `Jumlah` lies between the parts, as a mean does, and adds nothing."""
    row = draft.rows[i]
    if not (units.is_rate(row.own, row.unit) or units.is_share(row.own, row.unit)):
        return False
    parts, whole = draft.matrix[i, list(relation.parts)], draft.matrix[i, relation.whole]
    known = parts[np.isfinite(parts)]
    return bool(known.size and known.min() <= whole <= known.max())


def _shares(draft: Draft) -> list[Finding]:
    """Rows of percentages that make 100 in most rows, and do not in some."""
    parts = [
        j
        for j, c in enumerate(draft.measures)
        if units.is_share(c.header, c.unit or draft.unit) and draft.kinds.columns[j] is Kind.DATA
    ]
    if len(parts) < 3 or len(draft.rows) < 4:
        return []
    data = draft.matrix[:, parts]
    some = np.isfinite(data).any(axis=1)
    sums = np.nansum(data, axis=1)
    full = np.isfinite(data).sum(axis=1) >= max(2, 0.6 * len(parts))
    if full.sum() < 4 or np.mean(np.abs(sums[full] - 100) <= 1.0) < 0.6:
        return []
    found: list[Finding] = []
    slight: list[int] = []
    for i in np.flatnonzero(some):
        gap = sums[i] - 100
        if abs(gap) <= tolerance(data, len(parts)):
            continue
        if abs(gap) <= 1.0:
            slight.append(int(i))
            continue
        text = _("{row}: persentase berjumlah {sum}, bukan 100.").format(
            row=draft.name(int(i)), sum=say(_round(float(sums[i])))
        )
        if abs(sums[i] - 1) <= 0.02:
            text += " " + _("Tampaknya ditulis sebagai pecahan (0–1), bukan persen.")
        found.append(draft.finding("share_sum", Severity.WARNING, text, draft.row_range(int(i))))
    if slight:
        cells = ",".join(draft.row_range(i) for i in slight[:40])
        text = _n("{n} baris persentase berjumlah tidak tepat 100 (selisih paling banyak 1).", len(slight)).format(
            n=len(slight)
        )
        found.append(draft.finding("share_rounding", Severity.INFO, text, cells))
    return found


def _summed_rates(draft: Draft) -> list[Finding]:
    """A total row that adds up percentages or ratios."""
    found: list[Finding] = []
    for i, kind in enumerate(draft.kinds.rows):
        if kind is Kind.DATA or i in draft.kinds.means:
            continue
        relation = next((s for s in draft.kinds.row_sums if s.whole == i), None)
        parts = list(relation.parts) if relation else [k for k in range(i) if draft.kinds.rows[k] is Kind.DATA]
        for j, column in enumerate(draft.measures):
            if not units.is_rate(column.leaf, column.unit) or len(parts) < 3:
                continue
            whole = draft.matrix[i, j]
            sums = float(np.nansum(draft.matrix[parts, j]))
            if _makes_hundred(draft, j):
                continue
            if not np.isfinite(whole) or whole == 0 or np.isfinite(draft.matrix[parts, j]).sum() < 3:
                continue
            if (
                abs(sums - whole) <= max(tolerance(draft.matrix[[*parts, i], j], len(parts)), 1e-4 * abs(whole))
                and abs(whole - 100) > 1.5
            ):
                text = _(
                    "Baris {row} menjumlahkan persentase atau rasio pada kolom {head} ({value}); seharusnya dihitung "
                    "ulang atau rata-rata."
                ).format(row=draft.name(i), head=draft.head(j), value=say(whole))
                found.append(draft.finding("summed_rate", Severity.WARNING, text, draft.cell(i, j)))
    return found


def _makes_hundred(draft: Draft, j: int) -> bool:
    """Shares of one whole may be added: somewhere their total is 100."""
    totals = [i for i, kind in enumerate(draft.kinds.rows) if kind is not Kind.DATA]
    return bool(np.any(np.abs(draft.matrix[totals, j] - 100) <= 1.5))


def mended(draft: Draft, cells: Sequence[tuple[int, int]], filled: Matrix) -> list[tuple[int, int]]:
    """Doubtful cells (row, column) whose proposal, put into ``filled``, makes a sum come out exactly.

    A sum proves nothing about thousands when all its members are in doubt together: 1,2 + 2,3 = 3,5 as well as
    12 + 23 = 35. So at least one member must be certain, and large enough to matter.
    """
    sure = draft.matrix
    proved: set[tuple[int, int]] = set()
    for i, j in cells:
        for relation in draft.kinds.row_sums:
            if (i == relation.whole or i in relation.parts) and _proves(filled[:, j], sure[:, j], relation):
                proved.add((i, j))
        for relation in draft.kinds.column_sums:
            if (j == relation.whole or j in relation.parts) and _proves(filled[i], sure[i], relation):
                proved.add((i, j))
    return sorted(proved)


def _proves(filled: Matrix, sure: Matrix, relation: Sum) -> bool:
    line = _line(filled, relation)
    if line is None or abs(line[0] - line[1]) > line[2] or abs(line[0]) < 100:
        return False
    known = sure[[*relation.parts, relation.whole]]
    certain = np.abs(known[np.isfinite(known)])
    return np.isfinite(filled[list(relation.parts)]).sum() >= 2 and bool((certain > 0.01 * abs(line[0])).any())

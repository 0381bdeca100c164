"""Cells that are written in a way a person should know about."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np

from workbench.domain.reading import periods, units
from workbench.domain.reading.draft import Draft, say
from workbench.domain.reading.grid import address, area, shown
from workbench.domain.reading.labels import Role
from workbench.domain.reading.literals import Shape
from workbench.domain.reading.model import Finding, Flag, Kind, Severity
from workbench.i18n import _, _n

_GROUPED = {
    Shape.COMMA_EITHER,
    Shape.DOT_EITHER,
    Shape.COMMA_GROUPS,
    Shape.DOT_GROUPS,
    Shape.SPACE_GROUPS,
    Shape.MIXED_GROUPS,
    Shape.ENGLISH,
    Shape.INDONESIAN,
}
EACH = 20  # so many cells are named one by one; more are named together


def findings(draft: Draft) -> list[Finding]:
    """Doubtful, oddly written and empty cells of a table."""
    return [
        *_doubts(draft),
        *_texts(draft),
        *_separators(draft),
        *_empty(draft),
        *_serials(draft),
        *_dates(draft),
        *_negative(draft),
        *_magnitude(draft),
        *_broken_counts(draft),
        *_fractions(draft),
    ]


def _doubts(draft: Draft) -> list[Finding]:
    words = {
        "separator": _('{cell}: "{raw}" dapat berarti ribuan atau desimal; nilainya tidak diambil. Usulan: {value}.'),
        "malformed": _(
            '{cell}: "{raw}" bukan angka yang sah, pemisah ribuan dan desimalnya tercampur; nilainya tidak diambil. '
            "Usulan: {value}."
        ),
        "scaled": _(
            '{cell}: "{raw}" memakai singkatan ribu, juta atau miliar; nilainya tidak diambil. Usulan: {value}.'
        ),
        "falling": _('{cell}: "{raw}" memakai panah turun; nilainya tidak diambil. Usulan: {value}.'),
        "proved": _(
            '{cell}: "{raw}" bukan angka yang sah, pemisah ribuan dan desimalnya tercampur; dibaca {value} karena '
            "jumlahnya cocok."
        ),
        "thousands": _(
            "{cell}: {raw} pada kolom yang seharusnya bilangan bulat; tampaknya titik ribuan terbaca sebagai "
            "desimal. Usulan: {value}."
        ),
        "thousands_proved": _(
            "{cell}: {raw} pada kolom bilangan bulat; dibaca {value} (titik ribuan terbaca sebagai desimal) karena "
            "jumlahnya cocok."
        ),
        "text": _('{cell}: "{raw}" bukan angka; nilainya tidak diambil.'),
        "date": _('{cell}: "{raw}" terbaca sebagai tanggal, bukan angka; nilainya tidak diambil.'),
        "error": _("{cell}: rumus menghasilkan galat {raw}; nilainya tidak diambil."),
        "formula": _(
            "{cell}: rumus tanpa nilai tersimpan; buka dan simpan ulang berkas ini di Excel atau LibreOffice."
        ),
        "code": _("{cell}: {raw} tampaknya kode data hilang, bukan nilai."),
    }
    found: list[Finding] = []
    for doubt, template in words.items():
        cells = [(i, j) for j, column in enumerate(draft.values) for i, v in enumerate(column) if v.doubt == doubt]
        if doubt == "code":
            found.extend(_codes(draft, cells))
            continue
        if doubt == "formula" and len(cells) > 3:
            found.append(_without_result(draft, cells))
            continue
        if doubt == "text":
            worded = _worded_rows(draft, cells)
            found.extend(_words_for_numbers(draft, i) for i in worded[:EACH])
            cells = [(i, j) for i, j in cells if i not in worded]
        for i, j in cells[:EACH]:
            value = draft.values[j][i]
            guess = value.value if value.value is not None else value.proposed
            text = template.format(cell=draft.cell(i, j), raw=value.raw, value=say(guess))
            found.append(draft.finding(f"number_{doubt}", Severity.WARNING, text, draft.cell(i, j), value.proposed))
        if len(cells) > EACH:
            rest = ",".join(draft.cell(i, j) for i, j in cells[EACH:])
            text = _n("{n} sel lain dengan keraguan yang sama ({code}).", len(cells) - EACH).format(
                n=len(cells) - EACH, code=f"number_{doubt}"
            )
            found.append(draft.finding(f"number_{doubt}", Severity.WARNING, text, rest))
    return found


def _worded_rows(draft: Draft, cells: list[tuple[int, int]]) -> list[int]:
    """Rows that answer in words, `Ada | Ada | Ada`: no number gone wrong in each cell, but one fact about the row."""
    wordy = {(i, j) for i, j in cells if not any(ch.isdigit() for ch in draft.values[j][i].raw)}
    rows = sorted({i for i, _j in wordy})
    return [
        i
        for i in rows
        if sum((i, j) in wordy for j in range(len(draft.measures))) >= 2
        and all((i, j) in wordy or column[i].flag is Flag.BLANK for j, column in enumerate(draft.values))
    ]


def _words_for_numbers(draft: Draft, i: int) -> Finding:
    raw = next(column[i].raw for column in draft.values if column[i].raw)
    text = _('Baris {row} berisi kata ("{raw}"), bukan angka; nilainya tidak diambil.').format(
        row=draft.name(i), raw=raw
    )
    return draft.finding("number_text", Severity.WARNING, text, draft.row_range(i))


def _without_result(draft: Draft, cells: list[tuple[int, int]]) -> Finding:
    """One warning for many formulas: the same act mends them all."""
    text = _(
        "{n} sel berisi rumus tanpa nilai tersimpan ({cell} dan seterusnya); buka dan simpan ulang berkas ini di Excel "
        "atau LibreOffice."
    ).format(n=len(cells), cell=draft.cell(*cells[0]))
    where = ",".join(draft.cell(i, j) for i, j in cells[:200])
    return draft.finding("number_formula", Severity.WARNING, text, where)


def _codes(draft: Draft, cells: list[tuple[int, int]]) -> list[Finding]:
    found = []
    for j in sorted({j for _i, j in cells}):
        rows = [i for i, k in cells if k == j]
        raw = draft.values[j][rows[0]].raw
        known = draft.matrix[:, j][np.isfinite(draft.matrix[:, j])]
        text = _n(
            "Kolom {head}: {raw} muncul {n} kali, nilai terbesar lainnya {largest}; tampaknya kode data hilang, "
            "nilainya tidak diambil.",
            len(rows),
        ).format(head=draft.head(j), raw=raw, n=len(rows), largest=say(float(known.max())) if known.size else "–")
        found.append(draft.finding("missing_code", Severity.WARNING, text, ",".join(draft.cell(i, j) for i in rows)))
    return found


def _texts(draft: Draft) -> list[Finding]:
    """Numbers that a workbook keeps as text."""
    if not draft.grid.typed:
        return []
    cells = [(i, j) for j, column in enumerate(draft.values) for i, v in enumerate(column) if v.as_text and v.shape]
    if not cells:
        return []
    numbers = sum(v.value is not None for column in draft.values for v in column)
    where = ",".join(draft.cell(i, j) for i, j in cells[:60]) if len(cells) < 0.5 * numbers else _body(draft)
    first = draft.values[cells[0][1]][cells[0][0]].raw
    text = _n('{n} angka tersimpan sebagai teks, misalnya "{raw}"; dibaca sebagai angka.', len(cells)).format(
        n=len(cells), raw=first
    )
    return [draft.finding("number_as_text", Severity.INFO, text, where)]


def _body(draft: Draft) -> str:
    return area(draft.rows[0].index, draft.measures[0].index, draft.rows[-1].index, draft.measures[-1].index)


def _separators(draft: Draft) -> list[Finding]:
    found: list[Finding] = []
    odd = [
        (i, j)
        for j, column in enumerate(draft.values)
        for i, v in enumerate(column)
        if v.shape is Shape.MIXED_GROUPS and v.value is not None
    ]
    if odd:
        raw = draft.values[odd[0][1]][odd[0][0]].raw
        text = _n(
            '{n} angka memakai dua pemisah ribuan sekaligus (koma atau titik, dan spasi), misalnya "{raw}".', len(odd)
        ).format(n=len(odd), raw=raw)
        found.append(
            draft.finding("mixed_separators", Severity.WARNING, text, ",".join(draft.cell(i, j) for i, j in odd[:60]))
        )
    grouped: list[tuple[int, int]] = []
    plain = 0
    decimal: Counter[str] = Counter()
    for j, column in enumerate(draft.values):
        for i, v in enumerate(column):
            if v.value is None or v.shape is None:
                continue
            if v.shape in _GROUPED:
                grouped.append((i, j))
            elif v.shape is Shape.PLAIN and abs(v.value) >= 10_000:
                plain += 1
            if v.shape in (Shape.INDONESIAN, Shape.COMMA_DECIMAL, Shape.DOT_GROUPS):
                decimal["id"] += 1
            elif v.shape in (Shape.ENGLISH, Shape.DOT_DECIMAL, Shape.COMMA_GROUPS):
                decimal["en"] += 1
    if grouped and plain:
        raw = draft.values[grouped[0][1]][grouped[0][0]].raw
        text = _('Sebagian angka memakai pemisah ribuan ("{raw}"), sebagian tidak.').format(raw=raw)
        found.append(
            draft.finding("uneven_separators", Severity.INFO, text, ",".join(draft.cell(i, j) for i, j in grouped[:60]))
        )
    if len(decimal) == 2:
        text = _("Tabel ini mencampur pemisah desimal koma ({a} sel) dan titik ({b} sel).").format(
            a=decimal["id"], b=decimal["en"]
        )
        found.append(draft.finding("mixed_decimals", Severity.WARNING, text, _body(draft)))
    return found


def _empty(draft: Draft) -> list[Finding]:
    found: list[Finding] = []
    if not any(v.value is not None or v.flag not in (None, Flag.BLANK) for column in draft.values for v in column):
        return found
    for j, column in enumerate(draft.values):
        if column and all(v.flag is Flag.BLANK for v in column):
            text = _("Kolom {head} punya judul tetapi kosong, tidak ada nilai.").format(
                head=" ".join(draft.measures[j].labels[-2:])
            )
            found.append(draft.finding("empty_column", Severity.INFO, text, draft.column_range(j)))
    blank = [
        i
        for i in range(len(draft.rows))
        if draft.values and all(column[i].flag is Flag.BLANK for column in draft.values)
    ]
    if blank:
        names = ", ".join(draft.name(i) for i in blank[:5]) + (" …" if len(blank) > 5 else "")
        text = _n("{n} baris berlabel tetapi kosong, tidak ada nilai: {names}.", len(blank)).format(
            n=len(blank), names=names
        )
        found.append(draft.finding("empty_row", Severity.INFO, text, ",".join(draft.row_range(i) for i in blank)))
    unnamed = [draft.measures[j] for j in range(len(draft.measures)) if not draft.measures[j].labels]
    if unnamed:
        where = ",".join(area(draft.rows[0].index, c.index, draft.rows[-1].index, c.index) for c in unnamed)
        found.append(
            draft.finding(
                "no_header",
                Severity.INFO,
                _n("{n} kolom angka tidak punya judul.", len(unnamed)).format(n=len(unnamed)),
                where,
            )
        )
    return found


def _serials(draft: Draft) -> list[Finding]:
    found = []
    for column in draft.columns:
        if column.role is not Role.SERIAL or column.kinds["n"] < 3:
            continue
        for row in draft.rows:
            text = draft.view.text(row.index, column.index)
            if text and not any(ch.isdigit() for ch in text) and len(text) <= 3 and text != row.own:
                message = _('Kolom nomor urut berisi teks "{raw}", bukan angka.').format(raw=text)
                found.append(draft.finding("serial_text", Severity.INFO, message, address(row.index, column.index)))
    return found[:EACH]


def _dates(draft: Draft) -> list[Finding]:
    """Days that stand twice, and true dates among dates kept as text."""
    found: list[Finding] = []
    for column in draft.columns:
        if column.role is not Role.PERIOD or column.kinds["d"] < 3:
            continue
        typed: list[int] = []
        texts = 0
        days: dict[tuple[object, tuple[str, ...]], int] = {}
        others = [c for c in draft.columns if c is not column and c.role in (Role.LABEL, Role.PERIOD, Role.CODE)]
        for row in draft.rows:
            cell = draft.grid.rows[row.index][column.index]
            if isinstance(cell, dt.datetime | dt.date):
                typed.append(row.index)
                day: object = cell.date() if isinstance(cell, dt.datetime) else cell
            elif isinstance(cell, str) and (read := periods.date_of(cell)):
                texts += 1
                day = read
            else:
                continue
            key = (day, tuple(draft.view.text(row.index, c.index) for c in others))
            if key in days:
                first = days[key]
                text = _("Tanggal {day} muncul dua kali (ganda): baris {a} dan {b}.").format(
                    day=shown(cell), a=first + 1, b=row.index + 1
                )
                where = f"{address(first, column.index)},{address(row.index, column.index)}"
                found.append(draft.finding("duplicate_date", Severity.WARNING, text, where))
            days[key] = row.index
        if typed and texts and draft.grid.typed:
            few, kind = (
                (typed, _("tanggal sejati di antara tanggal teks"))
                if len(typed) <= texts
                else ([], _("tanggal teks di antara tanggal sejati"))
            )
            where = ",".join(address(r, column.index) for r in few[:60]) or area(
                draft.rows[0].index, column.index, draft.rows[-1].index, column.index
            )
            text = _n("Kolom tanggal bercampur tipe: {n} sel {kind}.", min(len(typed), texts)).format(
                n=min(len(typed), texts), kind=kind
            )
            found.append(draft.finding("mixed_dates", Severity.INFO, text, where))
    return found[:60]


def _negative(draft: Draft) -> list[Finding]:
    found = []
    for j, column in enumerate(draft.measures):
        if units.counts_things(column.header or draft.title, column.unit or draft.unit) is not True:
            continue
        for i in np.flatnonzero(draft.matrix[:, j] < 0)[:EACH]:
            text = _("{cell}: jumlah benda atau orang tidak mungkin negatif ({raw}).").format(
                cell=draft.cell(int(i), j), raw=draft.values[j][int(i)].raw
            )
            found.append(draft.finding("negative_count", Severity.WARNING, text, draft.cell(int(i), j)))
    return found


def _broken_counts(draft: Draft) -> list[Finding]:
    """Half a person: fractions in a column that counts whole things, which nothing else has explained."""
    found = []
    for j, rows in enumerate(draft.fractions):
        rows = [i for i in rows if draft.values[j][i].value is not None and i not in draft.kinds.means]
        if not rows or not units.names_things(f"{draft.measures[j].header} {draft.unit or ''} {draft.title}"):
            continue
        text = _(
            "Kolom {head}: {n} nilai pecahan ({raw}) padahal yang dihitung orang atau benda; periksa satuannya."
        ).format(head=draft.head(j), n=len(rows), raw=draft.values[j][rows[0]].raw)
        where = ",".join(draft.cell(i, j) for i in rows[:60])
        found.append(draft.finding("broken_count", Severity.WARNING, text, where))
    return found


def _magnitude(draft: Draft) -> list[Finding]:
    """Persons in thousands that would make more people than the country has: the unit cannot be meant."""
    found = []
    for j, column in enumerate(draft.measures):
        unit = column.unit or draft.unit
        factor = units.multiplier_of(unit) if unit else 1.0
        words = f"{column.header} {unit or ''} {draft.title}".lower()
        if factor < 1000 or not any(w in words for w in ("penduduk", "jiwa", "orang", "population")):
            continue
        data = draft.matrix[[i for i, k in enumerate(draft.kinds.rows) if k is Kind.DATA], j]
        data = data[np.isfinite(data)]
        if data.size and float(data.sum()) * factor > 3e8 and np.all(data == np.round(data)):
            text = _(
                "Kolom {head}: satuannya {unit}, tetapi besarannya ({value}) menunjukkan angka satuan, bukan {unit}."
            ).format(head=draft.head(j), unit=unit, value=say(float(data.max())))
            found.append(draft.finding("unit_magnitude", Severity.WARNING, text, draft.column_range(j)))
    return found


def _fractions(draft: Draft) -> list[Finding]:
    """A percentage column whose values all lie between 0 and 1: shares typed as fractions. Growth may be that small."""
    found = []
    for j, column in enumerate(draft.measures):
        if not units.is_share(column.leaf, column.unit) or units.is_change(f"{column.header} {draft.title}"):
            continue
        known = draft.matrix[:, j][np.isfinite(draft.matrix[:, j])]
        broken = np.unique(known[known != np.round(known)])
        if known.size >= 3 and broken.size >= 2 and float(known.min()) >= 0 and float(known.max()) <= 1:
            text = _(
                "Kolom {head} bersatuan persen tetapi semua nilainya antara 0 dan 1; tampaknya ditulis sebagai pecahan."
            ).format(head=draft.head(j))
            found.append(draft.finding("fraction_percent", Severity.WARNING, text, draft.column_range(j)))
    return found

"""What a replay could not settle, as findings: unknown labels, areas to decide, dashes without a meaning, corrections.

Each says what the operator or the statistician can do about it. Unknown content is told, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.domain.observations import Unmapped
from workbench.domain.reading.model import Finding, Severity
from workbench.domain.rules import cells_text
from workbench.i18n import _, _n

MOST = 200  # findings of one kind that a person is shown at once
Candidates = Sequence[tuple[str, str, float]]


def area_question(label: str, sheet: str, cells: Sequence[str], candidates: Candidates) -> Finding:
    """An area name that is not surely one of ours."""
    names = ", ".join(f"{name} ({code})" for code, name, _score in candidates)
    message = (
        _("Wilayah “{label}” belum pasti. Mungkin: {names}. Pilih wilayahnya sekali; pilihan diingat.")
        if names
        else _("Wilayah “{label}” tidak ada dalam daftar wilayah. Pilih wilayahnya, atau perbaiki namanya.")
    )
    first = cells[0] if cells else ""
    return Finding(
        "unknown_area", Severity.ERROR, message.format(label=label, names=names), first, sheet, "kenali-wilayah"
    )


def unmapped(items: Iterable[Unmapped]) -> list[Finding]:
    """Columns and rows without a meaning, one finding per label with its cells; areas are asked for elsewhere."""
    words = {
        "unknown_column": _("Kolom “{label}” tidak ada dalam definisi dataset ({cells}). Petakan, atau beri alasan "
                            "mengapa tidak dipakai."),
        "unknown_row": _("Baris “{label}” tidak ada dalam definisi dataset ({cells}). Petakan, atau beri alasan "
                         "mengapa tidak dipakai."),
        "other_period": _("Kolom “{label}” untuk tahun lain; angkanya tidak diambil ({cells})."),
    }  # fmt: skip
    found = []
    for item in items:
        if item.reason not in words:
            continue
        severity = Severity.INFO if item.reason == "other_period" else Severity.WARNING
        sentence = words[item.reason].format(label=item.label, cells=cells_text(item.cells))
        found.append(Finding(item.reason, severity, sentence, item.cells[0], item.sheet, "kenali-label"))
    return found


def capped(found: Sequence[Finding]) -> list[Finding]:
    """The first findings of one kind; how many more there are is said, with the worst severity among them."""
    if len(found) <= MOST:
        return list(found)
    rest = found[MOST:]
    worst = min((f.severity for f in rest), key=[Severity.ERROR, Severity.WARNING, Severity.INFO].index)
    more = _n("Masih ada {n} temuan sejenis; perbaiki yang di atas dulu, lalu periksa ulang.", len(rest)).format(
        n=len(rest)
    )
    return [*found[:MOST], Finding("more", worst, more, rule=rest[0].rule)]


def no_table() -> Finding:
    """Nothing in the file looks like this dataset."""
    sentence = _(
        "Tidak ada tabel dalam berkas ini yang cocok dengan definisi dataset. Mungkin berkas lain yang terkirim."
    )
    return Finding("no_matching_table", Severity.ERROR, sentence, rule="kenali-tabel")


def other_table(sheet: str, title: str, area: str) -> Finding:
    """A second table that would fit as well."""
    sentence = _(
        "Lembar {sheet} memuat tabel lain yang juga cocok (“{title}”). Pastikan tabel yang dipakai sudah benar."
    )
    return Finding(
        "other_table", Severity.WARNING, sentence.format(sheet=sheet or "–", title=title[:80]), area, sheet,
        "kenali-tabel",
    )  # fmt: skip


def undecided_dashes(cells: Sequence[tuple[str, str]]) -> list[Finding]:
    """Cells with "-" in a dataset where nobody has said what it means."""
    found: dict[str, list[str]] = {}
    for sheet, cell in cells:
        found.setdefault(sheet, []).append(cell)
    sentence = _("Tanda “-” di {cells}: nol atau tidak ada data? Tetapkan sekali untuk dataset ini; tanpa itu tetap "
                 "kosong.")  # fmt: skip
    return [
        Finding("dash", Severity.WARNING, sentence.format(cells=cells_text(listed)), listed[0], sheet, "arti-tanda")
        for sheet, listed in found.items()
    ]


def correction(step: str, sheet: str, cell: str, outcome: str, found: str) -> Finding | None:
    """A correction that no longer meets what it was written for; None when it was applied."""
    words = {
        "already_fixed": (
            Severity.WARNING,
            _("Koreksi {step}: sel {cell} sudah diperbaiki di sumbernya; hapus langkah koreksi ini."),
        ),
        "changed": (
            Severity.ERROR,
            _("Koreksi {step}: isi sel {cell} sekarang “{found}”, bukan lagi isi yang dikoreksi. Periksa ulang."),
        ),
        "gone": (Severity.ERROR, _("Koreksi {step}: sel {cell} tidak ada dalam tabel ini. Periksa ulang.")),
    }
    if outcome not in words:
        return None
    severity, sentence = words[outcome]
    message = sentence.format(step=step, cell=cell, found=found)
    return Finding(f"correction_{outcome}", severity, message, cell, sheet, step)


def stops_acceptance(found: Iterable[Finding]) -> bool:
    """Is there an open error?"""
    return any(item.severity is Severity.ERROR for item in found)

"""What is written to people: the letter about fresh warnings, and each morning's digest. Plain text, no links to click.

A letter names the case by its number and says what to do; it carries no data of the case beyond its subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import shorten

from workbench.domain import sla_words
from workbench.domain.warnings import URGENCY, Threshold
from workbench.i18n import N_, _
from workbench.services import office_clock

LONGEST_LIST = 12
LONGEST_LINE = 80

_HEADINGS = {
    Threshold.LAW_BREACHED: N_("Lewat tenggat undang-undang"),
    Threshold.BREACHED: N_("Lewat batas"),
    Threshold.LAW_AT_RISK: N_("Mendekati tenggat undang-undang"),
    Threshold.DUE_TODAY: N_("Jatuh tempo hari ini"),
    Threshold.AT_RISK: N_("Mendekati batas"),
}
_COUNTS = {
    Threshold.LAW_BREACHED: N_("{n} lewat tenggat undang-undang"),
    Threshold.BREACHED: N_("{n} lewat batas"),
    Threshold.LAW_AT_RISK: N_("{n} mendekati tenggat undang-undang"),
    Threshold.DUE_TODAY: N_("{n} jatuh tempo hari ini"),
    Threshold.AT_RISK: N_("{n} mendekati batas"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step in a letter. ``holder`` is named to a superior, empty to the one in whose hands it lies."""

    threshold: Threshold
    number: str
    subject: str
    step: str
    activity: str
    due_at: datetime
    holder: str = ""


@dataclass(slots=True)
class Morning:
    """What a person's digest is made of. ``office_late`` only for superiors."""

    mine: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)
    waiting: int = 0
    outside: int = 0
    office_late: int | None = None

    @property
    def worth_sending(self) -> bool:
        """Is there anything to do or to know?"""
        return bool(self.mine or self.others or self.waiting or self.office_late)


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text of a letter."""

    subject: str
    body: str


def heading(threshold: Threshold) -> str:
    """What a warning says, as a heading."""
    return _(_HEADINGS[threshold])


def counts(lines: Iterable[Line]) -> str:
    """``1 lewat batas, 2 jatuh tempo hari ini``."""
    found = list(lines)
    numbers = {kind: sum(line.threshold is kind for line in found) for kind in URGENCY}
    return ", ".join(_(_COUNTS[kind]).format(n=n) for kind, n in numbers.items() if n)


def warning_letter(name: str, lines: Sequence[Line]) -> Letter:
    """The letter about warnings that have just come up, one for all of them."""
    text = [_("Yth. {name},").format(name=name), ""]
    text += _sections(lines)
    text += [_("Buka Tugas saya di ruang kerja untuk memutus atau menjeda dengan alasan."), "", *_foot()]
    return Letter(_("Peringatan: {counts}").format(counts=counts(lines)), "\n".join(text))


def morning_letter(name: str, morning: Morning, at: datetime) -> Letter:
    """The digest of a working day."""
    day = sla_words.day_words(office_clock.local(at).date())
    text = [_("Selamat pagi, {name}.").format(name=name), ""]
    if not morning.mine:
        text += [_("Tidak ada langkah Anda yang mendesak hari ini."), ""]
    text += _sections(morning.mine)
    if morning.waiting:
        text += [_("Menunggu Anda seluruhnya: {n} langkah.").format(n=morning.waiting)]
    if morning.outside:
        text += [_("Sedang dijeda atau di pihak luar: {n}.").format(n=morning.outside)]
    if morning.office_late is not None:
        text += [_("Di seluruh kantor: {n} langkah lewat batas.").format(n=morning.office_late)]
    text += [""] if text[-1] else []
    if morning.others:
        text += [_("Baru lewat batas pada rekan Anda:"), "", *_sections(morning.others)]
    text += _foot()
    told = counts(morning.mine) or _("{n} langkah menunggu").format(n=morning.waiting)
    return Letter(_("{day}: {told}").format(day=day, told=told), "\n".join(text))


def _sections(lines: Sequence[Line]) -> list[str]:
    text: list[str] = []
    for kind in URGENCY:
        group = sorted((line for line in lines if line.threshold is kind), key=lambda line: line.due_at)
        if not group:
            continue
        text.append(_("{heading} ({n}):").format(heading=heading(kind), n=len(group)))
        for line in group[:LONGEST_LIST]:
            text += _said(line)
        if len(group) > LONGEST_LIST:
            text.append(_("- dan {n} lainnya.").format(n=len(group) - LONGEST_LIST))
        text.append("")
    return text


def _said(line: Line) -> list[str]:
    due = sla_words.moment_words(office_clock.local(line.due_at))
    second = _("  jatuh tempo {due}").format(due=due)
    if line.holder:
        second += _("; dipegang {holder}").format(holder=line.holder)
    activity = shorten(line.activity, LONGEST_LINE, placeholder=" …")
    third = _("  Langkah {no}. {activity}").format(no=line.step, activity=activity)
    return [f"- {line.number} · {' '.join(line.subject.split())}", second, third]


def _foot() -> list[str]:
    return [_("Surat ini dikirim otomatis oleh Ruang Kerja Statistik Sektoral; jangan dibalas.")]

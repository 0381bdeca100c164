"""What the clock found, in the words an officer reads."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_time

from workbench.domain.calendar import Interval
from workbench.domain.sla import Explanation, Flag, Line, Why
from workbench.domain.sop import Weekday
from workbench.i18n import N_, _, language


def flag_word(flag: Flag) -> str:
    """The word of a flag; never colour alone."""
    return {
        Flag.ON_TIME: _("tepat waktu"),
        Flag.AT_RISK: _("mendekati batas"),
        Flag.BREACHED: _("lewat batas"),
    }[flag]


def day_words(day: date) -> str:
    """A date with its weekday: ``Senin, 6 Juli 2026``."""
    return format_date(day, "EEEE, d MMMM y", locale=language())


def weekday_words(weekday: Weekday) -> str:
    """The name of a weekday: ``Selasa``."""
    return format_date(date(2024, 1, 1 + weekday.number), "EEEE", locale=language())


def time_words(moment: datetime) -> str:
    """A time of day: ``13.15`` in Indonesian, ``13:15`` in English."""
    return format_time(moment, "HH.mm" if language() == "id" else "HH:mm", locale=language())


def moment_words(moment: datetime) -> str:
    """A moment as it is written in a letter: ``Senin, 6 Juli 2026 pukul 13.15``."""
    return _("{day} pukul {time}").format(day=day_words(moment.date()), time=time_words(moment))


def sentences(explanation: Explanation) -> list[str]:
    """The explanation as lines of text, with a warning at the end while an estimated date could move the due time."""
    found = [sentence(line) for line in explanation.lines]
    if explanation.provisional:
        found.append(_("Sementara: ada tanggal perkiraan di antaranya; dihitung ulang setelah ditetapkan."))
    return found


def sentence(line: Line) -> str:
    """One line of an explanation as text."""
    day = day_words(line.start.date())
    text = _TEMPLATES[line.why]
    words = _(text).format(
        moment=moment_words(line.start),
        day=day,
        start=time_words(line.start),
        end=time_words(line.end) if line.end.date() == line.start.date() else moment_words(line.end),
        name=line.name,
        weekday=weekday_words(Weekday(line.name)) if line.why is Why.DISPATCH else "",
        number=line.number,
        hours=_hours(line.hours),
    )
    return _("{line} (perkiraan)").format(line=words) if line.estimated else words


def _hours(hours: tuple[Interval, ...]) -> str:
    words = ", ".join(str(interval) for interval in hours)
    return words.replace(":", ".") if language() == "id" else words


_TEMPLATES = {
    Why.START: N_("Mulai {moment}"),
    Why.BREAK: N_("Istirahat {day}, {start}–{end}"),
    Why.FRIDAY_BREAK: N_("Istirahat salat Jumat, {day}, {start}–{end}"),
    Why.AFTER_HOURS: N_("Di luar jam kerja, {moment} sampai {end}"),
    Why.WEEKEND: N_("Akhir pekan, {day}"),
    Why.PUBLIC_HOLIDAY: N_("Libur nasional {name}, {day}"),
    Why.COLLECTIVE_LEAVE: N_("{name}, {day}"),
    Why.LOCAL_HOLIDAY: N_("Libur daerah {name}, {day}"),
    Why.CLOSED: N_("Kantor tutup, {day}: {name}"),
    Why.EXCEPTION_HOURS: N_("Jam khusus {day}: {hours} ({name})"),
    Why.REGIME: N_("Jam kerja {name}: {hours}"),
    Why.COUNTED: N_("Hari kerja ke-{number}: {day}"),
    Why.TARGET: N_("Tanggal yang sama pada bulan jatuh tempo: {day}"),
    Why.READY: N_("Waktu bakunya sendiri habis {moment}"),
    Why.DISPATCH: N_("Dikirim hanya tiap {weekday}; hari kirim berikutnya {day}"),
    Why.HELD: N_("Dijeda {moment} sampai {end}"),
    Why.DUE: N_("Jatuh tempo {moment}"),
}

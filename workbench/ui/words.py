"""Times and amounts in the words an official uses, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from workbench import moment
from workbench.i18n import _, _n, language
from workbench.settings import get_settings

_DAY_SECONDS = 450 * 60
"""A normal working day has 450 minutes (Perpres 21/2023); used to *say* a length of working time, never to count it."""


def zone() -> ZoneInfo:
    """The office's time zone."""
    return ZoneInfo(get_settings().time_zone)


def day(at: datetime | None) -> str:
    """``Sen, 13 Jul 2026``; a dash where there is no time."""
    return format_date(at.astimezone(zone()).date(), "EEE, d MMM y", locale=language()) if at else "–"


def clock(at: datetime | None) -> str:
    """``14.30`` (Indonesian) or ``14:30``."""
    pattern = "HH.mm" if language() == "id" else "HH:mm"
    return format_datetime(at.astimezone(zone()), pattern, locale=language()) if at else "–"


def when(at: datetime | None) -> str:
    """``Sen, 13 Jul 2026 14.30``, or ``hari ini 14.30`` on the same day."""
    if at is None:
        return "–"
    if at.astimezone(zone()).date() == moment.now().astimezone(zone()).date():
        return _("hari ini {time}").format(time=clock(at))
    return f"{day(at)} {clock(at)}"


def brief(at: datetime | None) -> str:
    """The same for narrow table columns, the year only where it is another: ``Sen 13 Jul 14.30``."""
    if at is None:
        return "–"
    local, now = at.astimezone(zone()), moment.now().astimezone(zone())
    if local.date() == now.date():
        return when(at)
    pattern = "EEE d MMM" if local.year == now.year else "EEE d MMM y"
    return f"{format_date(local.date(), pattern, locale=language())} {clock(at)}"


def number(value: float | int, digits: int = 0) -> str:
    """``1.234,5`` (Indonesian) or ``1,234.5``."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=language())


def length(seconds: float) -> str:
    """A length of working time: ``1 hari kerja 2 jam``, ``45 menit``. The sign is left to the sentence around it."""
    minutes = round(abs(seconds) / 60)
    days, rest = divmod(minutes, _DAY_SECONDS // 60)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(_n("{n} hari kerja", days).format(n=number(days)))
    if hours:
        parts.append(_("{n} jam").format(n=hours))
    if left and not days:
        parts.append(_("{n} menit").format(n=left))
    return " ".join(parts) or _("0 menit")


def left(seconds: float | None) -> str:
    """What is left of working time: ``2 jam lagi`` or ``lewat 1 hari kerja 2 jam``; nothing where no clock runs."""
    if seconds is None:
        return ""
    if -60 < seconds <= 0:
        return _("waktunya habis")
    if seconds < 0:
        return _("lewat {length}").format(length=length(seconds))
    return _("{length} lagi").format(length=length(seconds))


def size(count: int) -> str:
    """A file's size: ``12 kB``, ``3,4 MB``."""
    if count < 1_000_000:
        return f"{number(max(1, round(count / 1000)))} kB"
    return f"{number(count / 1_000_000, 1)} MB"


def plain(text: str) -> str:
    """Text that people wrote, shown as it is and never as Markdown."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]()#+-.!|<>~:$" else char for char in text)

"""A standard time in the words of a SOP document: ``1 Jam``, ``14 Hari``, ``1 Bulan``."""

from __future__ import annotations

import re

from workbench.domain.sop import Standard, Unit
from workbench.i18n import _

_PRINTED_TIME = re.compile(r"^\s*(\d+)\s*(menit|jam|hari(?:\s+kerja)?|bulan)\s*$", re.IGNORECASE)
_PRINTED_UNITS = {
    "menit": (Unit.WORKING_MINUTES, 1),
    "jam": (Unit.WORKING_MINUTES, 60),
    "hari": (Unit.WORKING_DAYS, 1),
    "bulan": (Unit.MONTHS, 1),
}


def parse_printed_time(text: str) -> Standard | None:
    """A printed time (``1 Jam``, ``14 Hari``) as a standard; an hour is 60 working minutes. None if unreadable."""
    match = _PRINTED_TIME.match(text)
    if match is None:
        return None
    unit, factor = _PRINTED_UNITS[match[2].lower().split()[0]]
    return Standard(int(match[1]) * factor, unit)


def unit_word(unit: Unit) -> str:
    """The unit in the user's language."""
    return {
        Unit.WORKING_MINUTES: _("menit kerja"),
        Unit.WORKING_DAYS: _("hari kerja"),
        Unit.MONTHS: _("bulan"),
    }[unit]

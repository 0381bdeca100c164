"""The first version of an office's calendar: hours from the reference table, days off from the ``holidays`` library.

Read once when an office is set up; from then on the office's own table is the authority. The library knows the SKB
of the three ministers (hari libur nasional and cuti bersama) with Indonesian names; dates it only estimates carry
"(perkiraan)", which is kept as a mark.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workbench.domain.calendar import Holiday, HolidayKind, OfficeCalendar, from_document
from workbench.domain.errors import BadDefinition
from workbench.i18n import _
from workbench.settings import get_settings

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_ESTIMATE = "(perkiraan)"


def seed_calendar(zone: str) -> OfficeCalendar:
    """The seed calendar of an office in a zone (IANA name or WIB, WITA, WIT), 2024 to 2027.

    BadDefinition when the hours table is missing or contradicts itself.
    """
    return _seeded(
        ZONES.get(zone.upper(), zone), get_settings().reference_dir / "reference" / "calendar" / "hours.yaml"
    )


@lru_cache(maxsize=8)
def _seeded(zone: str, path: Path) -> OfficeCalendar:
    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadDefinition(_("Tabel jam kerja {path} tidak dapat dibaca.").format(path=path)) from error
    bare = from_document({"id": "office", "zone": zone, **document})
    return replace(bare, holidays=national_holidays(bare.first.year, bare.last.year))


def national_holidays(first_year: int, last_year: int) -> tuple[Holiday, ...]:
    """Public holidays and collective leave of the years, by date."""
    import holidays  # slow to import and needed only when an office is set up

    years = range(first_year, last_year + 1)
    found: dict[date, Holiday] = {}
    for category, kind in (("public", HolidayKind.PUBLIC), ("government", HolidayKind.COLLECTIVE_LEAVE)):
        days = holidays.country_holidays("ID", years=years, categories=(category,), language="id")
        for day, name in days.items():
            plain = name.replace(_ESTIMATE, "").strip()
            found.setdefault(day, Holiday(day, plain, kind, estimated=_ESTIMATE in name))
    return tuple(found[day] for day in sorted(found))

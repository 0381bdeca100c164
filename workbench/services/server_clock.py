"""Is the clock of the server right? Behind what the history has seen, warnings are held back until it is mended."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.services import office_clock
from workbench.storage import audit_log, notices

SKEW = timedelta(seconds=5)
"""Machines that share a database may disagree by so much; the rule of ``services.casework``."""
SWEPT = "sweep"
"""The mark of the last sweep: a moment the worker has seen."""
_SET_BACK = "clock_set_back"
_ACCEPTED = "clock_accepted"

_log = logging.getLogger(__name__)


def is_set_back(session: Session, now: datetime) -> bool:
    """Is the clock behind what was seen before? Flagged once in the audit log; over when time has caught up."""
    seen = _newest_seen(session)
    flagged = notices.mark(session, _SET_BACK) is not None
    if seen is None or now >= seen - SKEW:
        if flagged:
            notices.drop_mark(session, _SET_BACK)
            audit_log.append(session, "system", "clock.caught_up", {"now": now.isoformat()})
        return False
    if not flagged:
        notices.set_mark(session, _SET_BACK, seen)
        body = {"now": now.isoformat(), "seen": seen.isoformat()}
        audit_log.append(session, "system", "clock.set_back", body)
        _log.error("the server's clock says %s, but the history has seen %s: no warnings are sent", now, seen)
    return True


def _newest_seen(session: Session) -> datetime | None:
    swept, accepted = notices.mark(session, SWEPT), notices.mark(session, _ACCEPTED)
    event_at = notices.newest_event_at(session)
    if accepted is not None and event_at is not None and event_at <= accepted.at:
        event_at = None
    return max((at for at in (swept.at if swept else None, event_at) if at is not None), default=None)


def is_flagged(session: Session) -> bool:
    """Did the last sweep find the clock behind?"""
    return notices.mark(session, _SET_BACK) is not None


def accept_clock(session: Session, *, by: str) -> None:
    """The clock is right now and was wrong before: warnings go on from here. ``Refused`` when nothing was flagged."""
    seen = _newest_seen(session)
    now = moment.now()
    if notices.mark(session, _SET_BACK) is None or seen is None:
        raise Refused(_("Jam komputer server tidak ditandai tertinggal."))
    notices.set_mark(session, _ACCEPTED, seen)
    notices.set_mark(session, SWEPT, now)
    notices.drop_mark(session, _SET_BACK)
    audit_log.append(session, by, "clock.accepted", {"now": now.isoformat(), "seen": seen.isoformat()})


def clock_problem(session: Session) -> str:
    """A sentence for administrators while the server's clock is behind; empty when all is well."""
    flagged = notices.mark(session, _SET_BACK)
    if flagged is None:
        return ""
    return _(
        "Jam komputer server tertinggal: riwayat sudah mencatat {seen}. Peringatan ditahan sampai jam dibetulkan; "
        "tidak ada yang hilang."
    ).format(seen=f"{office_clock.local(flagged.at):%d-%m-%Y %H.%M}")

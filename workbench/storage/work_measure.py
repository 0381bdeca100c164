"""Working time of many stays at once, each by the calendar version that judges it.

A closed stay keeps the calendar version of its verdict, an open one takes the newest of its calendar. Times come and
go as naive UTC ``datetime64[us]``; what cannot be measured (no end yet, a time beyond the calendar) is NaN, which
every view leaves out of its figures instead of guessing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, select

from workbench.domain.calendar import OfficeCalendar
from workbench.domain.clock import Clock
from workbench.storage import calendars
from workbench.storage.tables import CalendarVersionRow

_DAY = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
Floats = NDArray[np.float64]


class _Calendar:
    """One calendar version: its clock, its working dates and when each of them closes."""

    def __init__(self, calendar: OfficeCalendar) -> None:
        self.clock = Clock(calendar)
        dates: list[int] = []
        closes: list[int] = []
        day = calendar.first
        while day <= calendar.last:
            hours = calendar.hours_on(day)
            if hours:
                number = day.toordinal() - _EPOCH_DAY  # days since 1970-01-01
                dates.append(number)
                closes.append(number * _DAY + hours[-1].end * 60)
            day += timedelta(days=1)
        self.dates = np.array(dates, dtype=np.int64)
        self.closes = np.array(closes, dtype=np.int64)
        self.first = (calendar.first.toordinal() - _EPOCH_DAY) * _DAY
        self.last = (calendar.last.toordinal() - _EPOCH_DAY + 1) * _DAY

    def local(self, utc: pd.Series) -> NDArray[np.int64]:
        """Local wall seconds; the three zones of Indonesia have no summer time."""
        wall = utc.dt.tz_localize("UTC").dt.tz_convert(self.clock.zone).dt.tz_localize(None)
        return cast("NDArray[np.int64]", wall.to_numpy().astype("datetime64[s]").astype(np.int64))

    def inside(self, local: NDArray[np.int64]) -> NDArray[np.bool_]:
        return cast("NDArray[np.bool_]", (local >= self.first) & (local <= self.last))

    def seconds(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
        return self.clock.between_many(start, end).astype(np.float64)

    def days(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
        """The smallest n for which ``add_days(start, n)`` is not before ``end``; 0 on the day of receipt itself."""
        n = np.searchsorted(self.closes, end, side="left") - np.searchsorted(self.dates, start // _DAY, side="right")
        n = np.where(start // _DAY == end // _DAY, 0, np.maximum(n + 1, 0))
        return cast("Floats", n.astype(np.float64))

    def closings(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
        """How many working days close after start and not after end: what a pause adds to a due day."""
        n = np.searchsorted(self.closes, end, side="right") - np.searchsorted(self.closes, start, side="right")
        return cast("Floats", np.maximum(n, 0).astype(np.float64))


class WorkMeasure:
    """Working seconds and working days between moments. Calendars are built once and kept, for they never change."""

    def __init__(self) -> None:
        self._kept: dict[str, _Calendar] = {}
        self._newest: dict[str, str] = {}

    def version(self, session: Session) -> tuple[Any, ...]:
        """What changes when an office publishes a calendar version; learns the newest ones on the way."""
        rows = session.exec(select(CalendarVersionRow.calendar_id, CalendarVersionRow.version, CalendarVersionRow.sha))
        newest = {calendar_id: (version, sha) for calendar_id, version, sha in sorted(rows)}
        self._newest = {calendar_id: sha for calendar_id, (_version, sha) in newest.items()}
        return tuple(sorted(self._newest.items()))

    def learn(self, session: Session, shas: set[str]) -> None:
        """Build the calendars that are needed and not yet known."""
        wanted = (shas | set(self._newest.values())) - set(self._kept) - {""}
        for sha in wanted:
            if calendars.known(session, sha):
                self._kept[sha] = _Calendar(calendars.of_sha(session, sha))

    def seconds(self, calendar_id: pd.Series, sha: pd.Series, start: pd.Series, end: pd.Series) -> Floats:
        """Working seconds from start to end of each row."""
        return self._each("seconds", calendar_id, sha, start, end)

    def days(self, calendar_id: pd.Series, sha: pd.Series, start: pd.Series, end: pd.Series) -> Floats:
        """Working days from start to end of each row, the day of receipt being day 0."""
        return self._each("days", calendar_id, sha, start, end)

    def closings(self, calendar_id: pd.Series, sha: pd.Series, start: pd.Series, end: pd.Series) -> Floats:
        """Working days that close between start and end of each row."""
        return self._each("closings", calendar_id, sha, start, end)

    def days_ahead(self, calendar_id: str, now: datetime, count: int) -> list[tuple[date, datetime]]:
        """Today, when the office still works, and the next ``count`` working days, each with its closing (aware).

        Empty without a calendar; shorter where the calendar ends.
        """
        calendar = self._kept.get(self._newest.get(calendar_id, ""))
        if calendar is None:
            return []
        local = calendar.clock.to_local(now)
        first = int(np.searchsorted(calendar.closes, local, side="left"))
        today = first < len(calendar.dates) and int(calendar.dates[first]) == local // _DAY
        last = first + count + (1 if today else 0)
        return [
            (date.fromordinal(int(day) + _EPOCH_DAY), calendar.clock.from_local(int(close)))
            for day, close in zip(calendar.dates[first:last], calendar.closes[first:last], strict=True)
        ]

    def _each(self, what: str, calendar_id: pd.Series, sha: pd.Series, start: pd.Series, end: pd.Series) -> Floats:
        result = np.full(len(start), np.nan)
        known = sha.where(sha.isin(list(self._kept)), calendar_id.map(self._newest)).fillna("").to_numpy()
        there = start.notna().to_numpy() & end.notna().to_numpy()
        for version in np.unique(known[there]) if there.any() else []:
            calendar = self._kept.get(version)
            if calendar is None:
                continue
            rows = np.flatnonzero(there & (known == version))
            begin, finish = calendar.local(start.iloc[rows]), calendar.local(end.iloc[rows])
            fits = calendar.inside(begin) & calendar.inside(finish)
            result[rows[fits]] = getattr(calendar, what)(begin[fits], finish[fits])
        return result

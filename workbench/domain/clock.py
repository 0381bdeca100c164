"""The working clock: prefix sums over working intervals and a binary search.

``W(x)`` is the working time in ``[first moment, x)``. Intervals are made once per calendar version from dated rules,
so a due time costs O(log n) and a hundred thousand of them a few milliseconds. Inside, times are whole seconds of
local wall time; outside, aware moments. Results are right-closed: work that fills the day is due at closing, not at
the next opening. Fractions of a second are cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.domain.calendar import OfficeCalendar
from workbench.domain.errors import OutsideCalendar
from workbench.i18n import _

Seconds = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 — local wall time has no zone
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = 86_400


class Clock:
    """Working time of one calendar version. Methods take and give aware moments; ``*_many`` local seconds.

    Local seconds are seconds of wall time since 1970-01-01 00:00 in the calendar's zone (``to_local``). A moment
    outside the calendar, or a result beyond it, raises ``OutsideCalendar`` naming the year: never a guess.
    """

    def __init__(self, calendar: OfficeCalendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.zone)
        starts: list[int] = []
        ends: list[int] = []
        days: list[int] = []
        closes: list[int] = []
        day = calendar.first
        while day <= calendar.last:
            hours = calendar.hours_on(day)
            midnight = (day.toordinal() - _EPOCH_DAY) * _DAY
            for interval in hours:
                starts.append(midnight + interval.start * 60)
                ends.append(midnight + interval.end * 60)
            if hours:
                days.append(day.toordinal() - _EPOCH_DAY)
                closes.append(ends[-1])
            day += timedelta(days=1)
        self._starts = np.array(starts, dtype=np.int64)
        self._ends = np.array(ends, dtype=np.int64)
        self._worked = np.concatenate([[0], np.cumsum(self._ends - self._starts)]).astype(np.int64)
        self._days = np.array(days, dtype=np.int64)
        self._closes = np.array(closes, dtype=np.int64)
        self._first = (calendar.first.toordinal() - _EPOCH_DAY) * _DAY
        self._last = (calendar.last.toordinal() - _EPOCH_DAY + 1) * _DAY

    # ------------------------------------------------------------ moments

    def work(self, moment: datetime) -> int:
        """Working seconds from the start of the calendar to a moment."""
        return int(self.work_many(self._one(moment))[0])

    def add(self, moment: datetime, minutes: int) -> datetime:
        """The earliest moment by which ``minutes`` working minutes have passed; 0 is the moment itself."""
        return self.add_seconds(moment, minutes * 60)

    def add_seconds(self, moment: datetime, seconds: int) -> datetime:
        """Like ``add``, in working seconds. ValueError when negative."""
        return self._moment(self.add_seconds_many(self._one(moment), np.array([seconds], dtype=np.int64)))

    def back_seconds(self, moment: datetime, seconds: int) -> datetime:
        """The earliest moment with ``seconds`` working seconds left until ``moment``; 0 is the moment itself."""
        if seconds < 0:
            raise ValueError("working time to go back must not be negative")
        if seconds == 0:
            return moment.astimezone(self.zone)
        left = self.work(moment) - seconds
        if left <= 0:
            raise OutsideCalendar(self._unfilled(self.calendar.first.year - 1))
        return self._moment(self._inverse(np.array([left], dtype=np.int64)))

    def add_days(self, moment: datetime, days: int) -> datetime:
        """Closing time of the n-th working day after the moment's date, which is day 0. ValueError when n < 1."""
        return self._moment(self.add_days_many(self._one(moment), np.array([days], dtype=np.int64)))

    def add_months(self, moment: datetime, months: int) -> datetime:
        """Same date n months on, cut to the month's end, moved forward to a working day, at closing time."""
        return self._moment(self.add_months_many(self._one(moment), np.array([months], dtype=np.int64)))

    def back_days(self, moment: datetime, days: int) -> datetime:
        """The latest closing from which the n-th working day still closes by ``moment``. ValueError when n < 1."""
        if days < 1:
            raise ValueError("working days to go back must be one or more")
        last = int(np.searchsorted(self._closes, self.to_local(moment), side="right")) - 1
        if last < days:
            raise OutsideCalendar(self._unfilled(self.calendar.first.year - 1))
        return self.from_local(int(self._closes[last - days]))

    def back_months(self, moment: datetime, months: int) -> datetime:
        """The latest closing from which ``add_months`` still ends by ``moment``. ValueError when n < 1."""
        local = self.to_local(moment)
        earliest = np.datetime64(local, "s").astype("datetime64[M]") - np.timedelta64(months, "M")
        limit = int((earliest + np.timedelta64(1, "M")).astype("datetime64[s]").astype(np.int64))
        starts = self._closes[self._closes < min(limit, local)]
        inside = starts[-62:]  # two months of closings always hold the answer
        fits = inside[self.add_months_many(inside, np.full(len(inside), months, dtype=np.int64)) <= local]
        if not len(fits):
            raise OutsideCalendar(self._unfilled(self.calendar.first.year - 1))
        return self.from_local(int(fits[-1]))

    def between(self, start: datetime, end: datetime) -> int:
        """Working seconds from start to end; negative when end is earlier."""
        return self.work(end) - self.work(start)

    def closings_between(self, start: datetime, end: datetime) -> int:
        """How many working days close after start and not after end."""
        low, high = np.searchsorted(self._closes, [self.to_local(start), self.to_local(end)], side="right")
        return max(0, int(high - low))

    def is_open(self, moment: datetime) -> bool:
        """Does the office work at this moment?"""
        local = self.to_local(moment)
        index = int(np.searchsorted(self._starts, local, side="right")) - 1
        return index >= 0 and local < int(self._ends[index])

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when the office works then, else its next opening."""
        if self.is_open(moment):
            return moment.astimezone(self.zone)
        index = int(np.searchsorted(self._starts, self.to_local(moment), side="right"))
        if index >= len(self._starts):
            raise OutsideCalendar(self._unfilled(self.calendar.last.year + 1))
        return self.from_local(int(self._starts[index]))

    def local_date(self, moment: datetime) -> date:
        """The date of a moment on the office's wall."""
        return moment.astimezone(self.zone).date()

    # ------------------------------------------------------------ local seconds

    def to_local(self, moment: datetime) -> int:
        """Local seconds of an aware moment; ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a naive time has no place on the working clock")
        return (moment.astimezone(self.zone).replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)

    def to_local_many(self, moments: Iterable[datetime]) -> Seconds:
        """Local seconds of aware moments."""
        return np.fromiter((self.to_local(moment) for moment in moments), dtype=np.int64)

    def from_local(self, seconds: int) -> datetime:
        """The aware moment of local seconds, in the calendar's zone."""
        return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=self.zone)

    def work_many(self, at: Seconds) -> Seconds:
        """Working seconds from the start of the calendar to each time."""
        self._inside(at)
        if not len(self._starts):
            return np.zeros_like(at)
        index = np.searchsorted(self._starts, at, side="right") - 1
        last = np.maximum(index, 0)
        worked = self._worked[last] + np.minimum(at, self._ends[last]) - self._starts[last]
        return np.where(index < 0, 0, worked).astype(np.int64)

    def add_seconds_many(self, at: Seconds, seconds: Seconds) -> Seconds:
        """Due times after that many working seconds each; 0 gives the time itself. ValueError when negative."""
        if (seconds < 0).any():
            raise ValueError("working time to add must not be negative")
        due = at.copy()
        moved = seconds > 0
        due[moved] = self._inverse((self.work_many(at) + seconds)[moved])
        return due

    def add_many(self, at: Seconds, minutes: Seconds) -> Seconds:
        """Due times after that many working minutes each."""
        return self.add_seconds_many(at, np.asarray(minutes, dtype=np.int64) * 60)

    def between_many(self, start: Seconds, end: Seconds) -> Seconds:
        """Working seconds between each pair of times."""
        return self.work_many(end) - self.work_many(start)

    def add_days_many(self, at: Seconds, days: Seconds) -> Seconds:
        """Closing times of the n-th working day after each date. ValueError when n < 1."""
        if (days < 1).any():
            raise ValueError("working days to add must be one or more")
        self._inside(at)
        index = np.searchsorted(self._days, at // _DAY, side="right") + days - 1
        return self._closing(index)

    def add_months_many(self, at: Seconds, months: Seconds) -> Seconds:
        """Closing times n months after each date, clipped and rolled forward. ValueError when n < 1."""
        if (months < 1).any():
            raise ValueError("months to add must be one or more")
        self._inside(at)
        days = at // _DAY
        start_month = days.astype("datetime64[D]").astype("datetime64[M]")
        day_of_month = days - start_month.astype("datetime64[D]").astype(np.int64)
        target = start_month + months.astype("timedelta64[M]")
        length = (target + 1).astype("datetime64[D]").astype(np.int64) - target.astype("datetime64[D]").astype(np.int64)
        wanted = target.astype("datetime64[D]").astype(np.int64) + np.minimum(day_of_month, length - 1)
        return self._closing(np.searchsorted(self._days, wanted, side="left"))

    # ------------------------------------------------------------ inside

    def _one(self, moment: datetime) -> Seconds:
        return np.array([self.to_local(moment)], dtype=np.int64)

    def _moment(self, local: Seconds) -> datetime:
        return self.from_local(int(local[0]))

    def _inverse(self, worked: Seconds) -> Seconds:
        """The smallest time with that much work before it (work > 0)."""
        if len(worked) and int(worked.max()) > int(self._worked[-1]):
            raise OutsideCalendar(self._unfilled(self.calendar.last.year + 1))
        index = np.searchsorted(self._worked[1:], worked, side="left")
        return np.asarray(self._starts[index] + (worked - self._worked[index]), dtype=np.int64)

    def _closing(self, index: Seconds) -> Seconds:
        if len(index) and int(index.max()) >= len(self._closes):
            raise OutsideCalendar(self._unfilled(self.calendar.last.year + 1))
        return np.asarray(self._closes[index], dtype=np.int64)

    def _inside(self, at: Seconds) -> None:
        outside = at[(at < self._first) | (at > self._last)]
        if len(outside):
            raise OutsideCalendar(self._unfilled((_EPOCH + timedelta(seconds=int(outside[0]))).year))

    @staticmethod
    def _unfilled(year: int) -> str:
        return _("Kalender kerja tahun {year} belum diisi. Lengkapi kalender kantor, lalu hitung lagi.").format(
            year=year
        )

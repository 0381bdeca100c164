"""The event log for mining tools: XES (IEEE 1849-2016) and CSV, written as a stream.

One trace is one case, in the order of its events. The moments are the office's own: ``assign`` when somebody takes a
step, ``complete`` when it is decided, ``suspend`` and ``resume`` around a hold. Persons are left out unless asked for:
a mining tool needs roles, not names.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TRANSITIONS = {
    "start": "start", "take": "assign", "decide": "complete", "skip": "manualskip", "pause": "suspend",
    "resume": "resume", "reassign": "reassign", "cancel": "pi_abort", "join": "complete", "cut_off": "complete",
}  # fmt: skip
"""Our event types as the life cycle of the XES standard; others are ``unknown``."""

CSV_COLUMNS = (
    "case", "sop", "opd", "seq", "type", "transition", "step", "activity", "visit", "outcome", "role", "person", "time",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event as mining tools want it. ``at`` is aware; ``person`` may be empty."""

    case: str
    sop: str
    opd: str
    seq: int
    type: str
    step: str
    activity: str
    visit: int
    outcome: str
    role: str
    person: str
    at: datetime

    @property
    def transition(self) -> str:
        """The life-cycle transition of the standard."""
        return _TRANSITIONS.get(self.type, "unknown")


def write_xes(lines: Iterable[LogLine], out: BinaryIO) -> int:
    """Write a XES log; ``lines`` come sorted by case and seq. Returns the number of events."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n", write_through=True)
    count = 0
    text.write(_HEAD)
    for case, events in groupby(lines, key=lambda line: line.case):
        first = next(events)
        text.write(f"<trace>{_attribute('concept:name', case)}{_attribute('sop', first.sop)}")
        text.write(f"{_attribute('opd', first.opd)}\n")
        for line in _chain(first, events):
            text.write(_event(line))
            count += 1
        text.write("</trace>\n")
    text.write("</log>\n")
    text.flush()
    text.detach()  # the stream stays the caller's
    return count


def write_xes_gz(lines: Iterable[LogLine], out: BinaryIO) -> int:
    """The same, gzipped (``.xes.gz``), without a time in the file: same log, same bytes."""
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
        return write_xes(lines, packed)  # type: ignore[arg-type]


def write_csv(lines: Iterable[LogLine], out: BinaryIO) -> int:
    """Write the log as CSV (UTF-8), one event a line, times in ISO 8601 with zone. Returns the number of events."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    count = 0
    for line in lines:
        writer.writerow((
            line.case, line.sop, line.opd, line.seq, line.type, line.transition, line.step, line.activity, line.visit,
            line.outcome, line.role, line.person, line.at.isoformat(timespec="milliseconds"),
        ))  # fmt: skip
        count += 1
    text.flush()
    text.detach()
    return count


def _chain(first: LogLine, rest: Iterator[LogLine]) -> Iterator[LogLine]:
    yield first
    yield from rest


def _attribute(key: str, value: str, kind: str = "string") -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(_ILLEGAL.sub('', value))}/>"


def _event(line: LogLine) -> str:
    name = f"{line.step}. {line.activity}" if line.activity else line.type
    parts = [
        _attribute("concept:name", name),
        _attribute("lifecycle:transition", line.transition),
        _attribute("time:timestamp", line.at.isoformat(timespec="milliseconds"), "date"),
        _attribute("org:role", line.role),
        _attribute("type", line.type),
        _attribute("step", line.step),
        _attribute("visit", str(line.visit), "int"),
    ]
    if line.outcome:
        parts.append(_attribute("outcome", line.outcome))
    if line.person:
        parts.append(_attribute("org:resource", line.person))
    return f"<event>{''.join(parts)}</event>\n"


_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org"))
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    + "".join(
        f'<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
        for name, prefix in _EXTENSIONS
    )
    + '<classifier name="Activity" keys="concept:name"/>\n'
    + '<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>\n'
)

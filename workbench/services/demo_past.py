"""The demo office has a past: hundreds of cases over many months, played through the engine by seeded agents.

Every event is written by the verbs the pages call, at its own moment, with the right of a person who held the post on
that day; nothing is put into the tables by hand. Who does what when is planned first (``demo_past_plan``), case by
case, in the office's working time, so that paces, leave with Plh, Ramadan, slow agencies, returns, holds, skips,
cancellations and cut-offs look like those of an office. Then the plans are merged into one order of time and played.

Evidence is honest (``demo_past_papers``): papers and infographics are small real files marked *data contoh*; files
and dataset versions are those of the archive, which went through reading and acceptance (about a second each, too slow
for hundreds): the quarterly collections confirm that they still stand, and their returns are about papers, not figures.

The same seed and the same moment give the same events. Some cases are led straight to where they stand today, so that
every lane of every procedure has work in time, at risk and late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import numpy as np
from sqlmodel import Session, col, func, select

from workbench import moment
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseStatus, Evidence, under_review
from workbench.domain.errors import Refused
from workbench.domain.people import Capacity, Person
from workbench.domain.sop import EvidenceKind, OutcomeKind, Sop
from workbench.i18n import _, _n
from workbench.services import (
    casework,
    demo_office,
    demo_past_mail,
    demo_story,
    notices,
    office_clock,
    people,
    sweeping,
    track,
)
from workbench.services import demo_past_papers as papers
from workbench.services import demo_past_words as words
from workbench.services.demo_past_cast import MORE, Cast, Plh
from workbench.services.demo_past_letters import Doing, LetterBook
from workbench.services.demo_past_plan import Act, Course
from workbench.services.demo_past_script import PORTAL, Script
from workbench.settings import get_settings
from workbench.storage import casebook, database, datasets, people_store
from workbench.storage import letters as settings_store
from workbench.storage.tables import CaseRow, EventRow

KEY = "masa-lalu"
MARK = "demo_past"  # how much of the past is written, among the office's settings
ARCHIVE_YEAR = "2023"
_MONTHS = 18  # the archive that cases refer to is about twenty months old
_BATCH = 12_000  # events to a transaction: a past of the usual size is written whole or not at all


@dataclass(frozen=True, slots=True)
class PastResult:
    """What was played. ``cases`` counts heads, ``children`` the agencies' own cases of collections on top.

    ``passwords`` holds those of accounts that had to be made; they are kept nowhere else.
    """

    cases: int
    children: int
    events: int
    open: int
    closed: int
    cancelled: int
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return _("{cases} perkara dan {children} perkara OPD, {events} kejadian; {open} masih berjalan.").format(
            cases=self.cases, children=self.children, events=self.events, open=self.open)  # fmt: skip


def is_whole(session: Session) -> bool:
    """Has the past been played up to its end?"""
    mark = settings_store.setting(session, MARK)
    return bool(mark) and mark["played"] == mark["of"]


def _require_none(session: Session) -> None:
    """``Refused`` when there is a past already, whole or cut short."""
    mark = settings_store.setting(session, MARK)
    if not mark:
        return
    if mark["played"] == mark["of"]:
        raise Refused(_("Masa lalu kantor contoh sudah ada; tidak ada yang diubah."))
    raise Refused(
        _(
            "Masa lalu kantor contoh terputus pada {played} dari {of} kejadian; hapus folder {folder} lalu ulangi."
        ).format(played=mark["played"], of=mark["of"], folder=get_settings().data_dir)
    )


def play_past(
    *, cases: int = 400, months: int = 18, seed: int = 20261120, progress: Callable[[float, str], None]
) -> PastResult:
    """Play the past of the demo office up to now; ``progress`` is told a share (0 to 1) and a sentence.

    Makes the demo office and one archived file per agency where they are missing. ``Refused`` when the past is there
    already; nothing is changed then.
    """
    with database.session() as session:
        _require_none(session)
    if not 1 <= months <= _MONTHS:
        raise Refused(_("Masa lalu contoh panjangnya 1 sampai {n} bulan.").format(n=_MONTHS))
    now = moment.now()
    progress(0.0, _("Menyiapkan kantor contoh."))
    passwords, cast_of, clock, sops = _office()
    begin = _months_before(clock, now, months)
    _archive(cast_of, begin)
    progress(0.05, _n("Menyusun jalannya {n} perkara.", cases).format(n=cases))
    dice = Random(seed)
    cast = Cast(clock, begin, now, dice)
    courses = Script(dice, cast, clock, sops, begin, now).courses(cases)
    mail = demo_past_mail.plan(clock, begin, now, seed, f"{KEY}-surat")
    timeline = [*_acts(courses, clock), *_appointments(cast.appointments(), clock), *_mail(mail), _rounds(clock, now)]
    timeline.sort(key=lambda item: item.order)
    player = _Player(cast_of, LetterBook(cast_of, cast))
    for start in range(0, len(timeline), _BATCH):
        with database.writing() as session:
            for number, item in enumerate(timeline[start : start + _BATCH], start=start):
                if number % 250 == 0:
                    share = 0.08 + 0.92 * number / len(timeline)
                    progress(share, _("Kejadian sampai {day}.").format(day=clock.local_date(item.at).isoformat()))
                with moment.at(item.at):
                    item.run(player, session)
            mark = {"played": min(start + _BATCH, len(timeline)), "of": len(timeline)}
            settings_store.set_setting(session, MARK, mark, by=demo_office.ACTOR)
    progress(1.0, _("Masa lalu kantor contoh siap."))
    return _counted(courses, passwords)


def _counted(courses: Sequence[Course], passwords: Mapping[str, str]) -> PastResult:
    """The numbers of the past, from the tracker itself."""
    with database.session() as session:
        mine = select(EventRow.case_id).where(col(EventRow.idem).startswith(f"{KEY}-"))
        events = session.exec(
            select(func.count()).select_from(EventRow).where(col(EventRow.case_id).in_(mine))
        ).one()  # fmt: skip
        states = dict(
            session.exec(
                select(CaseRow.status, func.count()).where(col(CaseRow.id).in_(mine)).group_by(CaseRow.status)
            ).all()
        )
    closed, cancelled = states.pop(CaseStatus.CLOSED, 0), states.pop(CaseStatus.CANCELLED, 0)
    children = sum(states.values()) + closed + cancelled - len(courses)
    return PastResult(len(courses), children, events, sum(states.values()), closed, cancelled, passwords)


# ---------------------------------------------------------------- the office


def _office() -> tuple[dict[str, str], dict[str, Person], Clock, dict[str, Sop]]:
    """People, posts and SOPs, made where they are missing."""
    with database.writing() as session:
        seeded = demo_office.seed_office(session)
        numbers = dict(seeded.people)
        for person in MORE:
            known = people_store.by_username(session, person.username)
            if known is None:
                number = people.add_person(session, username=person.username, name=person.name, by=demo_office.ACTOR)
                people.assign(
                    session, person_id=number, role=person.role, title=person.title, opd_code=person.opd_code,
                    by=demo_office.ACTOR, valid_from=date(2023, 1, 2),
                )  # fmt: skip
            numbers[person.username] = number if known is None else known.id or 0
    with database.session() as session:
        found = {name: people.person(session, number) for name, number in numbers.items()}
        sops = {sop.id: sop for sop in casework.current_sops(session)}
        return dict(seeded.passwords), found, office_clock.clock(session), sops


def _archive(cast: Mapping[str, Person], begin: datetime) -> None:
    """One accepted file per agency from before the past began, for collections and requests to refer to."""
    chosen = {definition.opd_code: definition.id for definition in reversed(datasets.all_datasets())}
    story = demo_story.Story(lambda act, sentence: None, cast=dict(cast))
    with moment.at(begin - timedelta(days=3)):
        story.archive((ARCHIVE_YEAR,), only=tuple(chosen.values()))


def _months_before(clock: Clock, now: datetime, months: int) -> datetime:
    """That many months before now, not before the filled calendar."""
    local = clock.local_date(now)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    day = max(date(year, month + 1, min(local.day, 28)), clock.calendar.first + timedelta(days=10))
    return datetime.combine(day, time(7, 30), tzinfo=clock.zone)


# ---------------------------------------------------------------- one order of time


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to do at a moment. ``order`` sorts by time, then by case, then by the case's own order."""

    at: datetime
    order: tuple[datetime, int, int]
    run: Callable[[_Player, Session], None]


def _acts(courses: Sequence[Course], clock: Clock) -> Iterator[_Item]:
    """All acts of all courses with their moments; within a case at least a second apart."""
    for number, head in enumerate(courses, start=1):
        head.key = f"{KEY}-{number}"
        yield from _items(head, number * 10, clock)
        for place, child in enumerate(head.children, start=1):
            child.key = f"{head.key}.{place}"
            yield from _items(child, number * 10 + place, clock)


def _items(course: Course, number: int, clock: Clock) -> Iterator[_Item]:
    course.acts.sort(key=lambda act: act.at)  # stable: what was planned first comes first
    works = [course.opened, *(act.at for act in course.acts)]
    base = clock.to_local(datetime(clock.calendar.first.year, 1, 1, tzinfo=clock.zone))
    walls = clock.add_seconds_many(np.full(len(works), base, dtype=np.int64), np.array(works, dtype=np.int64))
    last = course.filed_at or clock.from_local(int(walls[0]))
    if course.parent is None:
        yield _Item(last, (last, number, 0), lambda player, session: player.open(session, course))
    for place, (wall, act) in enumerate(zip(walls[1:].tolist(), course.acts, strict=True), start=1):
        last = max(clock.from_local(wall), last + timedelta(seconds=1))
        yield _Item(last, (last, number, place), _doing(course, act, place))


def _doing(course: Course, act: Act, place: int) -> Callable[[_Player, Session], None]:
    return lambda player, session: player.do(session, course, act, f"{course.key}:{place}")


def _appointments(appointments: Sequence[Plh], clock: Clock) -> Iterator[_Item]:
    """Each Plh is entered on the morning of the last day before it begins that the office works."""
    for appointment in appointments:
        day = datetime.combine(appointment.first, time(0), tzinfo=clock.zone)
        at = clock.back_seconds(day, 3 * 3600)
        yield _Item(at, (at, 0, 0), _entering(appointment))


def _mail(plan: Iterable[tuple[datetime, demo_past_mail.Doing]]) -> Iterator[_Item]:
    """Letters of no case; at one moment they come before the cases."""
    for number, (at, doing) in enumerate(plan, start=1):
        yield _Item(at, (at, -1, number), _mailing(doing))


def _mailing(doing: demo_past_mail.Doing) -> Callable[[_Player, Session], None]:
    return lambda player, session: player.mail(session, doing)


def _rounds(clock: Clock, now: datetime) -> _Item:
    """Half a working day ago the office was told what was late or at risk, and everybody put it aside.

    Without it the first minute of the demo would tell of months at once, and what is new today would drown.
    """
    at = clock.back_seconds(now, 4 * 3600 + 600)
    return _Item(at, (at, 1_000_000_000, 0), lambda player, session: player.read_warnings(session))


def _entering(appointment: Plh) -> Callable[[_Player, Session], None]:
    return lambda player, session: player.appoint(session, appointment)


class _Player:
    """Turns acts into calls of the tracker's verbs, as the person who acts."""

    def __init__(self, cast: Mapping[str, Person], book: LetterBook) -> None:
        self._cast, self._book = cast, book
        self._ids: dict[str, int] = {}

    def open(self, session: Session, course: Course) -> None:
        """Open the head of a case; a collection's children open by themselves."""
        agencies = tuple(child.opd_code for child in course.children)
        facts: dict[str, Any] = {
            "sop_id": course.sop.id, "subject": course.subject, "opd_code": course.opd_code, "opd_codes": agencies,
            "period": course.period, "requester": course.requester, "idem": f"{course.key}:mulai",
        }  # fmt: skip
        if course.opener == PORTAL:
            actor = casework.Actor(PORTAL, course.requester, _("melalui Portal Satu Data"))
            self._ids[course.key] = casework.open_case(session, by=actor, **facts)
        elif self._book.opens(course):
            self._ids[course.key] = self._book.open(session, course, f"{course.key}:mulai")
        else:
            self._ids[course.key] = track.start(session, by=self._cast[course.opener], **facts)

    def do(self, session: Session, course: Course, act: Act, idem: str) -> None:
        """One act on a case, with the evidence it needs."""
        case_id = self._case_id(session, course)
        by = self._cast[act.who]
        common: dict[str, Any] = {"case_id": case_id, "idem": idem}
        if act.verb == "add_note":
            track.add_note(session, by=by, note=act.note, **common)
            return
        doing = Doing(course, act, case_id, by, idem)
        if act.verb == "decide":
            self._decide(session, doing)
        else:
            self._other(session, act, {**common, "seen_seq": casebook.case_row(session, case_id).seq, "by": by})
        self._book.after(session, doing)

    def _decide(self, session: Session, doing: Doing) -> None:
        """Decide the step: by the letter's own verb where it is about a letter, with its evidence elsewhere."""
        act, case_id = doing.act, doing.case_id
        self._book.before(session, doing)
        if self._book.decide(session, doing):
            return
        evidence, word = self._evidence(session, doing)
        track.decide(
            session, case_id=case_id, idem=doing.idem, seen_seq=casebook.case_row(session, case_id).seq, by=doing.by,
            outcome=act.outcome, note=act.note or word, evidence=evidence,
        )  # fmt: skip

    @staticmethod
    def _other(session: Session, act: Act, seen: Mapping[str, Any]) -> None:
        if act.verb == "take":
            track.take(session, **seen)
        elif act.verb == "skip":
            track.skip(session, outcome=act.outcome, note=act.note, **seen)
        else:
            getattr(track, act.verb)(session, note=act.note, **act.more, **seen)

    def appoint(self, session: Session, plh: Plh) -> None:
        """Enter an acting appointment, unless an earlier run has."""
        people.assign(
            session, person_id=self._cast[plh.username].id, role=plh.role, title=plh.title, opd_code=plh.opd_code,
            by="admin", capacity=Capacity.PLH, valid_from=plh.first, valid_to=plh.last, letter_number=plh.letter,
        )  # fmt: skip

    def read_warnings(self, session: Session) -> None:
        """What the watch says now is told, and read by everybody."""
        sweeping.sweep(session)
        for person in self._cast.values():
            told = notices.for_person(session, person)
            notices.put_aside(session, person=person, notice_ids=(number for notice in told for number in notice.ids))

    def mail(self, session: Session, doing: demo_past_mail.Doing) -> None:
        """A letter of no case comes in, goes on, or goes out."""
        doing(self._book, session)

    def _case_id(self, session: Session, course: Course) -> int:
        if course.key not in self._ids and course.parent is not None:
            by_agency = {row.opd_code: row.id or 0 for row in casebook.children(session, self._ids[course.parent.key])}
            for child in course.parent.children:
                self._ids[child.key] = by_agency[child.opd_code]
        return self._ids[course.key]

    def _evidence(self, session: Session, doing: Doing) -> tuple[Evidence | None, str]:
        """What completes the step, or what was read for an initial; with a word on it where it is the archive's."""
        course, act, case_id, by = doing.course, doing.act, doing.case_id, doing.by
        step = course.sop.step(act.step)
        outcome = step.outcome(act.outcome)
        if outcome is None or outcome.kind is OutcomeKind.RETURN:
            papers.returned(session, case_id)
            return None, ""
        if step.evidence is None:
            initials = outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN)
            return (under_review(course.sop, casework.state_of(session, case_id)[0]) if initials else None), ""
        number = casebook.case_row(session, case_id).number
        about = papers.Subject(case_id, number, course.subject, course.requester, act.step, act.visit)
        letter = self._book.written(session, doing)
        if letter is not None:
            return letter, ""
        match step.evidence:
            case EvidenceKind.LETTER | EvidenceKind.MINUTES | EvidenceKind.SCHEDULE:
                return papers.paper(session, step.evidence, about, by), ""
            case EvidenceKind.DRAFT:
                return papers.draft(session, about, by), ""
            case EvidenceKind.RELEASE:
                return papers.release(session, about, by), ""
            case EvidenceKind.SUBMISSION:
                found, receipt = papers.submission(session, course.opd_code)
                return found, words.STANDS.format(receipt=receipt) if course.parent is not None else ""
            case EvidenceKind.DATASET_VERSION:
                return papers.version(session, course.opd_code), ""

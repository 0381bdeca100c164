"""Warnings are said once, to the right people, inside working hours; letters survive a broken server."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.conftest import Office
from tests.domain import office as oracle
from tests.notices.conftest import LoopbackServer, address, give_addresses, wib
from workbench import moment
from workbench.domain import warnings
from workbench.domain.errors import Refused
from workbench.domain.warnings import Threshold
from workbench.services import mail, notices, server_clock, sweeping, track
from workbench.settings import get_settings
from workbench.storage import audit_log, database
from workbench.storage import notices as store
from workbench.storage.notice_tables import MailRow, NoticeRow, WarningRow
from workbench.storage.notices import MailState


def open_case(office: Office, at: datetime, key: str = "a", sop_id: str = "bwi-permintaan") -> int:
    with moment.at(at), database.writing() as session:
        return track.start(session, sop_id=sop_id, subject="Data puskesmas", by=office["clerk"], idem=key)


def decide(office: Office, case_id: int, at: datetime, who: str, outcome: str, **more: object) -> None:
    with moment.at(at), database.writing() as session:
        seq = track.case(session, case_id=case_id).seq
        track.decide(
            session, case_id=case_id, seen_seq=seq, outcome=outcome, by=office[who], idem=f"{case_id}.{seq}", **more
        )  # type: ignore[arg-type]


def sweep(at: datetime) -> sweeping.Swept:
    with moment.at(at), database.writing() as session:
        return sweeping.sweep(session)


def deliver(at: datetime) -> mail.Delivered:
    with moment.at(at):
        return mail.deliver()


def told(name: str, office: Office, at: datetime) -> list[tuple[Threshold, str]]:
    with moment.at(at), database.session() as session:
        return [(n.threshold, n.step) for n in notices.for_person(session, office[name])]


# ---------------------------------------------------------------- the moments


def test_moments_lie_inside_hours_by_construction() -> None:
    """Random allowances over three years: every moment is an open minute by a second, independent calendar."""
    dice, clock = random.Random(3), oracle.clock()
    for _ in range(2000):
        since = wib("2025-01-06T00:00") + timedelta(minutes=dice.randrange(500 * 1440))
        due = clock.add(since, dice.randrange(1, 4000))
        warn = since + (due - since) * 3 / 4
        found = warnings.moments(clock, since, warn, due)
        for at in (found.at_risk, found.due_today, found.late):
            if at is not None:
                second = at if at is not found.late else at - timedelta(seconds=1)
                assert oracle.minutes()[oracle.index(second)] == 1, (since, due, at)
        assert found.late > due
        assert clock.between(due, found.late) == 1


def test_what_is_due_at_closing_is_late_at_the_next_opening() -> None:
    clock = oracle.clock()
    since, due = wib("2026-07-09T15:00"), wib("2026-07-09T16:00")
    assert clock.add(since, 60) == due
    says = [
        (at, warnings.step_says(clock, since, wib("2026-07-09T15:45"), due, wib(at)))
        for at in ("2026-07-09T15:44", "2026-07-09T15:50", "2026-07-09T16:00", "2026-07-09T23:00", "2026-07-10T07:30",
                   "2026-07-10T07:31")
    ]  # fmt: skip
    assert [said for _at, said in says] == [
        set(), {Threshold.AT_RISK}, set(), set(), set(), {Threshold.BREACHED}
    ]  # fmt: skip


def test_due_today_is_said_at_opening_to_whom_it_was_there_before() -> None:
    clock = oracle.clock()
    due = wib("2026-07-10T14:00")
    early = warnings.step_says(clock, wib("2026-07-09T09:00"), None, due, wib("2026-07-10T07:30"))
    same_day = warnings.step_says(clock, wib("2026-07-10T08:00"), None, due, wib("2026-07-10T08:05"))
    assert early == {Threshold.DUE_TODAY}
    assert same_day == set()


# ---------------------------------------------------------------- once, to the right people


def test_one_warning_a_threshold_and_who_gets_it(office: Office) -> None:
    """Thirty minutes: those who answer for the step are told at three quarters, superiors only when it is late."""
    open_case(office, wib("2026-07-06T08:00"))
    assert sweep(wib("2026-07-06T08:22")).warnings == 0
    assert sweep(wib("2026-07-06T08:23")).warnings == 1
    assert sweep(wib("2026-07-06T08:24")).warnings == 0
    assert told("kasi", office, wib("2026-07-06T08:25")) == []
    assert sweep(wib("2026-07-06T08:30")).warnings == 0
    assert sweep(wib("2026-07-06T08:31")).warnings == 1
    assert sweep(wib("2026-07-06T17:00")).closed
    assert told("kasi", office, wib("2026-07-06T08:35")) == [(Threshold.BREACHED, "1")]
    assert told("kabid", office, wib("2026-07-06T08:35")) == [(Threshold.BREACHED, "1")]
    assert told("kadis", office, wib("2026-07-06T08:35")) == []
    with database.session() as session:
        # The requester has no account: who records for them is told.
        holders = [office["clerk"], office["staff"], office["staff2"]]
        rows = session.exec(select(NoticeRow, WarningRow).join(WarningRow)).all()
        by_threshold = {t: {n.person_id for n, w in rows if w.threshold == t} for t in ("at_risk", "breached")}
        assert by_threshold["at_risk"] == {p.id for p in holders}
        assert by_threshold["breached"] == {p.id for p in holders} | {office["kasi"].id, office["kabid"].id}


def test_the_database_refuses_a_second_row(office: Office) -> None:
    case_id = open_case(office, wib("2026-07-06T08:00"))
    at = wib("2026-07-06T08:23")
    with pytest.raises(IntegrityError), database.writing() as session:
        for _ in range(2):
            store.add_warning(session, case_id=case_id, step="1", visit=1, threshold="at_risk", due_at=at, at=at)


def test_whoever_took_it_is_told_and_the_rest_is_spared(office: Office) -> None:
    case_id = open_case(office, wib("2026-03-02T09:00"), sop_id="trk-layanan-data")
    with moment.at(wib("2026-03-02T09:00")), database.session() as session:
        view = track.case(session, case_id=case_id)
        role = view.sop.holder(view.sop.step(view.state.step)).role
    mine = next(p for p in office.people.values() if role in p.roles)
    with moment.at(wib("2026-03-02T10:00")), database.writing() as session:
        track.take(session, case_id=case_id, seen_seq=view.seq, by=mine, idem="take")
    done = sweep(wib("2026-03-03T14:00"))
    assert (done.warnings, done.notices) == (2, 2)  # due today and at risk, both to one person
    with moment.at(wib("2026-03-03T14:00")), database.session() as session:
        (shown,) = notices.for_person(session, mine)
    assert shown.threshold is Threshold.DUE_TODAY and len(shown.ids) == 2


def test_held_steps_are_silent_and_a_decision_ends_the_notice(office: Office) -> None:
    case_id = open_case(office, wib("2026-07-06T08:00"))
    with moment.at(wib("2026-07-06T08:10")), database.writing() as session:
        track.pause(session, case_id=case_id, seen_seq=1, by=office["kasi"], idem="p", reason="requester")
    assert sweep(wib("2026-07-06T10:00")).warnings == 0
    with moment.at(wib("2026-07-06T13:00")), database.writing() as session:
        track.resume(session, case_id=case_id, seen_seq=2, by=office["kasi"], idem="r")
    assert sweep(wib("2026-07-06T13:10")).warnings == 0
    assert sweep(wib("2026-07-06T13:16")).warnings == 1  # 22.5 of 30 minutes, the hold given back
    assert sweep(wib("2026-07-06T13:22")).warnings == 1
    assert told("kabid", office, wib("2026-07-06T13:25"))
    with moment.at(wib("2026-07-06T13:30")), database.writing() as session:
        track.skip(session, case_id=case_id, seen_seq=3, by=office["kasi"], idem="s", outcome=_first(case_id), note="x")
    assert told("kabid", office, wib("2026-07-06T13:31")) == []


def _first(case_id: int) -> str:
    with database.session() as session:
        view = track.case(session, case_id=case_id)
        return view.sop.step(view.state.step).outcomes[0].key


def test_put_aside_is_for_oneself(office: Office) -> None:
    open_case(office, wib("2026-07-06T08:00"))
    sweep(wib("2026-07-06T08:31"))
    with database.session() as session:
        ids = [number for n in notices.for_person(session, office["kasi"]) for number in n.ids]
    with moment.at(wib("2026-07-06T09:00")), database.writing() as session:
        assert notices.put_aside(session, person=office["kabid"], notice_ids=ids) == 0
        assert notices.put_aside(session, person=office["kasi"], notice_ids=ids) == 1
        assert notices.put_aside(session, person=office["kasi"], notice_ids=ids) == 0
    assert told("kasi", office, wib("2026-07-06T09:00")) == []
    assert told("kabid", office, wib("2026-07-06T09:00")) == [(Threshold.BREACHED, "1")]


def test_the_law_has_warnings_of_its_own_even_while_held(office: Office) -> None:
    """Ten working days from Tuesday 10 March 2026 end on 31 March (G16); the step's clock is held, the law's is not."""
    case_id = open_case(office, wib("2026-03-10T09:00"), sop_id="trk-layanan-data")
    with moment.at(wib("2026-03-10T09:30")), database.writing() as session:
        track.pause(session, case_id=case_id, seen_seq=1, by=office["kasi"], idem="p", reason="requester")
    at, said = wib("2026-03-10T10:00"), {}
    while at < wib("2026-04-02T09:00"):
        for _ in range(sweep(at).warnings):
            with database.session() as session:
                newest = session.exec(select(WarningRow).order_by(WarningRow.id.desc())).first()  # type: ignore[union-attr]
                assert newest is not None
                said[newest.threshold] = at
        at += timedelta(minutes=30)
    assert set(said) == {"law_at_risk", "law_breached"}
    assert said["law_breached"] == wib("2026-04-01T08:00")
    assert wib("2026-03-13T08:00") < said["law_at_risk"] < wib("2026-03-31T08:00")


# ---------------------------------------------------------------- the server's clock (R14)


def test_a_clock_set_back_stops_warnings_and_is_flagged(office: Office) -> None:
    open_case(office, wib("2026-07-06T08:00"))
    sweep(wib("2026-07-06T08:10"))
    assert sweep(wib("2026-07-06T08:09:57")).set_back is False  # machines may disagree by a little
    for _ in range(3):
        assert sweep(wib("2026-07-06T07:40")).set_back
    with database.session() as session:
        assert len(audit_log.entries(session, act="clock.set_back")) == 1
        assert "tertinggal" in server_clock.clock_problem(session)
        assert session.exec(select(WarningRow)).all() == []
    assert sweep(wib("2026-07-06T08:31")).warnings == 1  # time has caught up
    with database.session() as session:
        assert server_clock.clock_problem(session) == ""


def test_a_clock_that_ran_ahead_is_accepted_by_a_person(office: Office) -> None:
    sweep(wib("2030-01-02T09:00"))
    assert sweep(wib("2026-07-06T08:00")).set_back
    with moment.at(wib("2026-07-06T08:01")), database.writing() as session:
        server_clock.accept_clock(session, by="admin")
    assert not sweep(wib("2026-07-06T08:02")).set_back
    assert sweep(wib("2026-07-06T07:00")).set_back
    with moment.at(wib("2026-07-06T09:01")), database.writing() as session, pytest.raises(Refused):
        sweeping.sweep(session)
        server_clock.accept_clock(session, by="admin")


# ---------------------------------------------------------------- letters


def test_a_letter_goes_out_once_and_says_what_to_do(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office)
    open_case(office, wib("2026-07-06T13:00"))
    sweep(wib("2026-07-06T13:31"))
    for _ in range(3):
        deliver(wib("2026-07-06T13:32"))
        sweep(wib("2026-07-06T13:33"))
    (letter,) = smtp.box.to(address("kabid"))
    assert letter["Subject"] == "Peringatan: 1 lewat batas"
    assert "statistik@kota.go.id" in letter["From"]
    text = letter.get_content()
    assert "Yth. Budi Santoso," in text
    assert "2026/000001 · Data puskesmas" in text
    assert "jatuh tempo Senin, 6 Juli 2026 pukul 13.30" in text
    assert "dipegang" in text
    assert letter["Message-ID"] and letter["Auto-Submitted"] == "auto-generated"


def test_a_broken_server_loses_nothing_and_later_gets_each_once(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office)
    open_case(office, wib("2026-07-06T13:00"))
    smtp.stop()
    sweep(wib("2026-07-06T13:31"))
    with database.session() as session:
        written = store.outbox(session)[MailState.QUEUED]
    assert written >= 3
    at = wib("2026-07-06T13:31")
    for _ in range(10):
        assert deliver(at).sent == 0
        at += timedelta(minutes=1)
    with database.session() as session:
        assert store.outbox(session)[MailState.QUEUED] == written
        assert store.troubles(session)
    smtp.start()
    at = wib("2026-07-07T07:30")
    assert deliver(at).sent == written
    assert deliver(at).sent == 0
    assert len(smtp.box.letters) == written


def test_nothing_is_tried_outside_hours(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office)
    open_case(office, wib("2026-07-06T15:00"))
    smtp.box.answer = lambda _to: "451 later"
    sweep(wib("2026-07-06T15:55"))
    deliver(wib("2026-07-06T15:59"))
    tried = smtp.box.tries
    assert tried >= 3
    smtp.box.answer = lambda _to: ""
    for at in ("2026-07-06T16:00", "2026-07-06T20:00", "2026-07-07T03:00", "2026-07-07T07:29"):
        deliver(wib(at))
    assert smtp.box.tries == tried
    deliver(wib("2026-07-07T07:30"))
    assert len(smtp.box.letters) == tried


def test_a_temporary_refusal_backs_off_and_a_final_one_is_kept_with_its_reason(
    office: Office, smtp: LoopbackServer
) -> None:
    give_addresses(office)
    open_case(office, wib("2026-07-06T08:00"))
    smtp.box.rcpt = lambda to: {address("kabid"): "550 no such user", address("kasi"): "450 busy"}.get(to, "")
    sweep(wib("2026-07-06T13:31"))
    tries: list[datetime] = []
    at = wib("2026-07-06T13:31")
    while at < wib("2026-07-06T15:55"):
        tries += [at] * (deliver(at).put_off > 0)
        at += timedelta(minutes=1)
    gaps = [round((b - a).total_seconds() / 60) for a, b in pairwise(tries)]
    assert gaps == [1, 2, 4, 8, 16, 32, 60][: len(gaps)] and len(gaps) >= 6
    with database.session() as session:
        rows = {row.address: row for row in session.exec(select(MailRow))}
        assert rows[address("kabid")].state == "failed"
        assert "550 no such user" in rows[address("kabid")].error
        assert rows[address("kasi")].state == "queued"
    smtp.box.rcpt = lambda _to: ""
    deliver(wib("2026-07-07T08:00"))
    assert len(smtp.box.to(address("kasi"))) == 1


def test_a_silent_sender_is_taken_over_and_cannot_settle_any_more(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office, "kabid")
    open_case(office, wib("2026-07-06T13:00"))
    sweep(wib("2026-07-06T13:31"))
    at = wib("2026-07-06T13:31")
    with database.writing() as session:
        gone = store.claim(session, at, at - mail.SILENT_AFTER)
    assert gone is not None
    assert deliver(at + timedelta(minutes=5)).sent == 0
    assert deliver(at + timedelta(minutes=11)).sent == 1
    with database.writing() as session:
        assert not store.settle(session, gone.id, gone.attempts, MailState.QUEUED, at=at)
    assert deliver(at + timedelta(minutes=30)).sent == 0


def test_words_of_people_cannot_write_headers(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office, "kabid")
    subject = "Halo\r\nBcc: jahat@x.id\r\n\r\nteks"
    with moment.at(wib("2026-07-06T13:00")), database.writing() as session:
        track.start(
            session,
            sop_id="bwi-permintaan",
            subject=subject,
            by=office["clerk"],
            idem="h",
        )
    sweep(wib("2026-07-06T13:31"))
    assert deliver(wib("2026-07-06T13:32")).sent == 1
    (letter,) = smtp.box.letters
    assert letter["Bcc"] is None and letter["Subject"] == "Peringatan: 1 lewat batas"
    assert "Halo Bcc: jahat@x.id teks" in letter.get_content()


@pytest.mark.parametrize(
    "bad", ["x", "a@b", "a b@c.id", "a@c.id\nBcc: d@e.id", "é@kota.go.id", "a@b.id,c@d.id", "<a@b.id>"]
)
def test_addresses_that_are_none(office: Office, bad: str) -> None:
    with database.writing() as session, pytest.raises(Refused):
        mail.set_address(session, person_id=office["kabid"].id, address=bad, by="test")


@pytest.mark.parametrize("url", ["mail.kota.go.id:25", "http://x", "smtp://"])
def test_wrong_settings_are_said(data_dir: object, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("WORKBENCH_SMTP_URL", url)
    monkeypatch.setenv("WORKBENCH_MAIL_FROM", "a@b.id")
    get_settings.cache_clear()
    with pytest.raises(Refused, match="WORKBENCH_SMTP_URL"):
        mail.server()


# ---------------------------------------------------------------- the digest


def test_one_digest_in_the_morning_to_whom_it_says_something(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office)
    case_id = open_case(office, wib("2026-07-06T15:30"), sop_id="trk-layanan-data")
    with database.session() as session:
        view = track.case(session, case_id=case_id)
        role = view.sop.holder(view.sop.step(view.state.step)).role
    holders = [name for name, p in office.people.items() if role in p.roles]
    for at in ("2026-07-07T07:29", "2026-07-07T07:30", "2026-07-07T07:31", "2026-07-07T10:00", "2026-07-07T14:00"):
        sweep(wib(at))
        deliver(wib(at))
    mornings = [letter for letter in smtp.box.letters if letter["Subject"].startswith("Selasa")]
    assert sorted(letter["To"] for letter in mornings) == sorted(map(address, holders))
    text = mornings[0].get_content()
    assert "Jatuh tempo hari ini (1):" in text
    assert "Menunggu Anda seluruhnya: 1 langkah." in text
    with database.session() as session:  # due today is in the digest, not in a letter of its own
        said = select(MailRow.kind).join(NoticeRow).join(WarningRow).where(WarningRow.threshold == "due_today")
        assert set(session.exec(said)) == {"digest"}
    assert not [m for m in smtp.box.letters if m["Subject"] == "Peringatan: 1 jatuh tempo hari ini"]


def test_no_digest_on_days_off(office: Office, smtp: LoopbackServer) -> None:
    give_addresses(office)
    open_case(office, wib("2026-07-10T15:30"), sop_id="trk-layanan-data")
    for at in ("2026-07-11T08:00", "2026-07-12T08:00"):
        assert sweep(wib(at)).closed
    assert sweep(wib("2026-07-13T07:30")).digests >= 1

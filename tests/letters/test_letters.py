"""Letters and their cases: evidence, dispositions, drafts without numbers, numbers at signature only, rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from tests.conftest import Office
from tests.letters.desk import PDF, PNG, SETTINGS, TEXT, draft, facts, receive, scan, seq, sign, view
from workbench.domain.engine import Evidence
from workbench.domain.errors import IllegalMove, NotAllowed, NotFound, Refused, Stale
from workbench.domain.letters import Direction, Instruction, LetterStatus, Nature, SignedHow
from workbench.domain.people import Role
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, downloads, letters, people, track
from workbench.services.letter_model import HIDDEN, RegisterRow, Scan
from workbench.storage import database, files
from workbench.storage import letters as store
from workbench.storage.tables import CaseRow, FileRow

TRK = "trk-layanan-data"


@pytest.fixture(autouse=True)
def _whole_after(office: Office) -> Iterator[None]:
    with database.writing() as session:
        letters.set_settings(session, by=office["clerk"], new=SETTINGS)
    yield
    with database.session() as session:
        assert audit.verify(session).problems == ()
        assert store.problems(session) == []


def decide(session: Session, office: Office, case_id: int, who: str, outcome: str, **more: object) -> None:
    track.decide(
        session, case_id=case_id, seen_seq=seq(session, case_id), outcome=outcome, by=office[who],
        idem=f"{case_id}-{seq(session, case_id)}-{outcome}", **more,
    )  # type: ignore[arg-type]  # fmt: skip


def to_the_signature(session: Session, office: Office) -> tuple[int, int]:
    """A case of Tarakan's service from letter to signing step, with the draft reply; (case, draft)."""
    got = receive(session, office, "in", open_sop=TRK, scans=[scan("in")])
    case_id = got.case_id or 0
    for who, outcome in (("kadis", "diagendakan_didisposisi"), ("kabid", "disposisi"), ("kasi", "disposisi")):
        decide(session, office, case_id, who, outcome)
    number = draft(session, office, "draft", reply_to=got.letter_id, case_result=True)
    stored = files.put(PDF + b"%draft")
    files.record(session, stored)
    store.add_file(
        session, letter_id=number, sha256=stored.sha256, name="draf.pdf", kind="draft", added_by="staff", round=1
    )
    reply = track.case(session, case_id=case_id).sop.step("4").evidence
    assert reply is EvidenceKind.LETTER
    decide(session, office, case_id, "staff", "selesai", evidence=_letter(stored.sha256))
    for who in ("kasi", "kabid", "sekretaris"):
        decide(session, office, case_id, who, "paraf", evidence=_letter(stored.sha256))
    return case_id, number


def book(session: Session, office: Office, who: str, **more: str) -> list[RegisterRow]:
    return letters.register(
        session, person=office[who], direction=Direction.INCOMING, year=people.today().year, **more
    )  # fmt: skip


def _letter(sha256: str) -> Evidence:
    return Evidence(EvidenceKind.LETTER, "draf", sha256)


# ---------------------------------------------------------------- incoming


def test_a_letter_opens_a_case_and_is_its_evidence_in_one_transaction(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "a", open_sop=TRK, scans=[scan("a"), scan("b", "lampiran.pdf")])
    with database.session() as session:
        case = track.case(session, case_id=got.case_id or 0)
        evidence = case.state.evidence["1"]
        seen = view(session, office, got.letter_id)
        assert (case.subject, case.requester) == ("Permohonan data jumlah guru", "Bappeda")
        assert evidence.kind is EvidenceKind.LETTER and evidence.ref == f"masuk {got.agenda}"
        assert evidence.sha256 == seen.papers[0].sha256 and len(seen.papers) == 2
        assert seen.case_number == case.number
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        receive(session, office, "b", open_sop=TRK, scans=[scan("c")])
        raise ZeroDivisionError
    with database.session() as session:
        assert len(session.exec(select(CaseRow)).all()) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 zip that is no office file", b"MZ\x90\x00", b"<html>", b"GIF89a", b"\x1f\x8b\x08", b"surat"],
)
def test_what_is_no_scan_is_stored_nowhere(office: Office, content: bytes) -> None:
    with pytest.raises(Refused), database.writing() as session:
        receive(session, office, "a", scans=[Scan("surat.pdf", content)])
    with database.session() as session:
        assert session.exec(select(FileRow)).all() == []
        assert letters.register(session, person=office["clerk"], direction=Direction.INCOMING, year=2026) == []


def test_a_letter_from_outside_never_completes_a_step_where_the_office_writes_one(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "in", open_sop=TRK, scans=[scan()])
        case_id = got.case_id or 0
        for who, outcome in (("kadis", "diagendakan_didisposisi"), ("kabid", "disposisi"), ("kasi", "disposisi")):
            decide(session, office, case_id, who, outcome)
        letters.receive(
            session, by=office["staff"], idem="second", facts=facts("Ralat permohonan"), case_id=case_id,
            scans=[scan("second")],
        )  # fmt: skip
        state = track.case(session, case_id=case_id)
        assert state.state.step == "4" and "4" not in state.state.evidence
        assert "Surat masuk 2/" in state.history[-1].note


def test_dates_that_cannot_be(office: Office) -> None:
    today = people.today()
    for wrong in (
        facts(received_on=today + timedelta(days=1)),
        facts(received_on=today, letter_date=today + timedelta(days=1)),
        facts(letter_date=today, received_on=today - timedelta(days=1)),
    ):
        with pytest.raises(Refused), database.writing() as session:
            receive(session, office, f"{wrong}", facts=wrong)


def test_a_disposition_moves_the_case_in_the_same_transaction(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "a", open_sop=TRK, scans=[scan()])
    order = {
        "letter_id": got.letter_id, "to_role": Role.DIVISION_HEAD, "instructions": [Instruction.PROCESS],
        "outcome": "diagendakan_didisposisi",
    }  # fmt: skip
    with database.writing() as session:
        state = letters.dispose(
            session, by=office["kadis"], idem="d1", seen_version=1, seen_seq=seq(session, got.case_id or 0), **order
        )  # type: ignore[arg-type]
        assert state is not None and state.step == "2"
    with pytest.raises(Stale, match="sudah didisposisi oleh Agus Salim"), database.writing() as session:
        letters.dispose(session, by=office["kabid"], idem="d2", seen_version=1, seen_seq=1, **order)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed), database.writing() as session:
        letters.dispose(
            session, by=office["sekretaris"], idem="d3", seen_version=2, seen_seq=seq(session, got.case_id or 0),
            letter_id=got.letter_id, to_role=Role.SECTION_HEAD, note="Segera", outcome="disposisi",
        )  # fmt: skip
    with database.session() as session:
        seen = view(session, office, got.letter_id)
        assert seen.status is LetterStatus.DISPOSED
        assert [d.to_words for d in seen.dispositions] == ["Kepala Bidang Statistik"]  # d3 was rolled back whole


@pytest.mark.parametrize(("named", "holds_it"), [("kabid", "kabid"), ("sekretaris", ""), ("", "")])
def test_a_disposition_to_a_person_gives_them_the_step_where_it_is_their_lanes(
    office: Office, named: str, holds_it: str
) -> None:
    role = Role.SECRETARY if named == "sekretaris" else Role.DIVISION_HEAD
    with database.writing() as session:
        got = receive(session, office, "a", open_sop=TRK, scans=[scan()])
        letters.dispose(
            session, letter_id=got.letter_id, seen_version=1, by=office["kadis"], idem="d", to_role=role,
            to_username=named, instructions=[Instruction.PROCESS], outcome="diagendakan_didisposisi",
            seen_seq=seq(session, got.case_id or 0),
        )  # fmt: skip
        state = track.case(session, case_id=got.case_id or 0).state
    assert (state.step, state.assignee) == ("2", holds_it)


def test_the_clerk_copies_a_disposition_from_paper_and_says_so(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "a")
        with pytest.raises(NotAllowed):
            letters.dispose(
                session, letter_id=got.letter_id, seen_version=1, by=office["clerk"], idem="x",
                to_role=Role.DIVISION_HEAD, note="Tindak lanjuti",
            )  # fmt: skip
    with database.writing() as session:
        letters.dispose(
            session, letter_id=got.letter_id, seen_version=1, by=office["clerk"], idem="d", given_by="kadis",
            to_role=Role.DIVISION_HEAD, to_username="kabid", note="Tindak lanjuti",
        )  # fmt: skip
        (written,) = view(session, office, got.letter_id).dispositions
    assert (written.given_name, written.recorded_by) == ("Agus Salim", "Cici Lestari")
    assert written.to_words == "Kepala Bidang Statistik (Budi Santoso)"


def test_a_secret_letter_is_for_its_readers_only(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "a", facts=facts("Hasil audit", nature=Nature.SECRET), scans=[scan()])
        sha = view(session, office, got.letter_id).papers[0].sha256
        (row,) = book(session, office, "staff")
        assert row.subject == HIDDEN and not row.readable
        assert letters.search(session, person=office["staff"], word="audit") == []
        with pytest.raises(NotFound):
            view(session, office, got.letter_id, "staff")
        with pytest.raises(NotFound):
            downloads.open_for(session, person=office["staff"], sha256=sha)
        with pytest.raises(NotAllowed):
            letters.settle(session, letter_id=got.letter_id, seen_version=1, by=office["staff"], idem="s", note="x")
        letters.dispose(
            session, letter_id=got.letter_id, seen_version=1, by=office["kadis"], idem="d", to_role=Role.STAFF,
            to_username="staff", instructions=[Instruction.STUDY],
        )  # fmt: skip
        assert view(session, office, got.letter_id, "staff").subject == "Hasil audit"
        assert downloads.open_for(session, person=office["staff"], sha256=sha).name == "surat.pdf"
        with pytest.raises(NotFound):
            view(session, office, got.letter_id, "staff2")
        with pytest.raises(NotFound):
            downloads.open_for(session, person=office["dinkes"], sha256=sha)


def test_producers_keep_no_agenda(office: Office) -> None:
    with pytest.raises(NotAllowed), database.writing() as session:
        letters.receive(session, by=office["dinkes"], idem="a", facts=facts())


# ---------------------------------------------------------------- outgoing


def test_the_number_is_given_by_the_signature_that_completes_the_case(office: Office) -> None:
    with database.writing() as session:
        case_id, number = to_the_signature(session, office)
        before = view(session, office, number)
        assert (before.agenda, before.letter_number, before.letter_date) == ("", "", None)
    signed_bytes = scan("signed by kadis")
    with database.writing() as session:
        done = sign(session, office, number, "s", scan=signed_bytes, seen_seq=seq(session, case_id))
    year = people.today().year
    assert done.letter_number == f"000.8.3.3/1/DKISP/{year}" and done.agenda == f"1/{year}"
    with database.writing() as session:
        case = track.case(session, case_id=case_id)
        assert case.state.step == "9"
        evidence = case.state.evidence["8"]
        assert evidence.ref == done.letter_number and files.read(evidence.sha256) == signed_bytes.content
        assert case.parafs[-1].sha256 == evidence.sha256
        seen = view(session, office, number)
        assert seen.status is LetterStatus.SIGNED and seen.signed_sha256 == evidence.sha256
        assert (seen.signed_by, seen.signed_capacity) == ("Agus Salim", "Kepala Dinas")
        again = sign(session, office, number, "s", scan=signed_bytes, seen_version=1, seen_seq=1)
        assert (again.letter_number, again.agenda) == (done.letter_number, done.agenda)
        letters.send(session, letter_id=number, seen_version=seen.version, by=office["clerk"], idem="k", note="kurir")
        (row,) = letters.register(session, person=office["clerk"], direction=Direction.INCOMING, year=year)
        assert row.follow_up == f"dibalas {done.letter_number}"


def test_nothing_is_numbered_before_the_signing_step_nor_by_somebody_else(office: Office) -> None:
    with database.writing() as session:
        got = receive(session, office, "in", open_sop=TRK, scans=[scan("in")])
        case_id = got.case_id or 0
        number = draft(session, office, "d", reply_to=got.letter_id, case_result=True)
    with pytest.raises(Refused, match="langkah tanda tangan \\(8\\)"), database.writing() as session:
        sign(session, office, number, "s1", seen_seq=seq(session, case_id))
    with pytest.raises(Refused, match="sudah memiliki draf"), database.writing() as session:
        draft(session, office, "d2", reply_to=got.letter_id, case_result=True)
    with database.session() as session:
        assert view(session, office, number).agenda == ""


def test_who_may_sign_and_with_what(office: Office) -> None:
    with database.writing() as session:
        case_id, number = to_the_signature(session, office)
    tries = {
        "unsigned draft": ({"scan": Scan("draf.pdf", PDF + b"%draft")}, Refused, "belum ditandatangani"),
        "word file": ({"scan": Scan("surat.docx", b"PK\x03\x04")}, Refused, "hasil pindai"),
        "no electronic signature": ({"how": SignedHow.ELECTRONIC}, Refused, "tidak memuat tanda tangan elektronik"),
        "picture as electronic": (
            {"how": SignedHow.ELECTRONIC, "scan": Scan("s.png", PNG + b"/ByteRange")}, Refused, "tidak memuat",
        ),
        "no file": ({"scan": None}, Refused, "tidak membubuhkan"),
        "other lane": ({"who": "sekretaris"}, NotAllowed, "Langkah 8 milik"),
        "stale letter": ({"seen_version": 0}, Stale, "Muat ulang"),
        "stale case": ({"seen_seq": 1}, Stale, "pukul"),
    }  # fmt: skip
    for name, (more, error, words) in tries.items():
        with pytest.raises(error, match=words), database.writing() as session:
            sign(session, office, number, name, **{"seen_seq": seq(session, case_id), **more})
    with database.session() as session:
        assert view(session, office, number).agenda == "" and track.case(session, case_id=case_id).state.step == "8"
    with database.writing() as session:  # the clerk brings the scan, the head records the signature
        letters.bring_signed(session, letter_id=number, by=office["clerk"], idem="b", scan=Scan("pindai.png", PNG))
        assert view(session, office, number).agenda == ""
        done = sign(session, office, number, "good", scan=None, seen_seq=seq(session, case_id))
        assert done.agenda.startswith("1/") and done.case is not None and done.case.step == "9"


def test_an_electronic_signature_is_one_that_the_file_carries(office: Office) -> None:
    with database.writing() as session:
        number = draft(session, office, "d")
        signed = Scan("tte.pdf", PDF + b"<</Type/Sig/ByteRange[0 1 2 3]>>")
        assert sign(session, office, number, "s", how=SignedHow.ELECTRONIC, scan=signed).letter_number


def test_a_scan_of_an_older_text_does_not_sign_the_new_one(office: Office) -> None:
    with database.writing() as session:
        number = draft(session, office, "d")
        letters.bring_signed(session, letter_id=number, by=office["clerk"], idem="b", scan=scan("old"))
    with database.writing() as session:
        seen = view(session, office, number)
        letters.revise(
            session, letter_id=number, seen_version=seen.version, by=office["staff"], idem="r", text=TEXT,
            facts=facts("Jawaban yang diperbaiki"),
        )  # fmt: skip
    with pytest.raises(Refused, match="tidak membubuhkan"), database.writing() as session:
        sign(session, office, number, "s", scan=None)


def test_a_refused_draft_keeps_no_number_and_returns_the_case(office: Office) -> None:
    with database.writing() as session:
        case_id, number = to_the_signature(session, office)
        state = letters.refuse(
            session, letter_id=number, seen_version=view(session, office, number).version, by=office["kadis"],
            idem="r", note="Lampirkan tabelnya", outcome="kembalikan", seen_seq=seq(session, case_id),
        )  # fmt: skip
        assert state is not None and state.step == "4" and state.parafs == ()
    with pytest.raises(IllegalMove), database.writing() as session:
        sign(session, office, number, "s", seen_seq=seq(session, case_id))
    with database.writing() as session:
        seen = view(session, office, number)
        assert (seen.status, seen.agenda) == (LetterStatus.REFUSED, "")
        other = draft(session, office, "other")
        assert sign(session, office, other, "o").agenda.startswith("1/")


def test_letters_without_a_case_are_signed_by_a_superior_never_by_their_author(office: Office) -> None:
    with database.writing() as session:
        number = draft(session, office, "d", who="kasi")
    for who, more in (("kasi", {}), ("staff", {}), ("clerk", {"signer": "kasi"}), ("clerk", {"signer": "staff"})):
        with pytest.raises(NotAllowed), database.writing() as session:
            sign(session, office, number, f"{who}{more}", who=who, **more)
    with database.writing() as session:
        done = sign(session, office, number, "ok", who="clerk", signer="kadis")
        seen = view(session, office, number)
    assert done.agenda.startswith("1/") and seen.signed_by == "Agus Salim"
    assert seen.acts[-1].name == "Cici Lestari"  # who recorded it
    with pytest.raises(IllegalMove), database.writing() as session:
        sign(session, office, number, "twice")


def test_a_changed_pattern_leaves_given_numbers(office: Office) -> None:
    with database.writing() as session:
        first, second = draft(session, office, "1"), draft(session, office, "2")
        old = sign(session, office, first, "s1").letter_number
        with pytest.raises(NotAllowed):
            letters.set_settings(session, by=office["staff"], new=SETTINGS)
        with pytest.raises(Refused):
            letters.set_settings(session, by=office["clerk"], new=type(SETTINGS)(pattern="{year}"))
        new = type(SETTINGS)(pattern="{classification}/{unit}/{number}", unit="IKPS", classification="061.1")
        letters.set_settings(session, by=office["clerk"], new=new)
        assert sign(session, office, second, "s2").letter_number == "061.1/IKPS/2"
        assert view(session, office, first).letter_number == old
        assert letters.settings(session).head.office == "Dinas Kominfo SP"


def test_a_letter_is_found_by_number_sender_or_word(office: Office) -> None:
    with database.writing() as session:
        receive(session, office, "a", facts=facts("Data stunting 2025", letter_date=date(2026, 1, 5)))
        receive(session, office, "b", facts=facts("Undangan rapat 100%", correspondent="BPS Kota"))
        for word, expected in (
            ("STUNTING", 1),
            ("bps", 1),
            ("005/12", 2),
            ("100%", 1),
            ("%", 1),
            ("tak ada", 0),
            (" ", 0),
        ):
            assert len(letters.search(session, person=office["staff"], word=word)) == expected, word
        rows = book(session, office, "staff", wanted="bps rapat")
        assert [row.agenda_number for row in rows] == [2]


def test_a_draft_stands_in_this_years_book_only(office: Office) -> None:
    with database.writing() as session:
        number = draft(session, office, "d")
    year = people.today().year
    with database.session() as session:
        book = {
            one: [row.letter_id for row in letters.register(
                session, person=office["clerk"], direction=Direction.OUTGOING, year=one
            )]
            for one in (year - 1, year)
        }  # fmt: skip
    assert book == {year - 1: [], year: [number]}

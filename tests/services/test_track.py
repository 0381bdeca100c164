"""The tracker's verbs: the walk of a case, rights, races, fan-out, and the clocks that go with it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from tests.conftest import WALIDATA, Office, recorded
from workbench import moment
from workbench.domain.engine import CaseStatus, Evidence
from workbench.domain.errors import IllegalMove, NotAllowed, NotFound, Refused, Stale
from workbench.domain.people import Capacity, Role
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, case_time, casework, people, track
from workbench.storage import database
from workbench.storage.tables import (
    CaseRow,
    DatasetVersionRow,
    DraftRow,
    EditionRow,
    EventRow,
    ReleaseRow,
    SubmissionRow,
    VisitRow,
)

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)  # 08.00 in Jakarta
OPDS = ("1.01.01", "1.02.01", "3.27.01")
OPERATOR = {"1.01.01": "disdik", "1.02.01": "dinkes", "3.27.01": "dispangtan"}


class Desk:
    """A case and somebody who clicks on it; every click has its own key."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.keys = (f"k{n}" for n in range(1_000_000))

    def start(self, session: Session, sop_id: str, **more: object) -> int:
        return track.start(
            session, sop_id=sop_id, subject="Data jumlah guru", by=self.office["clerk"], idem=next(self.keys), **more
        )  # type: ignore[arg-type]

    def decide(self, session: Session, case_id: int, who: str, outcome: str, **more: object) -> object:
        seq = session.get_one(CaseRow, case_id, populate_existing=True).seq
        return track.decide(
            session, case_id=case_id, seen_seq=seq, outcome=outcome, by=self.office[who], idem=next(self.keys), **more
        )  # type: ignore[arg-type]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture
def lite(sqlite_office: Office) -> Desk:
    return Desk(sqlite_office)


@pytest.fixture(autouse=True)
def _whole_after(data_dir: object) -> Iterator[None]:
    """Whatever a test did, the history it leaves is whole."""
    yield
    with database.session() as session:
        assert audit.verify(session).problems == ()


def letter(session: Session, text: str = "surat balasan") -> Evidence:
    return Evidence(EvidenceKind.LETTER, text, recorded(session, text.encode()))


def submission(session: Session, opd_code: str, n: int = 1) -> Evidence:
    sha = recorded(session, f"{opd_code} {n}".encode())
    row = SubmissionRow(
        receipt=f"{opd_code}-{n}-{sha[:8]}", dataset_id="d", period="2025", opd_code=opd_code, file_sha256=sha,
        file_name="a.xlsx", received_at=moment.now(), received_from="x", status="received",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Evidence(EvidenceKind.SUBMISSION, str(row.id), sha)


def accepted(session: Session, sent: Evidence) -> Evidence:
    row = DatasetVersionRow(
        dataset_id=sent.ref, period="2025", version=1, submission_id=int(sent.ref), recipe_sha256="", rows=1,
        parquet_sha256=f"p{sent.sha256[1:]}", path="", accepted_by="", accepted_at=moment.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Evidence(EvidenceKind.DATASET_VERSION, str(row.id), row.parquet_sha256)


def draft(session: Session, n: int = 1) -> Evidence:
    if session.get(EditionRow, "2025-1") is None:
        session.add(
            EditionRow(
                id="2025-1", title="", year="2025", folder="", manifest_sha256="", created_by="",
                created_at=moment.now(),
            )
        )  # fmt: skip
        session.flush()
    row = DraftRow(
        kind="yearbook", edition_id="2025-1", pdf_sha256=f"{n:064d}", book_sha256="", notebook_sha256="", manifest={},
        rendered_at=moment.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Evidence(EvidenceKind.DRAFT, str(row.id), row.pdf_sha256)


# ---------------------------------------------------------------- the walk of a letter


def to_signing(session: Session, desk: Desk) -> tuple[int, Evidence]:
    case_id = desk.start(session, "trk-layanan-data", requester="Pak Warga")
    desk.decide(session, case_id, "kadis", "diagendakan_didisposisi")
    desk.decide(session, case_id, "kabid", "disposisi")
    desk.decide(session, case_id, "kasi", "disposisi")
    reply = letter(session)
    desk.decide(session, case_id, "staff", "selesai", evidence=reply)
    return case_id, reply


def test_a_letter_from_agenda_to_hand_over(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id, reply = to_signing(session, desk)
        for who in ("kasi", "kabid", "sekretaris"):
            desk.decide(session, case_id, who, "paraf", evidence=reply)
        signed = letter(session, "surat bertanda tangan")
        desk.decide(session, case_id, "kadis", "tanda_tangan", evidence=signed)
        view = track.case(session, case_id=case_id, person=desk.office["staff"])
        assert [p.capacity for p in view.parafs] == [
            "Subkoordinator Statistik", "Kepala Bidang Statistik", "Sekretaris", "Kepala Dinas",
        ]  # fmt: skip
        assert [p.sha256 for p in view.parafs] == [reply.sha256] * 3 + [signed.sha256]
        assert [row.place for row in view.steps] == ["done"] * 8 + ["now"]
        assert view.allowed.decide
        desk.decide(session, case_id, "staff", "serahkan")
        view = track.case(session, case_id=case_id)
        assert view.state.status is CaseStatus.CLOSED
        assert [row.place for row in view.steps] == ["done"] * 9
        assert view.number == "2026/000001"
        assert view.history[0].sentence == "Perkara dibuka: Data jumlah guru."
        assert view.history[-1].sentence == "Langkah 9 diputus: Serahkan. Perkara selesai."
        assert (view.history[-1].who, view.history[-1].capacity) == ("Siti Aminah", "Analis Statistik")
        public = track.by_code(session, view.tracking_code.lower())
        assert (public.number, public.status, public.activity) == ("2026/000001", CaseStatus.CLOSED, "")
        with pytest.raises(NotFound):
            track.by_code(session, "SALAH")


def test_a_return_voids_the_initials_above_it(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id, reply = to_signing(session, lite)
        lite.decide(session, case_id, "kasi", "paraf", evidence=reply)
        with pytest.raises(IllegalMove, match="catatan"):
            lite.decide(session, case_id, "kabid", "kembalikan")
        lite.decide(session, case_id, "kabid", "kembalikan", note="Tabel 2 belum menyebut sumber")
        view = track.case(session, case_id=case_id)
        assert view.parafs == ()
        assert [row.place for row in view.steps][3:6] == ["now", "next", "next"]
        assert (view.state.step, view.state.visit) == ("4", 2)
        assert view.history[-1].note == "Tabel 2 belum menyebut sumber"


def test_an_initial_is_on_the_bytes_that_were_read(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id, reply = to_signing(session, lite)
        view = track.case(session, case_id=case_id)
        assert view.under_review == reply
        with pytest.raises(IllegalMove, match="Sebutkan berkas"):
            lite.decide(session, case_id, "kasi", "paraf")
        with pytest.raises(IllegalMove, match="berganti"):
            lite.decide(session, case_id, "kasi", "paraf", evidence=letter(session, "draf lama"))


def test_evidence_has_to_exist(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        lite.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        lite.decide(session, case_id, "kabid", "disposisi")
        lite.decide(session, case_id, "kasi", "disposisi")
        ghost = Evidence(EvidenceKind.LETTER, "x", "0" * 64)
        with pytest.raises(Refused, match="tidak ada di penyimpanan"):
            lite.decide(session, case_id, "staff", "selesai", evidence=ghost)
        with pytest.raises(IllegalMove, match="melampirkan hasilnya"):
            lite.decide(session, case_id, "staff", "selesai")


# ---------------------------------------------------------------- rights


def test_a_step_belongs_to_its_lane(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = desk.start(session, "trk-layanan-data")
        desk.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        for who in ("staff", "kasi", "kadis", "dinkes"):
            with pytest.raises(NotAllowed, match="Langkah 2 milik Kepala Bidang Statistik dan Persandian"):
                desk.decide(session, case_id, who, "disposisi")


def test_a_requesters_step_is_recorded_by_the_agenda(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        lite.decide(session, case_id, "clerk", "diagendakan_didisposisi")
        line = track.case(session, case_id=case_id).history[-1]
        assert line.capacity == "Pengadministrasi Surat, mencatat untuk Pemohon"


def test_a_post_that_ended_yesterday_gives_no_right(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        lite.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        kabid = lite.office["kabid"]
        post = people.profile(session, kabid.id).posts[0]
        people.end_assignment(session, assignment_id=post.id, last_day=date(2026, 7, 5), by="admin")
        # The page still holds the Person of an hour ago: the database is asked, not the page.
        with pytest.raises(NotAllowed):
            lite.decide(session, case_id, "kabid", "disposisi")
        people.assign(
            session, person_id=lite.office["kasi"].id, role=Role.DIVISION_HEAD, title="Kepala Bidang Statistik",
            opd_code=WALIDATA, by="admin", capacity=Capacity.PLH, letter_number="800/7",
            valid_from=date(2026, 7, 6), valid_to=date(2026, 7, 6),
        )  # fmt: skip
        lite.decide(session, case_id, "kasi", "disposisi")
        assert track.case(session, case_id=case_id).history[-1].capacity == "Plh. Kepala Bidang Statistik"


@pytest.mark.parametrize("who", ["staff", "clerk", "dinkes"])
def test_only_superiors_supervise(lite: Desk, who: str) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        lite.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        common = {"case_id": case_id, "seen_seq": 2, "by": lite.office[who], "note": "alasan"}
        for n, (verb, more) in enumerate(
            [
                (track.skip, {"outcome": "disposisi"}),
                (track.cancel, {}),
                (track.reassign, {"assignee": "kabid"}),
                (track.extend, {}),
                (track.cut_off, {}),
                (track.reopen, {}),
            ]
        ):
            with pytest.raises(NotAllowed, match="hanya untuk atasan"):
                verb(session, idem=f"s{n}", **common, **more)


def test_superiors_skip_reassign_extend_cancel_and_reopen(lite: Desk) -> None:
    office = lite.office
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        before = track.case(session, case_id=case_id).law_clock.due_at
        track.extend(session, case_id=case_id, seen_seq=1, by=office["kabid"], idem="e", note="data tersebar", days=7)
        after = track.case(session, case_id=case_id).law_clock.due_at
        assert before is not None
        assert after is not None
        assert (before.date(), after.date()) == (date(2026, 7, 20), date(2026, 7, 29))
        track.skip(
            session, case_id=case_id, seen_seq=2, by=office["kadis"], idem="s",
            outcome="diagendakan_didisposisi", note="lisan",
        )  # fmt: skip
        with pytest.raises(Refused, match="tidak memegang peran"):
            track.reassign(session, case_id=case_id, seen_seq=3, by=office["kadis"], idem="r", assignee="staff")
        track.reassign(session, case_id=case_id, seen_seq=3, by=office["kadis"], idem="r2", assignee="kabid")
        assert [i.assignee for i in track.inbox(session, person=office["kabid"])] == ["kabid"]
        track.cancel(session, case_id=case_id, seen_seq=4, by=office["kadis"], idem="c", note="ditarik pemohon")
        assert track.board(session) == []
        assert [row.status for row in track.board(session, ended=True)] == [CaseStatus.CANCELLED]
        places = [row.place for row in track.case(session, case_id=case_id).steps]
        assert places[:3] == ["skipped", "cancelled", "next"], "neither was performed"
        track.reopen(session, case_id=case_id, seen_seq=5, by=office["kadis"], idem="o", note="diminta lagi")
        view = track.case(session, case_id=case_id)
        assert (view.state.step, view.state.visit) == ("2", 2)
        assert [row.place for row in view.steps[:3]] == ["skipped", "now", "next"]


def test_what_somebody_took_is_theirs(lite: Desk) -> None:
    office = lite.office
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        lite.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        lite.decide(session, case_id, "kabid", "disposisi")
        lite.decide(session, case_id, "kasi", "disposisi")
        track.take(session, case_id=case_id, seen_seq=4, by=office["staff"], idem="t")
        with pytest.raises(Stale, match=r"Sudah diambil oleh Siti Aminah, Analis Statistik pukul 08\.00\."):
            track.take(session, case_id=case_id, seen_seq=4, by=office["staff2"], idem="t2")
        with pytest.raises(NotAllowed, match="sedang dikerjakan Siti Aminah"):
            lite.decide(session, case_id, "staff2", "selesai", evidence=letter(session))
        track.reassign(session, case_id=case_id, seen_seq=5, by=office["kasi"], idem="r", assignee="staff2")
        assert track.inbox(session, person=office["staff"]) == []
        lite.decide(session, case_id, "staff2", "selesai", evidence=letter(session))


def test_nobody_initials_their_own_draft(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        people.assign(
            session, person_id=lite.office["staff"].id, role=Role.SECTION_HEAD, title="Subkoordinator",
            opd_code=WALIDATA, by="admin", capacity=Capacity.PLH, letter_number="1", valid_from=date(2026, 1, 1),
        )  # fmt: skip
        case_id, reply = to_signing(session, lite)
        with pytest.raises(NotAllowed, match="Penyusun tidak boleh"):
            lite.decide(session, case_id, "staff", "paraf", evidence=reply)


# ---------------------------------------------------------------- keys and races


def test_the_loser_reads_who_was_first(desk: Desk) -> None:
    office = desk.office
    with moment.at(MONDAY), database.writing() as session:
        case_id = desk.start(session, "trk-layanan-data")
    with moment.at(MONDAY + timedelta(minutes=5)), database.writing() as session:
        track.decide(
            session, case_id=case_id, seen_seq=1, outcome="diagendakan_didisposisi", by=office["kadis"], idem="a"
        )
    sentence = r"^Sudah diputus oleh Agus Salim, Kepala Dinas pukul 08\.05\.$"
    for who in ("kadis", "clerk", "staff", "dinkes"):  # also those who have no right to the step it is at now
        with moment.at(MONDAY), pytest.raises(Stale, match=sentence), database.writing() as session:
            track.decide(
                session, case_id=case_id, seen_seq=1, outcome="diagendakan_didisposisi", by=office[who], idem=f"b{who}"
            )


def test_a_key_is_one_action(desk: Desk) -> None:
    office = desk.office
    answers = []
    for _ in range(5):
        with moment.at(MONDAY), database.writing() as session:
            answers.append(track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem="new"))
    assert len(set(answers)) == 1
    states = []
    for n in range(5):
        with moment.at(MONDAY + timedelta(minutes=n)), database.writing() as session:
            states.append(
                track.decide(
                    session, case_id=answers[0], seen_seq=1, outcome="diagendakan_didisposisi", by=office["kadis"],
                    idem="same",
                )
            )  # fmt: skip
    assert all(state == states[0] for state in states)
    with database.session() as session:
        assert len(session.exec(select(EventRow)).all()) == 2
    for by, outcome, key in ((office["clerk"], "diagendakan_didisposisi", "same"), (office["kadis"], "x", "new")):
        with moment.at(MONDAY), pytest.raises(Refused, match="tindakan lain"), database.writing() as session:
            track.decide(session, case_id=answers[0], seen_seq=1, outcome=outcome, by=by, idem=key)
    with moment.at(MONDAY), pytest.raises(Refused, match="tindakan lain"), database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="B", by=office["clerk"], idem="new")


def test_a_key_does_not_come_back_with_another_content(lite: Desk) -> None:
    """R6: the answer of the first is never given to a second that says something else."""
    office = lite.office
    with moment.at(MONDAY), database.writing() as session:
        case = lite.start(session, "trk-layanan-data")
        first, other = letter(session), letter(session, "surat lain")
    row = {"case_id": case, "seen_seq": 1, "idem": "k"}

    def again(verb: str, **more: object) -> None:
        with moment.at(MONDAY), pytest.raises(Refused, match="tindakan lain"), database.writing() as session:
            getattr(track, verb)(session, **{**row, **more})

    with moment.at(MONDAY), database.writing() as session:
        track.attach(session, **row, by=office["kadis"], evidence=first)  # type: ignore[arg-type]
    again("attach", by=office["kadis"], evidence=other)
    again("attach", by=office["kabid"], evidence=first)
    with moment.at(MONDAY), database.writing() as session:
        track.pause(session, case_id=case, seen_seq=2, by=office["kadis"], idem="p", reason="bps", waiting_for="bps")
    again("pause", seen_seq=2, by=office["kadis"], idem="p", reason="opd", waiting_for="opd")
    again("resume", seen_seq=2, by=office["kadis"], idem="p")
    with moment.at(MONDAY), database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem="s")
    with moment.at(MONDAY), pytest.raises(Refused, match="tindakan lain"), database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="A", by=office["kadis"], idem="s")
    with database.session() as session:
        assert len(session.exec(select(EventRow)).all()) == 4


def test_numbers_have_no_gaps(desk: Desk) -> None:
    with moment.at(datetime(2025, 12, 31, 16, 59, tzinfo=UTC)), database.writing() as session:
        desk.start(session, "trk-layanan-data")
    with moment.at(datetime(2025, 12, 31, 17, 0, tzinfo=UTC)):  # midnight in Jakarta
        for _ in range(3):
            with database.writing() as session:
                desk.start(session, "trk-layanan-data")
        with pytest.raises(RuntimeError, match="torn"), database.writing() as session:
            desk.start(session, "trk-layanan-data")
            raise RuntimeError("torn")
        with database.writing() as session:
            desk.start(session, "trk-layanan-data")
    with database.session() as session:
        numbers = [row.number for row in session.exec(select(CaseRow).order_by(CaseRow.id))]
    assert numbers == ["2025/000001", "2026/000001", "2026/000002", "2026/000003", "2026/000004"]


# ---------------------------------------------------------------- fan-out


def collecting(session: Session, desk: Desk) -> tuple[int, dict[str, int]]:
    parent = desk.start(session, "srg-pengumpulan-publikasi", opd_codes=OPDS, dataset_id="d", period="2025")
    desk.decide(session, parent, "kabid", "disposisi")
    desk.decide(session, parent, "kasi", "sebar")
    rows = session.exec(select(CaseRow).where(CaseRow.parent_id == parent))
    return parent, {row.opd_code: row.id or 0 for row in rows}


def test_each_opd_gets_its_own_case(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        parent, children = collecting(session, desk)
        assert set(children) == set(OPDS)
        view = track.case(session, case_id=parent)
        assert view.state.status is CaseStatus.WAITING_CHILDREN
        assert [c.number for c in view.children] == [f"2026/000001-0{n}" for n in (1, 2, 3)]
        assert [i.case_id for i in track.inbox(session, person=desk.office["dinkes"])] == [children["1.02.01"]]
        assert track.inbox(session, person=desk.office["staff"]) == []
        assert [row.case_id for row in track.board(session, person=desk.office["dinkes"])] == [children["1.02.01"]]
        with pytest.raises(NotAllowed, match="milik OPD lain"):
            desk.decide(session, children["1.02.01"], "disdik", "kirim", evidence=submission(session, "1.02.01"))
        with pytest.raises(NotFound):
            track.case(session, case_id=children["1.02.01"], person=desk.office["disdik"])
        with pytest.raises(IllegalMove, match="menunggu kiriman OPD"):
            desk.decide(session, parent, "disdik", "kirim", evidence=submission(session, "1.01.01"))
        (row,) = [row for row in track.board(session) if row.case_id == parent]
        assert (row.children, row.children_ended, row.flag) == (3, 0, track.ProgressFlag.WAITING_OUTSIDE)


def test_a_collection_needs_an_opd(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        with pytest.raises(Refused, match="sedikitnya satu OPD"):
            lite.start(session, "srg-pengumpulan-publikasi")
        with pytest.raises(Refused, match="satu kali"):
            lite.start(session, "srg-pengumpulan-publikasi", opd_codes=("1.01.01", "1.01.01"))
        with pytest.raises(NotFound, match="tidak terdaftar"):
            lite.start(session, "srg-pengumpulan-publikasi", opd_codes=("9.99",))


@pytest.mark.parametrize("seed", range(12))
def test_the_parent_goes_on_exactly_once(lite: Desk, seed: int) -> None:
    """OPDs send in any order, some are returned, the collection may be cut off or a child cancelled."""
    chance = random.Random(seed)
    with moment.at(MONDAY), database.writing() as session:
        parent, children = collecting(session, lite)
        cut = chance.random() < 0.3
        moves = 0
        sent: dict[str, Evidence] = {}
        while True:
            state = casework.state_of(session, parent)[0]
            running = [
                (code, child) for code, child in children.items() if not casework.state_of(session, child)[0].ended
            ]
            assert (state.status is CaseStatus.WAITING_CHILDREN) == bool(running)
            if not running:
                break
            moves += 1
            seq = session.get_one(CaseRow, parent, populate_existing=True).seq
            if cut and moves > 3 and chance.random() < 0.3:
                track.cut_off(
                    session, case_id=parent, seen_seq=seq, by=lite.office["kasi"], idem="cut", note="belum: sebagian"
                )
                continue
            code, child = chance.choice(running)
            match casework.state_of(session, child)[0].step:
                case "3":
                    sent[code] = submission(session, code, moves)
                    lite.decide(session, child, OPERATOR[code], "kirim", evidence=sent[code])
                case "4":
                    lite.decide(session, child, "staff", "selesai")
                case "5" if chance.random() < 0.4 and moves < 30:
                    lite.decide(session, child, "staff", "belum_sesuai", note="sel C7 kosong")
                case "5" if chance.random() < 0.1:
                    seq = session.get_one(CaseRow, child, populate_existing=True).seq
                    track.cancel(
                        session, case_id=child, seen_seq=seq, by=lite.office["kasi"], idem=f"x{child}", note="ganda"
                    )
                case _:
                    lite.decide(session, child, "staff", "sesuai", evidence=accepted(session, sent[code]))
        view = track.case(session, case_id=parent)
        assert (view.state.step, view.state.visit) == ("6", 1)
        assert sum(line.type in ("join", "cut_off") for line in view.history) == 1
        assert all(child.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED) for child in view.children)
        with pytest.raises(Refused, match="induk sudah berlanjut"):
            first = view.children[0]
            seq = session.get_one(CaseRow, first.case_id, populate_existing=True).seq
            track.reopen(session, case_id=first.case_id, seen_seq=seq, by=lite.office["kasi"], idem="re", note="lagi")


def test_a_yearbook_to_its_release(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        parent, children = collecting(session, desk)
        for code, child in children.items():
            sent = submission(session, code)
            desk.decide(session, child, OPERATOR[code], "kirim", evidence=sent)
            desk.decide(session, child, "staff", "selesai")
            desk.decide(session, child, "staff", "sesuai", evidence=accepted(session, sent))
        book = draft(session)
        desk.decide(session, parent, "staff", "selesai", evidence=book)
        desk.decide(session, parent, "staff", "lapor")
        desk.decide(session, parent, "kasi", "sesuai", evidence=book)
        desk.decide(session, parent, "kabid", "cetak", evidence=book)
        row = ReleaseRow(
            draft_id=int(book.ref), sha256=book.sha256, target="portal", released_by="staff", released_at=moment.now()
        )
        session.add(row)
        session.flush()
        desk.decide(
            session, parent, "staff", "terbit", evidence=Evidence(EvidenceKind.RELEASE, str(row.id), row.sha256)
        )
        view = track.case(session, case_id=parent)
        assert view.state.status is CaseStatus.CLOSED
        assert [(p.step, p.sha256) for p in view.parafs] == [("8", book.sha256), ("9", book.sha256)]


# ---------------------------------------------------------------- clocks


def visits(session: Session, case_id: int) -> dict[tuple[str, int], VisitRow]:
    rows = session.exec(select(VisitRow).where(VisitRow.case_id == case_id))
    return {(row.step, row.visit): row for row in rows}


def test_a_step_is_judged_in_working_time(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        _, children = collecting(session, desk)
        child = children["1.02.01"]
        desk.decide(session, child, "dinkes", "kirim", evidence=submission(session, "1.02.01"))
    take_at = MONDAY + timedelta(minutes=15)
    with moment.at(take_at), database.writing() as session:
        track.take(session, case_id=child, seen_seq=2, by=desk.office["staff"], idem="t")
        (item,) = [i for i in track.inbox(session, person=desk.office["staff"]) if i.case_id == child]
        assert (item.remaining_seconds, item.flag) == (15 * 60, track.ProgressFlag.ON_TIME)
    with moment.at(MONDAY + timedelta(minutes=23)), database.session() as session:
        (item,) = [i for i in track.inbox(session, person=desk.office["staff"]) if i.case_id == child]
        assert item.flag is track.ProgressFlag.AT_RISK
    with moment.at(MONDAY + timedelta(minutes=31)), database.writing() as session:
        (item,) = [i for i in track.inbox(session, person=desk.office["staff"]) if i.case_id == child]
        assert (item.flag, item.remaining_seconds) == (track.ProgressFlag.BREACHED, -60)
        assert track.summary(session, desk.office["staff"]).breached == 1
        assert track.summary(session, desk.office["kabid"]).office_breached == 1
        assert track.summary(session, desk.office["staff"]).office_breached is None
        desk.decide(session, child, "staff", "selesai")
        row = visits(session, child)[("4", 1)]
        assert (row.verdict, row.waiting_seconds, row.working_seconds) == ("breached", 15 * 60, 16 * 60)
        assert visits(session, child)[("3", 1)].verdict == "on_time"
        assert visits(session, child)[("5", 1)].verdict == ""


def test_held_time_is_given_back(desk: Desk) -> None:
    """G22 of the golden table with a step of 60 minutes: hold Friday 16.00 to Monday 08.00 is 60 working minutes."""
    friday = datetime(2026, 7, 10, 8, 45, tzinfo=UTC)  # 15.45
    with moment.at(friday), database.writing() as session:
        case_id = desk.start(session, "srg-pengumpulan-publikasi", opd_codes=OPDS)
        desk.decide(session, case_id, "kabid", "disposisi")
    with moment.at(friday + timedelta(minutes=15)), database.writing() as session:
        track.pause(
            session, case_id=case_id, seen_seq=2, by=desk.office["kasi"], idem="p", reason="menunggu daftar OPD",
            waiting_for="Bappeda",
        )  # fmt: skip
        (item,) = [i for i in track.inbox(session, person=desk.office["kasi"]) if i.case_id == case_id]
        assert (item.flag, item.remaining_seconds) == (track.ProgressFlag.WAITING_OUTSIDE, 45 * 60)
        assert track.case(session, case_id=case_id).history[-1].sentence == (
            "Dijeda, menunggu Bappeda: menunggu daftar OPD."
        )
    monday = datetime(2026, 7, 13, 1, 0, tzinfo=UTC)
    with moment.at(monday), database.writing() as session:
        (item,) = [i for i in track.inbox(session, person=desk.office["kasi"]) if i.case_id == case_id]
        assert item.remaining_seconds == 45 * 60
        with pytest.raises(IllegalMove, match="dijeda"):
            desk.decide(session, case_id, "kasi", "sebar")
        track.resume(session, case_id=case_id, seen_seq=3, by=desk.office["kasi"], idem="r")
        view = track.case(session, case_id=case_id)
        assert view.step_clock.due_at is not None
        assert view.step_clock.due_at.astimezone(UTC) == datetime(2026, 7, 13, 1, 45, tzinfo=UTC)
    with moment.at(monday + timedelta(minutes=45)), database.writing() as session:
        desk.decide(session, case_id, "kasi", "sebar")
        row = visits(session, case_id)[("2", 1)]
        assert (row.verdict, row.paused_seconds, row.waiting_seconds) == ("on_time", 60 * 60, 60 * 60)


def test_a_phase_is_due_at_its_last_step(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = lite.start(session, "ska-publikasi")
        view = track.case(session, case_id=case_id)
        assert view.step_clock.due_at is None
        assert view.sop_clock.due_at is not None
        assert view.sop_clock.due_at.date() == date(2026, 7, 9)
        schedule = Evidence(EvidenceKind.SCHEDULE, "j", recorded(session, b"jadwal"))
        lite.decide(session, case_id, "staff", "selesai", evidence=schedule)
    with moment.at(MONDAY + timedelta(days=1)), database.writing() as session:
        lite.decide(session, case_id, "kasi", "setuju", evidence=schedule)
        view = track.case(session, case_id=case_id)
        assert view.step_clock.due_at is not None
        # Day 1 after the Monday on which the phase began, although step 3 began on Tuesday.
        assert view.step_clock.due_at.date() == date(2026, 7, 7)


def test_beyond_the_calendar_work_goes_on_and_the_page_says_why(lite: Desk) -> None:
    late = datetime(2027, 12, 30, 8, 0, tzinfo=UTC)
    with moment.at(late), database.writing() as session:
        view = track.case(session, case_id=lite.start(session, "trk-layanan-data"))
        assert view.step_clock.due_at is not None  # the last day of the calendar
        assert view.sop_clock.due_at is None
        assert "2028" in view.clock_problem
    late += timedelta(hours=24)
    with moment.at(late), database.writing() as session:
        case_id = lite.start(session, "trk-layanan-data")
        view = track.case(session, case_id=case_id)
        assert view.step_clock.due_at is None
        assert "2028" in view.clock_problem
    with moment.at(late + timedelta(days=10)), database.writing() as session:
        lite.decide(session, case_id, "kadis", "diagendakan_didisposisi")
        assert visits(session, case_id)[("1", 1)].verdict == ""
        assert [i.case_id for i in track.inbox(session, person=lite.office["kabid"])] == [case_id]


def test_the_inbox_is_ordered_by_urgency(lite: Desk) -> None:
    cases = {}
    for name, start in (("late", MONDAY), ("near", MONDAY + timedelta(days=4)), ("fresh", MONDAY + timedelta(days=7))):
        with moment.at(start), database.writing() as session:
            cases[name] = lite.start(session, "trk-layanan-data")
    with moment.at(MONDAY + timedelta(days=7, hours=6)), database.writing() as session:
        cases["held"] = lite.start(session, "trk-layanan-data")
        track.pause(session, case_id=cases["held"], seen_seq=1, by=lite.office["kadis"], idem="p", reason="r")
        items = track.inbox(session, person=lite.office["kadis"])
        assert [i.case_id for i in items] == [cases["late"], cases["near"], cases["fresh"], cases["held"]]
        flags = track.ProgressFlag
        assert [i.flag for i in items] == [flags.BREACHED, flags.AT_RISK, flags.ON_TIME, flags.WAITING_OUTSIDE]
        assert [track.flag_label(i.flag) for i in items] == [
            "lewat batas", "mendekati batas", "tepat waktu", "menunggu pihak luar",
        ]  # fmt: skip
        summary = track.summary(session, lite.office["kadis"])
        assert (summary.waiting, summary.breached, summary.due_today, summary.outside) == (3, 1, 1, 1)


def test_a_sop_revision_leaves_running_cases_alone(lite: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        running = lite.start(session, "trk-layanan-data")
        old = casework.current_sop(session, "trk-layanan-data")
        revised = make_revision(old)
        assert casework.install_sops(session, [revised, old]) == 1
        assert casework.install_sops(session, [revised, old]) == 0
        fresh = lite.start(session, "trk-layanan-data")
        assert track.case(session, case_id=running).sop.sha == old.sha
        assert track.case(session, case_id=fresh).sop.sha == revised.sha
        track.migrate(
            session, case_id=running, seen_seq=1, by=lite.office["kabid"], idem="m", to_sop=revised.sha, note="revisi"
        )
        view = track.case(session, case_id=running)
        assert (view.sop.sha, view.state.step, view.state.visit) == (revised.sha, "1", 1)
        assert view.step_clock.due_at is not None
        assert view.step_clock.due_at.date() == date(2026, 7, 8)  # two working days now


def make_revision(sop: casework.Sop) -> casework.Sop:
    from workbench.storage import sop_document

    document = sop_document.to_document(sop)
    document["version"] = "2026-07-06"
    document["steps"][0]["standard"]["amount"] = 2
    return sop_document.from_document(document)


# ---------------------------------------------------------------- who does the next step, and handing on


def at_assigning(desk: Desk, session: Session) -> int:
    """A Tarakan request at step 3, where the section head hands it to a member of staff."""
    case_id = desk.start(session, "trk-layanan-data", requester="Lina")
    desk.decide(session, case_id, "kadis", "diagendakan_didisposisi")
    desk.decide(session, case_id, "kabid", "disposisi")
    return case_id


def test_a_disposition_that_names_a_person_gives_them_the_step_in_one_event(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = at_assigning(desk, session)
        names = {person.username for person in track.receivers(session, case_id=case_id, outcome="disposisi")}
        assert {"staff2", desk.office["staff"].username} <= names
        seq = session.get_one(CaseRow, case_id).seq
        desk.decide(session, case_id, "kasi", "disposisi", assignee="Staff2")
        row = session.get_one(CaseRow, case_id, populate_existing=True)
        assert (row.step, row.assignee, row.seq) == ("4", "staff2", seq + 1)
        assert case_id not in {item.case_id for item in track.inbox(session, person=desk.office["staff"])}
        view = track.case(session, case_id=case_id)
        assert view.holder_name == "Tono Wibowo"
        assert view.history[-1].sentence == "Langkah 3 diputus: Disposisikan, kepada Tono Wibowo."
        with pytest.raises(IllegalMove, match="orang lain"):
            desk.decide(session, case_id, "staff", "selesai", evidence=letter(session))
        tono = desk.office["staff2"]
        track.decide(
            session, case_id=case_id, seen_seq=row.seq, outcome="selesai", by=tono, idem="b", evidence=letter(session)
        )
        assert session.get_one(CaseRow, case_id, populate_existing=True).assignee == ""


def test_only_who_holds_the_next_lane_may_be_named_and_only_downwards(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = at_assigning(desk, session)
        with pytest.raises(Refused, match="tidak memegang peran"):
            desk.decide(session, case_id, "kasi", "disposisi", assignee=desk.office["clerk"].username)
        desk.decide(session, case_id, "kasi", "disposisi")
        assert track.receivers(session, case_id=case_id, outcome="selesai") == []
        with pytest.raises(Refused, match="tidak menugaskan"):
            desk.decide(
                session, case_id, "staff", "selesai", evidence=letter(session), assignee=desk.office["kasi"].username
            )
        assert session.get_one(CaseRow, case_id, populate_existing=True).step == "4"
        desk.decide(session, case_id, "staff", "selesai", evidence=(paper := letter(session)))
        assert track.receivers(session, case_id=case_id, outcome="kembalikan") == []
        desk.decide(session, case_id, "kasi", "paraf", evidence=paper)


def test_whoever_has_a_step_in_hand_may_pass_it_on_and_nobody_elses(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = at_assigning(desk, session)
        desk.decide(session, case_id, "kasi", "disposisi")
        staff = desk.office["staff"]
        seq = session.get_one(CaseRow, case_id).seq
        with pytest.raises(NotAllowed, match="atasan"):  # nobody has taken it: there is nothing to pass on
            track.reassign(session, case_id=case_id, seen_seq=seq, by=staff, idem="d0", assignee="staff2")
        track.take(session, case_id=case_id, seen_seq=seq, by=staff, idem="t")
        assert track.case(session, case_id=case_id, person=staff).allowed.pass_on
        tono = desk.office["staff2"]
        with pytest.raises(NotAllowed, match="atasan"):
            track.reassign(session, case_id=case_id, seen_seq=seq + 1, by=tono, idem="d1", assignee="staff2")
        track.reassign(session, case_id=case_id, seen_seq=seq + 1, by=staff, idem="d2", assignee="staff2", note="cuti")
        row = session.get_one(CaseRow, case_id, populate_existing=True)
        assert (row.assignee, row.taken_by) == ("staff2", "")
        assert not track.case(session, case_id=case_id, person=staff).allowed.pass_on


def test_colleagues_of_an_office_step_are_the_offices_also_where_the_case_is_an_opds(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = desk.start(session, "bwi-permintaan", opd_code="1.02.01", requester="Lina")
        recorders = {person.username for person in track.colleagues(session, case_id=case_id)}
        assert {desk.office["clerk"].username, desk.office["staff"].username} <= recorders
        desk.decide(session, case_id, "clerk", "ajukan")
        assert [p.username for p in track.colleagues(session, case_id=case_id)] == [desk.office["kasi"].username]
        desk.decide(session, case_id, "kasi", "disposisi")
        desk.decide(session, case_id, "staff", "tidak_tersedia")
        desk.decide(session, case_id, "kasi", "dihubungi")
        assert [p.username for p in track.colleagues(session, case_id=case_id)] == ["dinkes"]


def test_a_hold_is_told_in_words_and_not_in_codes(desk: Desk) -> None:
    with moment.at(MONDAY), database.writing() as session:
        case_id = at_assigning(desk, session)
        for seq, reason, party, said in (
            (3, "incomplete", "requester", "Dijeda, menunggu pemohon: berkas atau data belum lengkap."),
            (5, "bps", "bps", "Dijeda, menunggu BPS."),
        ):
            track.pause(
                session, case_id=case_id, seen_seq=seq, by=desk.office["kasi"], idem=f"p{seq}", reason=reason,
                waiting_for=party,
            )  # fmt: skip
            assert track.case(session, case_id=case_id).history[-1].sentence == said
            track.resume(session, case_id=case_id, seen_seq=seq + 1, by=desk.office["kasi"], idem=f"r{seq}")


def test_the_time_of_an_opd_and_of_whom_is_waited_for_is_not_the_offices(desk: Desk) -> None:
    """Surabaya: OPD apart from walidata; a hold for BPS is booked on BPS; waiting apart from working."""

    def at(minutes: int) -> datetime:
        return MONDAY + timedelta(minutes=minutes)

    with moment.at(MONDAY), database.writing() as session:
        case_id = desk.start(session, "bwi-permintaan", opd_code="1.02.01", requester="Lina")
    with moment.at(at(5)), database.writing() as session:
        desk.decide(session, case_id, "clerk", "ajukan")
    with moment.at(at(15)), database.writing() as session:
        desk.decide(session, case_id, "kasi", "disposisi")
    with moment.at(at(20)), database.writing() as session:
        seq = session.get_one(CaseRow, case_id).seq
        track.take(session, case_id=case_id, seen_seq=seq, by=desk.office["staff"], idem="t")
    with moment.at(at(30)), database.writing() as session:
        track.pause(
            session, case_id=case_id, seen_seq=seq + 1, by=desk.office["staff"], idem="p", reason="answer",
            waiting_for="bps",
        )  # fmt: skip
    with moment.at(at(60)), database.writing() as session:
        track.resume(session, case_id=case_id, seen_seq=seq + 2, by=desk.office["staff"], idem="r")
        desk.decide(session, case_id, "staff", "tidak_tersedia")
        desk.decide(session, case_id, "kasi", "dihubungi")
    with moment.at(at(90)), database.session() as session:
        told = case_time.of_case(session, case_id=case_id)
    minutes = {p.party: (p.waiting // 60, p.working // 60, p.held // 60) for p in told.parties}
    assert minutes == {"office": (10 + 5, 10, 0), "bps": (0, 0, 30), "opd": (30, 0, 0), "requester": (5, 0, 0)}
    assert [s.party for s in told.stays] == ["requester", "office", "office", "office", "opd"]
    assert told.stays[-1].running and not told.stays[0].running
    assert sum(p.total for p in told.parties) == 90 * 60, "nothing is lost and nothing counted twice"

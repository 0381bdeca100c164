"""The main job, played through the very services the pages call: from the OPDs' files to a released yearbook.

Seven acts: the office, last years' data, the order and the forms, the files, checking and accepting, the draft, its
way up. Nothing here knows a figure; what the generator's workbooks hold goes the way any agency's file goes.

Each act looks at what is there already, so that a run that was interrupted is finished by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from workbench import moment
from workbench.domain.clock import Clock
from workbench.domain.engine import Evidence
from workbench.domain.errors import Refused
from workbench.domain.people import Person, Role
from workbench.domain.reading.model import Severity
from workbench.i18n import _, _n
from workbench.services import (
    acceptance,
    case_link,
    checks,
    collect,
    demo_files,
    demo_office,
    disseminate,
    office_clock,
    people,
    recipe_desk,
    track,
)
from workbench.services.jobs import Worker
from workbench.storage import casebook, database, datasets, jobs, submissions
from workbench.storage.jobs import JobState

SOP = "srg-pengumpulan-publikasi"
ACTS = 7
Tell = Callable[[int, str], None]


@dataclass
class Story:
    """One run of the chain. ``tell(act, sentence)`` is called as it goes; ids of what was made are kept."""

    tell: Tell
    cast: dict[str, Person] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    case_id: int = 0
    edition_id: str = ""
    draft_id: int = 0
    release_path: str = ""
    returned: int = 0
    accepted: int = 0

    # ---------------------------------------------------------------- acts

    def office(self) -> None:
        """Act 1: agencies, people and posts of the demo office."""
        with database.writing() as session:
            seeded = demo_office.seed_office(session)
        self.passwords = dict(seeded.passwords)
        with database.session() as session:
            self.cast = {name: people.person(session, number) for name, number in seeded.people.items()}
        self.tell(1, _("Kantor contoh: {people} orang, {opds} perangkat daerah, {sops} SOP.").format(
            people=len(self.cast), opds=len(seeded.opds), sops=seeded.sops))  # fmt: skip

    def archive(self, years: tuple[str, ...], only: Collection[str] = ()) -> None:
        """Act 2: what earlier years left behind (of all datasets, or ``only`` these), accepted without a running case.

        What the archive holds already stays as it is.
        """
        with database.session() as session:
            kept = {(version.dataset_id, version.period) for version in acceptance.versions(session)}
        for file in demo_files.files(years):
            if (file.dataset_id, file.period) not in kept and file.dataset_id in (only or {file.dataset_id}):
                self._process(self._receive(file, None))
        self.tell(2, _n("Data {years} disahkan dari arsip: {n} dataset.", self.accepted).format(
            years=", ".join(years), n=self.accepted))  # fmt: skip

    def order(self, year: str, start: datetime) -> None:
        """Act 3: the division head orders, the section head sends the forms; one case per OPD opens."""
        producers = sorted({definition.opd_code for definition in datasets.all_datasets()})
        with moment.at(start), database.writing() as session:
            self.case_id = track.start(
                session, sop_id=SOP, subject=_("Buku Statistik Sektoral Kota Surakarta {year}").format(year=year),
                by=self.cast["kabid"], idem=f"demo-{year}", opd_codes=producers, period=year,
            )  # fmt: skip
        self._go_on("kabid", start + timedelta(minutes=6), "1")
        self._go_on("subkoor", start + timedelta(minutes=48), "2")
        self.tell(3, _("Perkara {number} dibuka; formulir {year} disebar ke {n} OPD.").format(
            number=self._number(), year=year, n=len(producers)))  # fmt: skip

    def gather(self, year: str, start: datetime) -> None:
        """Acts 4 and 5: each OPD sends its files; one comes back with totals that do not add up and is mended."""
        at = start
        for file in demo_files.files((year,)):
            at += timedelta(minutes=12)
            with moment.at(at):
                receipt = self._receive(file, self._child_of(self._opd_of(file)))
            self.tell(4, _("{file}: diterima, {receipt}.").format(file=file.name, receipt=receipt.number))
            if file.flawed and not self._is_returned(receipt.submission_id):
                self._go_on("statistisi", at + timedelta(minutes=3), "4", self._child_of(self._opd_of(file)))
                with moment.at(at + timedelta(minutes=8)):
                    self._give_back(receipt.submission_id)
        self._check_all(year, at + timedelta(minutes=20))

    def draft(self, year: str, at: datetime) -> None:
        """Act 6: freeze the edition, have the worker render the book, and send the draft up."""
        self.edition_id = f"{year}-1"
        with database.session() as session:
            lines = disseminate.drafts(session, case_id=self.case_id)
        if not lines:
            self._render(year, at)
            with database.session() as session:
                lines = disseminate.drafts(session, case_id=self.case_id)
        self.draft_id = lines[0].id
        after = moment.now()
        self._go_on("statistisi", after, "6")
        self._go_on("statistisi", after + timedelta(seconds=1), "7")
        self.tell(6, _("Draf {pages} halaman, SHA-256 {sha}…, menunggu Subkoordinator.").format(
            pages=lines[0].pages, sha=lines[0].pdf_sha256[:12]))  # fmt: skip

    def _render(self, year: str, at: datetime) -> None:
        """Freeze the edition and have a worker of our own render the draft; ``Refused`` says why there is none."""
        by, idem = self.cast["statistisi"], f"demo-draft-{year}"
        with moment.at(at), database.writing() as session:
            disseminate.freeze_edition(
                session, id=self.edition_id, title=_("Kota Surakarta dalam Statistik Sektoral"), year=year, by=by
            )
            ask: dict[str, Any] = {"edition_id": self.edition_id, "case_id": self.case_id, "by": by}
            job = jobs.get(session, disseminate.request_draft(session, **ask, idem=idem))
            if job.state is JobState.FAILED:  # an earlier run's; this one asks again
                job = jobs.get(session, disseminate.request_draft(session, **ask, idem=f"{idem}-{job.id}"))
        self.tell(6, _("Edisi {id} dibekukan; draf buku sedang disusun oleh notebook.").format(id=self.edition_id))
        while job.state in (JobState.QUEUED, JobState.RUNNING):
            Worker(slots=1).run(once=True)
            with database.session() as session:
                job = jobs.get(session, job.id)
            if job.state is JobState.RUNNING:  # by a worker that was killed; it is free once that has fallen silent
                time.sleep(1)
        if job.state is JobState.FAILED:
            raise Refused(_("Draf tidak jadi: {why}").format(why=job.error or job.state.value))

    def approve(self) -> None:
        """Act 7: verified, ordered to print, released; every decision on exactly the bytes of the draft."""
        for name in ("subkoor", "kabid"):
            with database.writing() as session:
                view = disseminate.draft(session, self.draft_id)
                case = case_link.standing(session, self.case_id)
                disseminate.decide_on_draft(
                    session, draft_id=self.draft_id, outcome=case.outcome(back=False).key,
                    seen_sha256=view.line.pdf_sha256, seen_seq=case.seq, by=self.cast[name],
                    idem=f"demo-approve-{case.case_id}-{case.seq}",
                )  # fmt: skip
            self.tell(7, _("{name} memutus atas draf {sha}….").format(
                name=self.cast[name].name, sha=view.line.pdf_sha256[:12]))  # fmt: skip
        with database.writing() as session:
            case = case_link.standing(session, self.case_id)
            made = disseminate.release(
                session, draft_id=self.draft_id, by=self.cast["statistisi"], idem=f"demo-release-{case.case_id}",
                seen_seq=case.seq, outcome=case.outcome(back=False).key,
            )  # fmt: skip
        self.release_path = str(made.path)
        self.tell(7, _("Diterbitkan: {path}").format(path=made.path))

    # ---------------------------------------------------------------- how it is done

    def _number(self) -> str:
        with database.session() as session:
            return case_link.standing(session, self.case_id).number

    def _child_of(self, opd_code: str) -> int:
        with database.session() as session:
            children = track.case(session, case_id=self.case_id).children
        return next(child.case_id for child in children if child.opd_code == opd_code)

    @staticmethod
    def _opd_of(file: demo_files.DemoFile) -> str:
        return datasets.get(file.dataset_id).opd_code

    def _operator(self, opd_code: str) -> Person:
        return next(p for p in self.cast.values() if opd_code in p.opd_codes and Role.PRODUCER_STAFF in p.roles)

    @staticmethod
    def _is_returned(submission_id: int) -> bool:
        with database.session() as session:
            return collect.submission(session, submission_id).status == submissions.RETURNED

    def _receive(self, file: demo_files.DemoFile, case_id: int | None) -> collect.Receipt:
        definition = datasets.get(file.dataset_id)
        flaw = "-1" if file.flawed else ""
        stored = collect.prepare(file.content, file.name)
        with database.writing() as session:
            return collect.receive(
                session, dataset_id=file.dataset_id, period=file.period, by=self._operator(definition.opd_code),
                file_name=file.name, content=stored, case_id=case_id,
                idem=f"demo-{file.dataset_id}-{file.period}{flaw}",
            )  # fmt: skip

    def _give_back(self, submission_id: int) -> None:
        with database.writing() as session:
            checks.check(session, submission_id=submission_id)
        with database.writing() as session:
            acceptance.return_to_opd(
                session, submission_id=submission_id, by=self.cast["statistisi"],
                note=_("Jumlah tidak sama dengan penjumlahan kecamatan; mohon diperiksa kembali."),
                cells=acceptance.cells_to_return(session, submission_id=submission_id),
                idem=f"demo-return-{submission_id}",
            )  # fmt: skip
        self.returned += 1
        self.tell(5, _("Satu kiriman dikembalikan: jumlahnya tidak cocok. OPD memperbaikinya."))

    def _process(self, receipt: collect.Receipt) -> None:
        """Check, confirm a doubtful spelling the way a person would, explain what asks for words, accept."""
        by = self.cast["statistisi"]
        number = receipt.submission_id
        with database.writing() as session:
            result = checks.check(session, submission_id=number)
        if result.questions:
            dataset_id = self._dataset_of(number)
            for question in result.questions:
                with database.writing() as session:
                    recipe_desk.confirm_area(
                        session, dataset_id=dataset_id, label=question.label, area_code=question.candidates[0][0], by=by
                    )
            with database.writing() as session:
                result = checks.check(session, submission_id=number)
        with database.writing() as session:
            for finding in result.findings:
                if finding.severity is Severity.WARNING and not finding.reason:
                    checks.explain_finding(
                        session, finding_id=finding.id, by=by, reason=_("Data contoh: sudah dikonfirmasi OPD.")
                    )
        with database.writing() as session:
            acceptance.accept(
                session, submission_id=number, by=by, seen_sha256=result.sha256, idem=f"demo-accept-{number}"
            )
        self.accepted += 1

    def _dataset_of(self, submission_id: int) -> str:
        with database.session() as session:
            return collect.submission(session, submission_id).dataset_id

    def _check_all(self, year: str, at: datetime) -> None:
        """The OPD cases stand at gathering (step 4): gather, then accept every newest file."""
        self.accepted = 0
        with database.session() as session:
            children = track.case(session, case_id=self.case_id).children
        for child in children:
            at += timedelta(minutes=9)
            self._go_on("statistisi", at, "4", child.case_id)
            with database.session() as session:
                wanted = case_link.wanted(case_link.standing(session, child.case_id))
                sent = [
                    found[0] for d in wanted
                    if (found := collect.list_submissions(
                        session, dataset_id=d.id, period=year, statuses=(submissions.RECEIVED, submissions.CHECKED)
                    ))
                ]  # fmt: skip
            for one in sent:
                at += timedelta(minutes=3)
                with moment.at(at):
                    self._process(_receipt_of(one))
        self.tell(5, _n("{n} dataset {year} dibaca, dibersihkan, divalidasi dan disahkan.", self.accepted).format(
            n=self.accepted, year=year))  # fmt: skip

    def _go_on(self, who: str, at: datetime, step: str, case_id: int = 0) -> None:
        """Decide a step with its only way on, unless that was done before; a draft under review goes with it."""
        number = case_id or self.case_id
        with moment.at(at), database.writing() as session:
            case = case_link.standing(session, number)
            if case.step != step:
                return
            track.decide(
                session, case_id=number, seen_seq=case.seq, outcome=case.outcome(back=False).key, by=self.cast[who],
                idem=f"demo-{number}-{case.seq}", evidence=_seen(session, number),
            )  # fmt: skip


def _seen(session: Session, case_id: int) -> Evidence | None:
    return track.case(session, case_id=case_id).under_review


def _receipt_of(sent: collect.Submission) -> collect.Receipt:
    return collect.Receipt(sent.id, sent.receipt, sent.file_sha256, 0, sent.received_at, sent.round, sent.file_name)


def play(tell: Tell, *, to_release: bool, again: bool = False) -> Story:
    """Run the chain on an empty workbench, ending with the draft before the section head or with the release.

    ``again`` goes on where an interrupted run stopped. ``Refused`` when the demo office already has its case otherwise.
    """
    story = Story(tell)
    story.office()
    with database.session() as session:
        begun = casebook.by_idem(session, f"demo-{demo_files.YEARS[-1]}")
        if begun is not None and not again:
            raise Refused(_("Kantor contoh sudah berisi perkara; jalankan pada folder data yang kosong."))
        clock = office_clock.clock(session)
    now = moment.now()
    last = int(demo_files.YEARS[-1])
    start = begun.at if begun is not None else opening(clock, now)
    with moment.at(now - timedelta(days=600)):
        story.archive(tuple(year for year in demo_files.YEARS if int(year) < last))
    story.order(str(last), start)
    story.gather(str(last), start + timedelta(hours=2))
    story.draft(str(last), moment.now())
    if to_release:
        story.approve()
    return story


def opening(clock: Clock, now: datetime) -> datetime:
    """When the order goes out: twenty minutes into a working day that lies four whole working days back."""
    day = office_clock.local(clock.back_days(now, 4)).replace(hour=0, minute=0, second=0, microsecond=0)
    return clock.next_open(day) + timedelta(minutes=20)

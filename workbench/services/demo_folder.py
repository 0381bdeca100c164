"""The main job on a folder of real files, headless: every file is kept and gets a receipt, what can be read goes all
the way into a released book, what cannot is named with the reason.

Nothing is known about the files: each table's dataset definition is derived from its own labels. A person's judgement
is not played: warnings stay on record with the reason that nobody checked them, and a file with errors goes back to its
sender with the list of cells and stays out of the book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session

from workbench import moment
from workbench.domain.ad_hoc import Derived, Known, derive, title_of
from workbench.domain.ad_hoc_labels import Codes
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import Refused, UnreadableFile, WorkbenchError
from workbench.domain.labels import years_in
from workbench.domain.people import Person, Role
from workbench.domain.reading.model import Finding, Severity, TableReading
from workbench.domain.recipes import MapColumns, MapRows, PickTable, Recipe, default_recipe
from workbench.domain.sop import END, EvidenceKind
from workbench.i18n import _, _n
from workbench.services import (
    case_link,
    collect,
    demo_folder_book,
    demo_office,
    disseminate,
    office_clock,
    people,
    process,
    replaying,
    track,
)
from workbench.services.demo_folder_book import Printed
from workbench.services.demo_story import Story
from workbench.services.jobs import Worker
from workbench.storage import database, datasets, files, jobs, readings

SOP = "srg-pengumpulan-publikasi"
EDITION = "folder-1"
_OPERATOR = "op.folder"
_CELLS_SHOWN = 20
Tell = Callable[[int, str], None]


@dataclass
class Sending:
    """One dataset and period taken from a file: what was received and what became of it."""

    dataset_id: str
    period: str
    submission_id: int = 0
    receipt: str = ""
    refusal: str = ""
    version: int = 0
    returned: str = ""
    cells: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class Taken:
    """One table of a file with the dataset derived from it; ``problem`` says why there is none."""

    number: int
    title: str
    sheet: str
    problem: str = ""
    derived: Derived | None = None
    sendings: list[Sending] = field(default_factory=list)

    @property
    def dataset_id(self) -> str:
        """The dataset's id; "" when none was derived."""
        return str(self.derived.definition["id"]) if self.derived else ""


@dataclass
class Intake:
    """One file of the folder on its way."""

    name: str
    sha256: str
    opd_code: str
    size: int
    tables: list[Taken] = field(default_factory=list)
    refusal: str = ""
    findings: tuple[Finding, ...] = ()
    case_id: int = 0
    fallback: Sending | None = None

    def sendings(self) -> list[Sending]:
        """All that was sent from this file."""
        return [s for table in self.tables for s in table.sendings] + ([self.fallback] if self.fallback else [])


class _Run:
    """One run over a folder; a class because its acts share people, case and files."""

    def __init__(self, tell: Tell, default_year: str) -> None:
        self.tell = tell
        self.default_year = default_year
        self.story = Story(tell)
        self.ids = Codes()
        self.intakes: list[Intake] = []
        self.lists = tuple((name, datasets.area_list(name)) for name in _area_lists())

    @property
    def cast(self) -> dict[str, Person]:
        """The people of the demo office."""
        return self.story.cast

    # ---------------------------------------------------------------- act 1 and 2

    def office(self) -> None:
        """Act 1: the office's people and SOPs; the figures will be real, so nothing is marked as sample data."""
        with database.writing() as session:
            seeded = demo_office.seed_office(session, sample=False)
        with database.session() as session:
            self.story.cast = {name: people.person(session, number) for name, number in seeded.people.items()}
        self.tell(1, _("Kantor peragaan: {people} orang, {sops} SOP.").format(
            people=len(self.cast), sops=seeded.sops))  # fmt: skip

    def keep(self, folder: Path) -> None:
        """Act 2: the bytes of every file are kept, then read, and definitions are derived from what was read."""
        found = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not found:
            raise Refused(_("Folder {folder} tidak berisi berkas.").format(folder=folder))
        for number, path in enumerate(found, 1):
            name = path.relative_to(folder).as_posix()
            stored = files.put(path.read_bytes())
            intake = Intake(name, stored.sha256, f"9.01.{number:02d}", stored.size)
            self.intakes.append(intake)
            self._read(intake)
        self._senders()
        for intake in self.intakes:
            self._define(intake)
        self.tell(2, _("{n} berkas disimpan utuh; {tables} tabel terbaca, {derived} definisi data diturunkan.").format(
            n=len(self.intakes), tables=sum(len(i.tables) for i in self.intakes),
            derived=sum(t.derived is not None for i in self.intakes for t in i.tables)))  # fmt: skip

    def _read(self, intake: Intake) -> None:
        try:
            found = collect.read_stored(intake.sha256, collect.safe_name(intake.name))
        except UnreadableFile as error:
            intake.refusal = str(error)
            return
        intake.findings = found.findings
        whole = readings.untidy(found)
        named = years_in(Path(intake.name).stem.replace("_", " "))
        of_file = collect.named_years(found)
        for number, table in enumerate(whole.tables):
            mine = collect.years_of_table(found, number)
            years, source = next(
                (y, s) for y, s in (
                    (mine, "title"), (of_file, "title"), (named, "title"), (frozenset({self.default_year}), "default"),
                ) if y
            )  # fmt: skip
            self._derive(intake, number, table, years, source)
        if not whole.tables:
            intake.refusal = _("Berkas ini tidak memuat satu angka pun. Berkas tetap disimpan.")

    def _derive(self, intake: Intake, number: int, table: TableReading, years: frozenset[str], source: str) -> None:
        whole = Path(intake.name).stem.replace("_", " ")
        called = Path(collect.safe_name(intake.name)).stem.replace("_", " ").strip()  # a long name is cut there
        title = title_of(whole if table.title.strip() in ("", called) else table.title)
        known = Known(
            id=self.ids.take(title, joint="-"),
            title=title,
            opd_code=intake.opd_code,
            source=_source(table, intake.name),
            years=years,
            year_from=source,
            lists=self.lists,
        )
        try:
            for derived in derive(table, known):
                intake.tables.append(Taken(number, title, table.sheet, derived=derived))
        except Refused as error:
            intake.tables.append(Taken(number, title, table.sheet, problem=str(error)))

    def _senders(self) -> None:
        """Each file has a sender of its own, so that it has a case of its own; one operator sends for all of them."""
        with database.writing() as session:
            number = people.add_person(session, username=_OPERATOR, name=_("Pengirim berkas"), by=demo_office.ACTOR)
            for intake in self.intakes:
                people.add_opd(
                    session, code=intake.opd_code, name=_("Pengirim {file}").format(file=Path(intake.name).name),
                    short_name=Path(intake.name).stem[:24], by=demo_office.ACTOR,
                )  # fmt: skip
                people.assign(
                    session, person_id=number, role=Role.PRODUCER_STAFF, title=_("Pengirim berkas"),
                    opd_code=intake.opd_code, by=demo_office.ACTOR,
                )  # fmt: skip
        with database.session() as session:
            self.cast[_OPERATOR] = people.person(session, number)

    def _define(self, intake: Intake) -> None:
        """Write the definitions and recipes; a definition that breaks a rule is told, like any other problem."""
        for taken in [t for t in intake.tables if t.derived is not None]:
            derived = taken.derived
            assert derived is not None
            try:
                text = yaml.safe_dump(dict(derived.definition), sort_keys=False, allow_unicode=True, width=110)
                datasets.definition(text, f"{taken.dataset_id}.yaml")
                datasets.write_own("datasets", taken.dataset_id, text)
                recipe = _recipe(taken, derived, several=len(intake.tables) > 1)
                reason = _("Diturunkan dari label berkas {file}.").format(file=intake.name)
                with database.writing() as session:
                    process.save_recipe(session, recipe=recipe, by=self.cast["statistisi"], reason=reason)
            except WorkbenchError as error:
                taken.problem, taken.derived = str(error), None
                continue
            taken.sendings = [Sending(taken.dataset_id, period) for period in derived.periods]
        if not any(t.derived for t in intake.tables):
            intake.fallback = Sending(self._bare(intake), self.default_year)

    def _bare(self, intake: Intake) -> str:
        """The definition under which a file is received of which nothing can be derived."""
        name = self.ids.take(Path(intake.name).stem, joint="-")
        plain = {
            "id": name, "title": title_of(Path(intake.name).stem) or name, "title_en": "", "opd_code": intake.opd_code,
            "chapter": "1", "unit": "", "source": Path(intake.name).name,
            "indicators": [{"code": "isi", "label": _("Isi berkas"), "unit": ""}],
        }  # fmt: skip
        datasets.write_own("datasets", name, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))
        return name

    # ---------------------------------------------------------------- act 3 and 4

    def order(self) -> None:
        """Act 3: the order goes out, one case per sender."""
        with database.writing() as session:
            self.story.case_id = track.start(
                session, sop_id=SOP, subject=_("Buku dari folder berkas (peragaan)"), by=self.cast["kabid"],
                idem="folder", opd_codes=[i.opd_code for i in self.intakes],
            )  # fmt: skip
        self._go_on("kabid", self.story.case_id)
        self._go_on("subkoor", self.story.case_id)
        with database.session() as session:
            number = case_link.standing(session, self.story.case_id).number
            children = {c.opd_code: c.case_id for c in track.case(session, case_id=self.story.case_id).children}
        for intake in self.intakes:
            intake.case_id = children[intake.opd_code]
        self.tell(3, _("Perkara {number} dibuka, dengan {n} perkara pengirim.").format(
            number=number, n=len(self.intakes)))  # fmt: skip

    def receive(self) -> None:
        """Act 4: every file is received, for each dataset and period it holds, and gets its receipts."""
        by = self.cast[_OPERATOR]
        for intake in self.intakes:
            for sending in intake.sendings():
                with database.writing() as session:
                    receipt = collect.receive(
                        session, dataset_id=sending.dataset_id, period=sending.period, by=by, content=intake.sha256,
                        file_name=intake.name, case_id=intake.case_id,
                        idem=f"folder-{intake.sha256[:16]}-{intake.opd_code}-{sending.dataset_id}-{sending.period}",
                    )  # fmt: skip
                sending.submission_id, sending.receipt = receipt.submission_id, receipt.number
                sending.refusal = receipt.refusal
            if intake.fallback is not None:
                self._turn_away(intake, intake.fallback)
        self.tell(4, _("{n} berkas diterima dengan {receipts} tanda terima.").format(
            n=len(self.intakes), receipts=sum(len(i.sendings()) for i in self.intakes)))  # fmt: skip

    @staticmethod
    def _turn_away(intake: Intake, sending: Sending) -> None:
        """A file of which nothing can be used: the receipt says why, or the reasons its tables gave."""
        reasons = dict.fromkeys(t.problem for t in intake.tables if t.problem)
        intake.refusal = sending.refusal or intake.refusal or " ".join(reasons)
        sending.refusal = intake.refusal

    # ---------------------------------------------------------------- act 5

    def decide(self) -> None:
        """Act 5: each file is checked; clean tables are accepted, those with errors go back to their sender."""
        for intake in self.intakes:
            usable = [s for s in intake.sendings() if not s.refusal]
            if usable:
                self._gather(intake, usable)
                for sending in sorted(usable, key=lambda s: s.period):
                    self._judge(intake, sending)
                self._finish(intake, usable)
            self.tell(5, _line(intake))
        with database.session() as session:
            parent = track.case(session, case_id=self.story.case_id)
        waiting = [c for c in parent.children if c.status not in (CaseStatus.CLOSED, CaseStatus.CANCELLED)]
        if waiting:
            self._cut_off({c.opd_code for c in waiting})

    def _gather(self, intake: Intake, usable: list[Sending]) -> None:
        """The sender's step with its files as evidence, and the gathering of them."""
        with database.writing() as session:
            case = case_link.standing(session, intake.case_id)
            items = [(s.dataset_id, s.receipt, intake.sha256) for s in usable]
            by = self.cast[_OPERATOR]
            proof = case_link.evidence(session, EvidenceKind.SUBMISSION, items, case=case, by=by)
            case_link.go_on(session, case, by=by, idem=f"folder-send-{intake.case_id}", proof=proof)
        self._go_on("statistisi", intake.case_id)

    def _judge(self, intake: Intake, sending: Sending) -> None:
        by = self.cast["statistisi"]
        with database.writing() as session:
            result = process.check(session, submission_id=sending.submission_id)
        sending.counts = Counter(str(f.severity) for f in result.findings)
        if result.refusal:
            sending.refusal = result.refusal
            return
        problem = self._another_table(intake, sending)
        if result.errors or problem:
            first = [f.message for f in result.findings if f.severity is Severity.ERROR]
            self._hold(sending, problem or first[0])
            return
        with database.writing() as session:
            for finding in result.findings:
                if finding.open:
                    process.explain_finding(
                        session, finding_id=finding.id, by=by,
                        reason=_("Peragaan: diterima apa adanya, tidak diperiksa OPD."),
                    )  # fmt: skip
        try:
            with database.writing() as session:
                sending.version = process.accept(
                    session, submission_id=sending.submission_id, by=by, seen_sha256=result.sha256,
                    idem=f"folder-accept-{sending.submission_id}",
                ).id  # fmt: skip
        except Refused as error:
            self._hold(sending, str(error))

    def _another_table(self, intake: Intake, sending: Sending) -> str:
        """Does the recipe take another table of the file than the one its definition came from?"""
        if len({t.number for t in intake.tables}) < 2:
            return ""
        mine = next(t for t in intake.tables if t.dataset_id == sending.dataset_id)
        with database.session() as session:
            used = replaying.replayed(session, sending.submission_id).replay.tables_used
        if used == (mine.number,):
            return ""
        return _("Tabel “{title}” tidak dapat dibedakan dari tabel lain dalam berkas ini.").format(title=mine.title)

    @staticmethod
    def _hold(sending: Sending, why: str) -> None:
        """To be returned once the file's good tables are accepted."""
        sending.returned = why
        with database.session() as session:
            sending.cells = process.cells_to_return(session, submission_id=sending.submission_id)

    def _finish(self, intake: Intake, usable: list[Sending]) -> None:
        by = self.cast["statistisi"]
        held = [s for s in usable if s.returned]
        for sending in held:
            with database.writing() as session:
                process.return_to_opd(
                    session, submission_id=sending.submission_id, by=by, note=sending.returned, cells=sending.cells,
                    idem=f"folder-return-{sending.submission_id}",
                )  # fmt: skip
        accepted = [s for s in usable if s.version]
        if held or len(accepted) < len(usable):
            return
        with database.writing() as session:
            case = case_link.standing(session, intake.case_id)
            known = {v.id: v for s in accepted for v in process.versions(session, dataset_id=s.dataset_id)}
            mine = [known[s.version] for s in accepted]
            items = [(v.dataset_id, f"{v.dataset_id}/{v.period}/v{v.version}", v.parquet_sha256) for v in mine]
            proof = case_link.evidence(session, EvidenceKind.DATASET_VERSION, items, case=case, by=by)
            case_link.go_on(session, case, by=by, idem=f"folder-accepted-{intake.case_id}", proof=proof)

    def _cut_off(self, codes: set[str]) -> None:
        """The book goes on without what had to go back; the note names those who still owe something."""
        names = [Path(i.name).name for i in self.intakes if i.opd_code in codes]
        with database.writing() as session:
            case = case_link.standing(session, self.story.case_id)
            track.cut_off(
                session, case_id=self.story.case_id, seen_seq=case.seq, by=self.cast["kabid"], idem="folder-cut-off",
                note=_("Masih ditunggu perbaikannya: {names}.").format(names="; ".join(names)),
            )  # fmt: skip

    # ---------------------------------------------------------------- act 6 and 7

    def draft(self) -> bool:
        """Act 6: the accepted versions are frozen and rendered by the yearbook's notebook. False: nothing to print."""
        printed = [p for intake in self.intakes for p in self._printed(intake)]
        if not printed:
            self.tell(6, _("Tidak ada tabel yang dapat diterima; tidak ada buku yang disusun."))
            return False
        years = sorted({period for p in printed for period in p.periods})
        span = years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
        spec = demo_folder_book.write_spec(printed, self._left_out(), years=span)
        with database.writing() as session:
            disseminate.freeze_edition(
                session, id=EDITION, title="", year=str(office_clock.today().year), by=self.cast["statistisi"],
                versions=[s.version for i in self.intakes for s in i.sendings() if s.version], spec=spec,
            )  # fmt: skip
            job_id = disseminate.request_draft(
                session, edition_id=EDITION, case_id=self.story.case_id, by=self.cast["statistisi"],
                idem="folder-draft", spec=spec,
            )  # fmt: skip
        self.story.edition_id = EDITION
        self.tell(6, _("Edisi {id} dibekukan; draf sedang disusun oleh notebook.").format(id=EDITION))
        Worker(slots=1).run(once=True)
        with database.session() as session:
            job = jobs.get(session, job_id)
            lines = disseminate.drafts(session, case_id=self.story.case_id)
        if not lines:
            raise Refused(_("Draf tidak jadi: {why}").format(why=job.error or job.state.value))
        self.story.draft_id = lines[0].id
        self._go_on("statistisi", self.story.case_id)
        self._go_on("statistisi", self.story.case_id)
        self.tell(6, _("Draf {pages} halaman, SHA-256 {sha}….").format(
            pages=lines[0].pages, sha=lines[0].pdf_sha256[:12]))  # fmt: skip
        return True

    def _printed(self, intake: Intake) -> Iterable[Printed]:
        for taken in intake.tables:
            periods = tuple(sorted(s.period for s in taken.sendings if s.version))
            if taken.derived is None or not periods:
                continue
            notes = list(taken.derived.notes)
            if taken.derived.period_from == "default":
                notes.append(_("Tahun tidak tertulis dalam berkas; dicatat sebagai {year}.").format(year=periods[-1]))
            if taken.derived.empty_periods:
                notes.append(_("Tahun {years} kosong dalam berkas.").format(
                    years=", ".join(taken.derived.empty_periods)))  # fmt: skip
            back = [s.period for s in taken.sendings if s.returned]
            if back:
                notes.append(_("Tahun {years} dikembalikan kepada pengirimnya dan tidak dicetak.").format(
                    years=", ".join(back)))  # fmt: skip
            doubts = sum(s.counts["warning"] for s in taken.sendings if s.version)
            if doubts:
                notes.append(_n("{n} peringatan pemeriksaan diterima apa adanya.", doubts).format(n=doubts))
            yield Printed(taken.dataset_id, taken.title, taken.derived, periods, tuple(notes), Path(intake.name).name)

    def _left_out(self) -> list[str]:
        """What is not in the book, each with its reason."""
        found = []
        for intake in self.intakes:
            file = Path(intake.name).name
            if intake.refusal:
                found.append(f"{file}: {intake.refusal}")
                continue
            own = title_of(Path(file).stem.replace("_", " "))
            found += [f"{_named(file, t.title, own)}: {t.problem}" for t in intake.tables if t.problem]
            for taken in intake.tables:
                for s in taken.sendings:
                    if s.returned or s.refusal:
                        name = _named(file, taken.title, own)
                        found.append(f"{name}, {s.period}: {s.returned or s.refusal}")
        return found

    # ---------------------------------------------------------------- how it is done

    def _go_on(self, who: str, case_id: int) -> None:
        """Decide the present step with its only way on; a draft under review goes with it."""
        with database.writing() as session:
            case = case_link.standing(session, case_id)
            track.decide(
                session, case_id=case_id, seen_seq=case.seq, outcome=case.outcome(back=False).key, by=self.cast[who],
                idem=f"folder-{case_id}-{case.seq}", evidence=_under_review(session, case_id, case.step),
            )  # fmt: skip

    def result(self) -> dict[str, Any]:
        """Everything that happened, for ``--json``."""
        sent = [s for i in self.intakes for s in i.sendings()]
        made: dict[str, Any] = {
            "case_id": self.story.case_id,
            "inputs": [_report(intake) for intake in self.intakes],
            "accepted": sum(bool(s.version) for s in sent),
            "returned": sum(bool(s.returned) for s in sent),
            "refused": sum(bool(i.refusal) for i in self.intakes),
        }
        if self.story.draft_id:
            made |= {"edition": self.story.edition_id, "draft_id": self.story.draft_id,
                     "release": self.story.release_path}  # fmt: skip
        return made


def _named(file: str, title: str, own: str) -> str:
    """A table by its file, and by its title where that is not the file's name."""
    return file if " ".join(title.split()) == own else f"{file}, {title}"


def _area_lists() -> list[str]:
    return sorted(path.stem for path in (datasets.reference_folder() / "areas").glob("*.csv"))


def _under_review(session: Session, case_id: int, step: str) -> Any:
    return track.case(session, case_id=case_id).under_review if step != END else None


def _source(table: TableReading, name: str) -> str:
    """Who is named under the table: the source the file itself names, else the file."""
    named = " ".join((table.source or "").split())
    for word in ("sumber/ source :", "sumber/source:", "sumber :", "sumber:", "source :", "source:"):
        if named.casefold().startswith(word):
            named = named[len(word) :].strip()
    file = Path(name).name
    return f"{named[:160]} ({file})" if named else file


def _recipe(taken: Taken, derived: Derived, *, several: bool) -> Recipe:
    """The dataset's recipe: the default steps, with the meaning of every label of the file written down."""
    definition = datasets.get(taken.dataset_id)
    recipe = default_recipe(definition)
    for step in recipe.steps:
        if isinstance(step, MapRows):
            recipe = recipe.with_step(MapRows(step.id, step.targets, derived.rows))
        elif isinstance(step, MapColumns):
            recipe = recipe.with_step(MapColumns(step.id, step.targets, derived.columns))
        elif isinstance(step, PickTable) and several:
            recipe = recipe.with_step(PickTable(step.id, sheet=taken.sheet, title=""))
    return recipe


def _line(intake: Intake) -> str:
    """What became of a file, in one sentence."""
    name = Path(intake.name).name
    if intake.refusal:
        return _("{file}: disimpan, tidak dipakai. {why}").format(file=name, why=intake.refusal)
    sent = intake.sendings()
    accepted = [s for s in sent if s.version]
    back = [s for s in sent if s.returned or s.refusal]
    sentence = _("{file}: {n} isian diterima").format(file=name, n=len(accepted))
    if back:
        sentence += _("; {n} dikembalikan ({years}): {why}").format(
            n=len(back), years=", ".join(s.period for s in back), why=back[0].returned or back[0].refusal)  # fmt: skip
    rest = [t for t in intake.tables if t.problem]
    if rest:
        sentence += _("; {n} tabel tidak dipakai: {why}").format(n=len(rest), why=rest[0].problem)
    return sentence if sentence.endswith(".") else f"{sentence}."


def _report(intake: Intake) -> dict[str, Any]:
    sent = intake.sendings()
    counts: Counter[str] = sum((s.counts for s in sent), Counter())
    return {
        "file": intake.name,
        "sha256": intake.sha256,
        "size": intake.size,
        "receipt": sent[0].receipt if sent else "",
        "receipts": [s.receipt for s in sent],
        "case_id": intake.case_id,
        "refusal": intake.refusal,
        "tables": [
            {"title": t.title, "sheet": t.sheet, "dataset": t.dataset_id, "problem": t.problem,
             "periods": [s.period for s in t.sendings],
             "empty_periods": list(t.derived.empty_periods) if t.derived else []}
            for t in intake.tables
        ],
        "accepted": [{"dataset": s.dataset_id, "period": s.period, "version_id": s.version} for s in sent if s.version],
        "returned": [
            {"dataset": s.dataset_id, "period": s.period, "why": s.returned or s.refusal,
             "cells": s.cells[:_CELLS_SHOWN], "more_cells": max(0, len(s.cells) - _CELLS_SHOWN)}
            for s in sent if s.returned or (s.refusal and not intake.refusal)
        ],
        "findings": {severity: counts.get(severity, 0) for severity in ("error", "warning", "info")},
        "file_findings": [{**asdict(f), "severity": str(f.severity)} for f in intake.findings],
    }  # fmt: skip


def play(folder: Path, tell: Tell, *, default_year: str = "") -> dict[str, Any]:
    """Run the whole chain on the files of a folder, in an empty workbench, and report on every one of them.

    ``default_year`` is the period of a table that names none (last year, when it is not given). ``Refused`` for an
    empty folder or when this run was played here before.
    """
    run = _Run(tell, default_year or str(moment.now().year - 1))
    run.office()
    run.keep(folder)
    run.order()
    run.receive()
    run.decide()
    if run.draft():
        run.story.approve()
    return run.result()

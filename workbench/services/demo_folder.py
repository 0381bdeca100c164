"""The main job on a folder of real files, headless: every file is kept and gets a receipt, what can be read goes all
the way into a released book, what cannot is named with the reason.

Nothing is known about the files: each table's dataset definition is derived from its own labels. A person's judgement
is not played: warnings stay on record with the reason that nobody checked them, and a file with errors goes back to its
sender with the list of cells and stays out of the book.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench import moment
from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.services import (
    case_link,
    demo_folder_book,
    demo_office,
    disseminate,
    office_clock,
    people,
    track,
)
from workbench.services.demo_folder_decide import decide, receive
from workbench.services.demo_folder_intake import keep
from workbench.services.demo_folder_report import left_out, printed, report
from workbench.services.demo_folder_run import Run, Tell
from workbench.services.jobs import Worker
from workbench.storage import database, jobs

SOP = "srg-pengumpulan-publikasi"
EDITION = "folder-1"


def play(folder: Path, tell: Tell, *, default_year: str = "") -> dict[str, Any]:
    """Run the whole chain on the files of a folder, in an empty workbench, and report on every one of them.

    ``default_year`` is the period of a table that names none (last year, when it is not given). ``Refused`` for an
    empty folder or when this run was played here before.
    """
    run = Run(tell, default_year or str(moment.now().year - 1))
    _office(run)
    keep(run, folder)
    _order(run)
    receive(run)
    decide(run)
    if _draft(run):
        run.story.approve()
    return _result(run)


def _office(run: Run) -> None:
    """Act 1: the office's people and SOPs; the figures will be real, so nothing is marked as sample data."""
    with database.writing() as session:
        seeded = demo_office.seed_office(session, sample=False)
    with database.session() as session:
        run.story.cast = {name: people.person(session, number) for name, number in seeded.people.items()}
    run.tell(1, _("Kantor peragaan: {people} orang, {sops} SOP.").format(
        people=len(run.cast), sops=seeded.sops))  # fmt: skip


def _order(run: Run) -> None:
    """Act 3: the order goes out, one case per sender."""
    with database.writing() as session:
        run.story.case_id = track.start(
            session, sop_id=SOP, subject=_("Buku dari folder berkas (peragaan)"), by=run.cast["kabid"],
            idem="folder", opd_codes=[i.opd_code for i in run.intakes],
        )  # fmt: skip
    run.go_on("kabid", run.story.case_id)
    run.go_on("subkoor", run.story.case_id)
    with database.session() as session:
        number = case_link.standing(session, run.story.case_id).number
        children = {c.opd_code: c.case_id for c in track.case(session, case_id=run.story.case_id).children}
    for intake in run.intakes:
        intake.case_id = children[intake.opd_code]
    run.tell(3, _("Perkara {number} dibuka, dengan {n} perkara pengirim.").format(
        number=number, n=len(run.intakes)))  # fmt: skip


def _draft(run: Run) -> bool:
    """Act 6: the accepted versions are frozen and rendered by the yearbook's notebook. False: nothing to print."""
    tables = [p for intake in run.intakes for p in printed(run, intake)]
    if not tables:
        run.tell(6, _("Tidak ada tabel yang dapat diterima; tidak ada buku yang disusun."))
        return False
    years = sorted({period for p in tables for period in p.periods})
    span = years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
    spec = demo_folder_book.write_spec(tables, left_out(run), years=span)
    with database.writing() as session:
        disseminate.freeze_edition(
            session, id=EDITION, title="", year=str(office_clock.today().year), by=run.cast["statistisi"],
            versions=[s.version for i in run.intakes for s in i.sendings() if s.version], spec=spec,
        )  # fmt: skip
        job_id = disseminate.request_draft(
            session, edition_id=EDITION, case_id=run.story.case_id, by=run.cast["statistisi"],
            idem="folder-draft", spec=spec,
        )  # fmt: skip
    run.story.edition_id = EDITION
    run.tell(6, _("Edisi {id} dibekukan; draf sedang disusun oleh notebook.").format(id=EDITION))
    Worker(slots=1).run(once=True)
    with database.session() as session:
        job = jobs.get(session, job_id)
        lines = disseminate.drafts(session, case_id=run.story.case_id)
    if not lines:
        raise Refused(_("Draf tidak jadi: {why}").format(why=job.error or job.state.value))
    run.story.draft_id = lines[0].id
    run.go_on("statistisi", run.story.case_id)
    run.go_on("statistisi", run.story.case_id)
    run.tell(6, _("Draf {pages} halaman, SHA-256 {sha}….").format(
        pages=lines[0].pages, sha=lines[0].pdf_sha256[:12]))  # fmt: skip
    return True


def _result(run: Run) -> dict[str, Any]:
    """Everything that happened, for ``--json``."""
    sent = [s for i in run.intakes for s in i.sendings()]
    made: dict[str, Any] = {
        "case_id": run.story.case_id,
        "inputs": [report(intake) for intake in run.intakes],
        "accepted": sum(bool(s.version) for s in sent),
        "returned": sum(bool(s.returned) for s in sent),
        "refused": sum(bool(i.refusal) for i in run.intakes),
    }
    if run.story.draft_id:
        made |= {"edition": run.story.edition_id, "draft_id": run.story.draft_id,
                 "release": run.story.release_path}  # fmt: skip
    return made

"""Acts 4 and 5 of a folder run: files are received and checked; clean tables are accepted, the others go back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from workbench.domain.engine import CaseStatus
from workbench.domain.errors import Refused
from workbench.domain.reading.model import Severity
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.services import acceptance, case_link, checks, collect, replaying, track
from workbench.services.demo_folder_report import line
from workbench.services.demo_folder_run import OPERATOR, Intake, Run, Sending
from workbench.storage import database


def receive(run: Run) -> None:
    """Act 4: every file is received, for each dataset and period it holds, and gets its receipts."""
    by = run.cast[OPERATOR]
    for intake in run.intakes:
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
            _turn_away(intake, intake.fallback)
    run.tell(4, _("{n} berkas diterima dengan {receipts} tanda terima.").format(
        n=len(run.intakes), receipts=sum(len(i.sendings()) for i in run.intakes)))  # fmt: skip


def _turn_away(intake: Intake, sending: Sending) -> None:
    """A file of which nothing can be used: the receipt says why, or the reasons its tables gave."""
    reasons = dict.fromkeys(t.problem for t in intake.tables if t.problem)
    intake.refusal = sending.refusal or intake.refusal or " ".join(reasons)
    sending.refusal = intake.refusal


def decide(run: Run) -> None:
    """Act 5: each file is checked; clean tables are accepted, those with errors go back to their sender."""
    for intake in run.intakes:
        usable = [s for s in intake.sendings() if not s.refusal]
        if usable:
            _gather(run, intake, usable)
            for sending in sorted(usable, key=lambda s: s.period):
                _judge(run, intake, sending)
            _finish(run, intake, usable)
        run.tell(5, line(intake))
    with database.session() as session:
        parent = track.case(session, case_id=run.story.case_id)
    waiting = [c for c in parent.children if c.status not in (CaseStatus.CLOSED, CaseStatus.CANCELLED)]
    if waiting:
        _cut_off(run, {c.opd_code for c in waiting})


def _gather(run: Run, intake: Intake, usable: list[Sending]) -> None:
    """The sender's step with its files as evidence, and the gathering of them."""
    with database.writing() as session:
        case = case_link.standing(session, intake.case_id)
        items = [(s.dataset_id, s.receipt, intake.sha256) for s in usable]
        by = run.cast[OPERATOR]
        proof = case_link.evidence(session, EvidenceKind.SUBMISSION, items, case=case, by=by)
        case_link.go_on(session, case, by=by, idem=f"folder-send-{intake.case_id}", proof=proof)
    run.go_on("statistisi", intake.case_id)


def _judge(run: Run, intake: Intake, sending: Sending) -> None:
    by = run.cast["statistisi"]
    with database.writing() as session:
        result = checks.check(session, submission_id=sending.submission_id)
    sending.counts = Counter(str(f.severity) for f in result.findings)
    if result.refusal:
        sending.refusal = result.refusal
        return
    problem = _another_table(run, intake, sending)
    if result.errors or problem:
        first = [f.message for f in result.findings if f.severity is Severity.ERROR]
        _hold(sending, problem or first[0])
        return
    with database.writing() as session:
        for finding in result.findings:
            if finding.open:
                checks.explain_finding(
                    session, finding_id=finding.id, by=by,
                    reason=_("Peragaan: diterima apa adanya, tidak diperiksa OPD."),
                )  # fmt: skip
    try:
        with database.writing() as session:
            sending.version = acceptance.accept(
                session, submission_id=sending.submission_id, by=by, seen_sha256=result.sha256,
                idem=f"folder-accept-{sending.submission_id}",
            ).id  # fmt: skip
    except Refused as error:
        _hold(sending, str(error))


def _another_table(run: Run, intake: Intake, sending: Sending) -> str:
    """Does the recipe take another table of the file than the one its definition came from?"""
    if len({t.number for t in intake.tables}) < 2:
        return ""
    mine = next(t for t in intake.tables if t.dataset_id == sending.dataset_id)
    with database.session() as session:
        used = replaying.replayed(session, sending.submission_id).replay.tables_used
    if used == (mine.number,):
        return ""
    return _("Tabel “{title}” tidak dapat dibedakan dari tabel lain dalam berkas ini.").format(title=mine.title)


def _hold(sending: Sending, why: str) -> None:
    """To be returned once the file's good tables are accepted."""
    sending.returned = why
    with database.session() as session:
        sending.cells = acceptance.cells_to_return(session, submission_id=sending.submission_id)


def _finish(run: Run, intake: Intake, usable: list[Sending]) -> None:
    by = run.cast["statistisi"]
    held = [s for s in usable if s.returned]
    for sending in held:
        with database.writing() as session:
            acceptance.return_to_opd(
                session, submission_id=sending.submission_id, by=by, note=sending.returned, cells=sending.cells,
                idem=f"folder-return-{sending.submission_id}",
            )  # fmt: skip
    accepted = [s for s in usable if s.version]
    if held or len(accepted) < len(usable):
        return
    with database.writing() as session:
        case = case_link.standing(session, intake.case_id)
        known = {v.id: v for s in accepted for v in acceptance.versions(session, dataset_id=s.dataset_id)}
        mine = [known[s.version] for s in accepted]
        items = [(v.dataset_id, f"{v.dataset_id}/{v.period}/v{v.version}", v.parquet_sha256) for v in mine]
        proof = case_link.evidence(session, EvidenceKind.DATASET_VERSION, items, case=case, by=by)
        case_link.go_on(session, case, by=by, idem=f"folder-accepted-{intake.case_id}", proof=proof)


def _cut_off(run: Run, codes: set[str]) -> None:
    """The book goes on without what had to go back; the note names those who still owe something."""
    names = [Path(i.name).name for i in run.intakes if i.opd_code in codes]
    with database.writing() as session:
        case = case_link.standing(session, run.story.case_id)
        track.cut_off(
            session, case_id=run.story.case_id, seen_seq=case.seq, by=run.cast["kabid"], idem="folder-cut-off",
            note=_("Masih ditunggu perbaikannya: {names}.").format(names="; ".join(names)),
        )  # fmt: skip

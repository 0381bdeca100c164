"""What a file has to do with the case it belongs to: where the case stands, and deciding its step with evidence.

A case asks either for one dataset (``dataset_id``) or, when it names none, for every dataset of its OPD; it moves on
when the last of them is there. Who may decide is asked in ``services.track``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.domain.datasets import DatasetDefinition
from workbench.domain.engine import CaseState, Evidence
from workbench.domain.errors import Refused
from workbench.domain.people import Person
from workbench.domain.sop import END, EvidenceKind, Outcome, OutcomeKind, Sop
from workbench.i18n import _
from workbench.services import casework, track
from workbench.storage import audit_log, casebook, datasets
from workbench.storage.tables import DatasetVersionRow


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands and what it is about."""

    case_id: int
    number: str
    seq: int
    step: str
    status: str
    opd_code: str
    dataset_id: str
    period: str
    asks_for: EvidenceKind | None
    outcomes: tuple[Outcome, ...]
    sop: Sop

    def outcome(self, *, back: bool) -> Outcome:
        """The only way on (or back) from this step; ``Refused`` when the SOP has none or several."""
        ways = [o for o in self.outcomes if (o.kind is OutcomeKind.RETURN) is back]
        if len(ways) != 1:
            raise Refused(
                _("Langkah {no} pada perkara {number} tidak punya tepat satu putusan untuk ini; putuskan di Perkara.")
                .format(no=self.step, number=self.number)
            )  # fmt: skip
        return ways[0]


def standing(session: Session, case_id: int) -> Standing:
    """Where a case stands now."""
    row = casebook.case_row(session, case_id)
    sop = casework.sop_of(session, row.sop_sha)
    step = sop.step(row.step) if row.step and row.step != END else None
    return Standing(
        case_id=case_id,
        number=row.number,
        seq=row.seq,
        step=row.step,
        status=row.status,
        opd_code=row.opd_code,
        dataset_id=row.dataset_id,
        period=row.period,
        asks_for=step.evidence if step else None,
        outcomes=step.outcomes if step else (),
        sop=sop,
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """At which step a case stands, in words, and who has it there. ``accepts``: a dataset may be accepted now;
    ``returns``: a file may be sent back to its agency."""

    case_id: int
    number: str
    step: str
    activity: str
    who: str
    ended: bool
    accepts: bool
    returns: bool


def turn(session: Session, case_id: int) -> Turn:
    """Whose turn it is in a case, for somebody who would go on with its file."""
    seen = track.case(session, case_id=case_id)
    step = seen.sop.step(seen.state.step) if not seen.state.ended else None
    asks = step.evidence if step else None
    return Turn(
        case_id=case_id,
        number=seen.number,
        step=step.no if step else "",
        activity=step.activity if step else "",
        who=seen.holder_name,
        ended=seen.state.ended,
        accepts=asks is EvidenceKind.DATASET_VERSION,
        returns=asks in (EvidenceKind.DATASET_VERSION, EvidenceKind.SUBMISSION),
    )


def wanted(case: Standing) -> tuple[DatasetDefinition, ...]:
    """The datasets that a case asks its OPD for."""
    if case.dataset_id:
        return (datasets.get(case.dataset_id),)
    return tuple(d for d in datasets.all_datasets() if d.opd_code == case.opd_code)


def datasets_of(opd_code: str) -> dict[str, str]:
    """The registered datasets of an OPD: id to title."""
    return {d.id: d.title for d in datasets.all_datasets() if d.opd_code == opd_code}


def accepted_choices(session: Session) -> dict[int, str]:
    """Every accepted dataset version by id, newest first, in words: what a step can name that gathers accepted data."""
    titles = {d.id: d.title for d in datasets.all_datasets()}
    rows = session.exec(select(DatasetVersionRow).order_by(col(DatasetVersionRow.id).desc())).all()
    return {
        row.id or 0: f"{titles.get(row.dataset_id, row.dataset_id)} · {row.period} · v{row.version}" for row in rows
    }


def accepted_evidence(session: Session, version_ids: Sequence[int], *, case_id: int, by: Person) -> Evidence:
    """Evidence for the chosen accepted versions; ``Refused`` when none was chosen."""
    rows = [session.get_one(DatasetVersionRow, number) for number in version_ids]
    if not rows:
        raise Refused(_("Pilih sedikitnya satu dataset yang sudah disahkan."))
    items = [(row.dataset_id, str(row.id), row.parquet_sha256) for row in rows]
    return evidence(session, EvidenceKind.DATASET_VERSION, items, case=standing(session, case_id), by=by)


def gathers(sop: Sop, no: str) -> bool:
    """Does this step name versions accepted elsewhere? So where it asks for a version and no step asks for a file."""
    return sop.step(no).evidence is EvidenceKind.DATASET_VERSION and not any(
        step.evidence is EvidenceKind.SUBMISSION for step in sop.steps
    )


def require_fits(case: Standing, definition: DatasetDefinition, period: str) -> None:
    """``Refused`` when a file of this dataset and period has no place in the case."""
    if definition.id not in {d.id for d in wanted(case)}:
        raise Refused(_("Perkara {number} tidak meminta dataset ini.").format(number=case.number))
    if case.period and case.period != period:
        raise Refused(
            _("Perkara {number} untuk tahun {wanted}, bukan {period}.").format(
                number=case.number, wanted=case.period, period=period
            )
        )


def require_step(case: Standing, kind: EvidenceKind) -> None:
    """``Refused`` when the case does not stand at a step that is completed with this kind of evidence."""
    if case.asks_for is kind:
        return
    sentence = (
        _("Perkara {number} ada di langkah {no}, yang tidak meminta kiriman berkas. Tidak ada yang berubah.")
        if kind is EvidenceKind.SUBMISSION
        else _("Perkara {number} ada di langkah {no}; selesaikan langkah itu dulu. Tidak ada yang berubah.")
    )
    raise Refused(sentence.format(number=case.number, no=case.step if case.step != END else _("selesai")))


def evidence(
    session: Session, kind: EvidenceKind, items: Sequence[tuple[str, str, str]], *, case: Standing, by: Person
) -> Evidence:
    """Evidence for one or several objects, each (dataset, reference, SHA-256); the last one completes the set.

    The event names all references and the bytes of the last object; where there are several, the audit log keeps the
    SHA-256 of each, so that the decision still rests on exactly these bytes.
    """
    if len(items) > 1:
        body = [{"dataset": dataset, "ref": reference, "sha256": address} for dataset, reference, address in items]
        audit_log.append(session, by.username, "case.evidence", {"case": case.number, "step": case.step, "of": body})
    return Evidence(kind, ", ".join(reference for _dataset, reference, _address in items), items[-1][2])


def go_on(session: Session, case: Standing, *, by: Person, idem: str, proof: Evidence, note: str = "") -> CaseState:
    """Decide the step the case stands at, with this evidence, in the caller's transaction."""
    return track.decide(
        session,
        case_id=case.case_id,
        seen_seq=case.seq,
        outcome=case.outcome(back=False).key,
        by=by,
        idem=idem,
        note=note,
        evidence=proof,
    )


def go_back(session: Session, case: Standing, *, by: Person, idem: str, note: str) -> CaseState:
    """Send the case back on the one way the step has for it."""
    return track.decide(
        session,
        case_id=case.case_id,
        seen_seq=case.seq,
        outcome=case.outcome(back=True).key,
        by=by,
        idem=idem,
        note=note,
    )

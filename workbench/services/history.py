"""A case's history as sentences: what happened, who did it, in what capacity, when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workbench.domain.engine import Event, EventType, Evidence
from workbench.domain.sop import END, OutcomeKind, Sop
from workbench.i18n import _, _n
from workbench.services import holds
from workbench.storage.tables import EventRow


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event for reading. ``note`` is what the person wrote, word for word."""

    seq: int
    at: datetime
    type: EventType
    step: str
    who: str
    capacity: str
    sentence: str
    note: str
    evidence: Evidence | None
    hash: str


def lines(
    rows: Iterable[tuple[EventRow, Event]], sop_of: Mapping[str, Sop], names: Mapping[str, str]
) -> tuple[HistoryLine, ...]:
    """The events of a case in order, each as a sentence in the language of the reader."""
    return tuple(
        HistoryLine(
            row.seq,
            event.at,
            event.type,
            event.step,
            event.detail.get("name") or names.get(event.actor) or _system_name(event.actor),
            event.capacity,
            sentence(sop_of[row.sop_sha], event, names),
            event.note,
            event.evidence,
            row.hash,
        )
        for row, event in rows
    )


def _system_name(actor: str) -> str:
    return _("sistem") if actor == "system" else actor


def sentence(sop: Sop, event: Event, names: Mapping[str, str]) -> str:
    """One event as one sentence, without who and when."""
    match event.type:
        case EventType.START:
            return _("Perkara dibuka: {subject}.").format(subject=event.detail.get("subject", ""))
        case EventType.TAKE:
            return _("Langkah {no} mulai dikerjakan.").format(no=event.step)
        case EventType.DECIDE:
            return _decided(sop, event, names)
        case EventType.PAUSE:
            return _paused(event)
        case EventType.RESUME:
            return _("Dilanjutkan.")
        case EventType.REASSIGN:
            assignee = event.detail.get("assignee", "")
            if not assignee:
                return _("Langkah {no} dikembalikan ke semua pemegang peran.").format(no=event.step)
            return _("Langkah {no} ditugaskan kepada {name}.").format(no=event.step, name=names.get(assignee, assignee))
        case EventType.NOTE:
            return _("Catatan ditulis.")
        case EventType.ATTACH:
            return _("Hasil langkah {no} dilampirkan.").format(no=event.step)
        case EventType.SKIP:
            return _("Langkah {no} dilewati: {label}.").format(no=event.step, label=_label(sop, event))
        case EventType.EXTEND:
            return _n(
                "Tenggat undang-undang diperpanjang {days} hari kerja.", int(event.detail.get("days") or 0)
            ).format(days=event.detail.get("days", ""))
        case EventType.MIGRATE:
            return _("Perkara dipindahkan ke versi SOP {version}.").format(version=sop.version)
        case EventType.JOIN:
            return _("Semua OPD selesai; perkara berlanjut.")
        case EventType.CUT_OFF:
            return _("Pengumpulan ditutup sebelum semua OPD mengirim.")
        case EventType.CANCEL:
            return _("Perkara dibatalkan.")
        case EventType.REOPEN:
            if event.detail.get("to_step"):
                return _("Perkara dibuka kembali pada langkah {no}.").format(no=event.detail["to_step"])
            return _("Perkara dibuka kembali.")


def _label(sop: Sop, event: Event) -> str:
    outcome = sop.step(event.step).outcome(event.outcome)
    return outcome.label if outcome else event.outcome


def _decided(sop: Sop, event: Event, names: Mapping[str, str]) -> str:
    outcome = sop.step(event.step).outcome(event.outcome)
    places = {"no": event.step, "label": _label(sop, event), "to": outcome.to if outcome else ""}
    if outcome is not None and outcome.kind is OutcomeKind.RETURN:
        return _("Langkah {no} dikembalikan ke langkah {to}: {label}.").format(**places)
    if outcome is not None and outcome.to == END:
        return _("Langkah {no} diputus: {label}. Perkara selesai.").format(**places)
    named = event.detail.get("assignee", "")
    if named:
        return _("Langkah {no} diputus: {label}, kepada {name}.").format(**places, name=names.get(named, named))
    return _("Langkah {no} diputus: {label}.").format(**places)


def _paused(event: Event) -> str:
    party = holds.party_words(event.detail.get("waiting_for", ""))
    reason = holds.reason_words(event.detail.get("reason", ""))
    if party and not reason:
        return _("Dijeda, menunggu {party}.").format(party=party)
    if party:
        return _("Dijeda, menunggu {party}: {reason}.").format(party=party, reason=reason)
    return _("Dijeda: {reason}.").format(reason=reason)

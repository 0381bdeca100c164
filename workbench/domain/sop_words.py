"""The choices of a SOP's tables in the reader's language."""

from __future__ import annotations

from typing import Any

from workbench.domain.people import Role
from workbench.domain.sop import EvidenceKind, OutcomeKind
from workbench.i18n import N_, _

ROLE_WORDS = {
    Role.REQUESTER: N_("Pemohon data"),
    Role.CLERK: N_("Pengadministrasi surat"),
    Role.STAFF: N_("Staf statistik"),
    Role.SECTION_HEAD: N_("Subkoordinator"),
    Role.DIVISION_HEAD: N_("Kepala bidang"),
    Role.SECRETARY: N_("Sekretaris"),
    Role.AGENCY_HEAD: N_("Kepala dinas"),
    Role.PRODUCER_STAFF: N_("Operator perangkat daerah"),
    Role.PRODUCER_PIC: N_("Penanggung jawab data perangkat daerah"),
    Role.BPS: N_("BPS"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
EVIDENCE_WORDS = {
    EvidenceKind.LETTER: N_("surat"),
    EvidenceKind.SUBMISSION: N_("kiriman data"),
    EvidenceKind.DATASET_VERSION: N_("versi dataset"),
    EvidenceKind.DRAFT: N_("draf"),
    EvidenceKind.MINUTES: N_("notula"),
    EvidenceKind.SCHEDULE: N_("jadwal"),
    EvidenceKind.RELEASE: N_("rilis"),
}
OUTCOME_WORDS = {
    OutcomeKind.FORWARD: N_("meneruskan"),
    OutcomeKind.PARAF: N_("paraf"),
    OutcomeKind.SIGN: N_("tanda tangan"),
    OutcomeKind.RETURN: N_("mengembalikan"),
}


def role_word(value: Any) -> str:
    """A role's word."""
    return _(ROLE_WORDS[Role(value)])


def evidence_word(value: Any) -> str:
    """The word for the kind of object that completes a step."""
    return _(EVIDENCE_WORDS[EvidenceKind(value)])


def outcome_word(value: Any) -> str:
    """What an outcome does to the chain, in a word."""
    return _(OUTCOME_WORDS[OutcomeKind(value)])

"""The object that completes a step, named in words and linked to where it can be seen."""

from __future__ import annotations

from workbench.domain.engine import Evidence
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.domain.sop import EvidenceKind
from workbench.i18n import N_, _

KIND_WORDS = {
    EvidenceKind.LETTER: N_("surat"),
    EvidenceKind.SUBMISSION: N_("kiriman data OPD"),
    EvidenceKind.DATASET_VERSION: N_("dataset yang sudah disahkan"),
    EvidenceKind.DRAFT: N_("draf publikasi"),
    EvidenceKind.MINUTES: N_("notula"),
    EvidenceKind.SCHEDULE: N_("jadwal"),
    EvidenceKind.RELEASE: N_("terbitan"),
}


def kind_word(kind: EvidenceKind) -> str:
    """The kind of object in the reader's language."""
    return _(KIND_WORDS[kind])


def link(evidence: Evidence, person: Person) -> str:
    """Markdown: the kind, our reference as a link to the object, and the start of its SHA-256."""
    label = f"{kind_word(evidence.kind)} {evidence.ref}".replace("[", "(").replace("]", ")")
    return f"[{label}]({address(evidence, person)}) · `{evidence.sha256[:12]}`"


def address(evidence: Evidence, person: Person) -> str:
    """Where the object is looked at: its page, for those who may open it; else the file itself."""
    made_here = evidence.ref.replace(", ", "").isdecimal()
    if made_here and person.roles & WALIDATA_ROLES:
        match evidence.kind:
            case EvidenceKind.DRAFT:
                return f"/draf?draf={evidence.ref}"
            case EvidenceKind.SUBMISSION | EvidenceKind.DATASET_VERSION:
                return f"/kiriman?bukti={evidence.sha256}"
    return f"/berkas/{evidence.sha256}"


def where_to_make(kind: EvidenceKind, case_id: int) -> tuple[str, str] | None:
    """The page on which this kind of object comes into being: label and address; None for papers."""
    match kind:
        case EvidenceKind.SUBMISSION:
            return _("Kirim data"), "/kirim"
        case EvidenceKind.DATASET_VERSION:
            return _("Periksa kiriman"), f"/kiriman?perkara={case_id}"
        case EvidenceKind.DRAFT:
            return _("Buat draf"), f"/edisi?perkara={case_id}"
        case EvidenceKind.RELEASE:
            return _("Terbitkan"), f"/draf?perkara={case_id}"
        case _:
            return None

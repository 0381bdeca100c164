"""Letters as an office knows them: direction, sifat, dispositions, and the pattern of letter numbers.

Sources: tata naskah dinas (Permendagri 1/2023) and kode klasifikasi (Permendagri 83/2022). Numbers as printed:
Tarakan ``000.8.3.3.3/30/SOP/DKISP/2024``, Surabaya ``000.8.3.2/958/436.3.2/2025`` and ``061.1/Dinkominfo/IKPS/64``,
Banyuwangi ``188/6593/429.116/2022``. The order of the parts differs by city, so it is a setting.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from workbench.domain.errors import Refused
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop, Step
from workbench.i18n import N_, _


class Direction(StrEnum):
    """Two books, each with its own numbers."""

    INCOMING = "in"
    OUTGOING = "out"


class Nature(StrEnum):
    """Sifat surat."""

    ORDINARY = "ordinary"
    URGENT = "urgent"
    MOST_URGENT = "most_urgent"
    SECRET = "secret"


class LetterStatus(StrEnum):
    """Incoming: registered → disposed → settled. Outgoing: draft (↔ refused) → signed → sent."""

    REGISTERED = "registered"
    DISPOSED = "disposed"
    SETTLED = "settled"
    DRAFT = "draft"
    REFUSED = "refused"
    SIGNED = "signed"
    SENT = "sent"


class Instruction(StrEnum):
    """The tick list of a lembar disposisi, "dengan hormat harap"."""

    RESPOND = "respond"
    PROCESS = "process"
    COORDINATE = "coordinate"
    REPLY = "reply"
    STUDY = "study"
    ATTEND = "attend"
    DISCUSS = "discuss"
    KNOW = "know"
    FILE = "file"


class SignedHow(StrEnum):
    """How a letter was signed outside the workbench; the workbench itself signs nothing."""

    WET = "wet"
    ELECTRONIC = "electronic"


class TemplateKind(StrEnum):
    """Letters the office writes from a template."""

    REPLY = "reply"
    REQUEST = "request"


NATURE_WORDS = {
    Nature.ORDINARY: N_("Biasa"),
    Nature.URGENT: N_("Segera"),
    Nature.MOST_URGENT: N_("Sangat segera"),
    Nature.SECRET: N_("Rahasia"),
}
INSTRUCTION_WORDS = {
    Instruction.RESPOND: N_("Tanggapan dan saran"),
    Instruction.PROCESS: N_("Proses lebih lanjut"),
    Instruction.COORDINATE: N_("Koordinasi/konfirmasikan"),
    Instruction.REPLY: N_("Siapkan jawaban"),
    Instruction.STUDY: N_("Pelajari/telaah"),
    Instruction.ATTEND: N_("Hadiri/wakili"),
    Instruction.DISCUSS: N_("Bicarakan dengan saya"),
    Instruction.KNOW: N_("Untuk diketahui"),
    Instruction.FILE: N_("Arsipkan"),
}
STATUS_WORDS = {
    LetterStatus.REGISTERED: N_("belum didisposisi"),
    LetterStatus.DISPOSED: N_("sudah didisposisi"),
    LetterStatus.SETTLED: N_("selesai"),
    LetterStatus.DRAFT: N_("draf"),
    LetterStatus.REFUSED: N_("draf dikembalikan"),
    LetterStatus.SIGNED: N_("ditandatangani"),
    LetterStatus.SENT: N_("dikirim"),
}
SIGNED_WORDS = {
    SignedHow.WET: N_("ditandatangani basah, dipindai"),
    SignedHow.ELECTRONIC: N_("bertanda tangan elektronik, diunggah"),
}
TEMPLATE_WORDS = {
    TemplateKind.REPLY: N_("Surat balasan permohonan data"),
    TemplateKind.REQUEST: N_("Surat permintaan data"),
}

CLASSIFICATION = re.compile(r"\d{3}(?:\.\d{1,3}){0,6}")
"""Kode klasifikasi arsip: ``000``, ``061.1``, ``000.8.3.3.3``."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PLACES = frozenset({"classification", "number", "unit", "year", "month", "month_roman"})
_ZEROS = re.compile(r"0[1-6]d?|")
_MAX_PATTERN = 80


def agenda_label(number: int | None, year: int | None) -> str:
    """The agenda number as the book, the sheet and the case write it: ``31/2026``; empty while none was given."""
    return f"{number}/{year}" if number and year else ""


def check_classification(code: str) -> str:
    """The code without blanks; ``Refused`` when it does not look like one. Empty stays empty."""
    plain = code.strip()
    if plain and not CLASSIFICATION.fullmatch(plain):
        raise Refused(_("Kode klasifikasi {code} tidak dikenal; contohnya 000.8.3.3.3 atau 061.1.").format(code=plain))
    return plain


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """How a letter number is put together, e.g. ``{classification}/{number}/{unit}/{year}``.

    Places: ``classification``, ``number`` (required; ``{number:04}`` fills up with zeros), ``unit``, ``year``,
    ``month``, ``month_roman``. Everything else is printed as it stands. ``Refused`` says what is wrong.
    """

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > _MAX_PATTERN or any(not char.isprintable() for char in self.text):
            raise Refused(_("Pola nomor paling panjang {n} huruf, dalam satu baris.").format(n=_MAX_PATTERN))
        places = self.places
        unknown = sorted(set(places) - _PLACES)
        if unknown:
            raise Refused(
                _("Pola nomor tidak mengenal {unknown}; yang ada: {known}.").format(
                    unknown=", ".join(f"{{{name}}}" for name in unknown),
                    known=", ".join(f"{{{name}}}" for name in sorted(_PLACES)),
                )
            )
        if places.count("number") != 1:
            raise Refused(_("Pola nomor harus memuat {place} tepat satu kali.").format(place="{number}"))

    @property
    def places(self) -> list[str]:
        """The names of the places, in order."""
        try:
            parts = list(string.Formatter().parse(self.text))
        except ValueError as error:
            raise Refused(_("Kurung kurawal pada pola nomor tidak berpasangan.")) from error
        found = []
        for _literal, name, shape, conversion in parts:
            if name is None:
                continue
            if conversion or (shape and (name != "number" or not _ZEROS.fullmatch(shape))):
                raise Refused(_("Bentuk {place} pada pola nomor tidak dikenal.").format(place=f"{{{name}:{shape}}}"))
            found.append(name)
        return found

    def fill(self, *, number: int, classification: str, unit: str, day: date) -> str:
        """The letter number. ``Refused`` when the pattern asks for a classification or unit that is empty."""
        places = self.places
        if "classification" in places and not classification:
            raise Refused(_("Kode klasifikasi belum diisi; nomor surat belum dapat diberikan."))
        if "unit" in places and not unit:
            raise Refused(_("Kode unit kantor belum diisi pada pengaturan agenda surat."))
        return self.text.format(
            number=number, classification=classification, unit=unit, year=day.year, month=f"{day.month:02d}",
            month_roman=_ROMAN[day.month - 1],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Kop surat."""

    government: str = ""
    office: str = ""
    address: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """How this office numbers and heads its letters. ``place`` is the town in "Tarakan, 3 Juli 2026"."""

    pattern: str = "{classification}/{number}/{unit}/{year}"
    unit: str = ""
    classification: str = "000.8.3.3"
    place: str = ""
    head: Letterhead = field(default_factory=Letterhead)

    def to_body(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> LetterSettings:
        """From what ``to_body`` gave; fields that are missing take their defaults."""
        known = {name: str(body[name]) for name in ("pattern", "unit", "classification", "place") if name in body}
        return cls(**known, head=Letterhead(**{key: str(text) for key, text in body.get("head", {}).items()}))


@dataclass(frozen=True, slots=True)
class LetterText:
    """What the office writes: where to, its paragraphs, and who gets a copy (tembusan)."""

    place: str = ""
    paragraphs: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


def writes_letter(sop: Sop, step: Step) -> bool:
    """Is this a step in which the office itself writes (or signs) the letter it asks for?

    Then a letter from outside must not complete it. Written here is what is signed here, or initialled or signed at
    the step it goes to.
    """
    if step.evidence is not EvidenceKind.LETTER:
        return False
    if _initials(step):
        return True
    return any(outcome.to != END and _initials(sop.step(outcome.to)) for outcome in step.outcomes)


def _initials(step: Step) -> bool:
    return any(outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN) for outcome in step.outcomes)


def signing_step(sop: Sop) -> Step | None:
    """The step at which the procedure's own letter is signed; None where it has none."""
    for step in sop.steps:
        if step.evidence is EvidenceKind.LETTER and any(o.kind is OutcomeKind.SIGN for o in step.outcomes):
            return step
    return None


def first_text(kind: TemplateKind, *, number: str = "", day: str = "", subject: str = "") -> tuple[str, ...]:
    """The paragraphs a new letter starts with; letters are Indonesian. ``number``, ``day``, ``subject``: of the letter
    it answers."""
    thanks = "Demikian disampaikan, atas perhatian dan kerja sama Saudara diucapkan terima kasih."
    if kind is TemplateKind.REQUEST:
        return (
            "Dalam rangka penyelenggaraan statistik sektoral, bersama ini kami mohon bantuan Saudara menyampaikan data "
            "sebagaimana form isian terlampir.",
            "Data yang sudah diisi kami harapkan diterima paling lambat …",
            thanks,
        )
    about = "".join(
        (f" nomor {number}" if number else "", f" tanggal {day}" if day else "", f" hal {subject}" if subject else "")
    )
    return (
        f"Menindaklanjuti surat Saudara{about}, bersama ini kami sampaikan data yang diminta sebagaimana terlampir.",
        "Data tersebut sudah diperiksa oleh walidata. Sumber dan catatannya tercantum pada lampiran.",
        thanks,
    )

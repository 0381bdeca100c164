"""Short ways to say what the tests of letters do: files that are what they say, facts, and who clicks."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session

from tests.conftest import Office
from workbench.domain.letters import Direction, LetterSettings, LetterText, SignedHow, TemplateKind
from workbench.services import letters
from workbench.services.letter_model import Facts, LetterView, Registered, Scan, Signed
from workbench.storage.tables import CaseRow

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TEXT = LetterText(
    "Tarakan", ("Menindaklanjuti surat Saudara, bersama ini kami sampaikan data yang diminta.",), ("Arsip",)
)
SETTINGS = LetterSettings(unit="DKISP", place="Tarakan")


def scan(mark: str = "", name: str = "surat.pdf") -> Scan:
    """A PDF that no other scan equals."""
    return Scan(name, PDF + f"%{mark}".encode())


def facts(subject: str = "Permohonan data jumlah guru", **more: Any) -> Facts:
    return Facts(**{"correspondent": "Bappeda", "subject": subject, "letter_number": "005/12/BAP", **more})


def receive(session: Session, office: Office, idem: str, **more: Any) -> Registered:
    more.setdefault("facts", facts())
    return letters.receive(session, by=office["clerk"], idem=idem, **more)


def view(session: Session, office: Office, letter_id: int, who: str = "clerk") -> LetterView:
    return letters.letter(session, letter_id=letter_id, person=office[who])


def draft(session: Session, office: Office, idem: str, who: str = "staff", **more: Any) -> int:
    more.setdefault("facts", facts("Jawaban permohonan data"))
    more.setdefault("text", TEXT)
    return letters.draft(session, by=office[who], idem=idem, template=TemplateKind.REPLY, **more)


def sign(session: Session, office: Office, letter_id: int, idem: str, who: str = "kadis", **more: Any) -> Signed:
    more.setdefault("scan", scan(f"signed {letter_id}"))
    more.setdefault("seen_version", view(session, office, letter_id).version)
    more.setdefault("how", SignedHow.WET)
    return letters.sign(session, letter_id=letter_id, by=office[who], idem=idem, **more)


def seq(session: Session, case_id: int) -> int:
    return session.get_one(CaseRow, case_id, populate_existing=True).seq


def numbers(session: Session, office: Office, direction: Direction, year: int) -> list[int]:
    rows = letters.register(session, person=office["clerk"], direction=direction, year=year)
    return sorted(row.agenda_number for row in rows if row.agenda_number)


DAY = date(2026, 7, 6)

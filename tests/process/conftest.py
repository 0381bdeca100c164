"""The demo office in a fresh database, and hands to act in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from workbench.services import acceptance, checks, collect, demo_files, demo_office, people, track
from workbench.services.people import Person
from workbench.storage import database
from workbench.storage.tables import CaseRow


@dataclass
class Office:
    """Short ways to say what people of the demo office do."""

    people: dict[str, int]

    def person(self, username) -> Person:
        with database.session() as session:
            return people.person(session, self.people[username])

    def send(self, file, by, *, idem, case_id=None, period=None, content=None, name=None, dataset=None):
        with database.writing() as session:
            return collect.receive(
                session, dataset_id=dataset or file.dataset_id, period=period or file.period, by=self.person(by),
                file_name=name or file.name, content=file.content if content is None else content, case_id=case_id,
                idem=idem,
            )  # fmt: skip

    def check(self, receipt):
        with database.writing() as session:
            return checks.check(session, submission_id=receipt.submission_id)

    def accept(self, result, by="statistisi", *, idem, seen=None):
        with database.writing() as session:
            return acceptance.accept(
                session, submission_id=result.submission_id, by=self.person(by), idem=idem,
                seen_sha256=seen or result.sha256,
            )  # fmt: skip

    def decide(self, case_id, outcome, by, idem):
        with database.writing() as session:
            seq = session.get(CaseRow, case_id).seq
            return track.decide(
                session, case_id=case_id, seen_seq=seq, outcome=outcome, by=self.person(by), idem=idem
            )  # fmt: skip

    def children(self, parent_id):
        with database.session() as session:
            rows = session.query(CaseRow).filter(CaseRow.parent_id == parent_id).all()
            return {row.opd_code: row.id for row in rows}

    def case(self, case_id):
        with database.session() as session:
            row = session.get(CaseRow, case_id)
            return row.status, row.step

    def order(self, *, opds, dataset_id="", period="2025", idem="perintah"):
        """Kabid orders, Subkoor sends the forms; gives the parent and the child case of each OPD."""
        with database.writing() as session:
            parent = track.start(
                session, sop_id="srg-pengumpulan-publikasi", subject="Data sektoral", by=self.person("kabid"),
                idem=idem, opd_codes=opds, dataset_id=dataset_id, period=period,
            )  # fmt: skip
        self.decide(parent, "disposisi", "kabid", f"{idem}-1")
        self.decide(parent, "sebar", "subkoor", f"{idem}-2")
        return parent, self.children(parent)


def _seeded(monkeypatch):
    monkeypatch.setattr(people, "set_password", lambda *args, **kwargs: None)  # hashing is tested where it lives
    with database.writing() as session:
        made = demo_office.seed_office(session)
    return Office(dict(made.people))


@pytest.fixture
def office(sqlite_db, monkeypatch):
    return _seeded(monkeypatch)


@pytest.fixture
def office_anywhere(db, monkeypatch):
    """The same on SQLite and on PostgreSQL."""
    return _seeded(monkeypatch)


@pytest.fixture(scope="session")
def population():
    return demo_files.workbook("penduduk-jenis-kelamin", "2025")


@pytest.fixture(scope="session")
def health_workers():
    """(with a wrong total, mended)"""
    return demo_files.workbook("tenaga-kesehatan", "2025", flawed=True), demo_files.workbook("tenaga-kesehatan", "2025")

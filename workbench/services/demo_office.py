"""The demo office: agencies, people, posts, SOPs and calendar of a made-up Kota Surakarta. Safe to run again.

Names are invented. Passwords are random and returned once, to be printed and kept where only the owner can read them;
the database holds their hashes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from workbench.domain.letters import Letterhead, LetterSettings
from workbench.domain.people import Capacity, Role
from workbench.services import casework, demo_mark, letters, people
from workbench.settings import get_settings
from workbench.storage import calendar_seed, calendars, datasets, people_store, sop_files
from workbench.storage import letters as store
from workbench.storage.database import require_writing

ACTOR = "demo"
WALIDATA = "2.16.01"
_FROM = date(2023, 1, 2)
# No letters and digits that look alike: these are read from a screen and typed.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo office with the posts they hold."""

    username: str
    name: str
    role: Role
    title: str
    opd_code: str = WALIDATA
    capacity: Capacity = Capacity.DEFINITIVE
    letter: str = ""


PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("admin", "Wahyu Pranoto", Role.ADMINISTRATOR, "Administrator Sistem"),
    DemoPerson("kadis", "Sri Rahayuningsih", Role.AGENCY_HEAD, "Kepala Dinas"),
    DemoPerson("sekretaris", "Bambang Setiaji", Role.SECRETARY, "Sekretaris Dinas"),
    DemoPerson("kabid", "Endah Kusumawati", Role.DIVISION_HEAD, "Kepala Bidang Statistik"),
    DemoPerson(
        "subkoor", "Agus Wibisono", Role.SECTION_HEAD, "Subkoordinator Statistik Sektoral", capacity=Capacity.PLT,
        letter="800.1.3.1/0114/2026",
    ),
    DemoPerson("statistisi", "Ratna Puspitasari", Role.STAFF, "Statistisi Ahli Pertama"),
    DemoPerson("pengelola", "Dimas Aryo Nugroho", Role.STAFF, "Pengelola Data"),
    DemoPerson("agenda", "Titik Lestari", Role.CLERK, "Pengadministrasi Surat"),
    DemoPerson("op.disdukcapil", "Yulia Anggraini", Role.PRODUCER_STAFF, "Staf Pengelola Data", "2.12.01"),
    DemoPerson("op.dinkes", "Hendra Saputra", Role.PRODUCER_STAFF, "Staf Subbagian Perencanaan", "1.02.01"),
    DemoPerson("op.disdik", "Nur Aini", Role.PRODUCER_STAFF, "Operator Data", "1.01.01"),
    DemoPerson("op.dispangtan", "Joko Susilo", Role.PRODUCER_STAFF, "Staf Pengelola Data", "3.27.01"),
    DemoPerson("pic.dinkes", "Maria Kristanti", Role.PRODUCER_PIC, "Kepala Subbagian Perencanaan", "1.02.01"),
)  # fmt: skip

LETTERS = LetterSettings(
    unit="DISKOMINFOSP",
    place="Surakarta",
    head=Letterhead(
        "Pemerintah Kota Surakarta", "Dinas Komunikasi, Informatika, Statistik dan Persandian",
        "Jalan Contoh Nomor 2, Surakarta", "kantor contoh, bukan alamat resmi",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeededOffice:
    """What was made. ``passwords`` holds only those of accounts that were new; they are not kept anywhere."""

    passwords: Mapping[str, str]
    people: Mapping[str, int]
    opds: tuple[str, ...]
    producers: tuple[str, ...]
    datasets: tuple[str, ...]
    sops: int


def new_password() -> str:
    """A random password of four groups, about 79 bits, easy to type."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _place in range(4)) for _group in range(4))


def seed_office(session: Session, *, sample: bool = True) -> SeededOffice:
    """Make whatever of the demo office is not there yet, in the caller's transaction, and mark the data as demo
    (``sample`` False: the figures will be real, only the people are invented).

    What exists is left as it is: passwords, posts and SOP versions are never changed by a second run.
    """
    require_writing(session)
    if sample:
        demo_mark.set_demo()
    for opd in datasets.opds():
        people.add_opd(
            session, code=opd.code, name=opd.name, short_name=opd.short_name, sector=opd.sector,
            is_walidata=opd.is_walidata, by=ACTOR,
        )  # fmt: skip
    numbers: dict[str, int] = {}
    passwords: dict[str, str] = {}
    for person in PEOPLE:
        known = people_store.by_username(session, person.username)
        if known is not None:
            numbers[person.username] = known.id or 0
            continue
        number, password = _add(session, person)
        numbers[person.username], passwords[person.username] = number, password
    settings = get_settings()
    installed = casework.install_sops(session, sop_files.load_all(settings.reference_dir / "sop"), by=ACTOR)
    if not calendars.versions(session):
        calendars.store(session, calendar_seed.seed_calendar(settings.time_zone), created_by=ACTOR)
    if not store.setting(session, letters.SETTINGS_KEY):
        letters.set_settings(session, by=people.person(session, numbers["agenda"]), new=LETTERS)
    definitions = datasets.all_datasets()
    return SeededOffice(
        passwords=passwords,
        people=numbers,
        opds=tuple(o.code for o in datasets.opds()),
        producers=tuple(sorted({d.opd_code for d in definitions})),
        datasets=tuple(d.id for d in definitions),
        sops=installed,
    )


def _add(session: Session, person: DemoPerson) -> tuple[int, str]:
    number = people.add_person(session, username=person.username, name=person.name, by=ACTOR)
    password = new_password()
    people.set_password(session, number, password, by=ACTOR)
    people.assign(
        session,
        person_id=number,
        role=person.role,
        title=person.title,
        opd_code=person.opd_code,
        by=ACTOR,
        capacity=person.capacity,
        valid_from=_FROM,
        letter_number=person.letter,
    )
    return number, password

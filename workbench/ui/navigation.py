"""The one registry of pages: which room, which file, who is offered it.

The registry decides what the menu offers; it gives no rights. Every page asks for its roles in its first line and
every service asks again at the moment of the action.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.domain.people import PRODUCER_ROLES, SUPERVISOR_ROLES, WALIDATA_ROLES, Person, Role
from workbench.i18n import N_
from workbench.settings import CHECKOUT

PAGES_FOLDER = CHECKOUT / "pages"

ROOMS = {
    "track": N_("Pelacakan SOP"),
    "plan": N_("Perencanaan"),
    "collect": N_("Pengumpulan"),
    "process": N_("Pemeriksaan"),
    "analyse": N_("Analisis"),
    "disseminate": N_("Penyebarluasan"),
    "admin": N_("Administrasi"),
}

EVERYBODY = frozenset(Role)
PROCESSORS = frozenset({Role.STAFF, Role.SECTION_HEAD})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page of the workbench. ``hidden`` pages are opened by a link, not from the menu."""

    file: str  # below pages/, "<room>/<name>.py"
    title: str
    icon: str
    url_path: str
    roles: frozenset[Role] = EVERYBODY
    hidden: bool = False
    default: bool = False

    @property
    def room(self) -> str:
        """The room, which is the folder."""
        return self.file.split("/", 1)[0]

    @property
    def path(self) -> Path:
        """The script."""
        return PAGES_FOLDER / self.file

    @property
    def address(self) -> str:
        """The path in the browser."""
        return "/" if self.default else f"/{self.url_path}"


PAGES: tuple[PageSpec, ...] = (
    PageSpec("track/home.py", N_("Beranda"), ":material/home:", "beranda", default=True),
    PageSpec("track/inbox.py", N_("Tugas saya"), ":material/inbox:", "tugas"),
    PageSpec("track/board.py", N_("Papan SOP"), ":material/view_kanban:", "papan", WALIDATA_ROLES | ADMINISTRATORS),
    PageSpec("track/case.py", N_("Perkara"), ":material/route:", "perkara", hidden=True),
    PageSpec("track/search.py", N_("Cari"), ":material/search:", "cari", hidden=True),
    PageSpec("track/analytics.py", N_("Analisis waktu"), ":material/monitoring:", "analisis-waktu", SUPERVISOR_ROLES),
    PageSpec("track/letters.py", N_("Agenda surat"), ":material/mail:", "surat", WALIDATA_ROLES | ADMINISTRATORS),
    PageSpec("track/sop.py", N_("Pustaka SOP"), ":material/menu_book:", "sop"),
    PageSpec("collect/submit.py", N_("Kirim data"), ":material/upload_file:", "kirim", PRODUCER_ROLES),
    PageSpec("collect/submissions.py", N_("Kiriman"), ":material/folder_open:", "kiriman", WALIDATA_ROLES),
    PageSpec("process/read.py", N_("Baca berkas"), ":material/table_view:", "baca", PROCESSORS),
    PageSpec("process/clean.py", N_("Resep"), ":material/rule_settings:", "resep", PROCESSORS),
    PageSpec("process/validate.py", N_("Periksa"), ":material/fact_check:", "periksa", PROCESSORS),
    PageSpec("disseminate/edition.py", N_("Edisi"), ":material/inventory_2:", "edisi", WALIDATA_ROLES),
    PageSpec("disseminate/drafts.py", N_("Draf"), ":material/auto_stories:", "draf", WALIDATA_ROLES),
    PageSpec(
        "disseminate/follow.py",
        N_("Telusur angka"),
        ":material/conversion_path:",
        "telusur",
        WALIDATA_ROLES,
        hidden=True,
    ),
    PageSpec("admin/people.py", N_("Orang & penugasan"), ":material/group:", "orang", ADMINISTRATORS),
    PageSpec(
        "admin/calendar.py",
        N_("Kalender kerja"),
        ":material/calendar_month:",
        "kalender",
        WALIDATA_ROLES | ADMINISTRATORS,
    ),
)


def registered() -> list[PageSpec]:
    """Pages whose file exists."""
    return [spec for spec in PAGES if spec.path.is_file()]


def offered(person: Person) -> list[PageSpec]:
    """Pages for a person, in the order of the menu."""
    return [spec for spec in registered() if spec.roles & person.roles]


def page(file: str) -> PageSpec:
    """The registered page of a file such as ``track/inbox.py``; ``KeyError`` for a file that is not registered."""
    for spec in PAGES:
        if spec.file == file:
            return spec
    raise KeyError(file)


def page_at(url_path: str) -> PageSpec | None:
    """The page at a path of the browser ("" is the default page)."""
    return next((spec for spec in PAGES if (spec.default if not url_path else spec.url_path == url_path)), None)

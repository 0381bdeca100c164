"""The agenda's verbs: receive, dispose, draft, sign, send. Each asks for the right to it in the database, then.

All verbs run inside ``database.writing()``. ``seen_version`` is the ``version`` the page was drawn with, ``idem`` a key
made when the form was drawn. An incoming letter gets its agenda number when it is written down; an outgoing one in the
transaction that records its signature, never before. The workbench signs nothing: it keeps the file that was signed.
"""

from __future__ import annotations

from sqlmodel import Session

from workbench.domain.errors import NotAllowed
from workbench.domain.letters import (
    LetterSettings,
    NumberPattern,
    check_classification,
)
from workbench.domain.people import SUPERVISOR_ROLES, Person, Role
from workbench.i18n import _
from workbench.services import people
from workbench.services.letter_model import Facts, LetterView, Registered, Scan, Signed
from workbench.services.letter_views import (
    SETTINGS_KEY,
    draft_of_case,
    letter,
    letters_of_case,
    may_read,
    register,
    search,
    settings,
    years,
)
from workbench.services.letters_incoming import add_scan, addressee, dispose, link_case, open_case, receive, settle
from workbench.services.letters_outgoing import bring_signed, draft, refuse, revise, send, sign
from workbench.storage import audit_log
from workbench.storage import letters as store

__all__ = [
    "SETTINGS_KEY",
    "Facts",
    "LetterView",
    "Registered",
    "Scan",
    "Signed",
    "add_scan",
    "addressee",
    "bring_signed",
    "dispose",
    "draft",
    "draft_of_case",
    "letter",
    "letters_of_case",
    "link_case",
    "may_read",
    "open_case",
    "receive",
    "refuse",
    "register",
    "revise",
    "search",
    "send",
    "set_settings",
    "settings",
    "settle",
    "sign",
    "years",
]


def set_settings(session: Session, *, by: Person, new: LetterSettings) -> None:
    """Change pattern, unit, classification or letterhead: the clerk or a superior. Given numbers stay as they are."""
    person = people.person(session, by.id)
    if not person.roles & (SUPERVISOR_ROLES | {Role.CLERK, Role.ADMINISTRATOR}):
        raise NotAllowed(_("Pengaturan agenda surat hanya diubah pengadministrasi surat, atasan atau administrator."))
    NumberPattern(new.pattern)
    check_classification(new.classification)
    store.set_setting(session, SETTINGS_KEY, new.to_body(), by=person.username)
    audit_log.append(session, person.username, "letter.settings", new.to_body())

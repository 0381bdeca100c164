"""Who is looking at this page, asked of the database now; the first line of every page is ``require(...)``."""

from __future__ import annotations

import streamlit as st

from workbench.domain.errors import NotFound
from workbench.domain.people import Person, Role
from workbench.i18n import _
from workbench.services import people
from workbench.ui.resources import reading


def identity() -> int | None:
    """The person's number as the gate passed it inward; no number for a visitor."""
    ident = st.user.get("ident")
    number = str(ident).partition(":")[0] if ident else ""
    return int(number) if number.isdecimal() else None


def current_person() -> Person | None:
    """The person of this session with the assignments valid today; nobody for a visitor or a closed account."""
    number = identity()
    if number is None:
        return None
    with reading() as session:
        try:
            return people.person(session, number)
        except NotFound:
            return None


def require(*roles: Role) -> Person:
    """The person, if they hold one of the roles today (any role where none is named); else a sentence and the end.

    A courtesy towards the reader: what a page *does* is checked again inside the service that does it.
    """
    person = current_person()
    if person is None:
        st.error(_("Anda belum masuk, atau sesi Anda sudah berakhir. Tidak ada yang berubah; silakan masuk lagi."))
        st.markdown(f"[{_('Masuk')}](/masuk)")
        st.stop()
    if not person.roles:
        st.error(_("Anda belum memiliki penugasan yang berlaku hari ini. Mintalah administrator mencatatnya."))
        st.stop()
    if roles and not person.roles.intersection(roles):
        st.error(_("Halaman ini bukan untuk penugasan Anda. Tidak ada yang berubah."))
        st.stop()
    return person

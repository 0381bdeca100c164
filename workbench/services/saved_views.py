"""Filters of a page under a name, for the person who saved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.errors import NotFound, Refused
from workbench.domain.people import Person
from workbench.i18n import _
from workbench.storage.database import require_writing
from workbench.storage.notice_tables import SavedViewRow

MOST_VIEWS = 20
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name and the filters it stands for, as the page keeps them."""

    id: int
    name: str
    filters: Mapping[str, Any]


def views(session: Session, *, person: Person, page: str) -> list[SavedView]:
    """What this person saved for a page, by name."""
    query = select(SavedViewRow).where(SavedViewRow.person_id == person.id, SavedViewRow.page == page)
    return [
        SavedView(row.id or 0, row.name, row.filters) for row in session.exec(query.order_by(col(SavedViewRow.name)))
    ]


def save(session: Session, *, person: Person, page: str, name: str, filters: Mapping[str, Any]) -> int:
    """Keep the filters under a name; the same name again replaces them. ``Refused`` without a name or with too many."""
    require_writing(session)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("Beri nama 1–{n} huruf.").format(n=LONGEST_NAME))
    known = select(SavedViewRow).where(
        SavedViewRow.person_id == person.id, SavedViewRow.page == page, SavedViewRow.name == name
    )
    row = session.exec(known).first()
    if row is None and len(views(session, person=person, page=page)) >= MOST_VIEWS:
        raise Refused(_("Paling banyak {n} tampilan tersimpan; hapus dulu yang tidak dipakai.").format(n=MOST_VIEWS))
    row = row or SavedViewRow(person_id=person.id, page=page, name=name, filters={})
    row.filters, row.saved_at = dict(filters), moment.now()
    session.add(row)
    session.flush()
    return row.id or 0


def delete(session: Session, *, person: Person, view_id: int) -> None:
    """Forget a view; ``NotFound`` when it is not this person's."""
    require_writing(session)
    row = session.get(SavedViewRow, view_id)
    if row is None or row.person_id != person.id:
        raise NotFound(_("Tampilan tersimpan tidak ditemukan."))
    session.delete(row)
    session.flush()

"""A small menu of views that a person saved: choose one, keep the present filters under a name, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench.domain.people import Person
from workbench.i18n import _
from workbench.services import saved_views
from workbench.services.saved_views import SavedView
from workbench.ui import access, feedback
from workbench.ui.resources import reading, writing


def menu(person: Person, page: str, keys: Sequence[str], *, bound: Sequence[str] = ()) -> None:
    """The menu. ``keys`` are widgets whose choice the page keeps in the address (``ui.address``), ``bound`` those that
    Streamlit binds itself. Call it before those widgets are drawn."""
    with reading() as session:
        found = saved_views.views(session, person=person, page=page)
    with st.popover(_("Tampilan saya"), icon=":material/bookmark:"):
        for view in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    view.name,
                    key=f"view-{page}-{view.id}",
                    width="stretch",
                    on_click=_apply,
                    args=(view, tuple(keys), tuple(bound)),
                )
                st.button(
                    "", key=f"view-drop-{page}-{view.id}", icon=":material/delete:", on_click=_delete, args=(view,),
                    help=_("Hapus tampilan {name}").format(name=view.name),
                )  # fmt: skip
        if not found:
            st.caption(_("Belum ada. Atur saringan di bawah, lalu simpan dengan nama."))
        name_key = f"view-name-{page}"
        st.text_input(_("Simpan saringan sekarang sebagai"), key=name_key, max_chars=saved_views.LONGEST_NAME)
        st.button(_("Simpan"), key=f"view-save-{page}", on_click=_save, args=(page, name_key, (*keys, *bound)))


def _apply(view: SavedView, keys: Sequence[str], bound: Sequence[str]) -> None:
    """Through the address, where the page drops what it does not offer any more."""
    for key in keys:
        st.session_state.pop(key, None)
        value = view.filters.get(key)
        if value:
            st.query_params[key] = value
        else:
            st.query_params.pop(key, None)
    for key in bound:
        st.session_state[key] = view.filters.get(key) or ""


def _save(page: str, name_key: str, keys: Sequence[str]) -> None:
    person = access.require()
    name = str(st.session_state.get(name_key, ""))
    filters: dict[str, Any] = {key: st.session_state.get(key) for key in keys}
    with feedback.shown_errors(later=True) as done, writing() as session:
        saved_views.save(session, person=person, page=page, name=name, filters=filters)
    if done.ok:
        st.session_state[name_key] = ""
        feedback.flash(_("Tampilan {name} tersimpan.").format(name=name))


def _delete(view: SavedView) -> None:
    person = access.require()
    with feedback.shown_errors(later=True) as done, writing() as session:
        saved_views.delete(session, person=person, view_id=view.id)
    if done.ok:
        feedback.flash(_("Tampilan {name} dihapus.").format(name=view.name))

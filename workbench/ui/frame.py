"""The frame around every page: configuration, menu by room, who I am, and the page's own first lines."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from workbench.domain.people import Assignment, Capacity, Person
from workbench.domain.sop_words import ROLE_WORDS
from workbench.i18n import LANGUAGES, _, language
from workbench.services import demo_mark, duty, people
from workbench.settings import get_settings
from workbench.ui import feedback, words
from workbench.ui import language as reader  # registers the reader's language
from workbench.ui.components import search_box
from workbench.ui.navigation import ROOMS, PageSpec, page
from workbench.ui.resources import reading
from workbench.ui.routes_html import WEB, product

__all__ = [
    "ROLE_WORDS",
    "base_url",
    "configure",
    "header",
    "menu",
    "page_link",
    "post_words",
    "reader",
    "sidebar",
    "switch_page",
    "upload_form",
]


def configure() -> None:
    """Settings of the browser page; the first call of every run."""
    st.set_page_config(page_title=product(), page_icon=WEB / "mark.svg", layout="wide")
    st.logo(WEB / "wordmark.svg", size="large", icon_image=WEB / "mark.svg")


def menu(pages: Sequence[PageSpec], person: Person | None = None) -> dict[str, list[Any]]:
    """The menu by room, for ``st.navigation``; rooms without a page for this person are left out.

    With ``person``, each room says how many steps wait there for them.
    """
    waiting: Mapping[str, int] = {}
    if person is not None:
        with reading() as session:
            waiting = duty.waiting_by_room(session, person)
    rooms: dict[str, list[Any]] = {}
    for spec in pages:
        count = waiting.get(spec.room, 0)
        name = f"{_(ROOMS[spec.room])} ({count})" if count else _(ROOMS[spec.room])
        rooms.setdefault(name, []).append(
            st.Page(
                spec.path,
                title=_(spec.title),
                icon=spec.icon,
                url_path=spec.url_path,
                default=spec.default,
                visibility="hidden" if spec.hidden else "visible",
            )
        )
    return rooms


def post_words(assignment: Assignment) -> str:
    """A post as an official writes it: "Plt. Kepala Bidang Statistik"."""
    title = assignment.title or _(ROLE_WORDS[assignment.role])
    return title if assignment.capacity is Capacity.DEFINITIVE else f"{assignment.capacity.value}. {title}"


def sidebar(person: Person, here: PageSpec | None) -> None:
    """Below the menu: the office, who I am and in what capacity, the language switch, the way out."""
    with reading() as session:
        names = {opd.code: opd.short_name or opd.name for opd in people.opds(session)}
        office = next((opd.name for opd in people.opds(session) if opd.is_walidata), "")
    # With what the address asks for, so that another language shows the same case or the same filters.
    query = urlencode([(key, value) for key in st.query_params for value in st.query_params.get_all(key)])
    address = (here.address if here else "/") + (f"?{query}" if query else "")
    with st.sidebar:
        wanted = search_box.draw()
        if office:
            st.markdown(f":small[{words.plain(office)}]")
        posts = [f"{post_words(post)} · {names.get(post.opd_code, post.opd_code)}" for post in person.assignments]
        st.markdown(f"**{words.plain(person.name)}**  \n" + "  \n".join(words.plain(post) for post in posts))
        others = [(code, name) for code, name in LANGUAGES.items() if code != language()]
        links = [f"[{name}](/bahasa?ke={code}&lanjut={quote(address, safe='')})" for code, name in others]
        st.markdown(" · ".join([*links, f"[{_('Keluar')}](/keluar)"]))
    if wanted:
        switch_page("pages/track/search.py", query_params={"q": wanted})


def header(title: str, purpose: str = "") -> None:
    """A page's first lines: where I am, what the page is for in one sentence, and what there is to tell."""
    if demo_mark.is_demo():
        st.markdown(
            f":orange-badge[:material/science: {_('Data contoh')}] "
            f":small[{_('Angka di ruang kerja ini buatan sendiri untuk peragaan, bukan statistik resmi.')}]"
        )
    st.title(title, anchor=False)
    if purpose:
        st.markdown(f":gray[{purpose}]")
    feedback.show_flashes()


def upload_form(dataset_id: str, period: str, case_id: int | None = None, *, height: int = 420) -> None:
    """The upload form (our own streaming route) inside a page; it shows progress and the receipt itself."""
    query = {"dataset": dataset_id, "period": period, "bingkai": "1"} | ({"case": str(case_id)} if case_id else {})
    st.iframe(f"/unggah?{urlencode(query)}", height=height)


def page_link(
    file: str, *, label: str, icon: str = "", query_params: Mapping[str, str] | None = None, **options: Any
) -> None:
    """``st.page_link`` by the registry's name, ``pages/track/case.py`` or ``track/case.py``.

    The script does not lie beside ``pages/``, so Streamlit's own function does not find pages by a relative path. A
    page that this person is not offered gets no link.
    """
    spec = page(file.removeprefix("pages/"))
    with contextlib.suppress(StreamlitPageNotFoundError):
        st.page_link(spec.path, label=label, icon=icon or spec.icon, query_params=query_params, **options)


def switch_page(file: str, *, query_params: Mapping[str, str] | None = None) -> NoReturn:
    """``st.switch_page`` by the registry's name, for the same reason; after a ``writing()`` block, not inside."""
    st.switch_page(page(file.removeprefix("pages/")).path, query_params=query_params)


def base_url() -> str:
    """The address under which this browser reaches the workbench, without a path."""
    parts = urlsplit(st.context.url or f"http://localhost:{get_settings().port}")
    return f"{parts.scheme}://{parts.netloc}"

"""Beranda's two lists: warnings that still hold, and what changed since the last working day."""

from __future__ import annotations

import streamlit as st

from workbench.domain.people import Person, Role
from workbench.domain.warnings import LATE
from workbench.i18n import _
from workbench.services import changes, digest, notices, server_clock
from workbench.services.notices import Notice
from workbench.ui import access, feedback, words
from workbench.ui.resources import reading, writing

_SHOWN = 3


def warnings(person: Person) -> None:
    """Warnings not put aside, most urgent first, each with its case; nothing where there are none."""
    with reading() as session:
        found = notices.for_person(session, person)
        problem = server_clock.clock_problem(session) if Role.ADMINISTRATOR in person.roles else ""
    if problem:
        st.error(problem, icon=":material/running_with_errors:")
    if not found:
        return
    st.subheader(_("Peringatan"), anchor=False)
    found.sort(key=lambda notice: not notice.mine)  # what lies in one's own hands first, each part as urgent as it was
    for notice in found[:_SHOWN]:
        _line(notice)
    if len(found) > _SHOWN:
        with st.expander(_("dan {n} lainnya").format(n=words.number(len(found) - _SHOWN))):
            for notice in found[_SHOWN:]:
                _line(notice)
    ids = tuple(number for notice in found for number in notice.ids)
    st.button(_("Tandai dibaca"), key="notices-read", icon=":material/done_all:", on_click=_read, args=(ids,))


def _line(notice: Notice) -> None:
    colour = "red" if notice.threshold in LATE else "orange"
    where = _("langkah {no}. {activity}").format(no=notice.step, activity=words.plain(notice.activity))
    link = f"[{notice.number}](/perkara?case={notice.case_id})"
    st.markdown(
        f":{colour}-badge[{digest.heading(notice.threshold)}] {link} · {words.plain(notice.subject)} · {where} "
        f":gray[{_('jatuh tempo {when}').format(when=words.when(notice.due_at))}]"
    )


def _read(ids: tuple[int, ...]) -> None:
    person = access.require()
    with feedback.shown_errors(later=True), writing() as session:
        notices.put_aside(session, person=person, notice_ids=ids)


def changed(person: Person) -> None:
    """What others did since the last working day; nothing where nothing happened."""
    with reading() as session:
        found = changes.for_person(session, person)
    if not found.lines:
        return
    st.subheader(_("Berubah sejak {day}").format(day=words.day(found.since)), anchor=False)
    st.markdown(
        "\n".join(
            f"- [{change.number}](/perkara?case={change.case_id}) {words.plain(change.line.sentence)} "
            f":gray[— {words.plain(change.line.who)}, {words.when(change.line.at)}]"
            for change in found.lines
        )
    )
    if found.total > len(found.lines):
        st.caption(_("{n} perubahan seluruhnya.").format(n=words.number(found.total)))

"""Running cases of older versions: what moving each of them to a version would do, and doing it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import uuid4

import streamlit as st

from workbench.domain.people import Person
from workbench.domain.sla_words import day_words
from workbench.domain.sop import Sop
from workbench.i18n import _, _n
from workbench.services import people, sop_migration
from workbench.services.sop_migration import Preview
from workbench.ui import access, feedback, words
from workbench.ui.resources import reading

_KEY = "sop-migration-idem"
_ROWS = 12  # more scroll inside, so that reason and button stay near


def show(person: Person, sop: Sop, starts: date) -> None:
    """The preview for all open cases on other versions, with a choice of step where there is no counterpart.

    ``starts`` is the day from which the version holds; before it nothing is moved.
    """
    chosen: dict[str, str] = {}
    with reading() as session:
        found = sop_migration.preview(session, to_sha=sop.sha)
    if not found:
        st.info(_("Semua perkara yang berjalan sudah memakai versi ini."), icon=":material/task_alt:")
        return
    early = starts > people.today()
    if early:
        st.info(
            _("Versi ini berlaku mulai {day}. Inilah pratinjaunya menurut hari ini; perkara dapat dipindahkan sejak "
              "tanggal itu.").format(day=day_words(starts)),
            icon=":material/event_upcoming:",
        )  # fmt: skip
    lost = {item.step: item.step_words for item in found if not item.to_step}
    if lost:
        names = {step.no: f"{step.no}. {step.activity}" for step in sop.steps}
        st.markdown(_("Langkah berikut tidak punya padanan pada versi ini. Pilih langkah tujuannya:"))
        for no, text in sorted(lost.items()):
            target = st.selectbox(
                text, list(names), index=None, key=f"to-{sop.sha}-{no}", format_func=names.__getitem__,
                placeholder=_("Pilih langkah"),
            )  # fmt: skip
            if target:
                chosen[no] = target
    if chosen:
        with reading() as session:
            found = sop_migration.preview(session, to_sha=sop.sha, chosen=chosen)
    if early:
        table(found)
        st.caption(sentence(found))
        return
    st.caption(_("Pilih perkara yang dipindahkan; tanpa pilihan, semua yang dapat dipindahkan."))
    picked = st.dataframe(
        [_line(item) for item in found],
        hide_index=True,
        height=_height(len(found), _ROWS),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"moving-{sop.sha}-{len(found)}",  # rows picked before a move are other cases after it
        column_config=_columns(),
        alt=_("Pratinjau pemindahan perkara ke versi ini"),
    )
    rows = [row for row in picked.selection.rows if row < len(found)]
    able = [item for item in ([found[row] for row in rows] or found) if not item.problem]
    told = _n("{n} perkara akan dipindahkan.", len(able)).format(n=words.number(len(able)))
    st.caption(f"{told} {sentence(able)}")
    note = st.text_input(_("Alasan, akan tercatat pada tiap perkara"), max_chars=300, key=f"why-{sop.sha}")
    if st.button(
        _n("Pindahkan {n} perkara", len(able)).format(n=words.number(len(able))),
        type="primary",
        disabled=not able or not note.strip(),
        key="sop-migrate",
        icon=":material/move_up:",
    ):
        _move(able, sop, note)


def table(found: list[Preview], *, rows: int = _ROWS) -> None:
    """What moving would do to each case, to look at; beyond ``rows`` it scrolls."""
    st.dataframe(
        [_line(item) for item in found],
        hide_index=True,
        height=_height(len(found), rows),
        column_config=_columns(),
        alt=_("Pratinjau pemindahan perkara ke versi ini"),
    )


def sentence(found: list[Preview]) -> str:
    """How many due times moving would change, and how many new steps it would pass over."""
    able = [item for item in found if not item.problem]
    moved = sum(item.moved_due for item in able)
    said = [_n("Tenggat {n} perkara berubah.", moved).format(n=words.number(moved))] if moved else []
    over = sum(bool(item.skipped) for item in able)
    if over:
        said.append(_n("{n} perkara melewati langkah baru.", over).format(n=words.number(over)))
    stuck = len(found) - len(able)
    if stuck:
        said.append(_n("{n} perkara belum dapat dipindahkan.", stuck).format(n=words.number(stuck)))
    return " ".join(said) or _("Tidak ada tenggat yang berubah.")


def _height(count: int, rows: int) -> int | Literal["content"]:
    return "content" if count <= rows else 35 * (rows + 1)


def _columns() -> dict[str, Any]:
    return {
        _("Perkara"): st.column_config.TextColumn(width=110, pinned=True),
        _("Langkah sekarang"): st.column_config.TextColumn(width=150),
        _("Langkah sesudahnya"): st.column_config.TextColumn(width=150),
        _("Tenggat langkah"): st.column_config.TextColumn(width=262),
        _("Tenggat SOP"): st.column_config.TextColumn(width=262),
        _("Catatan"): st.column_config.TextColumn(width="large"),
    }


def _line(item: Preview) -> dict[str, str]:
    notes = [item.problem] if item.problem else []
    notes += [_("melewati langkah baru {step}").format(step=step) for step in item.skipped]
    return {
        _("Perkara"): item.number,
        _("Tenggat langkah"): _both(item.due_before, item.due_after, item),
        _("Tenggat SOP"): _both(item.end_before, item.end_after, item),
        _("Langkah sekarang"): item.step_words,
        _("Langkah sesudahnya"): item.to_words,
        _("Catatan"): "; ".join(notes),
        _("Hal"): item.subject,
    }


def _both(before: datetime | None, after: datetime | None, item: Preview) -> str:
    """Old and new due time, or the one there is with the word that it stays."""
    if item.problem:
        return words.brief(before)
    if before == after:
        return _("tetap {when}").format(when=words.brief(before)) if before else "–"
    return f"{words.brief(before)} → {words.brief(after)}"


def _move(able: list[Preview], sop: Sop, note: str) -> None:
    """One transaction a case; the key belongs to this press, so that a double click moves nothing twice."""
    idem = st.session_state.setdefault(_KEY, uuid4().hex)
    with feedback.shown_errors() as outcome:
        done = sop_migration.migrate_all(able, to_sha=sop.sha, by=access.require(), idem=idem, note=note)
    st.session_state.pop(_KEY, None)
    if not outcome.ok:
        return
    failed = [item for item in done if item.problem]
    feedback.flash(_("{n} perkara dipindahkan ke versi {label}.").format(n=len(done) - len(failed), label=sop.version))
    for item in failed:
        feedback.flash(
            _("Perkara {number} tidak dipindahkan: {problem}").format(number=item.number, problem=item.problem),
            "warning",
        )
    st.rerun()

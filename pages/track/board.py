"""Papan SOP: what is late and why?"""

import streamlit as st

from workbench.domain.engine import CaseStatus
from workbench.domain.people import WALIDATA_ROLES, Role
from workbench.i18n import _
from workbench.services import analytics_pace, track
from workbench.services.track import BoardFilter, BoardRow, ProgressFlag, flag_label
from workbench.ui import access, address, frame, theme, words
from workbench.ui.components import clocks, hand_over, near_cases, new_case, procedure_table, saved_views
from workbench.ui.resources import reading

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)

frame.header(_("Papan SOP"), _("Semua perkara menurut prosedur dan langkah: apa yang terlambat, siapa memegangnya."))

PER_PAGE = 50

with reading() as session:
    counts = track.board_counts(session)
    paces = analytics_pace.paces(session)

with st.container(horizontal=True):
    if person.roles & WALIDATA_ROLES and st.button(_("Perkara baru"), type="primary", icon=":material/add:"):
        new_case.ask(person)
    hand_over.button(person)


if not counts:
    st.info(
        _("Belum ada perkara yang berjalan. Mulai yang pertama dengan tombol Perkara baru."),
        icon=":material/view_kanban:",
    )
    st.stop()

totals = {flag: sum(group.cases for group in counts if group.flag is flag) for flag in ProgressFlag}
st.markdown(
    " ".join(
        theme.badge_text(clocks.flag_key(flag), detail=words.number(total)) for flag, total in totals.items() if total
    )
)
procedure_table.draw(counts, paces)

st.subheader(_("Perkara"), anchor=False)
titles = {"": _("Semua prosedur")} | {group.sop_id: group.sop_title for group in counts}
saved_views.menu(person, "board", ("flag", "sop"), bound=("cari",))
address.many("flag", list(ProgressFlag))
address.one("sop", titles)
with st.container(horizontal=True, vertical_alignment="bottom"):
    flags = st.pills(
        _("Status"), [flag.value for flag in ProgressFlag], selection_mode="multi", key="flag",
        format_func=lambda value: flag_label(ProgressFlag(value)), on_change=address.keep, args=("flag",),
    )  # fmt: skip
    sop_id = st.selectbox(
        _("Prosedur"), list(titles), key="sop", format_func=titles.__getitem__, on_change=address.keep, args=("sop",)
    )
    wanted = st.text_input(_("Cari nomor, hal, atau OPD"), key="cari", bind="query-params")


asked = BoardFilter(
    flags=tuple(ProgressFlag(flag) for flag in flags), sop_id=sop_id or "", words=wanted or ""
)  # fmt: skip
with reading() as session:
    found = sum(group.cases for group in track.board_counts(session, asked=asked))
if not found and (wanted or "").strip():
    if not near_cases.show(person, wanted or "", running=True):
        st.info(_("Tidak ada perkara berjalan yang memuat kata itu."), icon=":material/search_off:")
    st.stop()
screens = max(1, -(-found // PER_PAGE))
screen = st.pagination(screens, key=f"board-page-{flags}-{sop_id}-{wanted}") if screens > 1 else 1
with reading() as session:
    shown = track.board(session, asked=asked, limit=PER_PAGE, offset=(screen - 1) * PER_PAGE)


def stage(row: BoardRow) -> str:
    if row.status is CaseStatus.WAITING_CHILDREN:
        return _("{done} dari {all} OPD selesai").format(done=row.children_ended, all=row.children)
    return f"{row.step_no}. {row.activity}"


chosen = st.dataframe(
    [
        {
            _("Status"): clocks.flag_cell(row.flag),
            _("Perkara"): row.number,
            _("Jatuh tempo"): words.when(row.due_at),
            _("Sisa"): words.left(row.remaining_seconds),
            _("Pemegang"): row.holder_name,
            _("Hal"): row.subject,
            _("Langkah"): stage(row),
            _("OPD"): row.opd_name,
            _("Seluruh SOP"): clocks.flag_cell(row.sop_flag),
        }
        for row in shown
    ],
    key="board-" + "-".join(str(row.case_id) for row in shown),
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    column_config={
        _("Status"): st.column_config.TextColumn(width=125),
        _("Perkara"): st.column_config.TextColumn(width=120),
        _("Pemegang"): st.column_config.TextColumn(width=150),
        _("Hal"): st.column_config.TextColumn(width=200),
        _("Langkah"): st.column_config.TextColumn(width="large"),
    },
    alt=_("Perkara menurut status dan langkah"),
)
st.caption(_("{n} perkara. Pilih satu baris untuk membukanya.").format(n=words.number(found)))
if chosen.selection.rows:
    frame.switch_page("pages/track/case.py", query_params={"case": str(shown[chosen.selection.rows[0]].case_id)})

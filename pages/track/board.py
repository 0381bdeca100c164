"""Papan SOP: what is late and why?"""

from collections import Counter, defaultdict

import streamlit as st

from workbench.domain.engine import CaseStatus
from workbench.domain.people import WALIDATA_ROLES, Role
from workbench.i18n import _
from workbench.services import track
from workbench.services.track import BoardRow, ProgressFlag, flag_label
from workbench.ui import access, address, frame, theme, words
from workbench.ui.components import clocks, hand_over, new_case, saved_views
from workbench.ui.resources import reading

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)

frame.header(_("Papan SOP"), _("Semua perkara menurut prosedur dan langkah: apa yang terlambat, siapa memegangnya."))

with reading() as session:
    rows = track.board(session)

with st.container(horizontal=True):
    if person.roles & WALIDATA_ROLES and st.button(_("Perkara baru"), type="primary", icon=":material/add:"):
        new_case.ask(person)
    hand_over.button(person)


def procedures(cases: list[BoardRow]) -> list[dict]:
    """One line a procedure: how many are open, and how they stand."""
    groups: dict[str, list[BoardRow]] = defaultdict(list)
    for case in cases:
        groups[case.sop_title].append(case)
    lines = []
    for title, group in sorted(groups.items()):
        flags = Counter(case.flag for case in group)
        lines.append(
            {_("Prosedur"): title, _("Berjalan"): len(group)}
            | {flag_label(flag): flags.get(flag, 0) for flag in ProgressFlag}
        )
    return sorted(lines, key=lambda line: -line[flag_label(ProgressFlag.BREACHED)])


if not rows:
    st.info(
        _("Belum ada perkara yang berjalan. Mulai yang pertama dengan tombol Perkara baru."),
        icon=":material/view_kanban:",
    )
    st.stop()

counts = Counter(row.flag for row in rows)
st.markdown(
    " ".join(
        theme.badge_text(clocks.flag_key(flag), detail=words.number(counts[flag]))
        for flag in ProgressFlag
        if counts[flag]
    )
)
st.dataframe(
    procedures(rows),
    hide_index=True,
    column_config={_("Prosedur"): st.column_config.TextColumn(width=300)},
    alt=_("Jumlah perkara tiap prosedur menurut statusnya"),
)

st.subheader(_("Perkara"), anchor=False)
titles = {"": _("Semua prosedur")} | {row.sop_id: row.sop_title for row in rows}
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


def matches(row: BoardRow) -> bool:
    text = f"{row.number} {row.subject} {row.opd_name} {row.holder_name}".casefold()
    return (
        (not flags or row.flag.value in flags)
        and (not sop_id or row.sop_id == sop_id)
        and all(word in text for word in (wanted or "").casefold().split())
    )


shown = [row for row in rows if matches(row)]


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
    key="board-" + "-".join(str(row.case_id) for row in shown[:200]),
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
st.caption(_("{n} perkara. Pilih satu baris untuk membukanya.").format(n=words.number(len(shown))))
if chosen.selection.rows:
    frame.switch_page("pages/track/case.py", query_params={"case": str(shown[chosen.selection.rows[0]].case_id)})

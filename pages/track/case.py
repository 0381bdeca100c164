"""Perkara: where is it, who holds it, when is it done?"""

import streamlit as st

from workbench.domain.engine import CaseStatus, EventType
from workbench.domain.sop_flow import standard_words
from workbench.i18n import _
from workbench.services import track
from workbench.services.track import CaseView, StepRow
from workbench.ui import access, feedback, frame, theme, words
from workbench.ui.components import cascade, clocks, decision, supervision, time_used
from workbench.ui.components import evidence as evidence_words
from workbench.ui.resources import reading

person = access.require()

number = st.query_params.get("case", "")
if not number.isdecimal():
    frame.header(_("Perkara"), _("Satu perkara: langkahnya, jamnya, hasilnya, riwayatnya."))
    st.info(_("Buka perkara dari Tugas saya atau Papan SOP."), icon=":material/route:")
    st.stop()

with feedback.shown_errors() as found, reading() as session:
    view: CaseView = track.case(session, case_id=int(number), person=person)
if not found.ok:
    st.stop()


def place_words(row: StepRow) -> str:
    if row.place == "now" and view.state.status is CaseStatus.WAITING_CHILDREN:
        return _("▸ menunggu OPD")
    if view.sop.fan_out is not None and view.children and row.no in view.sop.fan_out.steps and row.place != "now":
        ended = sum(child.closed_at is not None for child in view.children)
        return _("{done} dari {all} OPD").format(done=ended, all=len(view.children))
    if row.place == "next" and view.state.ended:
        return _("– tidak dilalui")
    return {
        "done": _("✓ selesai"), "now": _("▸ sekarang"), "next": _("– nanti"), "skipped": _("» dilewati"),
        "cancelled": _("× dibatalkan"), "moved": _("→ dipindahkan"),
    }[row.place]  # fmt: skip


def ended_words() -> str:
    """How the case came to its end: when, by whom, and why where it was cancelled."""
    last = next(line for line in reversed(view.history) if line.type is not EventType.NOTE)
    if view.state.status is CaseStatus.CANCELLED:
        said = _("Dibatalkan {when} oleh {name}.")
    else:
        said = _("Selesai {when}; langkah terakhir oleh {name}.")
    said = said.format(when=words.when(view.state.closed_at), name=words.plain(last.who))
    return f"{said} :gray[“{words.plain(last.note)}”]" if last.note else said


frame.header(
    f"{view.number} · {words.plain(view.subject)}",
    " · ".join(words.plain(part) for part in (view.sop.title, view.opd_name, view.period, view.requester) if part),
)
with st.container(horizontal=True, vertical_alignment="center"):
    theme.badge(view.state.status.value)
    if view.state.ended:
        st.markdown(ended_words(), width="content")
    else:
        st.markdown(_("Dipegang **{holder}**").format(holder=words.plain(view.holder_name)), width="content")
    if view.parent_id:
        frame.page_link(
            "pages/track/case.py", label=_("Bagian dari perkara {number}").format(number=view.parent_number),
            query_params={"case": str(view.parent_id)}, icon=":material/account_tree:",
        )  # fmt: skip
clocks.three_clocks(view)

left, right = st.columns(2)
with left:
    if not view.state.ended:
        step = view.sop.step(view.state.step)
        with st.container(border=True):
            st.markdown(f"**{_('Langkah')} {step.no}. {words.plain(step.activity)}**")
            decision.panel(view, person)
    supervision.menu(view)
with right:
    clocks.why_due(view)
    st.markdown(f"**{_('Hasil dan surat')}**")
    if view.evidence:
        st.markdown(
            "\n".join(
                f"- {_('Langkah')} {step.no}: {evidence_words.link(view.evidence[step.no], person)}"
                for step in view.sop.steps
                if step.no in view.evidence
            )
        )
    else:
        st.caption(_("Belum ada. Hasil langkah (kiriman, dataset, draf, surat) muncul di sini."))
    if view.parafs:
        st.markdown(f"**{_('Paraf dan tanda tangan')}**")
        st.markdown(
            "\n".join(f"- {view.sop.lane(p.lane).name}: {words.when(p.at)} · `{p.sha256[:12]}`" for p in view.parafs)
        )
st.dataframe(
    [
        {
            _("No"): row.no,
            _("Posisi"): place_words(row),
            _("Kegiatan"): row.activity,
            _("Waktu baku"): standard_words(row.standard) or "–",
            _("Jatuh tempo"): words.brief(row.due_at),
            _("Selesai"): words.brief(row.done_at),
            _("Vonis"): theme.words(row.verdict) if row.verdict else "",
            _("Pelaksana"): row.lane_name,
            _("Oleh"): row.actor_name,
            _("Kunjungan"): row.visits,
        }
        for row in view.steps
    ],
    hide_index=True,
    height="content",
    row_height=65,  # from four rem on a cell breaks its lines: what is to be done is read whole
    column_config={
        _("No"): st.column_config.TextColumn(width=40),
        _("Posisi"): st.column_config.TextColumn(width=95),
        _("Kegiatan"): st.column_config.TextColumn(width=230),
        _("Waktu baku"): st.column_config.TextColumn(width=95),
        _("Jatuh tempo"): st.column_config.TextColumn(width=138),
        _("Selesai"): st.column_config.TextColumn(width=138),
        _("Vonis"): st.column_config.TextColumn(width=115),
        _("Kunjungan"): st.column_config.NumberColumn(help=_("Berapa kali perkara sampai di langkah ini."), width=80),
    },
    alt=_("Tabel langkah SOP dengan posisi perkara ini"),
)
if view.children:
    st.subheader(_("Perkara tiap OPD"), anchor=False)
    chosen = st.dataframe(
        [
            {
                _("Status"): theme.words(child.status.value) if child.closed_at else clocks.flag_cell(child.flag),
                _("OPD"): child.opd_name,
                _("Langkah"): f"{child.step_no}. {child.activity}" if not child.closed_at else "",
                _("Pemegang"): child.holder_name,
                _("Jatuh tempo"): words.brief(child.due_at),
                _("Perkara"): child.number,
            }
            for child in view.children
        ],
        key=f"children-{view.case_id}-{view.seq}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Status"): st.column_config.TextColumn(width=125),
            _("OPD"): st.column_config.TextColumn(width=110),
            _("Langkah"): st.column_config.TextColumn(width=230),
            _("Pemegang"): st.column_config.TextColumn(width=150),
            _("Jatuh tempo"): st.column_config.TextColumn(width=128),
        },
        alt=_("Perkara tiap OPD"),
    )
    if chosen.selection.rows:
        frame.switch_page(
            "pages/track/case.py", query_params={"case": str(view.children[chosen.selection.rows[0]].case_id)}
        )
time_used.section(view.case_id)
cascade.section(view.case_id, person)
st.subheader(_("Riwayat"), anchor=False)
for line in reversed(view.history):
    who = f"{line.who} ({line.capacity})" if line.capacity else line.who
    st.markdown(
        f":gray[{words.when(line.at)} ·] {words.plain(line.sentence)} :gray[— {words.plain(who)}]"
        + (f"  \n:gray[“{words.plain(line.note)}”]" if line.note else "")
    )

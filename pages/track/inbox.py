"""Tugas saya: what do I do next? Decide in place, with the object beside the note."""

import streamlit as st

from workbench.i18n import N_, _
from workbench.services import track
from workbench.services.track import InboxItem
from workbench.ui import access, feedback, frame, words
from workbench.ui.components import clocks, decision, inbox_keys
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading

person = access.require()

frame.header(
    _("Tugas saya"), _("Langkah yang menunggu Anda, yang paling mendesak di atas. Pilih satu baris untuk memutus.")
)

with reading() as session:
    items = track.inbox(session, person=person)


def row(item: InboxItem, pointed: bool) -> dict:
    return {
        _("Status"): ("▸ " if pointed else "") + clocks.flag_cell(item.flag),
        _("Langkah"): f"{item.step_no}. {item.activity}",
        _("Jatuh tempo"): words.when(item.due_at),
        _("Sisa"): words.left(item.remaining_seconds),
        _("Hal"): item.subject,
        _("Perkara"): f"/perkara?case={item.case_id}#{item.number}",
        _("OPD"): item.opd_name,
        _("Tersedia sejak"): words.when(item.waiting_since),
    }


@dialog(N_("Putuskan"), width="large")
def decide(case_id: int, seq: int) -> None:
    with reading() as session:
        view = track.case(session, case_id=case_id, person=person)
    if view.seq != seq:
        st.rerun()  # decided, here or by somebody else: the list below says so
    feedback.show_flashes()
    step = view.sop.step(view.state.step)
    st.markdown(f"**{view.number}** · {words.plain(view.subject)}")
    st.markdown(f"**{step.no}. {words.plain(step.activity)}**")
    if step.inputs:
        st.caption(_("Kelengkapan: {inputs}").format(inputs=step.inputs))
    clocks.line(view.step_clock, none=_("Langkah ini tidak memiliki waktu baku."))
    decision.panel(view, person)
    frame.page_link("pages/track/case.py", label=_("Buka perkara lengkap"), query_params={"case": str(case_id)})


if not items:
    st.info(
        _("Belum ada yang menunggu Anda. Langkah berikutnya muncul di sini begitu sampai pada Anda."),
        icon=":material/inbox:",
    )
else:
    asked = inbox_keys.bar(items)
    chosen = st.dataframe(
        [row(item, place == inbox_keys.pointed(items)) for place, item in enumerate(items)],
        # A new key whenever the list changes: a selection must never slide onto another case.
        key="inbox-" + "-".join(f"{item.case_id}.{item.seq}" for item in items),
        hide_index=True,
        height="content" if len(items) <= 18 else 640,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Status"): st.column_config.TextColumn(width=125),
            _("Langkah"): st.column_config.TextColumn(width=200),
            _("Jatuh tempo"): st.column_config.TextColumn(width=160),
            _("Sisa"): st.column_config.TextColumn(width=130),
            _("Hal"): st.column_config.TextColumn(width=200),
            _("Perkara"): st.column_config.LinkColumn(display_text=r"#(.+)$", width=110),
        },
        alt=_("Tugas saya menurut jatuh tempo"),
    )
    if asked is not None:
        decide(asked.case_id, asked.seq)
    elif chosen.selection.rows:
        picked = items[chosen.selection.rows[0]]
        if st.session_state.get("inbox-open") != (picked.case_id, picked.seq):
            st.session_state["inbox-open"] = (picked.case_id, picked.seq)
            decide(picked.case_id, picked.seq)
        else:
            st.button(
                _("Buka lagi {number}").format(number=picked.number), on_click=st.session_state.pop,
                args=("inbox-open",),
            )  # fmt: skip
    else:
        st.session_state.pop("inbox-open", None)

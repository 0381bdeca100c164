"""Beranda: what needs me today?"""

import streamlit as st

from workbench.domain.people import PRODUCER_ROLES
from workbench.i18n import _
from workbench.services import track
from workbench.ui import access, frame, words
from workbench.ui.components.clocks import flag_cell
from workbench.ui.resources import reading

person = access.require()

frame.header(_("Beranda"), _("Yang perlu Anda kerjakan hari ini, {name}.").format(name=person.name))

with reading() as session:
    summary = track.summary(session, person)
    items = track.inbox(session, person=person)


def sentences() -> list[str]:
    said = []
    if summary.breached:
        said.append(_("**{n}** langkah Anda lewat batas.").format(n=summary.breached))
    if summary.due_today:
        said.append(_("**{n}** jatuh tempo hari ini.").format(n=summary.due_today))
    if summary.paraf:
        said.append(_("**{n}** menunggu paraf atau tanda tangan Anda.").format(n=summary.paraf))
    if summary.office_breached is not None:
        said.append(_("Di seluruh kantor **{n}** perkara lewat batas.").format(n=summary.office_breached))
    return said or [_("Tidak ada yang mendesak untuk Anda saat ini.")]


st.markdown("  \n".join(sentences()))

if not items:
    st.info(
        _("Belum ada langkah yang menunggu Anda. Begitu sebuah perkara sampai pada Anda, ia muncul di sini."),
        icon=":material/inbox:",
    )
    if person.roles & PRODUCER_ROLES:
        frame.page_link(
            "pages/collect/submit.py", label=_("Lihat data yang diminta dari OPD Anda"), icon=":material/upload_file:"
        )
else:
    first = items[0]
    st.link_button(
        _("Buka yang paling mendesak: {number}").format(number=first.number), f"/perkara?case={first.case_id}",
        type="primary", icon=":material/priority_high:",
    )  # fmt: skip
    st.subheader(_("Lima langkah berikutnya"), anchor=False)
    st.dataframe(
        [
            {
                _("Status"): flag_cell(item.flag),
                _("Perkara"): f"/perkara?case={item.case_id}#{item.number}",
                _("Jatuh tempo"): words.when(item.due_at),
                _("Sisa"): words.left(item.remaining_seconds),
                _("Langkah"): f"{item.step_no}. {item.activity}",
                _("Hal"): item.subject,
            }
            for item in items[:5]
        ],
        hide_index=True,
        column_config={_("Perkara"): st.column_config.LinkColumn(display_text=r"#(.+)$", width=110)},
        alt=_("Lima langkah berikutnya dengan status, perkara dan jatuh tempo"),
    )
    if len(items) > 5:
        frame.page_link(
            "pages/track/inbox.py", label=_("Semua {n} tugas saya").format(n=len(items)), icon=":material/inbox:"
        )

"""Beranda: what needs me today?"""

import streamlit as st

from workbench.domain.people import PRODUCER_ROLES
from workbench.i18n import _
from workbench.services import track
from workbench.services.track import InboxItem
from workbench.ui import access, frame, theme, words
from workbench.ui.components import notice_list
from workbench.ui.components.clocks import flag_key
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


def step_card(item: InboxItem) -> None:
    """One step: when it is due in words, what is to be done, and the case behind it."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"{theme.badge_text(flag_key(item.flag))} **{words.plain(words.left(item.remaining_seconds))}** "
            f":gray[{words.when(item.due_at)}]"
            if item.due_at
            else theme.badge_text(flag_key(item.flag))
        )
        st.markdown(
            f"**{item.step_no}. {words.plain(item.activity)}**  \n"
            f"[{item.number}](/perkara?case={item.case_id}) · "
            + " · ".join(words.plain(part) for part in (item.subject, item.opd_name) if part)
        )


st.markdown("  \n".join(sentences()))
notice_list.warnings(person)

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
    urgent = summary.breached or summary.due_today or summary.paraf
    st.link_button(
        (_("Buka yang paling mendesak: {number}") if urgent else _("Buka langkah berikutnya: {number}")).format(
            number=first.number
        ),
        f"/perkara?case={first.case_id}", type="primary",
        icon=":material/priority_high:" if urgent else ":material/arrow_forward:",
    )  # fmt: skip
    st.subheader(_("Langkah berikutnya"), anchor=False)
    for item in items[:5]:
        step_card(item)
    if len(items) > 5:
        frame.page_link(
            "pages/track/inbox.py", label=_("Semua {n} tugas saya").format(n=len(items)), icon=":material/inbox:"
        )

notice_list.changed(person)

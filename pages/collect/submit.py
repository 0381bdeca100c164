"""Kirim data: what does my OPD owe, what came back, what was accepted?"""

import streamlit as st

from workbench.domain.people import PRODUCER_ROLES
from workbench.i18n import N_, _
from workbench.services import collect
from workbench.services.collect import OwedItem
from workbench.ui import access, frame, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading

person = access.require(*PRODUCER_ROLES)

frame.header(_("Kirim data"), _("Yang diminta dari OPD Anda. Unggah berkas yang sudah ada; tidak perlu dirapikan."))


def due(item: OwedItem) -> str:
    waiting = item.due_at is not None and item.status in ("to_send", "returned")
    return f"  \n:gray[{_('jatuh tempo {when}').format(when=words.when(item.due_at))}]" if waiting else ""


@dialog(N_("Kirim berkas"), on_dismiss="rerun")
def send(item: OwedItem) -> None:
    frame.upload_form(item.dataset_id, item.period, item.case_id)


def card(item: OwedItem) -> None:
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"**{item.dataset_title}** · {item.period}  \n{words.plain(item.subject)}{due(item)}")
        if item.status in ("to_send", "returned"):
            label = _("Kirim perbaikan") if item.status == "returned" else _("Kirim berkas")
            if right.button(label, key=f"send-{item.case_id}-{item.dataset_id}", type="primary", width="stretch"):
                send(item)
        if item.refusal:
            st.warning(item.refusal, icon=":material/warning:")
        if item.submission and item.status == "returned":
            st.markdown(f":gray[{_('Catatan pemeriksa:')}] {words.plain(item.submission.return_note)}")
            if item.submission.returned_cells:
                # A static table: it wraps the sentences, also on a phone.
                st.table(
                    [
                        {
                            _("Lembar"): words.plain(str(cell.get("sheet", ""))),
                            _("Sel"): str(cell.get("cell", "")),
                            _("Yang perlu diperbaiki"): words.plain(str(cell.get("message", ""))),
                            _("Usulan"): words.number(cell["proposed"]) if cell.get("proposed") is not None else "",
                        }
                        for cell in item.submission.returned_cells
                    ],
                    hide_index=True,
                )
                st.markdown(f"[{_('Unduh daftar perbaikan (XLSX)')}](/perbaikan/{item.submission.id})", width="content")
        elif item.submission:
            st.markdown(
                f":gray[{_('Tanda terima')}] **{item.submission.receipt}** · "
                f"{words.when(item.submission.received_at)} · "
                f"[{words.plain(item.submission.file_name)}](/berkas/{item.submission.file_sha256})"
            )


with reading() as session:
    owed = collect.owed(session, person=person)
    accepted = collect.list_submissions(session, opd_codes=person.opd_codes, statuses=("accepted",))

if not any(item.status != "accepted" for item in owed):
    st.info(
        _("Tidak ada data yang harus dikirim saat ini. Permintaan dari walidata muncul di sini dengan batas waktunya."),
        icon=":material/upload_file:",
    )
for status, title in (
    ("returned", _("Dikembalikan, perlu diperbaiki")),
    ("to_send", _("Perlu dikirim")),
    ("sent", _("Sudah dikirim, sedang diperiksa")),
):
    group = [item for item in owed if item.status == status]
    if group:
        st.subheader(f"{title} ({len(group)})", anchor=False)
        for item in group:
            card(item)
if accepted:
    st.subheader(_("Sudah disahkan ({n})").format(n=len(accepted)), anchor=False)
    st.dataframe(
        [
            {
                _("Dataset"): item.dataset_title,
                _("Tahun"): item.period,
                _("Diterima"): words.day(item.received_at),
                _("Tanda terima"): item.receipt,
                _("Berkas"): f"/berkas/{item.file_sha256}#{item.file_name}",
            }
            for item in accepted
        ],
        hide_index=True,
        column_config={
            _("Dataset"): st.column_config.TextColumn(width=310),
            _("Berkas"): st.column_config.LinkColumn(display_text=r"#(.+)$"),
        },
        alt=_("Kiriman yang sudah disahkan"),
    )

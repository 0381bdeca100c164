"""Telusur angka: from a printed figure back to the cell of the OPD's file."""

import streamlit as st

from workbench.domain.people import WALIDATA_ROLES
from workbench.i18n import _, _n
from workbench.services import disseminate
from workbench.services.draft_follow import FollowedSource
from workbench.ui import access, feedback, frame, words
from workbench.ui.components import recipe_view
from workbench.ui.resources import reading

person = access.require(*WALIDATA_ROLES)

asked = st.query_params
if not all(asked.get(name) for name in ("draf", "tabel", "baris", "kolom")) or not asked["draf"].isdecimal():
    frame.header(_("Telusur angka"), _("Dari angka yang tercetak kembali ke sel berkas OPD."))
    st.info(_("Buka sebuah draf, lalu pilih satu sel pada Telusuri angka."), icon=":material/conversion_path:")
    frame.page_link("pages/disseminate/drafts.py", label=_("Draf"), icon=":material/auto_stories:")
    st.stop()

with feedback.shown_errors() as found, reading() as session:
    number = disseminate.follow(
        session, draft_id=int(asked["draf"]), table=asked["tabel"], row=asked["baris"], column=asked["kolom"]
    )
if not found.ok:
    st.stop()

frame.header(
    number.text or "–",
    " · ".join(
        [
            f"{_('Tabel')} {number.number} {words.plain(number.title)}",
            words.plain(number.row),
            words.plain(number.column),
        ]
    ),
)
frame.page_link(
    "pages/disseminate/drafts.py", label=_("Kembali ke draf"), query_params={"draf": asked["draf"]},
    icon=":material/arrow_back:",
)  # fmt: skip


def source(item: FollowedSource) -> None:
    """One observation: version, recipe steps, and that row of the agency's file."""
    with st.container(border=True):
        st.markdown(
            f"**{words.plain(item.dataset_title)}** · {item.period} · "
            + _("versi {n}, disahkan {who} pada {when}").format(
                n=item.version, who=words.plain(item.accepted_by), when=words.when(item.accepted_at)
            )
        )
        st.markdown(
            _("Berkas [{name}](/berkas/{sha}) · lembar **{sheet}** · sel **{cell}** · tertulis “{raw}”").format(
                name=words.plain(item.file_name), sha=item.file_sha256, sheet=words.plain(item.sheet) or "–",
                cell=item.cell, raw=words.plain(item.raw),
            )
        )  # fmt: skip
        st.dataframe(
            [
                {
                    _("Sel"): f"➤ {cell.cell}" if cell.followed else cell.cell,
                    _("Tertulis"): cell.raw,
                    _("Baris dan kolom pada berkas"): cell.label,
                }
                for cell in item.row
            ],
            hide_index=True,
            column_config={
                _("Sel"): st.column_config.TextColumn(width=80),
                _("Tertulis"): st.column_config.TextColumn(width=120),
            },
            alt=_("Baris itu pada berkas OPD"),
        )
        st.caption(_("Baris itu pada berkas OPD; tanda ➤ menunjuk sel asal angka ini."))
        if item.steps:
            st.markdown(f"**{_('Langkah resep yang membentuknya')}**")
            st.markdown(
                "\n".join(
                    f"{i}. " + words.plain(recipe_view.sentence(step.step) if step.step else f"{step.op} {step.reason}")
                    for i, step in enumerate(item.steps, 1)
                )
            )


if not number.sources:
    st.info(_("Angka ini tidak berasal dari pengamatan: sel memang dicetak kosong."), icon=":material/info:")
elif len(number.sources) > 1:
    st.markdown(_n("Dihitung dari **{n}** pengamatan:", len(number.sources)).format(n=len(number.sources)))
for item in number.sources:
    source(item)

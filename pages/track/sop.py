"""Pustaka SOP: what does the SOP say?"""

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES
from workbench.domain.sla_words import day_words
from workbench.domain.sop_differences import differences
from workbench.domain.sop_readings import readings
from workbench.i18n import N_, _
from workbench.services import sop_library
from workbench.services.sop_library import Version
from workbench.ui import access, frame, words
from workbench.ui.components import sop_cases, sop_editor, sop_sheet
from workbench.ui.resources import reading

SHEET, TABLE, READINGS, DOUBTS, VERSIONS, EDIT, CASES = "lembar", "tabel", "bacaan", "ambigu", "versi", "ubah", "pindah"
PARTS = {
    SHEET: N_("Lembar resmi"),
    TABLE: N_("Tabel"),
    READINGS: N_("Bacaan"),
    DOUBTS: N_("Titik ambigu"),
    VERSIONS: N_("Riwayat versi"),
    EDIT: N_("Versi baru"),
    CASES: N_("Pindahkan perkara"),
}

person = access.require()


def since(item: Version) -> str:
    """From which day a version holds; the first one has always held."""
    return day_words(item.effective_from) if item.effective_from.year > 1970 else _("sejak semula")


frame.header(
    _("Pustaka SOP"), _("Prosedur kantor sebagaimana tercetak, dan bacaan kami yang masih menunggu penegasan.")
)

with reading() as session:
    entries = sop_library.entries(session)
if not entries:
    st.info(_("Belum ada SOP. Administrator memasangnya bersama pemasangan pertama."), icon=":material/menu_book:")
    st.stop()

found = {entry.sop.id: entry for entry in entries}
wanted = st.query_params.get("sop", "")
with st.container(horizontal=True, vertical_alignment="bottom"):
    # The address names the procedure by its id, so that other pages can link to it; ``bind`` would write its title.
    sop_id = st.selectbox(
        _("Prosedur"), list(found), index=list(found).index(wanted) if wanted in found else 0, key="sop-chosen",
        format_func=lambda key: f"{found[key].sop.title} · {found[key].sop.office}",
    )  # fmt: skip
    with reading() as session:
        versions = {version.sha: version for version in sop_library.versions(session, sop_id)}
    sha = next(iter(versions))
    if len(versions) > 1:
        current = next(position for position, version in enumerate(versions.values()) if version.in_force)
        sha = st.selectbox(
            _("Versi"), list(versions), index=current, key=f"versi-{sop_id}-{len(versions)}", width=260,
            format_func=lambda key: versions[key].label + (f" ({_('berlaku')})" if versions[key].in_force else ""),
        )  # fmt: skip
with reading() as session:
    sop = sop_library.version(session, sha)
    newest = sop_library.newest(session, sop_id)
version = versions[sha]

unconfirmed = len(readings(sop))
marks = [f":blue-badge[:material/history: {_('versi {label}').format(label=version.label)}]"]
if not version.in_force:
    marks.append(f":gray-badge[:material/schedule: {_('bukan versi yang berlaku hari ini')}]")
if unconfirmed:
    text = _("{n} bacaan belum ditegaskan").format(n=unconfirmed)
    marks.append(f":orange-badge[:material/help: {text}]")
else:
    marks.append(f":green-badge[:material/verified: {_('semua bacaan ditegaskan')}]")
running = _("{n} perkara berjalan").format(n=words.number(version.open_cases))
marks.append(f":gray-badge[:material/play_circle: {running}]")
st.markdown(" ".join(marks))

sheet = sop_sheet.files_of(sop)
sop_sheet.downloads(sheet)

supervisor = bool(person.roles & SUPERVISOR_ROLES)
shown = [part for part in PARTS if part not in (EDIT, CASES) or supervisor]
wanted = st.query_params.get("bagian", SHEET)
part = st.segmented_control(
    _("Bagian"), shown, default=wanted if wanted in shown else SHEET, required=True, key="sop-part",
    format_func=lambda key: _(PARTS[key]), label_visibility="collapsed",
)  # fmt: skip
st.query_params.update({"sop": sop_id, "bagian": part})

if part == SHEET:
    sop_sheet.pages(sop, sheet)
elif part == TABLE:
    sop_sheet.table(sop)
    sop_sheet.identity(sop)
elif part == READINGS:
    sop_sheet.reading_list(sop)
elif part == DOUBTS:
    sop_sheet.doubts(sop)
elif part == VERSIONS:
    st.dataframe(
        [
            {
                _("Versi"): item.label,
                _("Berlaku mulai"): since(item),
                _("Diterbitkan oleh"): item.published_by,
                _("Diterbitkan"): words.when(item.published_at),
                _("Perkara berjalan"): item.open_cases,
                _("Keadaan"): _("berlaku") if item.in_force else "",
            }
            for item in versions.values()
        ],
        hide_index=True,
        alt=_("Versi prosedur ini"),
    )
    older = [key for key in versions if key != sha]
    if older:
        other = st.selectbox(
            _("Bandingkan dengan"), older, format_func=lambda key: versions[key].label, key=f"banding-{sha}"
        )
        with reading() as session:
            before = sop_library.version(session, other)
        for sentence in differences(before, sop):
            st.markdown(f"- {words.plain(sentence)}")
elif part == EDIT:
    if sop.sha != newest.sha:
        st.info(
            _("Versi baru selalu disusun dari versi terakhir, {label}.").format(label=newest.version),
            icon=":material/history:",
        )
    sop_editor.show(person, newest)
elif part == CASES:
    sop_cases.show(person, sop, version.effective_from)

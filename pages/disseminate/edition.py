"""Edisi: freeze accepted versions, ask for a draft, and watch it being made."""

from uuid import uuid4

import streamlit as st

from workbench.domain.people import WALIDATA_ROLES, Role
from workbench.i18n import N_, _
from workbench.services import acceptance, disseminate, rendering, track
from workbench.ui import access, feedback, frame, theme, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

person = access.require(*WALIDATA_ROLES)

frame.header(_("Edisi"), _("Bekukan versi dataset yang disahkan menjadi edisi, lalu buat draf buku darinya."))

case_number = st.query_params.get("perkara", "")
case_id = int(case_number) if case_number.isdecimal() else None
with reading() as session:
    editions = disseminate.editions(session)
    versions = acceptance.versions(session)
    view = track.case(session, case_id=case_id, person=person) if case_id else None
    # Part of the key of the next request: a second click is the same request, a click after the draft has come (or
    # has failed) is a new one.
    ended = max((job.id for job in rendering.recent(session) if job.state not in ("queued", "running")), default=0)
may_make = bool(person.roles & {Role.STAFF, Role.SECTION_HEAD})

if view is not None:
    frame.page_link(
        "pages/track/case.py", label=_("Untuk perkara {number}: {subject}").format(
            number=view.number, subject=words.plain(view.subject)
        ), query_params={"case": str(view.case_id)}, icon=":material/route:",
    )  # fmt: skip


def idem(what: str) -> str:
    return st.session_state.setdefault(f"edition-idem-{what}", uuid4().hex)


@dialog(N_("Bekukan edisi"))
def freeze() -> None:
    years = sorted({version.period for version in versions}, reverse=True)
    year = st.selectbox(_("Tahun data terakhir"), years)
    title = st.text_input(_("Judul"), value=_("Buku Statistik Sektoral"))
    taken = {edition.id for edition in editions}
    number = next(n for n in range(1, 100) if f"{year}-{n}" not in taken)
    st.caption(
        _("Edisi {id}: versi terbaru yang disahkan dari tiap dataset disalin dan tidak berubah lagi.").format(
            id=f"{year}-{number}"
        )
    )
    if st.button(_("Bekukan"), type="primary", icon=":material/ac_unit:"):
        with feedback.shown_errors() as done, writing() as session:
            made = disseminate.freeze_edition(
                session, id=f"{year}-{number}", title=title.strip(), year=year, by=access.require(*WALIDATA_ROLES)
            )
        if done.ok:
            feedback.flash(_("Edisi {id} dibekukan.").format(id=made.id))
            st.rerun()


def render(edition_id: str) -> None:
    with feedback.shown_errors(later=True) as done, writing() as session:
        job_id = disseminate.request_draft(
            session, edition_id=edition_id, case_id=case_id, by=access.require(*WALIDATA_ROLES),
            idem=idem(f"{edition_id}-{case_id}-{view.seq if view else 0}-{ended}"),
        )  # fmt: skip
    if done.ok:
        feedback.flash(
            _("Draf sedang disusun (pekerjaan {id}). Halaman ini boleh ditinggalkan; hasilnya ada di Draf.").format(
                id=job_id
            )
        )


@st.fragment(run_every=2)
def progress() -> None:
    with reading() as session:
        work = rendering.recent(session)
    if not work:
        return
    st.subheader(_("Penyusunan draf"), anchor=False)
    for job in work:
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                f"{theme.badge_text(job.state)} {_('Edisi {id}').format(id=job.edition_id)} · "
                f":gray[{words.when(job.created_at)}]"
            )
            if job.state in ("queued", "running"):
                st.progress(job.progress, text=job.step or _("Menunggu giliran"))
            elif job.error:
                st.error(job.error)
            elif job.draft_id:
                frame.page_link(
                    "pages/disseminate/drafts.py", label=_("Lihat draf"), query_params={"draf": str(job.draft_id)},
                    icon=":material/auto_stories:",
                )  # fmt: skip


if may_make and versions:
    if st.button(_("Bekukan edisi"), type="primary" if not editions else "secondary", icon=":material/ac_unit:"):
        freeze()
elif not versions:
    st.info(
        _("Belum ada dataset yang disahkan. Sahkan kiriman OPD lebih dulu; edisi dibekukan dari versi yang disahkan."),
        icon=":material/inventory_2:",
    )

for edition in editions:
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f"**{words.plain(edition.title)}**  \n:gray[{_('Edisi {id}').format(id=edition.id)} · "
            f"SHA-256 `{edition.manifest_sha256[:16]}`]"
        )
        if may_make:
            right.button(
                _("Buat draf buku"), key=f"render-{edition.id}", type="primary", width="stretch", on_click=render,
                args=(edition.id,), icon=":material/auto_stories:",
            )  # fmt: skip

progress()

"""Draf: is the book right? Decide on exactly the bytes shown."""

from uuid import uuid4

import streamlit as st

from workbench.domain.people import WALIDATA_ROLES
from workbench.domain.sop import END, EvidenceKind, Outcome, OutcomeKind
from workbench.i18n import _
from workbench.services import disseminate, track
from workbench.services.disseminate import DraftView
from workbench.services.track import CaseView
from workbench.ui import access, feedback, frame, theme, words
from workbench.ui.components import book_table, clocks
from workbench.ui.resources import reading, writing

person = access.require(*WALIDATA_ROLES)

asked, case_number = st.query_params.get("draf", ""), st.query_params.get("perkara", "")
with reading() as session:
    lines = disseminate.drafts(session, case_id=int(case_number) if case_number.isdecimal() else None)

if not lines:
    frame.header(_("Draf"), _("Halaman buku, pemeriksaan, perbedaan dengan draf sebelumnya, dan rantai paraf."))
    st.info(_("Belum ada draf. Draf dibuat dari edisi yang dibekukan."), icon=":material/auto_stories:")
    frame.page_link("pages/disseminate/edition.py", label=_("Edisi"), icon=":material/inventory_2:")
    st.stop()

by_id = {line.id: line for line in lines}
if asked.isdecimal() and int(asked) in by_id:
    chosen = int(asked)
else:  # the draft that waits for this reader, most urgent first; else the newest
    with reading() as session:
        mine = [item.case_id for item in track.inbox(session, person=person) if not item.paused]
    chosen = next((line.id for case_id in mine for line in lines if line.case_id == case_id), lines[0].id)
with feedback.shown_errors() as found, reading() as session:
    draft: DraftView = disseminate.draft(session, chosen)
    case: CaseView | None = (
        track.case(session, case_id=draft.line.case_id, person=person) if draft.line.case_id else None
    )
if not found.ok:
    st.stop()


def decide(outcome: Outcome, seen: DraftView, seen_case: CaseView) -> None:
    note = st.session_state.get(f"draft-note-{seen.line.id}-{seen_case.seq}", "")
    key = st.session_state.setdefault(f"draft-idem-{seen.line.id}-{seen_case.seq}", uuid4().hex)
    with feedback.shown_errors(later=True) as done, writing() as session:
        if outcome.kind is not OutcomeKind.RETURN and asks(seen_case) is EvidenceKind.RELEASE:
            disseminate.release(
                session, draft_id=seen.line.id, by=access.require(*WALIDATA_ROLES), idem=f"{key}-{outcome.key}",
                seen_seq=seen_case.seq, outcome=outcome.key, note=note,
            )  # fmt: skip
        else:
            disseminate.decide_on_draft(
                session, draft_id=seen.line.id, outcome=outcome.key, seen_sha256=seen.line.pdf_sha256,
                seen_seq=seen_case.seq, by=access.require(*WALIDATA_ROLES), idem=f"{key}-{outcome.key}", note=note,
            )  # fmt: skip
    if done.ok:
        feedback.flash(
            _("{outcome}: tercatat atas berkas {sha}…").format(outcome=outcome.label, sha=seen.line.pdf_sha256[:16])
        )


def asks(view: CaseView) -> EvidenceKind | None:
    return None if view.state.step in ("", END) else view.sop.step(view.state.step).evidence


def approval(view: CaseView) -> None:
    """Where the draft stands on its SOP, and the decision if it is mine."""
    st.markdown(f"**{_('Perkara')} {view.number}** · {words.plain(view.subject)}")
    frame.page_link(
        "pages/track/case.py",
        label=_("Buka perkara"),
        query_params={"case": str(view.case_id)},
        icon=":material/route:",
    )
    for paraf in view.parafs:
        same = paraf.sha256 == draft.line.pdf_sha256
        st.markdown(
            f":material/draw: {view.sop.lane(paraf.lane).name} · {words.when(paraf.at)} · "
            + (_("atas draf ini") if same else _("atas draf lain"))
        )
    if view.state.ended:
        st.markdown(theme.badge_text(view.state.status.value))
        return
    step = view.sop.step(view.state.step)
    st.markdown(f"**{_('Langkah')} {step.no}. {words.plain(step.activity)}**")
    clocks.line(view.step_clock, none=_("Langkah ini tidak memiliki waktu baku."))
    if not view.allowed.decide:
        st.caption(_("Menunggu {holder}.").format(holder=view.holder_name))
        return
    if not draft.newest:
        st.warning(_("Sudah ada draf yang lebih baru untuk perkara ini. Buka draf itu untuk memutus."))
        return
    st.text_area(
        _("Catatan"), key=f"draft-note-{draft.line.id}-{view.seq}", height=80,
        placeholder=_("Wajib bila mengembalikan: apa yang perlu diperbaiki."),
    )  # fmt: skip
    st.caption(_("Anda memutus atas berkas SHA-256 `{sha}`").format(sha=draft.line.pdf_sha256[:16]))
    with st.container(horizontal=True):
        for number, outcome in enumerate(sorted(step.outcomes, key=lambda o: o.kind is OutcomeKind.RETURN)):
            st.button(
                outcome.label, key=f"draft-{draft.line.id}-{view.seq}-{outcome.key}",
                type="primary" if number == 0 else "secondary", on_click=decide, args=(outcome, draft, view),
                icon=":material/undo:" if outcome.kind is OutcomeKind.RETURN else ":material/check:",
            )  # fmt: skip


frame.header(
    f"{words.plain(draft.title)}",
    _("Draf putaran {round} · edisi {edition} · {pages} halaman · disusun {when}").format(
        round=draft.line.round, edition=draft.line.edition_id, pages=draft.line.pages,
        when=words.when(draft.line.rendered_at),
    ),
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    theme.badge(draft.line.status)
    st.markdown(f"[{_('Buka PDF')}](/berkas/{draft.line.pdf_sha256})", width="content")
    if len(lines) > 1:
        pick = st.selectbox(
            _("Draf lain"), list(by_id), index=list(by_id).index(chosen), label_visibility="collapsed", width=320,
            format_func=lambda key: _("Draf {id}: putaran {round}, {when}").format(
                id=key, round=by_id[key].round, when=words.when(by_id[key].rendered_at)
            ),
        )  # fmt: skip
        if pick != chosen:
            frame.switch_page("pages/disseminate/drafts.py", query_params={"draf": str(pick)})

left, right = st.columns([2, 1])
with right:
    if case is not None:
        with st.container(border=True):
            approval(case)
    st.markdown(f"**{_('Yang perlu dilihat')}**")
    if not draft.checks:
        st.caption(_("Tidak ada pemeriksaan yang terbuka."))
    for check in draft.checks:
        st.markdown(f":orange-badge[{_('Tabel')} {check.number}] {words.plain(check.message)}")
    st.markdown(f"**{_('Perbedaan dengan draf sebelumnya')}**")
    if draft.compared_with is None:
        st.caption(_("Ini draf pertama."))
    elif not draft.changes_total:
        st.caption(_("Tidak ada angka yang berubah."))
    else:
        st.dataframe(
            [
                {
                    _("Tabel"): change.number, _("Baris"): change.row, _("Kolom"): change.column,
                    _("Dulu"): change.before, _("Kini"): change.after, _("Sebab"): ", ".join(change.versions),
                }
                for change in draft.changes
            ],
            hide_index=True, alt=_("Sel yang berubah"),
        )  # fmt: skip
with left:
    # Not tabs: they fall back to the first one when a message above them goes away.
    views = {"pages": _("Halaman"), "numbers": _("Telusuri angka")}
    view = st.segmented_control(
        _("Tampilan"), list(views), default="pages", required=True, key=f"draft-view-{draft.line.id}",
        format_func=views.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    if view == "numbers":
        book_table.follow_from(draft)
    else:
        book_table.thumbnails(draft)

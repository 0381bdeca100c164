"""Forms of an outgoing letter: its text, its signature, the scan of what was signed."""

from __future__ import annotations

import streamlit as st

from workbench.domain.letters import (
    SIGNED_WORDS,
    TEMPLATE_WORDS,
    LetterText,
    Nature,
    SignedHow,
    TemplateKind,
    first_text,
    signing_step,
)
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.i18n import N_, _
from workbench.reporting.formats import day as printed_day
from workbench.services import letters, people, track
from workbench.services.letter_model import Facts, LetterView, Scan
from workbench.ui import access, feedback
from workbench.ui.components import letter_forms as forms
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing


@dialog(N_("Isi surat keluar"), width="large")
def outgoing(source: LetterView | None = None, present: LetterView | None = None) -> None:
    """Write a letter, answer one, or change a draft. It has no number until it is signed."""
    base = present or source
    what = f"out-{present.letter_id}-{present.version}" if present else f"out-new-{source.letter_id if source else 0}"
    cases = forms.open_cases() if present is None else {}
    left, right = st.columns(2)
    with left:
        template = present.template if present and present.template else None
        if template is None:
            template = st.selectbox(
                _("Templat"), list(TemplateKind), index=0 if source else 1, key=f"{what}-template",
                format_func=lambda item: _(TEMPLATE_WORDS[item]),
            )  # fmt: skip
        to = st.text_input(_("Yth."), base.correspondent if base else "", key=f"{what}-to", max_chars=160)
        place = st.text_input(_("di"), present.text.place if present else "", key=f"{what}-place", max_chars=60)
    with right:
        nature = forms.nature(what, base.nature if base else Nature.ORDINARY)
        code = st.text_input(_("Kode klasifikasi"), base.classification if base else "", key=f"{what}-class")
        enclosures = st.text_input(_("Lampiran"), present.enclosures if present else "", key=f"{what}-enclosures")
    begin = present.subject if present else (f"Jawaban {source.subject}" if source else "")
    subject = st.text_input(_("Hal"), begin, key=f"{what}-subject", max_chars=300)
    body = st.text_area(
        _("Isi surat; satu baris kosong memisahkan alinea"), "\n\n".join(_first_text(template, source, present)),
        key=f"{what}-body-{template}", height=180,
    )  # fmt: skip
    copies = st.text_input(
        _("Tembusan, dipisah titik koma"), "; ".join(present.text.copies) if present else "", key=f"{what}-copies"
    )
    case_id, result_of = (source.case_id if source else None), False
    if present is None:
        if source is None:
            case_id = st.selectbox(
                _("Perkara"), [None, *cases], key=f"{what}-case", format_func=lambda n: forms.case_words(cases, n)
            )
        result_of = _is_result(case_id, what)
    if not st.button(_("Simpan draf"), type="primary", disabled=not (to.strip() and subject.strip() and body.strip())):
        return
    facts = Facts(to, subject, nature=nature, classification=code, enclosures=enclosures)
    text = LetterText(place, tuple(body.split("\n\n")), tuple(copies.split(";")))
    with feedback.shown_errors() as result, writing() as session:
        if present is not None:
            number = present.letter_id
            letters.revise(
                session, letter_id=number, seen_version=present.version, by=access.require(), idem=forms.key(what),
                facts=facts, text=text,
            )  # fmt: skip
        else:
            number = letters.draft(
                session, by=access.require(), idem=forms.key(what), template=template, facts=facts, text=text,
                case_id=case_id, reply_to=source.letter_id if source else None, case_result=result_of,
            )  # fmt: skip
    if result.ok:
        forms.done(what, _("Draf tersimpan. Nomor diberikan saat surat ditandatangani."))
        forms.open_letter(number)


def _first_text(template: TemplateKind, source: LetterView | None, present: LetterView | None) -> tuple[str, ...]:
    if present is not None:
        return present.text.paragraphs
    if source is None:
        return first_text(template)
    written = printed_day(source.letter_date) if source.letter_date else ""
    return first_text(template, number=source.letter_number, day=written, subject=source.subject)


def _is_result(case_id: int | None, what: str) -> bool:
    """Is it the letter that the case's signing step waits for?"""
    if case_id is None:
        return False
    with reading() as session:
        case = track.case(session, case_id=case_id)
        taken = letters.draft_of_case(session, case_id) is not None
    place = signing_step(case.sop)
    if place is None or taken or case.state.ended:
        return False
    return st.checkbox(
        _("Surat ini hasil perkara {number}, ditandatangani pada langkah {no}").format(
            number=case.number, no=place.no
        ),
        value=True, key=f"{what}-result",
    )  # fmt: skip


@dialog(N_("Catat tanda tangan"), width="medium")
def sign(view: LetterView, person: Person) -> None:
    """Keep the signed file; the number is given by the same transaction."""
    superior = bool(person.roles & SUPERVISOR_ROLES)
    with reading() as session:
        chiefs = {p.username: p.name for role in SUPERVISOR_ROLES for p in people.holders(session, role)}
    st.caption(_("Ruang kerja tidak membubuhkan tanda tangan. Unggah surat yang sudah ditandatangani."))
    how = st.radio(
        _("Cara"), list(SignedHow), format_func=lambda item: _(SIGNED_WORDS[item]).capitalize(),
        key=f"sign-how-{view.letter_id}",
    )  # fmt: skip
    signer = ""
    if not view.case_result and not superior:
        signer = (
            st.selectbox(_("Ditandatangani oleh"), list(chiefs), format_func=chiefs.__getitem__, key="signer") or ""
        )
    brought = view.papers_of("signed")
    chosen = st.file_uploader(
        _("Surat bertanda tangan (PDF, JPEG, PNG)"), type=["pdf", "jpg", "jpeg", "png"],
        key=f"sign-file-{view.letter_id}",
    )  # fmt: skip
    if brought and chosen is None:
        st.markdown(
            _("Pindaian yang sudah diunggah: {link}").format(
                link=forms.paper_link(brought[-1].sha256, brought[-1].name)
            )
        )
    if not st.button(_("Catat dan beri nomor"), type="primary", disabled=not (chosen or brought)):
        return
    what = f"sign-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        got = letters.sign(
            session, letter_id=view.letter_id, seen_version=view.version, by=access.require(), idem=forms.key(what),
            how=SignedHow(how or SignedHow.WET),
            scan=Scan(chosen.name, chosen.getvalue()) if chosen else None, signer=signer, seen_seq=view.case_seq,
        )  # fmt: skip
    if result.ok:
        forms.done(what, _("Surat ditandatangani dengan nomor {number}.").format(number=got.letter_number))
        st.rerun()


@dialog(N_("Unggah pindaian bertanda tangan"), width="medium")
def bring_signed(view: LetterView) -> None:
    """The clerk brings the scan; who holds the signing step records it."""
    chosen = st.file_uploader(
        _("Surat bertanda tangan (PDF, JPEG, PNG)"), type=["pdf", "jpg", "jpeg", "png"],
        key=f"bring-file-{view.letter_id}",
    )  # fmt: skip
    if not st.button(_("Simpan"), type="primary", disabled=chosen is None) or chosen is None:
        return
    what = f"bring-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        letters.bring_signed(
            session, letter_id=view.letter_id, by=access.require(), idem=forms.key(what),
            scan=Scan(chosen.name, chosen.getvalue()),
        )  # fmt: skip
    if result.ok:
        forms.done(what, _("Pindaian tersimpan. Nomor diberikan saat tanda tangan dicatat."))
        st.rerun()

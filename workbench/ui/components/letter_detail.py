"""One letter on its page: facts, papers, dispositions, history, and what may be done with it now."""

from __future__ import annotations

import streamlit as st

from workbench.domain.letters import (
    INSTRUCTION_WORDS,
    NATURE_WORDS,
    SIGNED_WORDS,
    STATUS_WORDS,
    Direction,
    LetterStatus,
    Nature,
)
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.domain.sop import OutcomeKind
from workbench.i18n import N_, _
from workbench.reporting import letter_sheets
from workbench.reporting.formats import day as printed_day
from workbench.services import letter_papers, letters, track
from workbench.services.letter_model import LetterView, Paper
from workbench.ui import access, feedback, frame, words
from workbench.ui.components import letter_disposition, letter_incoming, letter_outgoing
from workbench.ui.components import letter_forms as forms
from workbench.ui.resources import reading, writing
from workbench.ui.theme import Colour

ACT_WORDS = {
    "receive": N_("Dicatat di agenda dengan nomor {note}"),
    "link": N_("Dikaitkan dengan perkara"),
    "scan": N_("Lampiran ditambahkan"),
    "dispose": N_("Didisposisikan kepada {note}"),
    "settle": N_("Selesai: {note}"),
    "draft": N_("Draf dibuat"),
    "revise": N_("Draf diubah"),
    "print": N_("Draf disusun (SHA-256 {note}…)"),
    "refuse": N_("Draf dikembalikan: {note}"),
    "bring_signed": N_("Pindaian bertanda tangan diunggah"),
    "sign": N_("Ditandatangani dan diberi nomor {note}"),
    "send": N_("Dikirim: {note}"),
}
KIND_WORDS = {
    "scan": N_("Surat dan lampiran"),
    "signed": N_("Bertanda tangan"),
    "draft": N_("Draf"),
    "disposition": N_("Lembar disposisi"),
}
_SIGNS: dict[LetterStatus, tuple[str, Colour]] = {
    LetterStatus.REGISTERED: ("inbox", "orange"),
    LetterStatus.DISPOSED: ("forward_to_inbox", "blue"),
    LetterStatus.SETTLED: ("task_alt", "green"),
    LetterStatus.DRAFT: ("edit_note", "gray"),
    LetterStatus.REFUSED: ("undo", "orange"),
    LetterStatus.SIGNED: ("signature", "green"),
    LetterStatus.SENT: ("send", "green"),
}


def show(letter_id: int, person: Person) -> None:
    """The page of one letter."""
    with feedback.shown_errors() as found, reading() as session:
        view = letters.letter(session, letter_id=letter_id, person=person)
    if not found.ok:
        frame.page_link("track/letters.py", label=_("Kembali ke agenda"), icon=":material/arrow_back:")
        st.stop()
    incoming = view.direction is Direction.INCOMING
    who = _("dari {name}") if incoming else _("kepada {name}")
    frame.header(
        f"{forms.book_word(view.direction)} {view.agenda or _('belum bernomor')}",
        f"{words.plain(view.subject)} · {who.format(name=words.plain(view.correspondent))}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        icon, colour = _SIGNS[view.status]
        st.badge(_(STATUS_WORDS[view.status]), icon=f":material/{icon}:", color=colour)
        if view.nature is not Nature.ORDINARY:
            st.badge(_(NATURE_WORDS[view.nature]), icon=":material/priority_high:", color="red")
        if view.case_id:
            frame.page_link(
                "track/case.py",
                label=_("Perkara {number}").format(number=view.case_number),
                query_params={"case": str(view.case_id)},
            )
        frame.page_link("track/letters.py", label=_("Kembali ke agenda"), icon=":material/arrow_back:")
    left, right = st.columns([2, 1])
    with right, st.container(border=True):
        (_incoming_actions if incoming else _outgoing_actions)(view, person)
    with left:
        _facts(view)
        if incoming:
            _dispositions(view)
        else:
            _text(view)
    with right:
        _papers(view)
        _history(view)


def _facts(view: LetterView) -> None:
    incoming = view.direction is Direction.INCOMING
    facts = [
        (_("Nomor agenda"), view.agenda or _("diberikan saat ditandatangani")),
        (_("Nomor surat"), view.letter_number or ("–" if incoming else _("diberikan saat ditandatangani"))),
        (_("Tanggal surat"), printed_day(view.letter_date) if view.letter_date else "–"),
        *([(_("Diterima"), printed_day(view.received_on))] if view.received_on else []),
        (_("Dari") if incoming else _("Kepada"), view.correspondent),
        (_("Hal"), view.subject),
        (_("Lampiran"), view.enclosures or "–"),
        (_("Kode klasifikasi"), view.classification or "–"),
        (_("Dicatat oleh") if incoming else _("Disusun oleh"), f"{view.author_name}, {words.when(view.registered_at)}"),
    ]
    if view.signed_at and view.signed_how:
        signer = f"{view.signed_by}, {view.signed_capacity}" if view.signed_capacity else view.signed_by
        facts.append((_("Penanda tangan"), f"{signer} ({_(SIGNED_WORDS[view.signed_how])})"))
    st.table({_("Isian"): [name for name, _value in facts], _("Isi"): [words.plain(value) for _name, value in facts]})
    if view.reply_to:
        label = _("Menjawab surat {agenda}").format(agenda=view.reply_to_agenda)
        frame.page_link("track/letters.py", label=label, query_params={"surat": str(view.reply_to)})
    for number, name in view.replies:
        label = _("Balasan: {number}").format(number=name)
        frame.page_link("track/letters.py", label=label, query_params={"surat": str(number)})


def _text(view: LetterView) -> None:
    with st.container(border=True):
        for paragraph in view.text.paragraphs:
            st.markdown(words.plain(paragraph))
        if view.text.copies:
            st.caption(_("Tembusan: {names}").format(names="; ".join(view.text.copies)))


def _dispositions(view: LetterView) -> None:
    st.subheader(_("Disposisi"), anchor=False)
    if not view.dispositions:
        st.caption(_("Belum ada. Disposisi pimpinan muncul di sini dan pada lembar disposisi."))
        return
    for item in view.dispositions:
        asked = "; ".join(_(INSTRUCTION_WORDS[i]) for i in item.instructions)
        said = _("{number}. {giver} kepada {to}").format(
            number=item.number, giver=f"{item.given_capacity} ({item.given_name})", to=item.to_words
        )
        copied = ""
        if item.recorded_by != item.given_name:
            copied = _("Disalin dari lembar kertas oleh {name}").format(name=item.recorded_by)
        st.markdown(
            f"**{words.plain(said)}** :gray[· {words.when(item.at)}]"
            + (f"  \n{words.plain(asked)}" if asked else "")
            + (f"  \n:gray[“{words.plain(item.note)}”]" if item.note else "")
            + (f"  \n:gray[{words.plain(copied)}]" if copied else "")
        )


def _papers(view: LetterView) -> None:
    st.markdown(f"**{_('Berkas')}**")
    if not view.papers:
        st.caption(_("Belum ada pindaian."))
    for kind, title in KIND_WORDS.items():
        papers = view.papers_of(kind)
        if papers:
            st.markdown(f":gray[{_(title)}]  \n" + "  \n".join(_paper(paper) for paper in reversed(papers)))


def _paper(paper: Paper) -> str:
    return f"{forms.paper_link(paper.sha256, paper.name)} · `{paper.sha256[:12]}` · {words.when(paper.added_at)}"


def _history(view: LetterView) -> None:
    st.markdown(f"**{_('Riwayat')}**")
    for act in reversed(view.acts):
        said = _(ACT_WORDS[act.act]).format(note=act.note)
        st.markdown(f":gray[{words.when(act.at)} ·] {words.plain(said)} :gray[— {words.plain(act.name)}]")


# ---------------------------------------------------------------- actions


def _incoming_actions(view: LetterView, person: Person) -> None:
    if view.status is LetterStatus.SETTLED:
        st.markdown(_("Surat ini selesai ditindaklanjuti."))
    elif st.button(_("Disposisikan"), type="primary", icon=":material/forward_to_inbox:"):
        letter_disposition.dispose(view, person)
    st.button(
        _("Cetak lembar disposisi"), icon=":material/print:", on_click=_print_disposition, args=(view,),
        key=f"print-{view.letter_id}-{view.version}",
    )  # fmt: skip
    if st.button(_("Buat balasan"), icon=":material/reply:"):
        letter_outgoing.outgoing(source=view)
    if st.button(_("Tambah lampiran"), icon=":material/attach_file:"):
        letter_incoming.add_scan(view)
    if view.case_id is None and st.button(_("Kaitkan dengan perkara"), icon=":material/route:"):
        letter_incoming.link(view)
    if view.status is not LetterStatus.SETTLED and st.button(_("Selesaikan"), icon=":material/task_alt:"):
        forms.remark(view, "settle")


def _outgoing_actions(view: LetterView, person: Person) -> None:
    if view.status in (LetterStatus.DRAFT, LetterStatus.REFUSED):
        _draft_actions(view, person)
        return
    st.markdown(_("Bernomor **{number}**.").format(number=words.plain(view.letter_number)))
    if view.status is LetterStatus.SIGNED and st.button(
        _("Catat pengiriman"), type="primary", icon=":material/send:"
    ):  # fmt: skip
        forms.remark(view, "send")


def _draft_actions(view: LetterView, person: Person) -> None:
    draft = view.status is LetterStatus.DRAFT
    waits = _waits_for(view, person)
    if waits:
        st.caption(waits)
    elif draft and person.username != view.created_by and st.button(
        _("Catat tanda tangan"), type="primary", icon=":material/signature:"
    ):  # fmt: skip
        letter_outgoing.sign(view, person)
    if draft:
        st.button(
            _("Susun PDF dan DOCX"), icon=":material/print:", on_click=_print_letter, args=(view,),
            key=f"print-{view.letter_id}-{view.version}",
        )  # fmt: skip
    if st.button(_("Ubah isi"), icon=":material/edit:"):
        letter_outgoing.outgoing(present=view)
    if draft and st.button(_("Unggah pindaian"), icon=":material/upload_file:"):
        letter_outgoing.bring_signed(view)
    if draft and person.roles & SUPERVISOR_ROLES and not view.case_result and st.button(
        _("Kembalikan draf"), icon=":material/undo:"
    ):  # fmt: skip
        forms.remark(view, "refuse")


def _waits_for(view: LetterView, person: Person) -> str:
    """Why the letter cannot be signed by this reader now; empty when it can."""
    if not view.case_result or view.case_id is None:
        return ""
    with reading() as session:
        case = track.case(session, case_id=view.case_id, person=person)
    if case.state.ended:
        return _("Perkaranya sudah selesai.")
    step = case.sop.step(case.state.step)
    signing = any(outcome.kind is OutcomeKind.SIGN for outcome in step.outcomes)
    if signing and case.allowed.decide:
        return ""
    return _("Perkara di langkah {no}, dipegang {holder}. Nomor diberikan saat langkah tanda tangan diputus.").format(
        no=step.no, holder=case.holder_name
    )


def _print_disposition(view: LetterView) -> None:
    """The click: typeset outside any transaction, then keep the sheet among the papers."""
    person = access.require()
    with feedback.shown_errors(later=True) as result:
        with reading() as session:
            sheet = letter_papers.disposition_sheet(session, letter_id=view.letter_id, person=person)
        printed = letter_sheets.disposition_pdf(sheet)
        with writing() as session:
            sha = letter_papers.keep_disposition_sheet(session, letter_id=view.letter_id, by=person, printed=printed)
    if result.ok:
        link = forms.paper_link(sha, "disposisi.pdf")
        feedback.flash(_("Lembar disposisi siap dicetak: {link}").format(link=link))


def _print_letter(view: LetterView) -> None:
    """The click: typeset the draft, keep it, and put it to the case's step where that asks for it."""
    person = access.require()
    with feedback.shown_errors(later=True) as result:
        with reading() as session:
            made = letter_papers.make_draft(session, letter_id=view.letter_id, person=person)
        with writing() as session:
            idem = forms.key(f"print-{view.letter_id}-{view.version}")
            evidence = letter_papers.keep_draft(session, draft=made, by=person, idem=idem)
    if result.ok:
        link = forms.paper_link(evidence.sha256, evidence.ref)
        forms.done(f"print-{view.letter_id}-{view.version}", _("Draf tersusun: {link}").format(link=link))

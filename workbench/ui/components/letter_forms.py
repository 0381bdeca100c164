"""Forms of the agenda: a letter in or out, a disposition, a signature, the settings. Each fits one screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import streamlit as st
from sqlmodel import Session

from workbench.domain.errors import WorkbenchError
from workbench.domain.letters import (
    INSTRUCTION_WORDS,
    NATURE_WORDS,
    SIGNED_WORDS,
    TEMPLATE_WORDS,
    Direction,
    Instruction,
    Letterhead,
    LetterSettings,
    LetterText,
    Nature,
    NumberPattern,
    SignedHow,
    TemplateKind,
    first_text,
    signing_step,
)
from workbench.domain.people import SUPERVISOR_ROLES, Person, Role
from workbench.domain.sop import OutcomeKind, Sop
from workbench.i18n import _
from workbench.reporting.formats import day as printed_day
from workbench.services import casework, documents, letters, people, rights, track
from workbench.services.letter_model import Facts, LetterView, Scan
from workbench.services.track import BoardRow, CaseView
from workbench.ui import access, feedback, frame, words
from workbench.ui.resources import reading, writing

PAGE = "track/letters.py"
_DISPOSED_TO = (Role.SECRETARY, Role.DIVISION_HEAD, Role.SECTION_HEAD, Role.STAFF, Role.CLERK)


def key(what: str) -> str:
    """The idempotency key of a form; the same for every rerun until the act is done."""
    return str(st.session_state.setdefault(f"letter-idem-{what}", uuid4().hex))


def done(what: str, message: str) -> None:
    """The act is done: forget its key, say so on the next run."""
    st.session_state.pop(f"letter-idem-{what}", None)
    feedback.flash(message)


def open_letter(letter_id: int) -> None:
    """Go to a letter; call it in the run."""
    frame.switch_page(PAGE, query_params={"surat": str(letter_id)})


def _scans(label: str, what: str) -> list[Scan]:
    chosen = st.file_uploader(
        label, type=documents.accepted_endings(), accept_multiple_files=True, key=f"letter-scan-{what}"
    )
    return [Scan(item.name, item.getvalue()) for item in chosen]


def _nature(what: str, value: Nature = Nature.ORDINARY) -> Nature:
    chosen = st.selectbox(
        _("Sifat"), list(Nature), index=list(Nature).index(value), key=f"letter-nature-{what}",
        format_func=lambda item: _(NATURE_WORDS[item]),
    )  # fmt: skip
    return Nature(chosen or value)


def _open_cases() -> dict[int, BoardRow]:
    with reading() as session:
        return {row.case_id: row for row in track.board(session)}


def _case_words(cases: dict[int, BoardRow], number: int | None) -> str:
    return f"{cases[number].number} · {cases[number].subject}" if number else _("Tidak terkait perkara")


# ---------------------------------------------------------------- incoming


@st.dialog(_("Surat masuk baru"), width="large")
def incoming() -> None:
    """Write an incoming letter into the agenda; the number is given when it is kept."""
    with reading() as session:
        sops = {sop.id: sop for sop in casework.current_sops(session)}
    cases = _open_cases()
    today = people.today()
    left, right = st.columns(2)
    with left:
        sender = st.text_input(_("Dari"), key="in-from", max_chars=160)
        number = st.text_input(_("Nomor surat"), key="in-number", max_chars=80)
        subject = st.text_input(_("Hal"), key="in-subject", max_chars=300)
        classification = st.text_input(_("Kode klasifikasi"), key="in-class", placeholder="000.8.3.3")
    with right:
        received = st.date_input(_("Diterima tanggal"), today, key="in-received", format="DD/MM/YYYY", max_value=today)
        written: date | None = st.date_input(_("Tanggal surat"), None, key="in-date", format="DD/MM/YYYY")
        nature = _nature("in")
        enclosures = st.text_input(_("Lampiran"), key="in-enclosures", placeholder=_("1 berkas"))
    begin = st.segmented_control(
        _("Perkara"), ["none", "open", "link"], default="none", key="in-case-way", required=True,
        format_func={"none": _("Tanpa perkara"), "open": _("Buka perkara baru"), "link": _("Kaitkan")}.__getitem__,
    )  # fmt: skip
    sop_id, opd_code, case_id = "", "", None
    if begin == "open":
        starts = _starts(list(sops.values()))
        sop_id = st.selectbox(_("Prosedur (SOP)"), list(starts), format_func=starts.__getitem__, key="in-sop")
        opd_code = _opd(sop_id, "in") if any(lane.role in _PRODUCERS for lane in sops[sop_id].lanes) else ""
    elif begin == "link":
        case_id = st.selectbox(
            _("Perkara yang berjalan"), [None, *cases], key="in-case", format_func=lambda n: _case_words(cases, n)
        )
    scans = _scans(_("Pindaian surat dan lampirannya (PDF, gambar, DOCX, XLSX)"), "in")
    if not st.button(_("Catat di agenda"), type="primary", disabled=not (sender.strip() and subject.strip())):
        return
    facts = Facts(sender, subject, number, written, received, nature, classification, enclosures)
    with feedback.shown_errors() as result, writing() as session:
        got = letters.receive(
            session, by=access.require(), idem=key("in"), facts=facts, scans=scans, case_id=case_id, open_sop=sop_id,
            opd_code=opd_code,
        )  # fmt: skip
    if result.ok:
        done("in", _("Surat masuk dicatat dengan nomor agenda {agenda}.").format(agenda=got.agenda))
        open_letter(got.letter_id)


def _starts(sops: list[Sop]) -> dict[str, str]:
    """Procedures a letter can open; those that begin with somebody outside come first."""
    fit = [sop for sop in sops if sop.fan_out is None]
    fit.sort(key=lambda sop: (sop.lane(sop.step(sop.start).lane).role not in rights.RECORDED_ROLES, sop.title))
    return {sop.id: f"{sop.title} · {sop.office}" for sop in fit}


_PRODUCERS = (Role.PRODUCER_STAFF, Role.PRODUCER_PIC)


def _opd(sop_id: str, what: str) -> str:
    with reading() as session:
        names = {opd.code: opd.name for opd in people.opds(session) if not opd.is_walidata}
    return st.selectbox(_("OPD"), list(names), format_func=names.__getitem__, key=f"letter-opd-{what}-{sop_id}") or ""


@st.dialog(_("Disposisi"), width="large")
def dispose(view: LetterView, person: Person) -> None:
    """Who is asked for what; where the reader holds the case's step, the disposition moves it on."""
    superior = bool(person.roles & SUPERVISOR_ROLES)
    with reading() as session:
        targets = _targets(session)
        chiefs = {p.username: p for role in SUPERVISOR_ROLES for p in people.holders(session, role)}
        case = track.case(session, case_id=view.case_id, person=person) if view.case_id else None
    st.markdown(f"**{view.agenda}** · {words.plain(view.correspondent)} · {words.plain(view.subject)}")
    given_by = ""
    if not superior:
        given_by = st.selectbox(
            _("Disposisi dari (disalin dari lembar kertas)"), list(chiefs), key=f"dis-by-{view.letter_id}",
            format_func=lambda name: f"{chiefs[name].name}",
        ) or ""  # fmt: skip
    left, right = st.columns(2)
    with left:
        to = st.selectbox(
            _("Diteruskan kepada"), list(targets), format_func=targets.__getitem__, key=f"dis-to-{view.letter_id}"
        )
    with right:
        nature = _nature(f"dis-{view.letter_id}", view.nature)
    asked = st.pills(
        _("Dengan hormat harap"), list(Instruction), selection_mode="multi", key=f"dis-ask-{view.letter_id}",
        format_func=lambda item: _(INSTRUCTION_WORDS[item]),
    )  # fmt: skip
    note = st.text_area(_("Catatan"), max_chars=500, height=80, key=f"dis-note-{view.letter_id}")
    outcome = _forward(case, view)
    if not st.button(_("Disposisikan"), type="primary", disabled=not (asked or note.strip())):
        return
    what = f"dispose-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        letters.dispose(
            session, letter_id=view.letter_id, seen_version=view.version, by=access.require(), idem=key(what),
            to_role=to[0], to_username=to[1], instructions=asked, note=note, nature=nature, given_by=given_by,
            outcome=outcome, seen_seq=case.seq if case else None,
        )  # fmt: skip
    if result.ok:
        done(what, _("Disposisi tercatat untuk {whom}.").format(whom=targets[to]))
        st.rerun()


def _targets(session: Session) -> dict[tuple[Role, str], str]:
    """Whom a letter can go to, as role and login name: every post, and each person where several hold one role."""
    found: dict[tuple[Role, str], str] = {}
    for role in _DISPOSED_TO:
        holders = people.holders(session, role)
        if holders:
            found[role, ""] = letters.addressee(session, role)
        if len(holders) > 1:
            found |= {(role, p.username): letters.addressee(session, role, p.username) for p in holders}
    return found


def _forward(case: CaseView | None, view: LetterView) -> str:
    """The outcome that goes on with the case, if the reader wants it; empty where there is nothing to go on with."""
    if case is None or not case.allowed.decide:
        return ""
    step = case.sop.step(case.state.step)
    ways = [o for o in step.outcomes if o.kind is OutcomeKind.FORWARD]
    if len(ways) != 1 or (step.evidence is not None and step.no not in case.evidence):
        return ""
    go = st.checkbox(
        _("Teruskan perkara {number}: {label} (langkah {no})").format(
            number=case.number, label=ways[0].label, no=step.no
        ),
        value=True, key=f"dis-go-{view.letter_id}-{case.seq}",
    )  # fmt: skip
    return ways[0].key if go else ""


@st.dialog(_("Kaitkan dengan perkara"), width="medium")
def link(view: LetterView) -> None:
    """Open a case by this letter, or say which one it belongs to."""
    cases = _open_cases()
    with reading() as session:
        sops = casework.current_sops(session)
    starts = _starts(sops)
    producers = {sop.id for sop in sops if any(lane.role in _PRODUCERS for lane in sop.lanes)}
    new = st.toggle(_("Buka perkara baru"), value=True, key=f"link-new-{view.letter_id}")
    sop_id, case_id, opd_code = "", None, ""
    if new:
        sop_id = st.selectbox(_("Prosedur (SOP)"), list(starts), format_func=starts.__getitem__, key="link-sop")
        opd_code = _opd(sop_id, "link") if sop_id in producers else ""
    else:
        case_id = st.selectbox(_("Perkara"), list(cases), format_func=lambda n: _case_words(cases, n), key="link-case")
    if not st.button(_("Kaitkan"), type="primary", disabled=not (sop_id or case_id)):
        return
    what = f"link-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        by, seen = access.require(), view.version
        if sop_id:
            letters.open_case(
                session, letter_id=view.letter_id, seen_version=seen, by=by, idem=key(what), sop_id=sop_id,
                opd_code=opd_code,
            )  # fmt: skip
        elif case_id is not None:
            letters.link_case(
                session, letter_id=view.letter_id, seen_version=seen, by=by, idem=key(what), case_id=case_id
            )
    if result.ok:
        done(what, _("Surat terkait dengan perkaranya."))
        st.rerun()


@st.dialog(_("Tambah lampiran"), width="medium")
def add_scan(view: LetterView) -> None:
    """One more scan; its content is checked before it is kept."""
    scans = _scans(_("Pindaian (PDF, gambar, DOCX, XLSX)"), f"add-{view.letter_id}")
    if not st.button(_("Simpan"), type="primary", disabled=not scans):
        return
    what = f"scan-{view.letter_id}-{len(view.papers)}"
    with feedback.shown_errors() as result, writing() as session:
        for number, scan in enumerate(scans):
            letters.add_scan(
                session, letter_id=view.letter_id, by=access.require(), idem=f"{key(what)}-{number}", scan=scan
            )
    if result.ok:
        done(what, _("Lampiran tersimpan."))
        st.rerun()


@st.dialog(_("Catatan"), width="medium")
def remark(view: LetterView, act: str) -> None:
    """A sentence with an act: what was done (settle), how it was sent (send), what is to be mended (refuse)."""
    words_of = {
        "settle": (_("Tindak lanjut"), _("Selesaikan surat")),
        "send": (_("Dikirim lewat (pos, kurir, e-mail, diserahkan)"), _("Catat pengiriman")),
        "refuse": (_("Apa yang perlu diperbaiki"), _("Kembalikan draf")),
    }
    label, button = words_of[act]
    note = st.text_area(label, key=f"{act}-note-{view.letter_id}", max_chars=500, height=80)
    if not st.button(button, type="primary", disabled=not note.strip()):
        return
    what = f"{act}-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        by, seen, idem = access.require(), view.version, key(what)
        match act:
            case "settle":
                letters.settle(session, letter_id=view.letter_id, seen_version=seen, by=by, idem=idem, note=note)
            case "send":
                letters.send(session, letter_id=view.letter_id, seen_version=seen, by=by, idem=idem, note=note)
            case _:
                letters.refuse(session, letter_id=view.letter_id, seen_version=seen, by=by, idem=idem, note=note)
    if result.ok:
        done(what, _("Tercatat."))
        st.rerun()


# ---------------------------------------------------------------- outgoing


@st.dialog(_("Surat keluar"), width="large")
def outgoing(source: LetterView | None = None, present: LetterView | None = None) -> None:
    """Write a letter, answer one, or change a draft. It has no number until it is signed."""
    base = present or source
    what = f"out-{present.letter_id}-{present.version}" if present else f"out-new-{source.letter_id if source else 0}"
    cases = _open_cases() if present is None else {}
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
        nature = _nature(what, base.nature if base else Nature.ORDINARY)
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
                _("Perkara"), [None, *cases], key=f"{what}-case", format_func=lambda n: _case_words(cases, n)
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
                session, letter_id=number, seen_version=present.version, by=access.require(), idem=key(what),
                facts=facts, text=text,
            )  # fmt: skip
        else:
            number = letters.draft(
                session, by=access.require(), idem=key(what), template=template, facts=facts, text=text,
                case_id=case_id, reply_to=source.letter_id if source else None, case_result=result_of,
            )  # fmt: skip
    if result.ok:
        done(what, _("Draf tersimpan. Nomor diberikan saat surat ditandatangani."))
        open_letter(number)


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


@st.dialog(_("Catat tanda tangan"), width="medium")
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
            _("Pindaian yang sudah diunggah: {link}").format(link=paper_link(brought[-1].sha256, brought[-1].name))
        )
    if not st.button(_("Catat dan beri nomor"), type="primary", disabled=not (chosen or brought)):
        return
    what = f"sign-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        got = letters.sign(
            session, letter_id=view.letter_id, seen_version=view.version, by=access.require(), idem=key(what),
            how=SignedHow(how or SignedHow.WET),
            scan=Scan(chosen.name, chosen.getvalue()) if chosen else None, signer=signer, seen_seq=view.case_seq,
        )  # fmt: skip
    if result.ok:
        done(what, _("Surat ditandatangani dengan nomor {number}.").format(number=got.letter_number))
        st.rerun()


@st.dialog(_("Unggah pindaian bertanda tangan"), width="medium")
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
            session, letter_id=view.letter_id, by=access.require(), idem=key(what),
            scan=Scan(chosen.name, chosen.getvalue()),
        )  # fmt: skip
    if result.ok:
        done(what, _("Pindaian tersimpan. Nomor diberikan saat tanda tangan dicatat."))
        st.rerun()


def paper_link(sha256: str, name: str) -> str:
    """Markdown link to a stored paper; PDFs open in place."""
    label = name.replace("[", "(").replace("]", ")")
    return f"[{label}](/berkas/{sha256}{'?lihat=1' if name.endswith('.pdf') else ''})"


# ---------------------------------------------------------------- settings


@st.dialog(_("Pengaturan agenda surat"), width="large")
def setting() -> None:
    """Pattern, unit, classification and letterhead, with the number they would give."""
    with reading() as session:
        now = letters.settings(session)
    left, right = st.columns(2)
    with left:
        pattern = st.text_input(_("Pola nomor surat keluar"), now.pattern, key="set-pattern")
        unit = st.text_input(_("Kode unit kantor"), now.unit, key="set-unit", placeholder="SOP/DKISP, 436.3.2, 429.116")
        code = st.text_input(_("Kode klasifikasi yang lazim"), now.classification, key="set-class")
        place = st.text_input(_("Kota pada tanggal surat"), now.place, key="set-place")
    with right:
        government = st.text_input(_("Pemerintah daerah"), now.head.government, key="set-government")
        office = st.text_input(_("Nama kantor"), now.head.office, key="set-office")
        address = st.text_input(_("Alamat"), now.head.address, key="set-address")
        contact = st.text_input(_("Telepon, e-mail, laman"), now.head.contact, key="set-contact")
    new = replace(
        LetterSettings(pattern.strip(), unit.strip(), code.strip(), place.strip()),
        head=Letterhead(government.strip(), office.strip(), address.strip(), contact.strip()),
    )
    try:
        sample = NumberPattern(new.pattern).fill(
            number=31, classification=new.classification, unit=new.unit, day=people.today()
        )
        st.markdown(_("Contoh: surat ke-31 tahun ini bernomor **{sample}**").format(sample=words.plain(sample)))
    except WorkbenchError as error:
        st.warning(str(error))
        return
    st.caption(_("Nomor yang sudah diberikan tidak berubah."))
    if not st.button(_("Simpan pengaturan"), type="primary"):
        return
    with feedback.shown_errors() as result, writing() as session:
        letters.set_settings(session, by=access.require(), new=new)
    if result.ok:
        feedback.flash(_("Pengaturan agenda surat tersimpan."))
        st.rerun()


def may_set(person: Person) -> bool:
    """Is the reader one of those who set the agenda up? The service asks again."""
    return bool(person.roles & (SUPERVISOR_ROLES | {Role.CLERK, Role.ADMINISTRATOR}))


def book_word(direction: Direction) -> str:
    """``Surat masuk`` or ``Surat keluar``."""
    return _("Surat masuk") if direction is Direction.INCOMING else _("Surat keluar")

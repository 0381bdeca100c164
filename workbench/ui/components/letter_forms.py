"""What the forms of the agenda share: keys, fields, and the sentence that goes with an act. Each fits one screen."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from workbench.domain.letters import NATURE_WORDS, Direction, Nature
from workbench.domain.people import Role
from workbench.domain.sop import Sop
from workbench.i18n import N_, _
from workbench.services import documents, letters, people, rights, track
from workbench.services.letter_model import LetterView, Scan
from workbench.services.track import BoardRow
from workbench.ui import access, feedback, frame
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

PAGE = "track/letters.py"


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


def scans(label: str, what: str) -> list[Scan]:
    """The files that were picked; what they are is asked by the service, of their bytes."""
    chosen = st.file_uploader(
        label, type=documents.accepted_endings(), accept_multiple_files=True, key=f"letter-scan-{what}"
    )
    return [Scan(item.name, item.getvalue()) for item in chosen]


def nature(what: str, value: Nature = Nature.ORDINARY) -> Nature:
    """The choice of sifat."""
    chosen = st.selectbox(
        _("Sifat"), list(Nature), index=list(Nature).index(value), key=f"letter-nature-{what}",
        format_func=lambda item: _(NATURE_WORDS[item]),
    )  # fmt: skip
    return Nature(chosen or value)


def open_cases() -> dict[int, BoardRow]:
    """The cases a letter can belong to."""
    with reading() as session:
        return {row.case_id: row for row in track.board(session)}


def case_words(cases: dict[int, BoardRow], number: int | None) -> str:
    """A case as the choice shows it."""
    return f"{cases[number].number} · {cases[number].subject}" if number else _("Tidak terkait perkara")


def starts(sops: list[Sop]) -> dict[str, str]:
    """Procedures a letter can open; those that begin with somebody outside come first."""
    fit = [sop for sop in sops if sop.fan_out is None]
    fit.sort(key=lambda sop: (sop.lane(sop.step(sop.start).lane).role not in rights.RECORDED_ROLES, sop.title))
    return {sop.id: f"{sop.title} · {sop.office}" for sop in fit}


PRODUCERS = (Role.PRODUCER_STAFF, Role.PRODUCER_PIC)


def opd(sop_id: str, what: str) -> str:
    with reading() as session:
        names = {opd.code: opd.name for opd in people.opds(session) if not opd.is_walidata}
    return st.selectbox(_("OPD"), list(names), format_func=names.__getitem__, key=f"letter-opd-{what}-{sop_id}") or ""


@dialog(N_("Catatan"), width="medium")
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


def paper_link(sha256: str, name: str) -> str:
    """Markdown link to a stored paper; PDFs open in place."""
    label = name.replace("[", "(").replace("]", ")")
    return f"[{label}](/berkas/{sha256}{'?lihat=1' if name.endswith('.pdf') else ''})"


def book_word(direction: Direction) -> str:
    """``Surat masuk`` or ``Surat keluar``."""
    return _("Surat masuk") if direction is Direction.INCOMING else _("Surat keluar")

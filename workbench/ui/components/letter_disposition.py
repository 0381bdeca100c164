"""The form of a disposition: who is asked for what."""

from __future__ import annotations

import streamlit as st
from sqlmodel import Session

from workbench.domain.letters import INSTRUCTION_WORDS, Instruction
from workbench.domain.people import SUPERVISOR_ROLES, Person, Role
from workbench.domain.sop import OutcomeKind
from workbench.i18n import N_, _
from workbench.services import letters, people, track
from workbench.services.letter_model import LetterView
from workbench.services.track import CaseView
from workbench.ui import access, feedback, words
from workbench.ui.components import letter_forms as forms
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

_DISPOSED_TO = (Role.SECRETARY, Role.DIVISION_HEAD, Role.SECTION_HEAD, Role.STAFF, Role.CLERK)


@dialog(N_("Disposisi"), width="large")
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
        nature = forms.nature(f"dis-{view.letter_id}", view.nature)
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
            session, letter_id=view.letter_id, seen_version=view.version, by=access.require(), idem=forms.key(what),
            to_role=to[0], to_username=to[1], instructions=asked, note=note, nature=nature, given_by=given_by,
            outcome=outcome, seen_seq=case.seq if case else None,
        )  # fmt: skip
    if result.ok:
        forms.done(what, _("Disposisi tercatat untuk {whom}.").format(whom=targets[to]))
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

"""The letters of the demo office's past: what came in and went out about its cases, through the agenda's own verbs.

A request that came by letter opens its case from the agenda; its dispositions are the steps that dispose, its reply is
drafted, initialled, returned and signed by the steps that do so, and gets its number there. Letters to BPS, to the
agencies asked for data and with their answers belong to their cases as well. Played in one order of time, the books
run 1, 2, 3 … as an office's do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from sqlmodel import Session

from workbench.domain.engine import Evidence
from workbench.domain.letters import (
    Instruction,
    Letterhead,
    LetterStatus,
    LetterText,
    Nature,
    SignedHow,
    TemplateKind,
    first_text,
)
from workbench.domain.people import Capacity, Person, Role
from workbench.domain.sop import OutcomeKind
from workbench.reporting.formats import day
from workbench.reporting.letter_sheets import LetterSheet, Printed
from workbench.services import demo_letter_words as words
from workbench.services import letter_papers, letters, office_clock, people
from workbench.services.demo_paper import letter_page
from workbench.services.demo_past_cast import AGENCIES, HEADS, Cast
from workbench.services.demo_past_plan import Act, Course
from workbench.services.letter_model import Facts, Scan
from workbench.storage import casebook
from workbench.storage import letters as store
from workbench.storage.letter_tables import LetterRow

TARAKAN, BANYUWANGI, BPS, SRAGEN = (
    "trk-layanan-data", "bwi-permintaan", "ska-permohonan-bps", "srg-pengumpulan-publikasi",
)  # fmt: skip
_BY_LETTER: Mapping[str, float] = {TARAKAN: 1.0, BANYUWANGI: 0.65}
_COVERED = 0.55  # of the agencies send a letter with their file


@dataclass(frozen=True, slots=True)
class Doing:
    """One act of a case that is being done now."""

    course: Course
    act: Act
    case_id: int
    by: Person
    idem: str

    @property
    def dice(self) -> Random:
        """The same dice whenever this act is done."""
        return Random(self.idem)

    @property
    def place(self) -> tuple[str, str]:
        """The procedure and the step that is decided."""
        return self.course.sop.id, self.act.step

    @property
    def returns(self) -> bool:
        """Does it go back?"""
        outcome = self.course.sop.step(self.act.step).outcome(self.act.outcome)
        return outcome is not None and outcome.kind is OutcomeKind.RETURN


@dataclass(slots=True)
class _Thread:
    """The letters of one case: what came in, and the letter that the case is about or is answered by."""

    incoming: int = 0
    outgoing: int = 0


class LetterBook:
    """Keeps the agenda while the past is played. ``roster`` knows who was away when."""

    def __init__(self, cast: Mapping[str, Person], roster: Cast) -> None:
        self._cast, self._roster = cast, roster
        self._threads: dict[int, _Thread] = {}
        self._sheets: dict[int, LetterSheet] = {}

    # ---------------------------------------------------------------- cases

    def opens(self, course: Course) -> bool:
        """Did this case come in by a letter to the office?"""
        chance = _BY_LETTER.get(course.sop.id, 0.0)
        return bool(course.requester) and Random(f"{course.key}:surat").random() < chance

    def open(self, session: Session, course: Course, idem: str) -> int:
        """Write the request into the agenda, which opens its case; returns the case."""
        dice = Random(f"{course.key}:surat-masuk")
        facts = replace(
            self._facts(dice, course.requester, course.subject, words.nature(dice)), classification=words.DATA_CODE
        )
        got = self._receive(
            session, self._cast[course.opener], idem, facts, words.REQUEST, open_sop=course.sop.id,
            opd_code=course.opd_code,
        )  # fmt: skip
        case_id = store.letter_row(session, got).case_id or 0
        self._threads[case_id] = _Thread(incoming=got)
        return case_id

    def before(self, session: Session, doing: Doing) -> None:
        """What comes in or goes out before a step can be decided."""
        thread = self._thread(doing.case_id)
        match doing.place:
            case ("trk-layanan-data", "9") | ("ska-permohonan-bps", "5") if thread.outgoing:
                self._send(session, thread.outgoing, doing)
            case ("ska-permohonan-bps", "6"):
                answered = store.letter_row(session, thread.outgoing) if thread.outgoing else None
                about = (answered.subject if answered is not None else doing.course.subject).removesuffix(" kepada BPS")
                facts = self._facts(doing.dice, words.BPS, f"Jawaban {about[:1].lower()}{about[1:]}", Nature.ORDINARY)
                clerk = self._cast[self._clerk(doing.act.at)]
                thread.incoming = self._receive(
                    session, clerk, f"{doing.idem}:surat", facts, words.FROM_BPS, case_id=doing.case_id
                )
            case ("bwi-permintaan", "4"):
                self._ask(session, doing, doing.course.opd_code, words.TO_AGENCY)
            case ("srg-pengumpulan-publikasi", "2"):
                for child in doing.course.children:
                    self._ask(session, doing, child.opd_code, words.FORMS)
            case ("bwi-permintaan", "8") if thread.incoming and not thread.outgoing:
                thread.outgoing = self._reply(session, doing, thread.incoming)

    def decide(self, session: Session, doing: Doing) -> bool:
        """Decide the step by a letter's own verb where it is that verb's; False where it is not."""
        thread = self._thread(doing.case_id)
        by, idem = doing.by, f"{doing.idem}:surat"
        outgoing = store.letter_row(session, thread.outgoing) if thread.outgoing else None
        if doing.returns:
            if outgoing is None or outgoing.status != LetterStatus.DRAFT.value:
                return False
            letters.refuse(
                session, letter_id=thread.outgoing, seen_version=outgoing.version, by=by, idem=idem,
                note=doing.act.note, outcome=doing.act.outcome, seen_seq=_seq(session, doing),
            )  # fmt: skip
            return True
        chain = self._disposed(doing)
        if chain is not None and thread.incoming:
            role, asked, note = chain
            version = store.letter_row(session, thread.incoming).version
            letters.dispose(
                session, letter_id=thread.incoming, seen_version=version, by=by, idem=idem, to_role=role,
                instructions=asked, note=note, outcome=doing.act.outcome, seen_seq=_seq(session, doing),
            )  # fmt: skip
            return True
        if doing.place in ((TARAKAN, "8"), (BPS, "4")) and outgoing is not None:
            letters.sign(
                session, letter_id=thread.outgoing, seen_version=outgoing.version, by=by, idem=idem,
                how=SignedHow.WET, scan=self._signed(thread.outgoing), note=doing.act.note,
                outcome=doing.act.outcome, seen_seq=_seq(session, doing),
            )  # fmt: skip
            return True
        return False

    def after(self, session: Session, doing: Doing) -> None:
        """What is written down once a step was decided or the case was dropped."""
        thread = self._threads.get(doing.case_id)
        if doing.act.verb == "cancel" and thread is not None:
            self._settle(session, thread.incoming, doing, words.DROPPED.format(why=doing.act.note))
        elif doing.act.verb == "decide" and thread is not None and doing.place in (
            (TARAKAN, "9"), (BANYUWANGI, "8"), (BPS, "11")
        ):  # fmt: skip
            number = store.letter_row(session, thread.outgoing).letter_number if thread.outgoing else ""
            done = words.SETTLED.format(number=number) if number else words.SERVED
            self._settle(session, thread.incoming, doing, words.USED if doing.course.sop.id == BPS else done)
        elif doing.act.verb == "decide" and doing.course.parent is not None and doing.place == (SRAGEN, "3"):
            self._cover(session, doing)

    def written(self, session: Session, doing: Doing) -> Evidence | None:
        """The letter that the office writes at this step, as the draft to be initialled; None where it writes none."""
        if doing.place not in ((TARAKAN, "4"), (BPS, "1")):
            return None
        thread = self._thread(doing.case_id)
        facts, text = self._answer(session, doing, thread)
        if thread.outgoing:
            version = store.letter_row(session, thread.outgoing).version
            letters.revise(
                session, letter_id=thread.outgoing, seen_version=version, by=doing.by, idem=f"{doing.idem}:ubah",
                facts=facts, text=text,
            )  # fmt: skip
        else:
            kind = TemplateKind.REPLY if doing.course.sop.id == TARAKAN else TemplateKind.REQUEST
            thread.outgoing = letters.draft(
                session, by=doing.by, idem=f"{doing.idem}:draf", template=kind, facts=facts, text=text,
                case_id=doing.case_id, reply_to=thread.incoming or None, case_result=True,
            )  # fmt: skip
        return self._printed(session, thread.outgoing, doing.by, f"{doing.idem}:cetak")

    # ---------------------------------------------------------------- letters of no case

    def general(self, session: Session, kind: words.Kind, key: str) -> int:
        """An invitation, a circular, an offer comes in; returns the letter."""
        dice = Random(key)
        facts = replace(self._facts(dice, kind.sender, kind.subject, kind.nature), classification=kind.code)
        return self._receive(session, self._cast[HEADS[Role.CLERK]], key, facts, (f"{kind.subject}.",))

    def passed_on(self, session: Session, letter_id: int, kind: words.Kind, key: str) -> None:
        """The clerk copies the head's disposition from paper."""
        row = store.letter_row(session, letter_id)
        letters.dispose(
            session, letter_id=letter_id, seen_version=row.version, by=self._cast[HEADS[Role.CLERK]], idem=key,
            to_role=kind.to_role, instructions=kind.instructions, note=kind.note, given_by=_head(session),
        )  # fmt: skip

    def finished(self, session: Session, letter_id: int, kind: words.Kind, key: str) -> None:
        """What was done about it."""
        version = store.letter_row(session, letter_id).version
        letters.settle(
            session, letter_id=letter_id, seen_version=version, by=self._cast[HEADS[Role.CLERK]], idem=key,
            note=kind.fate,
        )  # fmt: skip

    def writes(self, session: Session, to: str, subject: str, code: str, key: str) -> int:
        """The office writes on its own account: drafted, signed, numbered, sent."""
        facts = Facts(to, subject, classification=code, enclosures="1 berkas")
        text = LetterText(words.PLACE, words.OUT_TEXT, ("Arsip",))
        return self._whole(session, key, facts, text, drafter="pengelola", clerk=HEADS[Role.CLERK], sent="kurir")

    # ---------------------------------------------------------------- incoming

    @staticmethod
    def _facts(dice: Random, sender: str, subject: str, nature: Nature) -> Facts:
        today = office_clock.today()
        written = today - timedelta(days=dice.choice((0, 1, 1, 2, 3, 5, 8)))
        number = words.number(dice, sender, written.month, written.year)
        enclosures = dice.choice(("1 berkas", "1 lembar", "", "1 proposal"))
        return Facts(sender, subject, number, written, today, nature, "", enclosures)

    def _receive(
        self, session: Session, by: Person, idem: str, facts: Facts, paragraphs: Sequence[str],
        *, case_id: int | None = None, open_sop: str = "", opd_code: str = "",
    ) -> int:  # fmt: skip
        sheet = LetterSheet(
            Letterhead(office=facts.correspondent), words.PLACE, facts.letter_number or "-", _day(facts), "Biasa",
            facts.enclosures or "-", facts.subject, words.HEAD, words.PLACE, tuple(paragraphs), (), "Hormat kami",
            facts.correspondent, "", (), "",
        )  # fmt: skip
        name = f"surat {facts.correspondent} {facts.letter_number}".replace("/", "-").strip()
        scan = Scan(f"{name[:70]}.pdf", letter_page(sheet, signed=True))
        return letters.receive(
            session, by=by, idem=idem, facts=facts, scans=[scan], case_id=case_id, open_sop=open_sop, opd_code=opd_code
        ).letter_id

    def _cover(self, session: Session, doing: Doing) -> None:
        if doing.dice.random() >= _COVERED:
            return
        clerk = self._cast[self._clerk(doing.act.at)]
        sender = people.opd(session, doing.course.opd_code).name
        facts = self._facts(doing.dice, sender, f"Pengantar isian: {doing.course.subject}", Nature.ORDINARY)
        got = self._receive(session, clerk, f"{doing.idem}:surat", facts, words.COVER, case_id=doing.case_id)
        self._settle(session, got, doing, words.FILED)

    def _settle(self, session: Session, letter_id: int, doing: Doing, note: str) -> None:
        row = store.letter_row(session, letter_id) if letter_id else None
        if row is None or row.status == LetterStatus.SETTLED.value:
            return
        letters.settle(
            session, letter_id=letter_id, seen_version=row.version, by=self._cast[self._clerk(doing.act.at)],
            idem=f"{doing.idem}:tuntas", note=note,
        )  # fmt: skip

    def _disposed(self, doing: Doing) -> tuple[Role, tuple[Instruction, ...], str] | None:
        """To whom the step disposes, for what, in which words."""
        if doing.course.sop.id == TARAKAN and doing.act.step in words.CHAIN:
            role, asked, notes = words.CHAIN[doing.act.step]
            return role, asked, doing.dice.choice(notes)
        if doing.place == (BPS, "8"):
            return Role.DIVISION_HEAD, (Instruction.PROCESS,), "Dipilah dan diolah menurut kebutuhan."
        if doing.place == (BANYUWANGI, "2"):
            return Role.STAFF, (Instruction.PROCESS,), doing.dice.choice(("", "Cek ketersediaan datanya."))
        return None

    # ---------------------------------------------------------------- outgoing

    def _answer(self, session: Session, doing: Doing, thread: _Thread) -> tuple[Facts, LetterText]:
        subject, code = doing.course.subject, words.DATA_CODE
        if doing.course.sop.id == BPS:
            facts = Facts(f"Kepala {words.BPS}", subject, classification=code, enclosures="1 berkas")
            return facts, LetterText(words.PLACE, words.TO_BPS, ("Arsip",))
        source = store.letter_row(session, thread.incoming) if thread.incoming else None
        facts = Facts(doing.course.requester, f"Jawaban {subject[:1].lower()}{subject[1:]}", classification=code,
                      enclosures="1 berkas")  # fmt: skip
        return facts, _reply_text(source, subject)

    def _reply(self, session: Session, doing: Doing, source_id: int) -> int:
        source = store.letter_row(session, source_id)
        subject = f"Jawaban {source.subject[:1].lower()}{source.subject[1:]}"
        facts = Facts(source.correspondent, subject, classification=words.DATA_CODE, enclosures="1 berkas")
        return self._whole(
            session, f"{doing.idem}:balas", facts, _reply_text(source, source.subject), drafter=doing.by.username,
            clerk=self._clerk(doing.act.at), sent=doing.dice.choice(words.SENT), case_id=doing.case_id,
            reply_to=source_id,
        )  # fmt: skip

    def _ask(self, session: Session, doing: Doing, opd_code: str, paragraphs: tuple[str, ...]) -> None:
        to = f"Kepala {people.opd(session, opd_code).name}"
        subject = f"Permintaan data: {doing.course.subject}"
        self._whole(
            session, f"{doing.idem}:minta-{AGENCIES[opd_code]}",
            Facts(to, subject, classification=words.DATA_CODE, enclosures="1 berkas"),
            LetterText(words.PLACE, paragraphs, ("Arsip",)), drafter=self._staff(doing.act.at),
            clerk=self._clerk(doing.act.at), sent="kurir", case_id=doing.case_id, kind=TemplateKind.REQUEST,
        )  # fmt: skip

    def _whole(
        self, session: Session, key: str, facts: Facts, text: LetterText, *, drafter: str, clerk: str, sent: str,
        case_id: int | None = None, reply_to: int | None = None, kind: TemplateKind = TemplateKind.REPLY,
    ) -> int:  # fmt: skip
        """A letter that no step waits for: drafted, signed on paper, recorded and sent by the clerk."""
        by = self._cast[clerk]
        number = letters.draft(
            session, by=self._cast[drafter], idem=f"{key}:draf", template=kind, facts=facts, text=text, case_id=case_id,
            reply_to=reply_to,
        )  # fmt: skip
        self._printed(session, number, self._cast[drafter], f"{key}:cetak")
        letters.sign(
            session, letter_id=number, seen_version=store.letter_row(session, number).version, by=by,
            idem=f"{key}:tanda-tangan", how=SignedHow.WET, scan=self._signed(number),
            signer=_head(session),
        )  # fmt: skip
        letters.send(
            session, letter_id=number, seen_version=store.letter_row(session, number).version, by=by,
            idem=f"{key}:kirim", note=sent,
        )  # fmt: skip
        return number

    def _send(self, session: Session, letter_id: int, doing: Doing) -> None:
        row = store.letter_row(session, letter_id)
        if row.status == LetterStatus.SIGNED.value:
            ways = words.SENT_BPS if doing.course.sop.id == BPS else words.SENT
            letters.send(
                session, letter_id=letter_id, seen_version=row.version, by=doing.by, idem=f"{doing.idem}:kirim",
                note=doing.dice.choice(ways),
            )  # fmt: skip

    def _printed(self, session: Session, letter_id: int, by: Person, idem: str) -> Evidence:
        """The draft as it goes round for initials."""
        sheet = letter_papers.letter_sheet(session, letter_id=letter_id, person=by)
        self._sheets[letter_id] = sheet
        version = store.letter_row(session, letter_id).version
        made = letter_papers.Draft(letter_id, version, Printed(letter_page(sheet, signed=False), ()), b"")
        return letter_papers.keep_draft(session, draft=made, by=by, idem=idem, attach=False)

    def _signed(self, letter_id: int) -> Scan:
        """The scan of the letter that was signed on paper; its number is written on the paper afterwards."""
        sheet = self._sheets.pop(letter_id)
        dated = replace(sheet, date=day(office_clock.today()), footer="")
        return Scan(f"surat {letter_id} bertanda tangan.pdf", letter_page(dated, signed=True))

    # ---------------------------------------------------------------- who

    def _thread(self, case_id: int) -> _Thread:
        return self._threads.setdefault(case_id, _Thread())

    def _clerk(self, at: int) -> str:
        clerk = HEADS[Role.CLERK]
        return clerk if self._roster.away(clerk, at) is None else "statistisi"

    def _staff(self, at: int) -> str:
        return "pengelola" if self._roster.away("pengelola", at) is None else "statistisi"


def _seq(session: Session, doing: Doing) -> int:
    return casebook.case_row(session, doing.case_id).seq


def _head(session: Session) -> str:
    """Login name of who heads the agency today: the acting one where one is appointed."""
    found = [(p, p.assignment_for(Role.AGENCY_HEAD)) for p in people.holders(session, Role.AGENCY_HEAD)]
    acting = [p for p, post in found if post is not None and post.capacity is not Capacity.DEFINITIVE]
    return (acting or [p for p, _post in found])[0].username


def _reply_text(source: LetterRow | None, subject: str) -> LetterText:
    number, written = (source.letter_number, source.letter_date) if source is not None else ("", None)
    said = day(written) if written else ""
    return LetterText(
        words.PLACE, first_text(TemplateKind.REPLY, number=number, day=said, subject=subject), ("Arsip",)
    )  # fmt: skip


def _day(facts: Facts) -> str:
    return day(facts.letter_date) if facts.letter_date else "-"

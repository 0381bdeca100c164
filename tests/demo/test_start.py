"""The first start of the demo office: cut short anywhere, the next finishes it; where it cannot, it says so."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from workbench.domain.engine import CaseStatus
from workbench.domain.errors import Refused
from workbench.services import audit, case_link, demo_office, demo_past, demo_start, disseminate, people, sign_in
from workbench.storage import casebook, database, submissions
from workbench.storage import letters as settings_store
from workbench.storage.tables import SubmissionRow


class Interrupted(Exception):
    """Somebody pulled the plug."""


class Heard:
    """Raises at every sentence it has not heard before."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def __call__(self, sentence: str) -> None:
        if sentence not in self.sentences:
            self.sentences.append(sentence)
            raise Interrupted(sentence)


@pytest.mark.slow
def test_a_start_interrupted_at_every_sentence_is_finished_by_the_next(sqlite_db: object) -> None:
    heard, passwords, token = Heard(), {}, ""

    def write_down(session: Session, made: dict[str, str]) -> str:
        passwords.update(made)
        return "of the first start"

    for _start in range(60):
        try:
            token = demo_start.make(6, heard, write_down)  # at today's hour: the worker's child keeps no other
            break
        except Interrupted:
            with database.session() as session:
                assert demo_start.wanted(session)
    assert len(heard.sentences) > 12 and token not in ("", "of the first start")
    with database.session() as session:
        assert not demo_start.wanted(session) and demo_past.is_whole(session)
        assert audit.verify(session).problems == ()
        story = casebook.by_idem(session, "demo-2025")
        assert story is not None and case_link.standing(session, story.case_id).step == "8"
        children = casebook.children(session, story.case_id)
        assert len(children) == 4 and all(child.status == CaseStatus.CLOSED for child in children)
        assert len(disseminate.drafts(session, case_id=story.case_id)) == 1
        sent = list(session.exec(select(SubmissionRow).where(SubmissionRow.period == "2025")))
        assert [row.status for row in sent].count(submissions.RETURNED) == 1
        assert all(row.status in (submissions.RETURNED, submissions.ACCEPTED) for row in sent)
        kept = sign_in.check_password(session, "kabid", passwords["kabid"])
        assert kept is not None and kept.username == "kabid"


def test_a_past_that_was_cut_short_says_what_to_do(sqlite_db: object) -> None:
    with database.writing() as session:
        demo_office.seed_office(session)
        settings_store.set_setting(session, demo_past.MARK, {"played": 12000, "of": 30000}, by="demo")
    with pytest.raises(Refused, match=r"12000 dari 30000 kejadian; hapus folder .* lalu ulangi"):
        demo_past.play_past(cases=5, progress=lambda share, step: None)


def test_an_office_made_before_the_mark_was_kept_is_left_alone(sqlite_db: object) -> None:
    with database.session() as session:
        assert demo_start.wanted(session)
    with database.writing() as session:
        demo_office.seed_office(session)
    with database.session() as session:
        assert people.anybody(session) and not demo_start.wanted(session)

"""What somebody may have meant whose words are in no case: the nearest words there are, and the cases that hold them.

Asked only when a search found nothing. The words of all cases (number, subject, requester, agency, letter numbers) are
read once and compared with those that were typed; a case is as near as its nearest words are on average.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sqlmodel import Session, col, select

from workbench.domain.engine import CaseStatus
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.services import rights, search
from workbench.services.search import Hit
from workbench.storage import people_store
from workbench.storage.letter_tables import LetterRow
from workbench.storage.tables import CaseRow

AT_MOST = 5
NEWEST = 30_000
"""So many cases are looked through, the newest; older ones are found by their exact words."""
_LIKENESS = 72
"""From this likeness on (0 to 100: what two words have in common of both) a word may be the one that was meant."""
_CANDIDATES = 6
_NUMBER = re.compile(r"(\d{4})/(\d{1,6})")
_ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


def near(
    session: Session, *, person: Person, text: str, running: bool = False, limit: int = AT_MOST
) -> tuple[Hit, ...]:
    """The cases nearest to some words, the nearest first, of those the person may see; with ``running`` no ended ones.

    At least half of the words must be near to one of the case's. Empty when nothing is.
    """
    words = search.words_of(text)
    texts = _texts(session, person, running) if words else {}
    if not texts:
        return ()
    numbers, bodies = list(texts), list(texts.values())
    known = list(dict.fromkeys(" ".join(bodies).split()))
    likeness = np.array([_likeness(_meant(word, known), bodies) for word in words])
    enough = 2 * (likeness > 0).sum(axis=0) >= len(words)
    nearest = np.argsort(-np.where(enough, likeness.sum(axis=0), 0), kind="stable")[:limit]
    return search.by_id(session, [numbers[place] for place in nearest if enough[place]])


def _likeness(meant: list[tuple[str, float]], bodies: list[str]) -> NDArray[np.float64]:
    """How near each case comes to one typed word: the likeness of the best of its candidates that the case holds."""
    best = np.zeros(len(bodies))
    for candidate, likeness in meant:
        held = np.fromiter((candidate in body for body in bodies), dtype=bool, count=len(bodies))
        best = np.maximum(best, held * likeness)
    return best


def _texts(session: Session, person: Person, running: bool) -> dict[int, str]:
    """Each case's words in lower case, by number of the case, the newest first."""
    said = col(CaseRow.subject) + " " + col(CaseRow.requester)
    query = select(CaseRow.id, CaseRow.number, said, CaseRow.opd_code)
    if running:
        query = query.where(col(CaseRow.status).not_in(_ENDED))
    if not rights.may_see(person, ""):
        query = query.where(col(CaseRow.opd_code).in_(sorted(person.opd_codes)))
    opds = {opd.code: f"{opd.name} {opd.short_name}" for opd in people_store.opds(session)}
    letters = _letters(session) if person.roles & WALIDATA_ROLES else {}
    rows = session.exec(query.order_by(col(CaseRow.id).desc()).limit(NEWEST))
    return {
        number or 0: f"{own} {words} {opds.get(opd, '')} {letters.get(number or 0, '')}".casefold()
        for number, own, words, opd in rows
    }


def _letters(session: Session) -> Mapping[int, str]:
    """Numbers of the letters of each case; their subjects may be secret."""
    found: dict[int, str] = {}
    for case_id, number in session.exec(select(LetterRow.case_id, LetterRow.letter_number)):
        if case_id is not None and number:
            found[case_id] = f"{found.get(case_id, '')} {number}"
    return found


def _meant(word: str, known: list[str]) -> list[tuple[str, float]]:
    """What a typed word may stand for, the likeliest first: itself, the number with all its digits, words like it."""
    found = {word: 100.0}
    number = _NUMBER.fullmatch(word)
    if number:
        found[f"{number[1]}/{int(number[2]):06d}"] = 100.0
    for candidate, likeness, _place in process.extract(
        word, known, scorer=fuzz.ratio, limit=_CANDIDATES, score_cutoff=_LIKENESS
    ):
        found.setdefault(candidate, likeness)
    return sorted(found.items(), key=lambda pair: -pair[1])

"""Letters of the demo office's past that belong to no case: invitations, circulars, offers, and what the office writes.

Planned first, like the cases: a moment for coming in, for the disposition, for the end; what lies after the past has
not happened yet, so that some stand open today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlmodel import Session

from workbench.domain.clock import Clock
from workbench.services import demo_letter_words as words
from workbench.services.demo_past_letters import LetterBook
from workbench.services.demo_past_plan import DAY

_COME_EVERY = 6 * DAY
_GO_EVERY = 15 * DAY
Doing = Callable[[LetterBook, Session], None]


@dataclass(slots=True)
class _Letter:
    """One letter on its way through the office."""

    kind: words.Kind
    key: str
    id: int = 0

    def comes(self, book: LetterBook, session: Session) -> None:
        self.id = book.general(session, self.kind, self.key)

    def is_passed_on(self, book: LetterBook, session: Session) -> None:
        book.passed_on(session, self.id, self.kind, f"{self.key}:disposisi")

    def is_finished(self, book: LetterBook, session: Session) -> None:
        book.finished(session, self.id, self.kind, f"{self.key}:tuntas")


def plan(clock: Clock, begin: datetime, now: datetime, seed: int, key: str) -> Iterator[tuple[datetime, Doing]]:
    """What is done when, from ``begin`` to before ``now``; the same seed gives the same plan."""
    dice = Random(f"{seed}:{key}")
    first, last = clock.work(begin), clock.work(now) - 600

    def moment_of(work: int) -> datetime:
        return clock.add_seconds(begin, work - first)

    at, number = first + dice.randint(600, DAY), 0
    while at < last:
        number += 1
        letter = _Letter(dice.choice(words.GENERAL), f"{key}-{number}")
        passed = at + dice.randint(3600, 2 * DAY)
        steps = ((at, letter.comes), (passed, letter.is_passed_on),
                 (passed + dice.randint(DAY, 8 * DAY), letter.is_finished))  # fmt: skip
        yield from ((moment_of(when), step) for when, step in steps if when < last)
        at += dice.randint(_COME_EVERY // 2, _COME_EVERY * 3 // 2)
    at, number = first + dice.randint(DAY, _GO_EVERY), 0
    while at < last:
        number += 1
        yield moment_of(at), _written(dice.choice(words.OUT), f"{key}-keluar-{number}")
        at += dice.randint(_GO_EVERY // 2, _GO_EVERY * 3 // 2)


def _written(letter: tuple[str, str, str], key: str) -> Doing:
    to, subject, code = letter

    def write(book: LetterBook, session: Session) -> None:
        book.writes(session, to, subject, code, key)

    return write

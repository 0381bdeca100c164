"""What a run over a folder of real files works with: the files on their way, their tables, what was sent from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from workbench.domain.ad_hoc_labels import Codes
from workbench.domain.ad_hoc_model import Derived
from workbench.domain.people import Person
from workbench.domain.reading.model import Finding
from workbench.domain.sop import END
from workbench.services import (
    case_link,
    track,
)
from workbench.services.demo_story import Story
from workbench.storage import database, datasets

OPERATOR = "op.folder"
Tell = Callable[[int, str], None]


@dataclass
class Sending:
    """One dataset and period taken from a file: what was received and what became of it."""

    dataset_id: str
    period: str
    submission_id: int = 0
    receipt: str = ""
    refusal: str = ""
    version: int = 0
    returned: str = ""
    cells: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class Taken:
    """One table of a file with the dataset derived from it; ``problem`` says why there is none."""

    number: int
    title: str
    sheet: str
    problem: str = ""
    derived: Derived | None = None
    sendings: list[Sending] = field(default_factory=list)

    @property
    def dataset_id(self) -> str:
        """The dataset's id; "" when none was derived."""
        return str(self.derived.definition["id"]) if self.derived else ""


@dataclass
class Intake:
    """One file of the folder on its way."""

    name: str
    sha256: str
    opd_code: str
    size: int
    tables: list[Taken] = field(default_factory=list)
    refusal: str = ""
    findings: tuple[Finding, ...] = ()
    case_id: int = 0
    fallback: Sending | None = None

    def sendings(self) -> list[Sending]:
        """All that was sent from this file."""
        return [s for table in self.tables for s in table.sendings] + ([self.fallback] if self.fallback else [])


class Run:
    """One run over a folder: what its acts share."""

    def __init__(self, tell: Tell, default_year: str) -> None:
        self.tell = tell
        self.default_year = default_year
        self.story = Story(tell)
        self.ids = Codes()
        self.intakes: list[Intake] = []
        self.lists = tuple((name, datasets.area_list(name)) for name in _area_lists())

    @property
    def cast(self) -> dict[str, Person]:
        """The people of the demo office."""
        return self.story.cast

    def go_on(self, who: str, case_id: int) -> None:
        """Decide the present step with its only way on; a draft under review goes with it."""
        with database.writing() as session:
            case = case_link.standing(session, case_id)
            track.decide(
                session, case_id=case_id, seen_seq=case.seq, outcome=case.outcome(back=False).key, by=self.cast[who],
                idem=f"folder-{case_id}-{case.seq}", evidence=_under_review(session, case_id, case.step),
            )  # fmt: skip


def _area_lists() -> list[str]:
    return sorted(path.stem for path in (datasets.reference_folder() / "areas").glob("*.csv"))


def _under_review(session: Session, case_id: int, step: str) -> Any:
    return track.case(session, case_id=case_id).under_review if step != END else None

"""What lint says about a SOP: a rule, a sentence, a place in the document, and whether it keeps the SOP from use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps a SOP from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class LintProblem:
    """One finding: the rule's name, a sentence, the step it is about, and the line of the file where one is known."""

    rule: str
    message: str
    step: str = ""
    line: int | None = None
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Slip:
    """A finding before its line is looked up; ``place`` is its path in the document."""

    rule: str
    message: str
    place: tuple[str | int, ...] = ()
    step: str = ""
    severity: Severity = Severity.ERROR

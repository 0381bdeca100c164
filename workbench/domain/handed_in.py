"""Which steps are completed by a file that somebody hands in, and not by an object made in the workbench."""

from __future__ import annotations

from workbench.domain.engine import CaseState, Evidence
from workbench.domain.people import PRODUCER_ROLES
from workbench.domain.sop import EvidenceKind, Sop, Step

PAPERS = frozenset({EvidenceKind.LETTER, EvidenceKind.MINUTES, EvidenceKind.SCHEDULE})
"""Kinds that are always handed in as a file; the others are made in the workbench itself, but see ``handed_in``."""


def handed_in(sop: Sop, step: Step, *, period: str) -> bool:
    """Is the object of this step a file that somebody hands in?

    Papers are. So is a publication that an agency makes itself (Surabaya), and data that answer a request which asks
    for no registered dataset (``period`` of the case is empty).
    """
    if step.evidence in PAPERS:
        return True
    if step.evidence is EvidenceKind.DRAFT:
        return sop.lane(step.lane).role in PRODUCER_ROLES
    return step.evidence is EvidenceKind.SUBMISSION and not period


def own_publication(sop: Sop, state: CaseState) -> Evidence | None:
    """The publication that an agency handed in as a file, whose very bytes are released; None where there is none."""
    own = {step.no for step in sop.steps if step.evidence is EvidenceKind.DRAFT and handed_in(sop, step, period="")}
    drafts = [e for no, e in state.evidence.items() if no in own and e.kind is EvidenceKind.DRAFT]
    return drafts[-1] if drafts and not drafts[-1].ref.isdecimal() else None

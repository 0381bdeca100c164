"""Lint of the way through a SOP: steps nobody reaches, ways that never end, returns that go forward."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain.sop import END, OutcomeKind, Sop
from workbench.domain.sop_lint_model import Slip
from workbench.domain.sop_paths import downstream, has_forward_loop
from workbench.i18n import _


def reachable(sop: Sop) -> Iterator[Slip]:
    """Every step can be reached from the start, and from every step the end can be reached."""
    reached = downstream(sop, sop.start, returns=True)
    ends = {END}
    grew = True
    while grew:
        found = {s.no for s in sop.steps if s.no not in ends and any(o.to in ends for o in s.outcomes)}
        ends |= found
        grew = bool(found)
    for index, step in enumerate(sop.steps):
        if step.no not in reached:
            yield Slip(
                "unreachable",
                _("Langkah {no} tidak pernah tercapai dari langkah mulai.").format(no=step.no),
                ("steps", index),
                step.no,
            )
        if step.no not in ends:
            yield Slip(
                "dead_end",
                _("Dari langkah {no} perkara tidak pernah dapat selesai.").format(no=step.no),
                ("steps", index),
                step.no,
            )


def direction(sop: Sop) -> Iterator[Slip]:
    """A return goes back to a step that leads here; whatever goes back is a return."""
    for index, step in enumerate(sop.steps):
        for outcome in step.outcomes:
            place = ("steps", index, "outcomes", outcome.key, "to")
            if outcome.kind is not OutcomeKind.RETURN:
                if outcome.to == step.no:
                    yield Slip(
                        "self_loop",
                        _("Langkah {no}: putusan {key} menuju langkah itu sendiri.").format(
                            no=step.no, key=outcome.key
                        ),
                        place,
                        step.no,
                    )
                continue
            if outcome.to == END or step.no not in downstream(sop, outcome.to):
                yield Slip(
                    "return_forward",
                    _("Langkah {no}: pengembalian {key} harus ke langkah sebelumnya, bukan {to}.").format(
                        no=step.no, key=outcome.key, to=outcome.to
                    ),
                    place,
                    step.no,
                )
    if has_forward_loop(sop):
        yield Slip("loop", _("Ada putaran yang tidak ditandai sebagai pengembalian (kind: return)."), ("steps",))

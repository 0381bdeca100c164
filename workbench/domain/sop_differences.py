"""Two versions of a SOP compared: in words for the officer, and step by step for cases under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from workbench.domain.sop import END, Phase, Sop, Step
from workbench.domain.sop_flow import standard_words
from workbench.domain.sop_paths import downstream
from workbench.domain.sop_readings import confirmations, place_words
from workbench.domain.sop_words import evidence_word, outcome_word, role_word
from workbench.i18n import _

_ALIKE = 85.0
_SAME_NUMBER_ALIKE = 55.0


# ---------------------------------------------------------------- in words


def differences(old: Sop, new: Sop) -> tuple[str, ...]:
    """What changes, one sentence each, in the order of the sheet; empty when the versions say the same."""
    return (*_head(old, new), *_lanes(old, new), *_steps(old, new), *_rest(old, new))


def _head(old: Sop, new: Sop) -> Iterator[str]:
    for name, before, after in (
        (_("Nama SOP"), old.title, new.title),
        (_("Nomor SOP"), old.number, new.number),
        (_("Versi"), old.version, new.version),
        (_("Disahkan oleh"), old.identity.get("approved_by", ""), new.identity.get("approved_by", "")),
    ):
        if before != after:
            yield _changed(name, before, after)


def _changed(name: str, before: str, after: str) -> str:
    if not before:
        return _("{name} diisi: {after}.").format(name=name, after=after)
    if not after:
        return _("{name} dikosongkan (tadinya {before}).").format(name=name, before=before)
    return _("{name}: {before} → {after}.").format(name=name, before=before, after=after)


def _lanes(old: Sop, new: Sop) -> Iterator[str]:
    before = {lane.key: lane for lane in old.lanes}
    after = {lane.key: lane for lane in new.lanes}
    for key, lane in after.items():
        was = before.get(key)
        if was is None:
            yield _("Pelaksana baru: {name}.").format(name=lane.name)
            continue
        if was.name != lane.name:
            yield _changed(_("Pelaksana"), was.name, lane.name)
        if was.role is not lane.role:
            yield _changed(_("Peran {name}").format(name=lane.name), role_word(was.role), role_word(lane.role))
        if was.external is not lane.external:
            place = _("pihak luar") if lane.external else _("kantor sendiri")
            yield _("{name} kini dihitung sebagai {place}.").format(name=lane.name, place=place)
    for key in before.keys() - after.keys():
        yield _("Pelaksana dihapus: {name}.").format(name=before[key].name)


def _steps(old: Sop, new: Sop) -> Iterator[str]:
    before = {step.no: step for step in old.steps}
    after = {step.no: step for step in new.steps}
    for step in new.steps:
        if step.no not in before:
            yield _("Langkah baru {no}: {activity}.").format(no=step.no, activity=step.activity)
        else:
            yield from _step(old, new, before[step.no], step)
    for no in before.keys() - after.keys():
        yield _("Langkah {no} dihapus: {activity}.").format(no=no, activity=before[no].activity)
    kept = [no for no in before if no in after]
    if kept != [no for no in after if no in before]:
        yield _("Urutan langkah berubah.")


def _step(old: Sop, new: Sop, was: Step, now: Step) -> Iterator[str]:
    def named(field: str) -> str:
        return _("Langkah {no}, {field}").format(no=now.no, field=field)

    def lane_name(sop: Sop, key: str | None) -> str:
        return next((lane.name for lane in sop.lanes if lane.key == key), key or "")

    lanes = (lane_name(old, was.lane), lane_name(new, now.lane)) if was.lane != now.lane else ("", "")
    waits = (lane_name(old, was.waiting_for), lane_name(new, now.waiting_for))
    for field, before, after in (
        (_("kegiatan"), was.activity, now.activity),
        (_("pelaksana"), *lanes),
        (_("waktu milik"), *(waits if was.waiting_for != now.waiting_for else ("", ""))),
        (_("waktu baku"), standard_words(was.standard), standard_words(now.standard)),
        (_("kelengkapan"), was.inputs, now.inputs),
        (_("output"), was.output, now.output),
        (_("keterangan"), was.note, now.note),
        (_("bukti"), *(evidence_word(kind) if kind else "" for kind in (was.evidence, now.evidence))),
    ):
        if before != after:
            yield _changed(named(field), before, after)
    outcomes = {o.key: o for o in was.outcomes}
    for outcome in now.outcomes:
        before_outcome = outcomes.pop(outcome.key, None)
        if before_outcome is None:
            yield _("Langkah {no}, putusan baru: {label} → {place}.").format(
                no=now.no, label=outcome.label, place=place_words(outcome.to)
            )
            continue
        for field, a, b in (
            (_("sebutan putusan"), before_outcome.label, outcome.label),
            (
                _("tujuan putusan {label}").format(label=outcome.label),
                place_words(before_outcome.to),
                place_words(outcome.to),
            ),
            (
                _("jenis putusan {label}").format(label=outcome.label),
                outcome_word(before_outcome.kind),
                outcome_word(outcome.kind),
            ),
        ):
            if a != b:
                yield _changed(named(field), a, b)
    for outcome in outcomes.values():
        yield _("Langkah {no}, putusan dihapus: {label}.").format(no=now.no, label=outcome.label)


def _phases(old: Sop, new: Sop) -> Iterator[str]:
    def told(phase: Phase | None) -> str:
        if phase is None:
            return ""
        return _("langkah {steps} selama {time}").format(
            steps=", ".join(phase.steps), time=standard_words(phase.standard)
        )

    before = {phase.key: phase for phase in old.phases}
    after = {phase.key: phase for phase in new.phases}
    for key in {**before, **after}:
        was, now = told(before.get(key)), told(after.get(key))
        if was != now:
            yield _changed(_("Fase {phase}").format(phase=key), was, now)


def _clocks(old: Sop, new: Sop) -> Iterator[str]:
    stops = [place_words(no) if no else "" for no in (old.service_clock_stops, new.service_clock_stops)]
    if stops[0] != stops[1]:
        yield _changed(_("Jam layanan berhenti di"), *stops)
    if old.legal_clock != new.legal_clock:
        yield _("Tenggat undang-undang berlaku.") if new.legal_clock else _("Tenggat undang-undang tidak lagi berlaku.")


def _rest(old: Sop, new: Sop) -> Iterator[str]:
    if old.start != new.start:
        yield _changed(_("Langkah mulai"), old.start, new.start)
    yield from _phases(old, new)
    if (old.fan_out is None) != (new.fan_out is None) or (
        old.fan_out and new.fan_out and (old.fan_out.steps, old.fan_out.join) != (new.fan_out.steps, new.fan_out.join)
    ):
        yield _("Cabang per OPD berubah.")
    yield from _clocks(old, new)
    already = {c.key for c in confirmations(old)}
    count = len([c for c in confirmations(new) if c.key not in already])
    if count:
        yield _("{count} bacaan ditegaskan.").format(count=count)


# ---------------------------------------------------------------- for cases under way


@dataclass(frozen=True, slots=True)
class StepMove:
    """Where a step of the old version goes; ``to`` is None when the new version has nothing like it."""

    no: str
    to: str | None
    renamed: bool = False


def map_steps(old: Sop, new: Sop) -> Mapping[str, StepMove]:
    """Each old step's counterpart: the same words in the same lane, else the same number, else the most alike.

    A new step is the counterpart of at most one old step.
    """
    free = {step.no: step for step in new.steps}
    found: dict[str, StepMove] = {}

    def take(step: Step, to: Step) -> None:
        found[step.no] = StepMove(step.no, to.no, renamed=step.activity != to.activity)
        del free[to.no]

    def rest() -> list[Step]:
        return [step for step in old.steps if step.no not in found]

    for step in rest():
        same = [s for s in free.values() if (s.activity, s.lane) == (step.activity, step.lane)]
        if same:
            take(step, next((s for s in same if s.no == step.no), same[0]))
    for step in rest():
        to = free.get(step.no)
        if to and (to.lane == step.lane or fuzz.ratio(to.activity, step.activity) >= _SAME_NUMBER_ALIKE):
            take(step, to)
    for step in rest():
        scored = [(fuzz.token_sort_ratio(step.activity, s.activity), s) for s in free.values()]
        best = max(scored, key=lambda pair: pair[0], default=None)
        if best and best[0] >= _ALIKE:
            take(step, best[1])
    for step in rest():
        found[step.no] = StepMove(step.no, None)
    return found


def skipped(old: Sop, new: Sop, to_step: str) -> tuple[Step, ...]:
    """New steps that a case entering at ``to_step`` will not come through any more: they lie before it."""
    known = {move.to for move in map_steps(old, new).values()}
    return tuple(
        step
        for step in new.steps
        if step.no not in known and step.no != to_step and to_step != END and to_step in downstream(new, step.no)
    )

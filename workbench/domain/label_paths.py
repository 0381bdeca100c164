"""Very many paths of labels, kept by label and read by column: a sheet of 200,000 rows has few words.

``Paths`` is a sequence of paths (tuples of labels) that stores every label once. ``read_all`` gives what
``labels.PathReader.read`` gives for each path; where a label's effect does not depend on what stands before it, the
effect is found once per label and applied to whole columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from workbench.domain.labels import Meaning, PathReader

Labels = tuple[str, ...]
Codes = NDArray[np.int32]
_ABSENT = -1


class Paths(Sequence[Labels]):
    """Paths as numbers into ``labels``: one line of ``codes`` a path, filled up with -1 at its end."""

    __slots__ = ("codes", "labels")

    def __init__(self, labels: Sequence[str], codes: Codes) -> None:
        self.labels = tuple(labels)
        self.codes = codes

    @classmethod
    def of(cls, paths: Iterable[Sequence[str]]) -> Paths:
        """The paths of a list of tuples."""
        known: dict[str, int] = {}
        numbers = [[known.setdefault(label, len(known)) for label in path] for path in paths]
        depth = max(map(len, numbers), default=0)
        codes = np.full((len(numbers), depth), _ABSENT, np.int32)
        for place, line in enumerate(numbers):
            codes[place, : len(line)] = line
        return cls(tuple(known), codes)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, position: int) -> Labels: ...
    @overload
    def __getitem__(self, position: slice) -> list[Labels]: ...
    def __getitem__(self, position: int | slice) -> Labels | list[Labels]:
        if isinstance(position, slice):
            return [self[n] for n in range(*position.indices(len(self)))]
        return tuple(self.labels[code] for code in self.codes[position].tolist() if code >= 0)

    def __iter__(self) -> Iterator[Labels]:
        labels = self.labels
        for line in self.codes.tolist():
            yield tuple(labels[code] for code in line if code >= 0)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]

    def used(self, numbers: Sequence[int] | None = None) -> Iterator[str]:
        """The labels of these paths (of all when None), each once: so many words a sheet has, not so many rows."""
        codes = self.codes if numbers is None else self.codes[np.asarray(numbers, np.int64)]
        return (self.labels[code] for code in np.unique(codes).tolist() if code >= 0)

    def having(self, wanted: Iterable[bool]) -> NDArray[np.int64]:
        """Numbers of the paths that have a label for which ``wanted`` (one truth per label) holds."""
        hits = np.fromiter(chain(wanted, [False]), bool, len(self.labels) + 1)  # -1 finds the False at the end
        return np.flatnonzero(hits[self.codes].any(axis=1)) if self.codes.size else np.zeros(0, np.int64)


def unique(codes: Codes) -> tuple[Codes, NDArray[np.int64]]:
    """The distinct lines in the order of their first appearance, and which of them each line is."""
    if not len(codes):
        return codes, np.zeros(0, np.int64)
    if codes.shape[1] == 0:
        return codes[:1], np.zeros(len(codes), np.int64)
    ids = np.zeros(len(codes), np.int64)
    for column in codes.T:  # fold column by column, so that numbers stay small whatever the depth
        ids = ids * (int(column.max()) + 2) + column + 1
        if int(ids.max()) > 2**31:
            ids = np.unique(ids, return_inverse=True)[1]
    _found, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return codes[first[order]], place[inverse]


@dataclass(frozen=True, slots=True)
class Meanings:
    """What many paths say, by column; None where a path says nothing of the kind. Line ``k`` is path ``numbers[k]``."""

    numbers: NDArray[np.int64]
    indicator: NDArray[Any]
    category: NDArray[Any]
    period: NDArray[Any]
    area_label: NDArray[Any]
    area_within: NDArray[Any]
    total: NDArray[np.bool_]
    ignore: NDArray[np.bool_]
    conflict: NDArray[np.bool_]
    unknown: NDArray[Any]  # the labels that say nothing known, joined by " > "


class _Words:
    """Texts by number, so that whole columns of them can be compared; number -1 is no text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text."""
        return self._numbers.setdefault(text, len(self._numbers)) if text else _ABSENT

    def texts(self, numbers: Codes) -> NDArray[Any]:
        """The texts of numbers, None for -1."""
        return np.array([*self._numbers, None], dtype=object)[numbers]


def read_all(reader: PathReader, paths: Paths, numbers: NDArray[np.int64]) -> Meanings:
    """The meanings of the paths with these numbers."""
    codes = paths.codes[numbers]
    n, depth = codes.shape
    blank = np.array([not label.strip() for label in paths.labels] + [True])
    slow = _slow(reader, paths, codes)
    words = {name: _Words() for name in ("indicator", "category", "period")}
    said = {name: np.full(n, _ABSENT, np.int32) for name in words}
    area, within_words = np.full(n, _ABSENT, np.int32), _Words()
    within = np.full(n, _ABSENT, np.int32)
    total, conflict = np.zeros(n, bool), np.zeros(n, bool)
    counts = ~blank[codes]
    later = np.zeros(n, bool)  # is there a label after this one?
    lasts = np.zeros((n, depth), bool)
    for d in range(depth - 1, -1, -1):
        lasts[:, d] = counts[:, d] & ~later
        later |= counts[:, d]
    for d in range(depth):
        lines = np.flatnonzero(counts[:, d] & ~slow)
        key = codes[lines, d].astype(np.int64) * 4 + lasts[lines, d] * 2 + (area[lines] >= 0)
        present = np.zeros(len(paths.labels) * 4, bool)
        present[key] = True
        effect = _effects(reader, paths, np.flatnonzero(present), words)
        slow[lines[effect["slow"][key]]] = True
        for name, column in said.items():
            new = effect[name][key]
            hit = lines[new >= 0]
            new = new[new >= 0]
            conflict[hit] |= (column[hit] >= 0) & (column[hit] != new)
            column[hit] = new
        total[lines] |= effect["total"][key].astype(bool)
        moved = lines[effect["area"][key].astype(bool)]
        inner = moved[area[moved] >= 0]
        outer, which = np.unique(area[inner], return_inverse=True)
        reach = [within_words.number(reader.reach_of(paths.labels[label])) for label in outer.tolist()]
        within[inner] = np.array(reach, np.int32)[which]
        area[moved] = codes[moved, d]
    texts = np.array([*paths.labels, None], dtype=object)
    found = Meanings(
        numbers,
        words["indicator"].texts(said["indicator"]),
        words["category"].texts(said["category"]),
        words["period"].texts(said["period"]),
        texts[area],
        within_words.texts(within),
        total,
        np.zeros(n, bool),
        conflict,
        np.full(n, None, dtype=object),
    )
    for line in np.flatnonzero(slow).tolist():
        _put(found, line, reader.read(paths[int(numbers[line])]))
    return found


def _put(found: Meanings, line: int, meaning: Meaning) -> None:
    for name in ("indicator", "category", "period", "area_label", "area_within"):
        getattr(found, name)[line] = getattr(meaning, name) or None
    found.total[line], found.ignore[line], found.conflict[line] = meaning.total, meaning.ignore, meaning.conflict
    found.unknown[line] = " > ".join(meaning.unknown) or None


def _slow(reader: PathReader, paths: Paths, codes: Codes) -> NDArray[np.bool_]:
    """Paths that a person may have decided on as a whole: those are read one by one."""
    start = np.zeros(len(paths.labels) + 1, bool)
    present: list[int] = np.unique(codes[:, 0]).tolist() if codes.size else []
    for code in present:
        start[code] = code < 0 or reader.may_start_decided(paths.labels[code])
    many = (codes >= 0).sum(axis=1) > 1
    return start[codes[:, 0]] & many if codes.size else np.zeros(len(codes), bool)


def _effects(
    reader: PathReader, paths: Paths, keys: NDArray[np.int64], words: dict[str, _Words]
) -> dict[str, NDArray[Any]]:
    """What each label does to a meaning, by (label, is it the last, is an area known); found by asking the reader."""
    size = len(paths.labels) * 4
    effect: dict[str, NDArray[Any]] = {name: np.full(size, _ABSENT, np.int32) for name in words}
    effect |= {name: np.zeros(size, bool) for name in ("total", "area", "slow")}
    for key in keys.tolist():
        label, last, inside = paths.labels[key // 4], bool(key & 2), bool(key & 1)
        before = reader.inside_an_area() if inside else Meaning()
        if reader.decides(label):  # a decision takes the place of what was said before, instead of contradicting it
            effect["slow"][key] = True
            continue
        after = reader.step(before, label, last=last)
        if after.unknown or after.ignore:
            effect["slow"][key] = True
            continue
        for name, known in words.items():
            effect[name][key] = known.number(getattr(after, name))
        effect["total"][key] = after.total
        effect["area"][key] = after.area_label != before.area_label
    return effect

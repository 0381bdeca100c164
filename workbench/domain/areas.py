"""Area names as agencies write them, matched to the office's own code list.

The rule that keeps two neighbours apart: a name is taken without asking only when it is the same name, or so close
(score >= 95) and so far ahead of the next one (lead >= 5) that no second area could be meant. ``Bojongloa`` alone
scores the same for Kaler and Kidul, so it is asked. Codes are text; Kemendagri and BPS codes are never converted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from rapidfuzz import fuzz

MIN_SCORE = 95.0
MIN_LEAD = 5.0
_MAX_CANDIDATES = 5
_MAX_COMPARISONS = 1_000_000  # similar names looked for by one list, about ten seconds

_LEVEL_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "kecamatan": ("kecamatan", "kec"),
    "kelurahan": ("kelurahan", "kel"),
    "desa": ("desa", "ds"),
    "kabupaten": ("kabupaten", "kab"),
    "kota": ("kota",),
}
_NUMBERING = re.compile(r"^\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s*(?=\D)|^\d{1,3}\s+(?=[^\W\d])")
_CODE = re.compile(r"^\d{2}(?:\.\d{2}){0,2}(?:\.\d{4})?$|^\d{4}(?:\d{2,3}|\d{6})?$")
_LEADING_CODE = re.compile(r"^(\d{2}(?:\.\d{2}){1,2}(?:\.\d{4})?|\d{6,10})[\s\-–:.]+(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the code list, with the codes of both systems as text."""

    code: str
    name: str
    level: str
    parent: str = ""
    bps_code: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An area that a printed name may mean, with its score from 0 to 100."""

    code: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class AreaMatch:
    """What a printed name was matched to. Not ``accepted`` means: ask a person, showing ``candidates``."""

    code: str
    name: str
    score: float
    lead: float
    accepted: bool
    candidates: tuple[Candidate, ...] = ()


_NOTHING = AreaMatch("", "", 0.0, 0.0, False)


@lru_cache(maxsize=65_536)
def _spelled(name: str) -> str:
    """Lower case, one blank between words, letter-spaced names closed up, numbering and marks gone."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    text = _NUMBERING.sub("", text)
    text = re.sub(r"[*†‡]+|\s\d\)$", "", text)
    words = re.findall(r"[^\W_]+", text)
    singles = [len(word) == 1 and word.isalpha() for word in words]
    if len(words) >= 3 and all(singles):
        return "".join(words)
    return " ".join(words)


def _key(name: str) -> str:
    return _spelled(name).replace(" ", "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a printed name: its text without the level word, and the level that word stood for."""

    text: str
    level: str


def _readings(name: str) -> list[_Reading]:
    """The name itself first, then the name without a level word, which may be glued to it (KecLaweyan)."""
    spelled = _spelled(name)
    found = [_Reading(spelled, "")]
    for level, words in _LEVEL_PREFIXES.items():
        for word in words:
            rest = spelled.removeprefix(word).strip()
            if rest and rest != spelled:
                found.append(_Reading(rest, level))
    return found


@dataclass(frozen=True)
class AreaList:
    """The office's areas. ``root`` is the office's own area; nothing outside it is ever accepted."""

    root: str
    areas: tuple[Area, ...]
    _spent: list[int] = field(default_factory=lambda: [0], compare=False, repr=False)
    _seen: dict[tuple[str, str, str], AreaMatch] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    @cached_property
    def _order(self) -> dict[str, int]:
        return {area.code: place for place, area in enumerate(self.areas)}

    @cached_property
    def _by_any_code(self) -> dict[str, Area]:
        """Kemendagri code with and without dots, and BPS code: three spellings that cannot be confused here."""
        index: dict[str, Area] = {}
        for area in self.areas:
            for code in (area.code, area.code.replace(".", ""), area.bps_code):
                if code:
                    index.setdefault(code, area)
        return index

    @cached_property
    def _by_key(self) -> dict[str, tuple[Area, ...]]:
        index: dict[str, list[Area]] = {}
        for area in self.areas:
            for name in (area.name, *area.aliases):
                bucket = index.setdefault(_key(name), [])
                if area not in bucket:
                    bucket.append(area)
        return {key: tuple(bucket) for key, bucket in index.items()}

    def get(self, code: str) -> Area | None:
        """The area with this Kemendagri code, or None."""
        return self._by_code.get(code)

    def order(self, code: str) -> int:
        """The place of an area in the office's list, for printing in the official order."""
        return self._order.get(code, len(self._order))

    def within(self, code: str, level: str = "") -> tuple[Area, ...]:
        """The areas below ``code`` (any depth), of one level when it is named."""
        return tuple(a for a in self.areas if a.code.startswith(f"{code}.") and level in ("", a.level))

    @cached_property
    def _names(self) -> tuple[tuple[Area, tuple[str, ...]], ...]:
        return tuple((area, tuple(_spelled(n) for n in (area.name, *area.aliases))) for area in self.areas)

    def has_name(self, name: str, *, level: str = "") -> bool:
        """Is this the very name of an area of that level? Cheaper than ``match``: nothing similar is looked for."""
        keys = (reading.text.replace(" ", "") for reading in _readings(name))
        return any(level in ("", area.level) for key in keys for area in self._by_key.get(key, ()))

    def match(self, name: str, *, level: str = "", within: str = "") -> AreaMatch:
        """Match a printed name. ``level`` and ``within`` (a code) narrow where it may lie; the root always does."""
        asked = (name, level, within)
        if asked not in self._seen:
            self._seen[asked] = self._match(name, level, within or self.root)
        return self._seen[asked]

    def _match(self, name: str, level: str, within: str) -> AreaMatch:
        text = name.strip()
        if _CODE.match(text):
            return self._match_code(text, level, within)
        leading = _LEADING_CODE.match(text)
        if leading:
            by_code = self._match_code(leading.group(1), level, within)
            by_name = self._match(text[leading.end() :], level, within)
            if by_code.accepted and by_name.accepted and by_code.code == by_name.code:
                return by_name
            return _asked((*by_code.candidates, *by_name.candidates))
        return self._match_name(text, level, within)

    def _match_code(self, code: str, level: str, within: str) -> AreaMatch:
        area = self._by_any_code.get(code)
        if area is None:
            return _NOTHING
        if not self._allowed(area, level, within):
            return _asked((Candidate(area.code, area.name, 100.0),))
        return _taken(area)

    def _allowed(self, area: Area, level: str, within: str) -> bool:
        inside = area.code == within or area.code.startswith(f"{within}.")
        return inside and level in ("", area.level)

    def _match_name(self, name: str, level: str, within: str) -> AreaMatch:
        refused: list[Candidate] = []
        for reading in _readings(name):
            hits = self._by_key.get(reading.text.replace(" ", ""), ())
            wanted = [a for a in hits if reading.level in ("", a.level) and self._allowed(a, level, within)]
            if len(wanted) == 1:
                return _taken(wanted[0])
            refused += [Candidate(a.code, a.name, 100.0) for a in wanted or hits]
        if refused:
            return _asked(refused)
        return self._fuzzy(name, level, within)

    def _fuzzy(self, name: str, level: str, within: str) -> AreaMatch:
        if self._spent[0] > _MAX_COMPARISONS:
            return (
                _NOTHING  # a sheet full of strange labels must not keep a person waiting; they are asked without help
            )
        self._spent[0] += len(self.areas)
        best: dict[str, Candidate] = {}
        stripped = [r for r in _readings(name) if r.level] or _readings(name)
        for area, names in self._names:
            if not self._allowed(area, level, within):
                continue
            for reading in stripped:
                if not reading.text or reading.level not in ("", area.level):
                    continue
                score = max(fuzz.WRatio(reading.text, known) for known in names)
                if re.findall(r"\d+", reading.text) != re.findall(r"\d+", area.name):
                    score = min(score, MIN_SCORE - 1)  # "Sumber 1" is not "Sumber 2"
                if area.code not in best or score > best[area.code].score:
                    best[area.code] = Candidate(area.code, area.name, round(score, 1))
        ranked = sorted(best.values(), key=lambda c: (-c.score, c.code))
        if not ranked:
            return _NOTHING
        top = ranked[0]
        lead = top.score - (ranked[1].score if len(ranked) > 1 else 0.0)
        accepted = top.score >= MIN_SCORE and lead >= MIN_LEAD
        shown = tuple(c for c in ranked[:_MAX_CANDIDATES] if c.score >= 50.0)
        return AreaMatch(top.code if accepted else "", top.name if accepted else "", top.score, lead, accepted, shown)


def _taken(area: Area) -> AreaMatch:
    return AreaMatch(area.code, area.name, 100.0, 100.0, True, (Candidate(area.code, area.name, 100.0),))


def _asked(candidates: Iterable[Candidate]) -> AreaMatch:
    """Not decided: several areas, another level, or outside the office's area."""
    unique = {c.code: c for c in candidates}
    return AreaMatch("", "", max((c.score for c in unique.values()), default=0.0), 0.0, False, tuple(unique.values()))

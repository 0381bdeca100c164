"""What the header labels of a table mean, in the words of a dataset definition and of the recipe's decisions.

Nothing is guessed: a label is the same as a name or alias of the definition (case, marks and blanks apart), or a
person has said what it means, or it stays unknown and its column is reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from workbench.domain.areas import MIN_SCORE, AreaList
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.recipe_steps import TOTAL, HarmoniseAreas, MapLabels, Target

_YEAR = re.compile(r"^(?:tahun|thn|th\.?|year)?\s*((?:19|20)\d\d)\s*(?:\*{1,3}|[re]|\([^)]*\)|[¹²³]|\d\))?$", re.I)
_ANY_YEAR = re.compile(r"(?<![\d.,/])((?:19|20)\d\d)(?![\d.,]\d|\d)")
_YEAR_SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:[-–─—]|s\.?\s?d\.?|sampai)\s*((?:19|20)\d\d)(?!\d)", re.I)
_TOTAL_WORDS = frozenset(
    {"jumlah", "total", "jumlahtotal", "totaljumlah", "jml", "jumlahseluruhnya", "jumlahkeseluruhan", "grandtotal"}
)
_REMEMBERED = 65_536  # labels whose spelling was worked out lately
_SAMPLE = 200  # header paths looked at to see on which axis the areas stand
_PLAIN_NUMBER = re.compile(r"^\(?\d{1,4}[.)]?\)?$")


@lru_cache(maxsize=_REMEMBERED)
def key(label: str) -> str:
    """The part of a label that counts when two are compared: letters, digits and %, in one case."""
    text = unicodedata.normalize("NFKC", label).casefold().replace("%", "persen")
    return re.sub(r"[\W_]+", "", text)


@lru_cache(maxsize=_REMEMBERED)
def variants(label: str) -> tuple[str, ...]:
    """Keys under which a label may be known: whole, without what stands in brackets, and each language's half."""
    bare = re.sub(r"[(\[][^)\]]*[)\]]", " ", label)
    halves = [part for part in re.split(r"[/\n\r|]+", bare) if part.strip()]
    return tuple(dict.fromkeys(k for k in (key(label), key(bare), *(key(half) for half in halves)) if k))


def year(label: str) -> str:
    """The year a label names, or "". Marks of provisional figures may follow it."""
    found = _YEAR.match(label.strip())
    return found.group(1) if found else ""


def years_in(text: str) -> frozenset[str]:
    """All years a title speaks of; a span stands for each of its years."""
    found = set(_ANY_YEAR.findall(text))
    for first, last in _YEAR_SPAN.findall(text):
        if int(first) <= int(last) <= int(first) + 30:
            found |= {str(y) for y in range(int(first), int(last) + 1)}
    return frozenset(found)


def is_total_word(label: str) -> bool:
    """Does the label say no more than "total"?"""
    return any(k in _TOTAL_WORDS for k in variants(label))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one path of labels says. ``unknown`` are labels that say nothing we know; ``ignore`` was decided."""

    indicator: str = ""
    category: str = ""
    period: str = ""
    area_label: str = ""
    area_within: str = ""
    total: bool = False
    ignore: bool = False
    unknown: tuple[str, ...] = ()
    conflict: bool = False

    @property
    def says_something(self) -> bool:
        """Does the path name anything at all?"""
        return bool(self.indicator or self.category or self.period or self.area_label or self.total)


@dataclass(frozen=True, slots=True)
class Place:
    """The area that a label was found to mean; ``candidates`` are offered when it is not sure."""

    code: str
    name: str
    total: bool
    candidates: tuple[tuple[str, str, float], ...] = ()


class Vocabulary:
    """The labels of a definition, ready to be looked up."""

    def __init__(self, definition: DatasetDefinition, areas: AreaList | None) -> None:
        self.definition = definition
        self.areas = areas
        self._words: dict[str, tuple[str, str]] = {}
        for indicator in definition.indicators:
            self._add(Target.INDICATOR, indicator.code, indicator.label, indicator.label_en, *indicator.aliases)
        for category in definition.categories:
            self._add(Target.CATEGORY, category.code, category.label, category.label_en, *category.aliases)
            self._words.setdefault(key(category.code), (Target.CATEGORY, category.code))
        office = areas.get(definition.office_area) if areas is not None else None
        self._office_names = {key(n) for n in (office.code, office.name, *office.aliases)} if office else set()
        self._context = {
            k
            for word in (definition.title, definition.title_en, definition.category_label, *definition.header_words)
            for k in variants(word)
        }

    def _add(self, target: Target, code: str, *labels: str) -> None:
        for label in labels:
            for name in (key(label), *variants(label)[:2]):
                if name:
                    self._words.setdefault(name, (target, code))

    def word(self, label: str, targets: Iterable[Target]) -> tuple[str, str] | None:
        """(target, code) of a label, or None. The whole label counts first, then halves that agree."""
        wanted = set(targets)
        names = variants(label)
        for name in names[:1]:
            hit = self._words.get(name)
            if hit and hit[0] in wanted:
                return hit
        hits = {h for h in (self._words.get(n) for n in names[1:]) if h and h[0] in wanted}
        return hits.pop() if len(hits) == 1 else None

    def is_context(self, label: str) -> bool:
        """Does the label only repeat what the whole table is about?"""
        if any(name in self._context for name in variants(label)):
            return True
        return key(re.sub(_ANY_YEAR, "", label)) in self._context

    def is_area(self, label: str) -> bool:
        """Is the label surely an area of this dataset's level, or the office's own?"""
        if self.areas is None:
            return False
        return self.areas.has_name(label, level=self.definition.area_level) or self._is_office(label)

    def _is_office(self, label: str) -> bool:
        return any(name in self._office_names for name in variants(label))

    def place(self, label: str, within: str, confirmed: Mapping[str, str]) -> Place:
        """The area a label means: a confirmed spelling, a total word (the whole office), or the code list.

        ``confirmed`` is a harmonise step's spellings under their keys (``confirmed_keys``).
        """
        code = confirmed.get(key(label), "")
        if code and self.areas is not None:
            area = self.areas.get(code)
            if area is not None:
                return Place(area.code, area.name, area.code == self.definition.office_area)
        if self.areas is None:
            return Place("", "", False)
        office = self.areas.get(self.definition.office_area)
        if office is not None and (is_total_word(label) or self._is_office(label)):
            return Place(office.code, office.name, True)
        found = self.areas.match(label, level=self.definition.area_level, within=self._reach(label, within))
        return Place(found.code, found.name, False, tuple((c.code, c.name, c.score) for c in found.candidates))

    def _reach(self, label: str, within: str) -> str:
        """Where a label under another area may lie. A kecamatan is never inside a kecamatan: where a reader took one
        row of a flat list for a heading, the name counts by itself, unless the heading does hold such a name."""
        parent = self.areas.get(within) if self.areas is not None and within else None
        if self.areas is None or parent is None or parent.level != self.definition.area_level:
            return within
        inside = [c for c in self.areas.match(label, within=within).candidates if c.score >= MIN_SCORE]
        return within if any(c.code.startswith(within) for c in inside) else ""


def confirmed_keys(step: HarmoniseAreas) -> dict[str, str]:
    """The spellings a person has confirmed, under the keys by which labels are compared."""
    return {key(name): code for name, code in step.spellings.items()}


def area_axis(vocabulary: Vocabulary, rows: Iterable[Sequence[str]], columns: Iterable[Sequence[str]]) -> str:
    """On which axis the areas stand: the one with more sure area names. Rows, when neither has any."""

    def share(paths: Iterable[Sequence[str]]) -> int:
        return len({label for path in paths for label in path if vocabulary.is_area(label)})

    return "column" if share(islice(columns, _SAMPLE)) > share(islice(rows, _SAMPLE)) else "row"


def path_key(path: Sequence[str]) -> str:
    """A path of labels as one text, as recipes write it."""
    return " > ".join(path)


class PathReader:
    """Reads paths of one axis under one map step."""

    def __init__(self, vocabulary: Vocabulary, step: MapLabels, *, areas_here: bool) -> None:
        self._vocabulary = vocabulary
        self._targets = tuple(t for t in step.targets if t is not Target.AREA)
        self._areas_here = areas_here and Target.AREA in step.targets
        self._decided: Mapping[str, Mapping[str, str]] = {key(k): v for k, v in step.labels.items()}

    def read(self, path: Sequence[str]) -> Meaning:
        """The meaning of a path, outermost label first."""
        whole = self._decided.get(key(path_key(path)))
        if whole is not None and len(path) > 1:
            return self._apply(Meaning(), whole)
        meaning = Meaning()
        labels = [label for label in path if label.strip()]
        for place, label in enumerate(labels):
            last = place == len(labels) - 1
            meaning = self._read_label(meaning, label, last=last)
        return meaning

    def step(self, meaning: Meaning, label: str, *, last: bool) -> Meaning:
        """The meaning after one more label."""
        return self._read_label(meaning, label, last=last)

    def decides(self, label: str) -> bool:
        """Has a person said what this label means?"""
        return key(label) in self._decided

    def may_start_decided(self, label: str) -> bool:
        """Could a path that starts with this label be one that a person has decided on as a whole?"""
        start = key(label)
        return any(decided.startswith(start) for decided in self._decided)

    def inside_an_area(self) -> Meaning:
        """A meaning that has some area already, to ask what a label does after one."""
        return Meaning(area_label="\0")

    def reach_of(self, area_label: str) -> str:
        """The code within which a name printed under this one is looked for; "" when it is not sure."""
        if self._vocabulary.areas is None:
            return ""
        found = self._vocabulary.areas.match(area_label)
        return found.code if found.accepted else ""

    def _apply(self, meaning: Meaning, decided: Mapping[str, str]) -> Meaning:
        if not decided:
            return replace(meaning, ignore=True)
        return replace(
            meaning,
            indicator=decided.get("indicator", meaning.indicator),
            category=decided.get("category", meaning.category),
            period=decided.get("period", meaning.period),
            area_label=decided.get("area", meaning.area_label),
            total=meaning.total or TOTAL in decided,
        )

    def _read_label(self, meaning: Meaning, label: str, *, last: bool) -> Meaning:
        decided = self._decided.get(key(label))
        if decided is not None:
            return self._apply(meaning, decided)
        if self._areas_here and not meaning.area_label and is_total_word(label):
            return replace(meaning, area_label=label)  # the city's own row, even where a column is called so too
        hit = self._vocabulary.word(label, self._targets)
        if hit is not None:
            target, code = hit
            before = meaning.indicator if target == Target.INDICATOR else meaning.category
            clash = bool(before) and before != code
            updated = (
                replace(meaning, indicator=code) if target == Target.INDICATOR else replace(meaning, category=code)
            )
            return replace(updated, conflict=meaning.conflict or clash)
        named = year(label)
        if named and Target.PERIOD in self._targets:
            return replace(meaning, period=named, conflict=meaning.conflict or meaning.period not in ("", named))
        if self._areas_here:
            return self._read_area(meaning, label, last=last)
        if is_total_word(label) and self._total_has_sense():
            return replace(meaning, total=True)
        if self._vocabulary.is_context(label):
            return meaning
        return replace(meaning, unknown=(*meaning.unknown, label))

    def _total_has_sense(self) -> bool:
        """ "Jumlah" beside classes is their total; beside several indicators it could be anything."""
        return bool(self._vocabulary.definition.categories) or len(self._vocabulary.definition.indicators) == 1

    def _read_area(self, meaning: Meaning, label: str, *, last: bool) -> Meaning:
        if _PLAIN_NUMBER.match(label.strip()) and not last:
            return meaning  # the running number before the name
        if meaning.area_label and is_total_word(label):
            return replace(meaning, total=True)
        if self._vocabulary.is_context(label) and not last:
            return meaning
        within = meaning.area_within
        if meaning.area_label and self._vocabulary.areas is not None:
            within = self.reach_of(meaning.area_label)
        return replace(meaning, area_label=label, area_within=within)

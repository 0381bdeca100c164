"""A dataset as data: what an agency is asked for, in which units, for which areas, under which rules.

Satu Data Indonesia asks every figure for its concept, unit and reference code (Perpres 39/2019 Pasal 4); a
``DatasetDefinition`` is that promise for one table, and everything after the OPD's file is measured against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.reading.model import Severity


class SymbolMeaning(StrEnum):
    """What "-" means in an agency's form; offices disagree, so it is asked once and written down."""

    ZERO = "zero"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    ASK = "ask"


class RuleKind(StrEnum):
    """The checks a dataset can ask for (Eurostat levels: inside the file first, then against other periods)."""

    SUM_OF_AREAS = "sum_of_areas"
    SUM_OF_CATEGORIES = "sum_of_categories"
    SUM_OF_INDICATORS = "sum_of_indicators"
    RANGE = "range"
    NON_NEGATIVE = "non_negative"
    INTEGER = "integer"
    DUPLICATE = "duplicate"
    MISSING_AREA = "missing_area"
    MISSING_INDICATOR = "missing_indicator"
    MISSING_VALUE = "missing_value"
    JUMP = "jump"
    STALE_COPY = "stale_copy"
    UNIT_TEXT = "unit_text"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. ``params`` holds what the kind needs: theta, delta, minimum, maximum, total, parts, indicators."""

    id: str
    kind: RuleKind
    severity: Severity
    params: Mapping[str, object] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """A numeric parameter of the rule."""
        value = self.params.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def names(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list of codes; empty when it is not given."""
        value = self.params.get(name)
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured quantity. ``decimals`` is how the agency prints it; a count has none.

    ``additive`` False: adding it up has no meaning (a rate, an index, a mean), so a printed total of it is not checked.
    """

    code: str
    label: str
    unit: str
    label_en: str = ""
    decimals: int = 0
    aliases: tuple[str, ...] = ()
    categorised: bool = True
    additive: bool = True


@dataclass(frozen=True, slots=True)
class Category:
    """A class of the dataset's breakdown, such as ``L`` for laki-laki. The total over all classes has no code.

    ``whole``: the class is itself the sum of others (a kecamatan above its kelurahan), so it is never added again.
    """

    code: str
    label: str
    label_en: str = ""
    aliases: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class DatasetDefinition:
    """One table of the data list (Daftar Data), from the agency that produces it to the chapter that prints it."""

    id: str
    title: str
    title_en: str
    opd_code: str
    chapter: str
    unit: str
    indicators: tuple[Indicator, ...]
    rules: tuple[Rule, ...]
    areas: str = ""
    area_level: str = ""
    office_area: str = ""
    expected_areas: tuple[str, ...] = ()
    category_label: str = ""
    categories: tuple[Category, ...] = ()
    header_words: tuple[str, ...] = ()
    dash: SymbolMeaning = SymbolMeaning.ASK
    concept: str = ""
    source: str = ""
    sha256: str = ""

    def indicator(self, code: str) -> Indicator:
        """The indicator with this code; ``KeyError`` when the definition has none."""
        for item in self.indicators:
            if item.code == code:
                return item
        raise KeyError(code)

    def category(self, code: str) -> Category:
        """The category with this code; ``KeyError`` when the definition has none."""
        for item in self.categories:
            if item.code == code:
                return item
        raise KeyError(code)

    @property
    def expected_cells(self) -> int:
        """How many data cells (totals apart) one period must have."""
        per_area = sum(max(1, len(self.categories)) if i.categorised else 1 for i in self.indicators)
        return per_area * max(1, len(self.expected_areas))


def standard_rules(definition: DatasetDefinition) -> tuple[Rule, ...]:
    """The checks every dataset gets; a definition's own rule with the same id takes the place of one of these."""
    rules = [
        Rule("ganda", RuleKind.DUPLICATE, Severity.ERROR),
        Rule("indikator-lengkap", RuleKind.MISSING_INDICATOR, Severity.ERROR),
        Rule("isian-kosong", RuleKind.MISSING_VALUE, Severity.WARNING),
        Rule("tidak-negatif", RuleKind.NON_NEGATIVE, Severity.ERROR),
        Rule("bilangan-bulat", RuleKind.INTEGER, Severity.ERROR),
        Rule("satuan", RuleKind.UNIT_TEXT, Severity.WARNING),
        Rule("lonjakan", RuleKind.JUMP, Severity.WARNING, {"theta": 0.5, "delta": 10}),
        Rule("salinan-tahun-lalu", RuleKind.STALE_COPY, Severity.WARNING),
    ]
    if definition.expected_areas:
        rules.insert(1, Rule("wilayah-lengkap", RuleKind.MISSING_AREA, Severity.ERROR))
        rules.append(Rule("jumlah-wilayah", RuleKind.SUM_OF_AREAS, Severity.ERROR))
    if definition.categories:
        rules.append(Rule("jumlah-kategori", RuleKind.SUM_OF_CATEGORIES, Severity.ERROR))
    return tuple(rules)

"""Findings in words: what the checks measured, said so that an agency's operator can act on it.

The checks themselves are data (``datasets.Rule``) and run as SQL over the replayed observations; each hands over a
``Fact`` with the cells it looked at. A check that cannot be made because a part is missing says so: not evaluable is
not passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal

from workbench.domain.areas import AreaList
from workbench.domain.datasets import DatasetDefinition, Rule, RuleKind
from workbench.domain.reading.model import Finding, Severity
from workbench.i18n import _, _n, language

_SHOWN_CELLS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """What one check measured in one place. ``evaluable`` False: a part is missing, so nothing can be said."""

    kind: RuleKind
    sheet: str = ""
    cell: str = ""
    indicator: str = ""
    category: str | None = None
    area_code: str | None = None
    value: float | None = None
    other: float | None = None
    parts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    text: str = ""
    evaluable: bool = True


def number(value: float | None) -> str:
    """A figure the way the reader's language writes it."""
    if value is None:
        return "–"
    return format_decimal(value, format="#,##0.######", locale=language())


def cells_text(cells: Iterable[str]) -> str:
    """Cells for a sentence; a long list is cut and says how many more there are."""
    listed = [c for c in cells if c]
    if len(listed) <= _SHOWN_CELLS:
        return ", ".join(listed)
    shown = ", ".join(listed[:_SHOWN_CELLS])
    return _n("{cells} dan {n} sel lain", len(listed) - _SHOWN_CELLS).format(cells=shown, n=len(listed) - _SHOWN_CELLS)


@dataclass(frozen=True, slots=True)
class Wording:
    """Names for codes, so that a sentence speaks of "Laweyan" and "Laki-laki"."""

    definition: DatasetDefinition
    areas: AreaList | None = None

    def what(self, fact: Fact) -> str:
        """Indicator and category of a fact in words."""
        if not fact.indicator:
            return self.definition.title
        words = self.definition.indicator(fact.indicator).label
        if fact.category:
            words += f" ({self.definition.category(fact.category).label})"
        return words

    def where(self, code: str | None) -> str:
        """An area's name, or the code when the list does not know it."""
        area = self.areas.get(code) if self.areas is not None and code else None
        return area.name if area else (code or "")

    def part(self, rule: Rule, code: str) -> str:
        """The name of a part of a total: an area, a class or an indicator, as the rule adds them."""
        if rule.kind is RuleKind.SUM_OF_AREAS:
            return self.where(code)
        if rule.kind is RuleKind.SUM_OF_CATEGORIES:
            return self.definition.category(code).label
        return self.definition.indicator(code).label

    def at(self, fact: Fact) -> str:
        """Sheet and cell, as the operator finds them in the file."""
        if fact.sheet and fact.cell:
            return _("lembar {sheet} sel {cell}").format(sheet=fact.sheet, cell=fact.cell)
        return _("sel {cell}").format(cell=fact.cell) if fact.cell else _("berkas ini")


def _sum(words: Wording, fact: Fact, rule: Rule, total_of: str) -> str:
    if not fact.evaluable:
        return _("{what}, {at}: jumlah {of} belum dapat diperiksa karena belum ada angka untuk {missing}.").format(
            what=words.what(fact),
            at=words.at(fact),
            of=total_of,
            missing=", ".join(words.part(rule, code) for code in fact.missing),
        )
    return _(
        "{what}, {at}: tertulis {value}, sedangkan penjumlahan {of} ({cells}) menghasilkan {other} (selisih {gap})."
    ).format(
        what=words.what(fact), at=words.at(fact), value=number(fact.value), of=total_of,
        cells=cells_text(fact.parts), other=number(fact.other),
        gap=number(abs((fact.value or 0.0) - (fact.other or 0.0))),
    )  # fmt: skip


def _sum_of_areas(words: Wording, fact: Fact, rule: Rule) -> str:
    return _sum(words, fact, rule, _("kecamatan") if words.definition.area_level == "kecamatan" else _("wilayah"))


def _sum_of_categories(words: Wording, fact: Fact, rule: Rule) -> str:
    return _sum(words, fact, rule, words.definition.category_label.casefold() or _("rincian"))


def _sum_of_indicators(words: Wording, fact: Fact, rule: Rule) -> str:
    return _sum(words, fact, rule, _("rinciannya"))


def _range(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what}, {at}: {value} di luar batas {low} sampai {high}.").format(
        what=words.what(fact), at=words.at(fact), value=number(fact.value),
        low=number(rule.number("minimum", float("-inf"))) if "minimum" in rule.params else "–",
        high=number(rule.number("maximum", float("inf"))) if "maximum" in rule.params else "–",
    )  # fmt: skip


def _non_negative(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what}, {at}: {value} tidak boleh negatif.").format(
        what=words.what(fact), at=words.at(fact), value=number(fact.value)
    )


def _integer(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what}, {at}: {value} harus bilangan bulat.").format(
        what=words.what(fact), at=words.at(fact), value=number(fact.value)
    )


def _duplicate(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what} untuk {area} terisi lebih dari sekali: sel {cells}.").format(
        what=words.what(fact), area=words.where(fact.area_code) or "–", cells=cells_text(fact.parts)
    )


def _missing_area(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("Baris {area} tidak ada dalam isian; tambahkan barisnya.").format(area=words.where(fact.area_code))


def _missing_indicator(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what} tidak ada dalam isian; tambahkan kolom atau barisnya.").format(what=words.what(fact))


def _missing_value(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what} untuk {area} kosong ({at}); isi angkanya, atau sebutkan mengapa tidak ada.").format(
        what=words.what(fact), area=words.where(fact.area_code) or "–", at=words.at(fact)
    )


def _jump(words: Wording, fact: Fact, rule: Rule) -> str:
    sentence = _("{what} untuk {area}, {at}: {value}, sedangkan tahun lalu {other}. Periksa, atau jelaskan sebabnya.")
    return sentence.format(
        what=words.what(fact), area=words.where(fact.area_code) or "–", at=words.at(fact), value=number(fact.value),
        other=number(fact.other),
    )  # fmt: skip


def _stale_copy(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("Semua angka ({n}) sama dengan tahun lalu. Pastikan ini bukan salinan isian lama.").format(
        n=number(fact.value)
    )


def _unit_text(words: Wording, fact: Fact, rule: Rule) -> str:
    return _("{what}, {at}: satuan tertulis “{text}”, sedangkan definisi memakai {unit}.").format(
        what=words.what(fact), at=words.at(fact), text=fact.text,
        unit=words.definition.indicator(fact.indicator).unit if fact.indicator else words.definition.unit,
    )  # fmt: skip


_WORDINGS: Mapping[RuleKind, Callable[[Wording, Fact, Rule], str]] = {
    RuleKind.SUM_OF_AREAS: _sum_of_areas,
    RuleKind.SUM_OF_CATEGORIES: _sum_of_categories,
    RuleKind.SUM_OF_INDICATORS: _sum_of_indicators,
    RuleKind.RANGE: _range,
    RuleKind.NON_NEGATIVE: _non_negative,
    RuleKind.INTEGER: _integer,
    RuleKind.DUPLICATE: _duplicate,
    RuleKind.MISSING_AREA: _missing_area,
    RuleKind.MISSING_INDICATOR: _missing_indicator,
    RuleKind.MISSING_VALUE: _missing_value,
    RuleKind.JUMP: _jump,
    RuleKind.STALE_COPY: _stale_copy,
    RuleKind.UNIT_TEXT: _unit_text,
}
_SUMS = frozenset({RuleKind.SUM_OF_AREAS, RuleKind.SUM_OF_CATEGORIES, RuleKind.SUM_OF_INDICATORS})


def finding(rule: Rule, fact: Fact, words: Wording) -> Finding:
    """A fact as a finding; a check that could not be made is told once, as information."""
    severity = rule.severity if fact.evaluable else Severity.INFO
    return Finding(
        code=str(rule.kind) if fact.evaluable else f"{rule.kind}_not_evaluable",
        severity=severity,
        message=_WORDINGS[rule.kind](words, fact, rule),
        cell=fact.cell,
        sheet=fact.sheet,
        rule=rule.id,
        proposed=fact.other if rule.kind in _SUMS and fact.evaluable else None,
    )


def tolerance(decimals: int, parts: int) -> float:
    """How far a total may lie from its parts: counts not at all, rounded figures by the rounding of each.

    ``(n + 1) * 0.5 * 10**-d`` for n parts with d decimals (van der Loo & de Jonge, JSS 97(10), 2021).
    """
    return 0.0 if decimals == 0 else (parts + 1) * 0.5 * 10.0**-decimals

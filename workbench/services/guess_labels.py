"""Guesses about words: which area a name is, what a column or a row means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from workbench.domain.errors import BadDefinition
from workbench.domain.labels import Meaning, confirmed_keys, key, path_key
from workbench.domain.recipe_steps import TOTAL, HarmoniseAreas, IgnoreRows, MapColumns, MapRows, Target
from workbench.domain.recipes import Recipe
from workbench.i18n import _
from workbench.services.guess_model import Choice, Desk, Doubt, Guess, HeaderPath, Subject

_ALIKE = 70.0  # score from which an area is offered first
_LIKE_LABEL = 80.0  # score from which an indicator or category is suggested for an unknown label


def areas(desk: Desk) -> list[Guess]:
    """Names of areas: which of the office's areas each one was taken for."""
    if desk.areas is None:
        return []
    step = next((s for s in desk.active.steps if isinstance(s, HarmoniseAreas)), HarmoniseAreas("wilayah"))
    confirmed = confirmed_keys(step)
    found: dict[str, Guess] = {}
    for path in (*desk.rows, *desk.columns):
        label = path.meaning.area_label
        if not label or path.meaning.ignore or label in found:
            continue
        at = desk.vocabulary.place(label, path.meaning.area_within, confirmed)
        asked = desk.areas.match(label, level=desk.definition.area_level)
        exact = at.total or desk.areas.has_name(label, level=desk.definition.area_level)
        if key(label) in confirmed and at.code:
            doubt, evidence = Doubt.CONFIRMED, _("Ejaan ini sudah ditegaskan di resep.")
        elif not at.code:
            doubt, evidence = Doubt.ASK, _nearest(at.candidates)
        elif exact:
            doubt, evidence = Doubt.CLEAR, _("Sama dengan daftar wilayah.") if not at.total else _("Baris jumlah.")
        else:
            doubt = Doubt.LOOK
            evidence = _("Mirip {score} %, jauh di depan nama berikutnya.").format(score=round(asked.score))
        likely = [code for code, _n, score in at.candidates if score >= _ALIKE] or [at.code] * bool(at.code)
        if path.total and not at.code and desk.definition.office_area:
            likely, evidence = [desk.definition.office_area], _("Angkanya adalah jumlah baris lain.")
        choices = area_choices(desk, label, first=likely)
        codes = [c for c, _choice in choices]
        understood = f"{at.name} ({at.code})" if at.code else _("belum pasti")
        found[label] = Guess(
            f"area-{key(label)}", Subject.AREA, doubt, label, understood, evidence, desk.sheet, path.cells,
            tuple(choice for _c, choice in choices), codes.index(at.code) if at.code in codes else None,
            None if at.code else 0,
        )  # fmt: skip
    return list(found.values())


def _nearest(candidates: Sequence[tuple[str, str, float]]) -> str:
    if not candidates:
        return _("Tidak ada nama yang mirip dalam daftar wilayah.")
    names = ", ".join(f"{name} {round(score)} %" for _code, name, score in candidates[:3])
    return _("Paling mirip: {names}. Tidak cukup pasti untuk diambil sendiri.").format(names=names)


def area_choices(desk: Desk, label: str, first: Sequence[str] = ()) -> list[tuple[str, Choice]]:
    """All areas a label may mean, likely ones first; the office itself is the total of its parts."""
    if desk.areas is None:
        return []
    office = desk.definition.office_area
    known = [a for a in desk.areas.areas if a.level == desk.definition.area_level or a.code == office]
    ranked = sorted(known, key=lambda a: (first.index(a.code) if a.code in first else len(first), a.code == office))
    found = []
    for area in ranked[:200]:
        words = f"{area.name} ({area.code})"
        if area.code == office:
            words = _("{name}: jumlah semuanya").format(name=words)
        reason = _("“{label}” adalah {name}").format(label=label, name=area.name)
        found.append((area.code, Choice(words, reason, desk.recipe.confirm_spelling(label, area.code))))
    ignored = ("-", ignore_row(desk.recipe, label))
    # A name like no area of ours is most likely no area at all: an average, a remark, a total of something else.
    return [*found, ignored] if first else [ignored, *found]


def ignore_row(recipe: Recipe, label: str) -> Choice:
    """The rows with this label are not part of the data."""
    name = f"abaikan-{key(label)[:40]}"
    reason = _("“{label}” bukan data").format(label=label)
    changed = recipe.with_step(IgnoreRows(name, (label,), reason))
    return Choice(_("Bukan data: abaikan barisnya"), reason, changed, name)


def columns(desk: Desk) -> list[Guess]:
    """What each column means."""
    return _labels(desk, "column", desk.columns)


def rows(desk: Desk) -> list[Guess]:
    """What each row means, where it is no area."""
    return _labels(desk, "row", [p for p in desk.rows if not p.meaning.area_label])


def _labels(desk: Desk, axis: str, paths: Sequence[HeaderPath]) -> list[Guess]:
    step = desk.step(MapRows if axis == "row" else MapColumns)
    if step is None:
        return []
    decided = {key(label) for label in step.labels}
    found: list[Guess] = []
    for path in paths:
        if path.meaning.area_label:
            continue
        if not path.labels:
            if axis == "column" and len(paths) > 1:
                found.append(_nameless(desk, path))
            continue
        whole = path_key(path.labels)
        said = path.meaning.ignore or key(whole) in decided or any(key(label) in decided for label in path.labels)
        understood = _meaning_words(desk, path.meaning)
        if said:
            doubt, evidence = Doubt.CONFIRMED, _("Arti label ini sudah ditegaskan di resep.")
        elif path.meaning.unknown or path.meaning.conflict:
            doubt = Doubt.ASK
            evidence = _("“{label}” tidak ada dalam definisi dataset.").format(label=", ".join(path.meaning.unknown))
            understood = _("belum dikenal")
        elif not path.meaning.says_something and axis == "row":
            continue
        else:
            doubt, evidence = Doubt.CLEAR, _("Sama dengan label dalam definisi dataset.")
        label = (
            path.meaning.unknown[-1] if path.meaning.unknown else (whole if len(path.labels) > 1 else path.labels[-1])
        )
        choices = label_choices(desk, axis, label)
        current = _current(path.meaning)
        chosen = next((n for n, (meaning, _c) in enumerate(choices) if meaning == current), None)
        found.append(
            Guess(
                f"{axis}-{key(whole)}", Subject.COLUMN if axis == "column" else Subject.ROW, doubt,
                " › ".join(path.labels), understood, evidence, desk.sheet, path.cells,
                tuple(choice for _m, choice in choices), None if doubt is Doubt.ASK else chosen,
                _alike(desk, label, [meaning for meaning, _c in choices]) if doubt is Doubt.ASK else None,
            )
        )  # fmt: skip
    return found


def _nameless(desk: Desk, path: HeaderPath) -> Guess:
    """A column of figures without a header: what it means cannot be told before the header is found."""
    letter = path.cells[0].split(":")[0].rstrip("0123456789")
    return Guess(
        f"column-nameless-{letter}", Subject.COLUMN, Doubt.ASK, _("Kolom {letter}").format(letter=letter),
        _("belum dikenal"), _("Kolom ini tidak berkepala. Bila kepalanya ada di lembar, klik baris kepala itu dan "
                              "katakan bahwa ia kepala tabel."), desk.sheet, path.cells,
    )  # fmt: skip


def _alike(desk: Desk, label: str, meanings: Sequence[Mapping[str, str]]) -> int | None:
    """The choice whose name is much like the label; None when there is no such name."""
    names: dict[tuple[str, str], tuple[str, ...]] = {
        (Target.INDICATOR.value, i.code): (i.label, i.label_en, *i.aliases) for i in desk.definition.indicators
    }
    names |= {(Target.CATEGORY.value, c.code): (c.label, c.label_en, *c.aliases) for c in desk.definition.categories}
    best: tuple[float, int] | None = None
    for number, meaning in enumerate(meanings):
        if len(meaning) != 1:
            continue
        known = names.get(next(iter(meaning.items())), ())
        score = max((fuzz.WRatio(label.casefold(), name.casefold()) for name in known if name), default=0.0)
        if score >= _LIKE_LABEL and (best is None or score > best[0]):
            best = (score, number)
    return best[1] if best else None


def _current(meaning: Meaning) -> dict[str, str]:
    if meaning.ignore:
        return {}
    named = {"indicator": meaning.indicator, "category": meaning.category, "period": meaning.period}
    said = {name: value for name, value in named.items() if value}
    return said | ({TOTAL: "yes"} if meaning.total else {})


def _meaning_words(desk: Desk, meaning: Meaning) -> str:
    if meaning.ignore:
        return _("bukan data")
    parts = []
    if meaning.indicator:
        parts.append(desk.definition.indicator(meaning.indicator).label)
    if meaning.category:
        parts.append(desk.definition.category(meaning.category).label)
    if meaning.period:
        parts.append(_("tahun {year}").format(year=meaning.period))
    if meaning.total:
        parts.append(_("jumlah"))
    if not parts and len(desk.definition.indicators) == 1:
        parts.append(desk.definition.indicators[0].label)
    return ", ".join(parts) or _("nilai tanpa rincian")


def label_choices(desk: Desk, axis: str, label: str) -> list[tuple[dict[str, str], Choice]]:
    """Everything a label can mean in this dataset: an indicator, a category, both, a period, the total, or nothing."""
    definition = desk.definition
    options: list[tuple[dict[str, str], str]] = []
    for indicator in definition.indicators:
        if len(definition.indicators) > 1 or not definition.categories:
            options.append(({Target.INDICATOR.value: indicator.code}, _("Indikator: {x}").format(x=indicator.label)))
    for category in definition.categories:
        options.append(({Target.CATEGORY.value: category.code}, _("Rincian: {x}").format(x=category.label)))
    if len(definition.indicators) > 1:
        for indicator in definition.indicators:
            if not indicator.categorised:
                continue
            for category in definition.categories:
                meaning = {Target.INDICATOR.value: indicator.code, Target.CATEGORY.value: category.code}
                options.append((meaning, f"{indicator.label}, {category.label}"))
            if definition.categories:
                meaning = {Target.INDICATOR.value: indicator.code, TOTAL: "yes"}
                options.append((meaning, _("{x}, jumlah").format(x=indicator.label)))
    options.append(({TOTAL: "yes"}, _("Jumlah dari yang lain")))
    period = desk.view.period
    options.append(({Target.PERIOD.value: period}, _("Tahun {year}").format(year=period)))
    options.append(({}, _("Bukan data: abaikan")))
    found = []
    for meaning, words in options:
        reason = _("“{label}” berarti: {words}").format(label=label, words=words)
        try:
            changed = desk.recipe.confirm_label(axis, label, meaning)
        except BadDefinition:
            continue
        found.append((meaning, Choice(words, reason, changed)))
    return found

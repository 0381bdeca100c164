"""Guesses about figures: what a dash means, what separators mean in a column, in which unit the figures stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow.compute as pc

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.labels import key, path_key
from workbench.domain.number_forms import NumberForm, either, read_as
from workbench.domain.reading import units
from workbench.domain.reading.model import Flag
from workbench.domain.recipe_steps import ReadNumbers, SetUnit, Symbols
from workbench.domain.rules import cells_text
from workbench.i18n import _, _n
from workbench.services.guess_model import Choice, Desk, Doubt, Guess, HeaderPath, Subject

_SAMPLE = 400  # figures of a column that are looked at for its number form
_FACTORS = (1.0, 10.0, 100.0, 1_000.0, 1_000_000.0, 0.1, 0.01, 0.001)  # kuintal to ton is a tenth


def dash_words(meaning: SymbolMeaning) -> str:
    """What "-" means, in words."""
    return {
        SymbolMeaning.ZERO: _("nol: tidak ada kejadian"),
        SymbolMeaning.MISSING: _("data tidak tersedia"),
        SymbolMeaning.NOT_APPLICABLE: _("tidak berlaku di sini"),
        SymbolMeaning.ASK: _("belum diputuskan"),
    }[meaning]


def dash(desk: Desk) -> list[Guess]:
    """What "-" means here, where the table has any."""
    cells = _dashes(desk)
    if not cells:
        return []
    step = next(
        (s for s in desk.recipe.steps if isinstance(s, Symbols) and not s.indicators),
        Symbols("tanda", SymbolMeaning.ASK),
    )
    choices, meanings = [], [SymbolMeaning.ZERO, SymbolMeaning.MISSING, SymbolMeaning.NOT_APPLICABLE]
    for meaning in meanings:
        words = dash_words(meaning)
        reason = _("Tanda “-” berarti {words}").format(words=words)
        choices.append(Choice(words, reason, desk.recipe.with_step(replace(step, dash=meaning))))
    decided = step.dash is not SymbolMeaning.ASK and step.id not in desk.recipe.off
    open_cells = desk.view.replay.undecided_dashes
    doubt = Doubt.ASK if open_cells else Doubt.CONFIRMED if decided else Doubt.CLEAR
    if decided and step.dash is desk.definition.dash:
        doubt = Doubt.ASK if open_cells else Doubt.CLEAR
    shown = dash_words(step.dash if decided else SymbolMeaning.ASK)
    return [
        Guess(
            "dash", Subject.DASH, doubt, _("Arti tanda “-”"), shown,
            _("{n} sel berisi “-”: {cells}.").format(n=len(cells), cells=cells_text(cells)), desk.sheet,
            tuple(cells[:200]), tuple(choices), meanings.index(step.dash) if decided else None,
        )
    ]  # fmt: skip


def _dashes(desk: Desk) -> list[str]:
    table = desk.view.reading.observations
    if desk.view.picked is None:
        return []
    mine = pc.and_(
        pc.equal(table.column("table_no"), desk.view.picked),
        pc.equal(pc.fill_null(table.column("flag"), ""), str(Flag.NIL_OR_NOT_APPLICABLE)),
    )
    return [str(cell) for cell in table.filter(mine).column("cell").to_pylist()]


def form_words(form: NumberForm) -> str:
    """What the separators mean, in words."""
    return {
        NumberForm.DOT_THOUSANDS: _("titik = ribuan, koma = desimal"),
        NumberForm.COMMA_THOUSANDS: _("koma = ribuan, titik = desimal"),
    }[form]


def numbers(desk: Desk) -> list[Guess]:
    """Columns whose figures could be read both ways."""
    table = desk.view.reading.observations
    if desk.view.picked is None:
        return []
    raw = table.column("raw")
    marked = pc.or_(pc.match_substring(raw, "."), pc.match_substring(raw, ","))
    mine = table.filter(pc.and_(pc.equal(table.column("table_no"), desk.view.picked), marked))
    doubtful = {
        (f.sheet, f.cell) for f in desk.findings("number_separator", "number_thousands", "number_thousands_proved")
    }
    found = []
    by_number = {number: path for (number, *_rest), path in zip(desk.numbers["column"], desk.columns, strict=True)}
    for number, path in by_number.items():
        some = mine.filter(pc.equal(mine.column("col_id"), number)).slice(0, _SAMPLE).to_pylist()
        some = [item for item in some if either(item["raw"] or "")]
        if some:
            found.append(_number_form(desk, path, some, doubtful))
    return found


def _number_form(
    desk: Desk, path: HeaderPath, some: Sequence[Mapping[str, object]], doubtful: set[tuple[str, str]]
) -> Guess:
    label = path_key(path.labels)
    choices = []
    for form in NumberForm:
        name = f"angka-{key(label)[:40]}"
        reason = _("Kolom “{label}”: {words}").format(label=path.labels[-1], words=form_words(form))
        choices.append(Choice(form_words(form), reason, desk.recipe.with_step(ReadNumbers(name, form, (label,)))))
    said = next((s for s in desk.active.steps if isinstance(s, ReadNumbers) and _speaks_of(s, path)), None)
    votes = [
        sum(item["value"] is not None and item["value"] == read_as(str(item["raw"]), form) for item in some)
        for form in NumberForm
    ]
    doubts = sum(item["value"] is None or (item["sheet"], item["cell"]) in doubtful for item in some)
    first = some[0]
    chosen = list(NumberForm).index(said.form) if said else (votes.index(max(votes)) if any(votes) else None)
    value = read_as(str(first["raw"]), said.form) if said else first["value"]
    evidence = _n("{n} angka dapat dibaca dua cara, misalnya {cell} “{raw}” → {value}.", len(some)).format(
        n=len(some),
        cell=first["cell"],
        raw=first["raw"],
        value="?" if value is None else f"{value:.15g}".replace(".", ","),
    )
    if said:
        doubt = Doubt.CONFIRMED
    elif doubts:
        doubt = Doubt.ASK
    else:
        doubt = Doubt.LOOK if votes.count(0) == 0 else Doubt.CLEAR
    understood = form_words(list(NumberForm)[chosen]) if chosen is not None else _("belum pasti")
    return Guess(
        f"numbers-{key(label)}", Subject.NUMBERS, doubt,
        _("Angka di kolom {label}").format(label=" › ".join(path.labels)),
        understood, evidence, desk.sheet, tuple(str(item["cell"]) for item in some), tuple(choices), chosen,
    )  # fmt: skip


def _speaks_of(step: ReadNumbers, path: HeaderPath) -> bool:
    named = {key(label) for label in step.labels}
    return not named or key(path_key(path.labels)) in named or any(key(label) in named for label in path.labels)


def unit(desk: Desk) -> list[Guess]:
    """In which unit the figures stand, and by what they are multiplied."""
    printed = desk.head.unit if desk.head else None
    suspicious = desk.findings("unit_magnitude", "fraction_percent") + [
        f for f in desk.view.findings if f.rule == "satuan"
    ]
    found = []
    for step in desk.recipe.steps:
        if not isinstance(step, SetUnit) or step.id in desk.recipe.off:
            continue
        names = [desk.definition.indicator(code).label for code in step.indicators]
        many = units.multiplier_of(printed)
        if printed:
            evidence = _("Pada lembar tertulis “{unit}”.").format(unit=printed)
        else:
            evidence = _("Tidak tertulis di lembar; menurut definisi dataset.")
        doubt = Doubt.CLEAR
        if step.multiplier != 1.0:
            doubt = Doubt.CONFIRMED
        elif many > 1 and units.multiplier_of(step.unit) == 1.0:
            doubt = Doubt.ASK
            evidence += " " + _("Angkanya mungkin perlu dikali {n}.").format(n=_factor(many))
        elif suspicious:
            doubt, evidence = Doubt.LOOK, suspicious[0].message
        choices = tuple(
            Choice(
                _("{unit}, angka dikali {n}").format(unit=step.unit, n=_factor(f)) if f != 1.0
                else _("{unit}, angka apa adanya").format(unit=step.unit),
                _("Satuan {unit}, angka dikali {n}").format(unit=step.unit, n=_factor(f)),
                desk.recipe.with_step(replace(step, multiplier=f)),
            )
            for f in _FACTORS
        )  # fmt: skip
        chosen = _FACTORS.index(step.multiplier) if step.multiplier in _FACTORS else None
        suggested = _FACTORS.index(many) if doubt is Doubt.ASK and many in _FACTORS else None
        about = _("Satuan") if len(names) == len(desk.definition.indicators) else _("Satuan {names}").format(
            names=", ".join(names)
        )  # fmt: skip
        times = "" if step.multiplier == 1.0 else f" × {_factor(step.multiplier)}"
        found.append(Guess(f"unit-{step.id}", Subject.UNIT, doubt, about, f"{step.unit}{times}", evidence, desk.sheet,
                           (), choices, chosen, suggested))  # fmt: skip
    return found


def _factor(value: float) -> str:
    return f"{value:,.6g}".replace(",", ".") if value >= 1 else f"{value:.6g}".replace(".", ",")

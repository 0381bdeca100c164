"""What the reader and the recipe take for granted about a sheet, as a list to confirm: worst first, each with choices.

A guess is never a free text: every choice is a recipe that differs from the present one by a step, so it can be tried
before it is saved, and next year's form of the same shape needs no answer again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from workbench.domain.labels import key
from workbench.domain.recipe_steps import PickTable, SetPeriod
from workbench.i18n import _, _n
from workbench.services import guess_labels, guess_layout, guess_values
from workbench.services.collect import named_years
from workbench.services.guess_model import Choice, Desk, Doubt, Guess, Subject
from workbench.services.sheet_view import ReadView, boxes
from workbench.storage.readings import TableHead

__all__ = ["Choice", "Doubt", "Guess", "Subject", "choices_for", "guesses"]

MOST = 60  # guesses of one kind that are listed


def guesses(view: ReadView) -> tuple[Guess, ...]:
    """All guesses about a submission, those that wait for a person first."""
    desk = Desk(view)
    makers: Sequence[Callable[[Desk], list[Guess]]] = (
        _table,
        guess_layout.told,
        guess_labels.areas,
        guess_labels.columns,
        guess_labels.rows,
        guess_values.dash,
        guess_values.numbers,
        guess_values.unit,
        _facts,
    )
    found = [guess for make in makers for guess in make(desk)[:MOST]]
    return tuple(sorted(found, key=lambda g: g.doubt))


# ---------------------------------------------------------------- table


def _table(desk: Desk) -> list[Guess]:
    tables = desk.view.reading.tables
    if not tables:
        return []
    picked, step = (
        desk.view.picked,
        next((s for s in desk.active.steps if isinstance(s, PickTable)), PickTable("tabel")),
    )
    choices = tuple(
        Choice(
            _("Lembar {sheet}, {area}: {title}").format(
                sheet=t.sheet or "–", area=t.area or "–", title=_short(t.title)
            ),
            _("Tabel yang dipakai: {title}").format(title=_short(t.title) or t.sheet),
            desk.recipe.with_step(_pick(step, tables, number)),
        )
        for number, t in enumerate(tables[:20])
    )
    told = bool(step.sheet or step.title or step.labels)
    others = len(desk.view.replay.other_tables)
    fits = desk.view.replay.table.num_rows > 0
    doubt = Doubt.ASK if not fits else Doubt.CONFIRMED if told else Doubt.LOOK if others else Doubt.CLEAR
    if not fits:
        evidence = _("Tidak satu pun label tabel cocok dengan definisi dataset.")
    elif others:
        evidence = _n("{n} tabel lain juga cocok dengan definisi dataset.", others).format(n=others)
    elif len(tables) > 1:
        evidence = _("Labelnya paling cocok di antara {n} tabel dalam berkas.").format(n=len(tables))
    else:
        evidence = _("Satu-satunya tabel dalam berkas.")
    head = desk.head
    understood = _("{area} di lembar {sheet}").format(area=head.area, sheet=head.sheet or "–") if head else "–"
    cells = (head.area,) if head and head.area else ()
    return [
        Guess("table", Subject.TABLE, doubt, _("Tabel yang dipakai"), understood, evidence, desk.sheet, cells,
              choices if len(choices) > 1 else (), picked if len(choices) > 1 else None)
    ]  # fmt: skip


def _pick(step: PickTable, tables: Sequence[TableHead], number: int) -> PickTable:
    """Name a table by words that will still be true next year: its title without the year, else its sheet."""
    mine = tables[number]
    title = re.split(r"\b(?:19|20)\d\d\b", mine.title)[0].strip(" ,.-–")
    if title and sum(key(title) in key(t.title) for t in tables) == 1:
        return replace(step, sheet="", title=title)
    if mine.sheet and sum(key(mine.sheet) in key(t.sheet) for t in tables) == 1:
        return replace(step, sheet=mine.sheet, title="")
    return replace(step, sheet=mine.sheet, title=title)


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# ---------------------------------------------------------------- what is only told


def _facts(desk: Desk) -> list[Guess]:
    head = desk.head
    if head is None:
        return []
    found = [_period(desk)]
    title = tuple(islice((_first(head.parts.get("title", ""))), 1))
    found.append(Guess("title", Subject.TITLE, Doubt.CLEAR, _("Judul"), _short(head.title, 120) or "–",
                       _("Baris di atas kepala tabel."), head.sheet, title))  # fmt: skip
    if head.source:
        notes = tuple(islice(_first(head.parts.get("notes", "")), 1))
        found.append(Guess("source", Subject.SOURCE, Doubt.CLEAR, _("Sumber"), head.source, _("Baris di bawah tabel."),
                           head.sheet, notes))  # fmt: skip
    header = boxes(head.parts.get("header", ""))
    stub = ", ".join(label for label in head.row_header if label)
    if header:
        levels = header[-1].bottom - header[0].top + 1
        found.append(
            Guess("layout", Subject.LAYOUT, Doubt.CLEAR, _("Kepala dan lajur"),
                  _n("{n} baris kepala ({cells}); baris dikenali dari {stub}", levels).format(
                      n=levels, cells=head.parts["header"], stub=stub or "–"),
                  _("Baris teks di atas kolom angka."), head.sheet, (head.parts["header"],))
        )  # fmt: skip
    return found


def _period(desk: Desk) -> Guess:
    """The year of the figures: printed in the file, or the year that was asked for, which a person can confirm."""
    period = desk.view.period
    if period in named_years(desk.view.reading):
        return Guess("period", Subject.PERIOD, Doubt.CLEAR, _("Periode"), period, _("Tertulis di berkas."))
    step = next((s for s in desk.recipe.steps if isinstance(s, SetPeriod)), SetPeriod("periode"))
    words = _("Formulir ini tidak menyebut tahun: pakai tahun yang diminta")
    confirmed = bool(step.reason) and step.id not in desk.recipe.off
    changed = desk.recipe.with_step(replace(step, period="", reason=words)).switched(step.id, on=True)
    evidence = step.reason if confirmed else _("Berkas tidak menyebut tahun; dipakai tahun yang diminta.")
    return Guess(
        "period", Subject.PERIOD, Doubt.CONFIRMED if confirmed else Doubt.LOOK, _("Periode"), period, evidence,
        choices=(Choice(words, words, changed, step.id),), chosen=0,
    )  # fmt: skip


def _first(ranges: str) -> list[str]:
    return [piece for piece in ranges.split(",") if piece]


# ---------------------------------------------------------------- from a cell


def choices_for(view: ReadView, axis: str, label: str) -> list[Choice]:
    """What the label of a row or column that somebody points at can be told to mean."""
    desk = Desk(view)
    if axis == "row" and desk.areas is not None and any(p.meaning.area_label == label for p in desk.rows):
        return [choice for _code, choice in guess_labels.area_choices(desk, label)]
    found = [choice for _meaning, choice in guess_labels.label_choices(desk, axis, label)]
    return found if axis == "column" else [*found[:-1], guess_labels.ignore_row(desk.recipe, label)]

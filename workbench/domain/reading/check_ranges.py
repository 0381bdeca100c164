"""Columns of ranges: `150.000 - 300.000` names no number, so such a column is kept as labels, and that is said."""

from __future__ import annotations

from workbench.domain.reading import labels, ranges
from workbench.domain.reading.columns import Column
from workbench.domain.reading.draft import Draft
from workbench.domain.reading.grid import address
from workbench.domain.reading.labels import Role
from workbench.domain.reading.model import Finding, Severity
from workbench.i18n import _, _n

_NAMED = 3  # cells named in the sentence; the finding marks all of them
_MARKED = 60


def findings(draft: Draft) -> list[Finding]:
    """One note for each column beside the row labels that became labels for its ranges, with the numbers it hides."""
    found: list[Finding] = []
    stub = next((c for c in draft.columns if c.role is Role.LABEL), None)
    for column in draft.columns:
        if column.role is not Role.LABEL or column is stub or not column.labels or column.told:
            continue
        if labels.is_stub_word(column.leaf) or ranges.is_hour_word(column.leaf):
            continue
        here = [(row.index, draft.view.text(row.index, column.index)) for row in draft.rows]
        spread = [row for row, text in here if ranges.is_range(text) and not _is_years(draft, row, column)]
        numbers = [row for row, _text in here if draft.view.tags[row][column.index] == "n"]
        if not spread or 2 * (len(spread) + len(numbers)) < sum(bool(text) for _row, text in here):
            continue
        names = ", ".join(address(row, column.index) for row in spread[:_NAMED])
        names += " …" if len(spread) > _NAMED else ""
        if numbers:
            text = _n(
                "Kolom {head} mencampur rentang ({cells}) dan {n} angka; dibaca sebagai label, jadi angkanya tidak "
                "diambil.",
                len(numbers),
            ).format(head=column.leaf, cells=names, n=len(numbers))
        else:
            text = _("Kolom {head} berisi rentang ({cells}), bukan satu angka; dibaca sebagai label.").format(
                head=column.leaf, cells=names
            )
        where = ",".join(address(row, column.index) for row in sorted([*spread, *numbers])[:_MARKED])
        found.append(draft.finding("range_column", Severity.INFO, text, where))
    return found


def _is_years(draft: Draft, row: int, column: Column) -> bool:
    return draft.view.tags[row][column.index] in "yd"

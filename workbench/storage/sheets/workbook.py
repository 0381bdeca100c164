"""XLSX, XLSM, XLS and ODS through python-calamine; what calamine leaves out comes from the package's own XML."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from workbench.domain.reading.grid import CellValue, Grid, Merge


def load_workbook(path: Path) -> list[Grid]:
    """All sheets with cells, hidden ones included and marked."""
    book = CalamineWorkbook.from_path(str(path))
    grids: list[Grid] = []
    for meta in book.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        rows: list[list[CellValue]] = sheet.to_python(skip_empty_area=False)
        if not rows:
            continue
        merges: list[Merge] = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
        grids.append(Grid(meta.name, rows, merges, hidden=meta.visible is not SheetVisibleEnum.Visible))
    return grids

"""A draft on the screen: its pages as pictures, and its tables with cells that can be followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from workbench.i18n import _
from workbench.services.disseminate import DraftView
from workbench.services.draft_views import column_label
from workbench.storage import files
from workbench.ui import frame

_PER_PAGE = 6


def thumbnails(draft: DraftView) -> None:
    """Page pictures, six at a time."""
    total = len(draft.thumbnails)
    if not total:
        st.caption(_("Gambar halaman tidak tersedia; buka PDF-nya."))
        return
    screens = -(-total // _PER_PAGE)
    shown = st.pagination(screens, key=f"pages-{draft.line.id}") if screens > 1 else 1
    grid = st.grid(3, min_column_width=200)
    for number in range((shown - 1) * _PER_PAGE, min(shown * _PER_PAGE, total)):
        with grid:
            st.image(files.read(draft.thumbnails[number]), caption=_("Halaman {n}").format(n=number + 1))


def follow_from(draft: DraftView) -> None:
    """A table of the draft; choosing a cell opens where its number came from."""
    tables = {table["id"]: table for table in draft.tables}
    if not tables:
        st.caption(_("Draf ini tidak memuat tabel."))
        return
    key = st.selectbox(
        _("Tabel"), list(tables), format_func=lambda k: f"{tables[k]['number']} {tables[k]['title']}",
        key=f"follow-table-{draft.line.id}",
    )  # fmt: skip
    table = tables[key]
    rows, heads = printed(table)
    chosen = st.dataframe(
        rows, hide_index=True, key=f"follow-{draft.line.id}-{key}", on_select="rerun", selection_mode="single-cell",
        alt=table["title"],
    )  # fmt: skip
    st.caption(_("Pilih satu sel angka untuk melihat asalnya."))
    if not chosen.selection.cells:
        return
    index, name = chosen.selection.cells[0]
    if name not in heads:
        st.caption(_("Pilih sel angka, bukan judul baris."))
        return
    frame.switch_page(
        "pages/disseminate/follow.py",
        query_params={
            "draf": str(draft.line.id), "tabel": key, "baris": table["rows"][index]["id"], "kolom": heads[name],
        },
    )  # fmt: skip


def printed(table: Mapping[str, Any]) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The table as printed, and the column id behind each heading."""
    heads: dict[str, str] = {}
    for column in table["columns"]:
        label = column_label(column)
        heads[label if label not in heads else f"{label} ({column['id']})"] = column["id"]
    rows = [
        {"": row["label"]}
        | {label: cell["text"] + cell["mark"] for label, cell in zip(heads, row["cells"], strict=True)}
        for row in table["rows"]
    ]
    return rows, heads

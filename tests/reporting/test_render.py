"""The whole render: contract of the notebook, the pages that come out, the same bytes, what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.reporting import samples
from workbench.domain.errors import Refused, RenderFailed
from workbench.reporting import theme, typeset
from workbench.reporting.assemble import Book, column_widths, is_wide
from workbench.services import kernel
from workbench.services.render import NOTEBOOKS, RenderResult, RenderSpec, render

from .conftest import YEARBOOK

CONTRACT = {"edition_dir": "str", "spec_path": "str", "language": "str"}
NOBODY = lambda share, step: None  # noqa: E731


# ---------------------------------------------------------------- the notebook


def test_notebooks_are_prose_and_calls_without_outputs() -> None:
    for path in NOTEBOOKS.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert cell.outputs == [] and cell.execution_count is None, path.name
                for word in ("for ", "if ", "while ", "def ", "class ", "lambda"):
                    assert not any(line.lstrip().startswith(word) for line in cell.source.splitlines()), cell.source
        assert sum(c.cell_type == "markdown" for c in notebook.cells) >= 4


def test_the_notebook_declares_exactly_its_contract() -> None:
    declared = kernel.parameters(NOTEBOOKS / "yearbook.ipynb")
    assert {name: p.type for name, p in declared.items()} == CONTRACT
    assert all(p.help for p in declared.values())


@pytest.mark.parametrize(
    "given",
    [{"x = 1\nimport os\ny": 1}, {"unknown": 1}, {"language ": "id"}, {"": "id"}],
)
def test_a_parameter_name_is_never_code(given: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="tidak dikenal"):
        kernel.check_parameters(kernel.parameters(NOTEBOOKS / "yearbook.ipynb"), given)


def test_values_take_the_declared_type() -> None:
    declared = {"n": kernel.Parameter("n", "int", "1", ""), "b": kernel.Parameter("b", "bool", "False", "")}
    assert kernel.check_parameters(declared, {"n": "12", "b": "ya"}) == {"n": 12, "b": True}
    for wrong in ({"n": "dua"}, {"b": "mungkin"}, {"n": True}):
        with pytest.raises(Refused, match="berjenis"):
            kernel.check_parameters(declared, wrong)


def _notebook(path: Path, *cells: str) -> Path:
    parts = [nbformat.v4.new_markdown_cell("# Bagian uji")]
    parts += [nbformat.v4.new_code_cell(source) for source in cells]
    parts[1].metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=parts, metadata={"kernelspec": spec}), path)
    return path


def test_a_kernel_sees_no_secret_and_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://u:hunter2@db/x")
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    path = _notebook(tmp_path / "n.ipynb", "x: int = 1", "import os\nprint(sorted(os.environ), dict(os.environ))")
    out = tmp_path / "o.ipynb"
    kernel.execute(path, out, {"x": 2}, cell_seconds=20, progress=NOBODY)
    text = out.read_text()
    assert "hunter2" not in text and "WORKBENCH_DATABASE_URL" not in text
    assert "PATH" in text


def test_a_failing_cell_is_named_with_one_line_and_the_log_is_kept(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "n.ipynb", "x: int = 1", "print('sampai sini')", "raise ValueError('angka hilang')")
    with pytest.raises(RenderFailed, match=r"Bagian uji.*angka hilang") as failure:
        kernel.execute(path, tmp_path / "o.ipynb", {}, cell_seconds=20, progress=NOBODY)
    assert "\n" not in str(failure.value)
    assert "sampai sini" in (tmp_path / "o.ipynb").read_text()


def test_a_cell_that_hangs_is_stopped(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "n.ipynb", "x: int = 1", "import time\ntime.sleep(60)")
    with pytest.raises(RenderFailed, match="melewati batas 1 detik"):
        kernel.execute(path, tmp_path / "o.ipynb", {}, cell_seconds=1, progress=NOBODY)


# ---------------------------------------------------------------- the whole book


def _text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_the_book_has_all_its_parts(rendered: RenderResult) -> None:
    text = " ".join(_text(rendered.pdf).split())
    for part in (
        "Statistik Sektoral Kota Surakarta", "Kata Pengantar", "Daftar Isi", "Daftar Tabel", "Daftar Gambar",
        "Penjelasan Umum", "Data tidak tersedia", "Statistik Kunci", "Kependudukan", "Pertanian dan Peternakan",
        "Catatan Produksi", "Data contoh, bukan statistik resmi", "DRAF", "2 Maret 2026",
    ):  # fmt: skip
        assert part in text, part
    book = json.loads(rendered.book.read_text())
    numbers = [b["number"] for b in book["blocks"] if b["type"] == "table"]
    assert numbers == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2"]
    for block in book["blocks"]:
        if block["type"] == "table":
            assert text.count(f"Tabel {block['number']} {block['title'].split(',')[0]}") == 1, block["number"]
            assert text.count(block["title_en"].split(",")[0]) >= 1
        if block["type"] == "chart":
            assert f"Gambar {block['number']} {block['title']}" in text
    assert "Jumlah pada kolom (2) dan (7) tidak dihitung karena data Jebres tidak tersedia." in text
    assert rendered.pages == len(PdfReader(rendered.pdf).pages)


def _kinds(element: Any) -> Iterator[tuple[str, DictionaryObject]]:
    """All structure elements of a tagged PDF, with their kinds."""
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        item = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(item, DictionaryObject) and "/S" in item:
            yield str(item["/S"]), item
            yield from _kinds(item)


def test_the_pdf_is_tagged_and_speaks_indonesian(rendered: RenderResult) -> None:
    root = PdfReader(rendered.pdf).trailer["/Root"]
    assert root["/Lang"] == "id-ID"
    assert root["/MarkInfo"]["/Marked"]
    elements = list(_kinds(root["/StructTreeRoot"]))
    heads = [item for kind, item in elements if kind == "/TH"]
    assert len(heads) > 60
    assert sum(kind == "/Table" for kind, _i in elements) >= 12
    alts = [item["/Alt"] for kind, item in elements if kind == "/Figure" and "/Alt" in item]
    assert len(alts) == 7 and all(len(str(alt)) > 40 for alt in alts)
    metadata = PdfReader(rendered.pdf).metadata
    assert metadata is not None and metadata.title == "Statistik Sektoral Kota Surakarta, 2025"


def _titles(outline: Any) -> list[str]:
    return [t for item in outline for t in (_titles(item) if isinstance(item, list) else [str(item.title)])]


def test_bookmarks_lead_to_every_chapter(rendered: RenderResult) -> None:
    marks = _titles(PdfReader(rendered.pdf).outline)
    assert [m for m in marks if m in ("Kependudukan", "Pendidikan", "Kesehatan", "Pertanian dan Peternakan")] == [
        "Kependudukan", "Pendidikan", "Kesehatan", "Pertanian dan Peternakan",
    ]  # fmt: skip


def test_only_our_fonts_are_used(rendered: RenderResult) -> None:
    names = set()
    for page in PdfReader(rendered.pdf).pages:
        fonts = page["/Resources"].get("/Font", {})
        names |= {str(f.get_object()["/BaseFont"]).partition("+")[2] for f in fonts.values()}
    assert names and all(name.startswith(("Inter", "PlusJakartaSans")) for name in names), names


def test_the_final_is_the_same_book_without_the_mark(rendered: RenderResult) -> None:
    assert "DRAF" not in _text(rendered.final)
    book = hashlib.sha256(rendered.book.read_bytes()).hexdigest()
    for path in (rendered.pdf, rendered.final):
        assert book in _text(path).replace("\n", "")
        assert rendered.manifest["edition"]["manifest_sha256"] in _text(path).replace("\n", "")


def test_same_input_same_bytes_and_the_cache_agrees(
    rendered: RenderResult, edition_dir: Path, tmp_path: Path
) -> None:  # fmt: skip
    spec = RenderSpec("yearbook", edition_dir, YEARBOOK, {"language": "id"})
    again = render(spec, tmp_path / "a", progress=NOBODY, cache=tmp_path / "cache")
    cached = render(spec, tmp_path / "b", progress=NOBODY, cache=tmp_path / "cache")
    assert (again.exec_cached, again.render_cached) == (False, False)
    assert (cached.exec_cached, cached.render_cached) == (True, True)
    for other in (again, cached):
        for name in ("draft", "final", "book"):
            assert other.manifest["files"][name] == rendered.manifest["files"][name], name
    assert cached.pdf.read_bytes() == rendered.pdf.read_bytes()
    assert len(cached.thumbnails) == rendered.pages


def test_every_number_in_the_book_can_be_followed(rendered: RenderResult) -> None:
    book = json.loads(rendered.book.read_text())
    checked = 0
    for block in book["blocks"]:
        for row in block["rows"] if block["type"] == "table" else ():
            for cell in row["cells"]:
                assert cell["value"] is None or cell["refs"], (block["id"], row["id"])
                assert all(set(ref) == {"dataset", "period", "version", "obs"} and ref["obs"] for ref in cell["refs"])
                checked += cell["value"] is not None
    assert checked > 250


def test_the_manifest_says_what_the_input_was(rendered: RenderResult) -> None:
    m = rendered.manifest
    assert m["notebook"]["sha256"] == hashlib.sha256((NOTEBOOKS / "yearbook.ipynb").read_bytes()).hexdigest()
    assert len(m["datasets"]) == 40 and all(len(d["sha256"]) == 64 for d in m["datasets"])
    assert {t["number"] for t in m["tables"]} >= {"1.1", "4.2"}
    assert m["packages"]["typst"] == typeset.typst_version()
    assert json.loads(json.dumps(m)) == m


def test_a_wrong_kind_page_size_or_parameter_is_refused(edition_dir: Path, tmp_path: Path) -> None:
    for spec in (
        RenderSpec("novel", edition_dir, YEARBOOK, {}),
        RenderSpec("yearbook", edition_dir, YEARBOOK, {}, page_size="a0"),
        RenderSpec("yearbook", edition_dir, YEARBOOK, {"edition_dir": "/etc"}),
    ):
        with pytest.raises(Refused):
            render(spec, tmp_path / "out", progress=NOBODY)


# ---------------------------------------------------------------- small books, without a kernel


def _meta(**more: Any) -> dict[str, Any]:
    return {
        "edition": "e", "title": "Buku Uji", "title_en": "Test Book", "year": "2025", "place": "Kota Uji",
        "place_en": "Test City", "publisher": "Dinas", "address": "Jalan", "signatory": "Kepala", "catalogue": {},
        "language": "id", "sample": False, "frozen": "2 Maret 2026", "frozen_at": "2026-03-02T02:15:00+00:00",
        "sources": [], **more,
    }  # fmt: skip


def _table(rows: int, columns: int, label: str = "Nilai", text: str = "1.234") -> dict[str, Any]:
    cell = {"text": text, "value": 1234, "flag": None, "mark": "", "refs": []}
    block = {
        "type": "table", "id": "panjang", "number": "1.1", "title": "Tabel Panjang", "title_en": "Long Table",
        "unit": "", "unit_en": "", "stub": "Kecamatan", "stub_en": "District", "notes": [], "sources": ["Dinas"],
        "periods": ["2025"], "dataset": "d",
        "columns": [{"id": f"c{n}", "label": label, "label_en": "", "unit": "", "decimals": 0, "spanner": "",
                     "spanner_en": ""} for n in range(columns)],
        "rows": [{"id": f"r{n}", "label": f"Kelurahan {n}", "label_en": "", "kind": "data", "cells": [cell] * columns}
                 for n in range(rows)],
    }  # fmt: skip
    return {**block, "wide": is_wide(block, "b5"), "widths": column_widths(block)}


def _book(folder: Path, *blocks: dict[str, Any], size: str = "b5", **meta: Any) -> tuple[Book, Path]:
    whole = _meta(**meta)
    front = {"type": "front", "id": "front", "meta": whole, "foreword": ["Kata."], "conventions": [], "symbols": []}
    chapter = {"type": "chapter", "id": "bab", "number": "1", "title": "Bab Uji", "title_en": "Chapter", "intro": []}
    data = {"schema": 1, "meta": whole, "page_size": size, "blocks": [front, chapter, *blocks]}
    folder.mkdir(parents=True, exist_ok=True)
    return Book(data, folder / "book.json", "0" * 64), folder


def _pdf(book: Book, folder: Path) -> PdfReader:
    body = typeset.typeset(book, folder, typeset.Production([], []), draft=False, timestamp=0)
    return PdfReader(BytesIO(body))


def test_a_long_table_goes_on_with_its_head(tmp_path: Path) -> None:
    pages = [" ".join(p.extract_text().split()) for p in _pdf(*_book(tmp_path, _table(90, 3))).pages]
    continued = [text for text in pages if "Lanjutan Tabel 1.1" in text]
    assert len(continued) >= 2
    assert all("Kecamatan" in text and "(4)" in text for text in continued)
    first = next(text for text in pages if "Kelurahan 0 " in text)
    assert "Lanjutan" not in first


def test_a_wide_table_lies_on_its_side(tmp_path: Path) -> None:
    pages = _pdf(*_book(tmp_path, _table(5, 14, label="Perempuan"))).pages
    wide = [p for p in pages if p.mediabox.width > p.mediabox.height]
    assert len(wide) == 1 and "Tabel Panjang" in wide[0].extract_text()


@pytest.mark.parametrize("size", sorted(theme.PAGE_SIZES))
def test_page_size_is_a_parameter(tmp_path: Path, size: str) -> None:
    page = _pdf(*_book(tmp_path, _table(3, 2), size=size)).pages[1]
    assert float(page.mediabox.width) / 72 * 2.54 == pytest.approx(theme.PAGE_SIZES[size].width, abs=0.01)


def test_text_is_never_code(tmp_path: Path) -> None:
    hostile = '#read("print.json") $x$ *tebal* <label> @ref \\ #panic("x") [x] // tak'
    table = _table(2, 2, label=hostile, text="#1*2*")
    table["title"] = table["rows"][0]["label"] = hostile
    text = " ".join(" ".join(p.extract_text() for p in _pdf(*_book(tmp_path, table, title=hostile)).pages).split())
    assert '#panic("x")' in text and "*tebal*" in text and "#1*2*" in text


def test_an_english_book(tmp_path: Path) -> None:
    reader = _pdf(*_book(tmp_path, _table(3, 2), language="en"))
    text = " ".join(" ".join(p.extract_text() for p in reader.pages).split())
    assert "Foreword" in text and "Table 1.1" in text and "Long Table" in text
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"


def test_a_template_that_warns_fails(tmp_path: Path) -> None:
    table = _table(2, 2, text="漢字")  # no font of ours has these glyphs
    with pytest.raises(RenderFailed, match="Tata letak gagal"):
        _pdf(*_book(tmp_path, table, title="漢字"))


def test_a_book_of_three_rows(tmp_path: Path) -> None:
    """The smallest edition: one dataset with three rows, one table, from notebook to PDF."""
    figures: list[samples.Figure] = [
        ("rumah_sakit", None, a, float(n), None) for n, a in enumerate(samples.AREAS[:3], 1)
    ]
    edition = samples.write_edition(tmp_path / "e", {("fasilitas-kesehatan", "2025"): (1, figures)}, sample=False)
    spec = tmp_path / "kecil.yaml"
    spec.write_text(
        "{id: kecil, title: Buku Kecil, title_en: Small Book, place: Kota Uji, place_en: Test City, publisher: Dinas,"
        " address: Jalan, signatory: Kepala, chapters: [{key: a, title: Kesehatan, title_en: Health, items: [{"
        "table: rs,"
        " title: Rumah Sakit Menurut Kecamatan, title_en: Hospitals, dataset: fasilitas-kesehatan, rows: area,"
        " total: true, columns: [{key: rs, indicator: rumah_sakit}]}]}]}",
        encoding="utf-8",
    )
    steps: list[tuple[float, str]] = []
    result = render(RenderSpec("yearbook", edition, spec, {}), tmp_path / "out", progress=lambda *s: steps.append(s))
    text = " ".join(_text(result.pdf).split())
    assert "Tabel 1.1" in text and "Data contoh" not in text
    assert "Jebres dan Banjarsari tidak tersedia" in text
    shares = [share for share, _step in steps]
    assert shares == sorted(shares) and shares[-1] < 1
    assert "Bab-bab" in [step for _share, step in steps]

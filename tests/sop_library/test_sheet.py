"""The sheet as PDF: everything the definition says is on it, blanks are honest, and the bytes are always the same."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.sop_library.library import IDS, shipped
from workbench.domain.errors import RenderFailed
from workbench.reporting import sop_sheet
from workbench.reporting.sop_sheet import PAPERS, sheet_content, typeset


def words(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(text.replace("\u200b", "").replace("\u00ad", "").replace("-", "").split()).lower()


def squeezed(text: str) -> str:
    return "".join(text.replace("->", "→").replace("-", "").split()).lower()


@pytest.mark.parametrize("sop_id", IDS)
def test_a_sheet_says_all_that_the_definition_says(sop_id: str) -> None:
    sop = shipped()[sop_id]
    said = words(typeset(sop).pdf)
    for step in sop.steps:
        for text in (step.activity, step.inputs, step.output, step.note):
            assert squeezed(text) in said, text
    for law in sop.legal_basis:
        assert squeezed(law) in said
    for doubt in sop.doubts:
        assert squeezed(doubt.reading) in said
    assert "tidaktercetak" in said
    assert squeezed(sop.number) in said


def test_the_same_version_gives_the_same_bytes_on_f4_landscape() -> None:
    sop = shipped()["sby-penyebarluasan"]
    first = typeset(sop)
    assert first.pdf == typeset(sop).pdf
    box = PdfReader(BytesIO(first.pdf)).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (330, 215)
    a4 = PdfReader(BytesIO(typeset(sop, paper="a4").pdf)).pages[0].mediabox
    assert round(float(a4.width) / 72 * 25.4) == 297


def test_text_of_the_definition_is_never_markup() -> None:
    sop = shipped()["sby-penyebarluasan"]
    nasty = '#panic("x") $ a_ *b* <flow> @x \\ //'
    changed = replace(sop, steps=(replace(sop.steps[0], activity=nasty), *sop.steps[1:]))
    assert squeezed(nasty) in words(typeset(changed).pdf)


def test_readings_are_marked_and_told_with_their_print() -> None:
    content = sheet_content(shipped()["trk-layanan-data"], PAPERS["f4"])
    assert ["B", "", "Kolom pelaksana", "Analisis Statistik", "Analis Statistik (staf)"] in content["notes"]
    assert ["S", "5, 6, 7, 8", "Panah", "tidak tercetak", "Kembalikan → langkah 4"] in content["notes"]
    assert content["rows"][1]["badge"] == "S" and content["rows"][0]["badge"] == ""


def test_a_phase_gives_one_time_to_its_rows() -> None:
    rows = sheet_content(shipped()["ska-publikasi"], PAPERS["f4"])["rows"]
    assert [row["phase"] for row in rows] == ["A", "A", "A", "B", "B", "B", "B", "B", "C"]
    assert {row["time"] for row in rows} == {"1 hari kerja"}


def test_mulai_and_selesai_have_rows_where_the_office_prints_them() -> None:
    activities = [row["activity"] for row in sheet_content(shipped()["ska-permohonan-bps"], PAPERS["f4"])["rows"]]
    assert activities[0] == "Mulai" and activities[-1] == "Selesai"
    assert "Mulai" not in [r["activity"] for r in sheet_content(shipped()["bwi-diseminasi"], PAPERS["f4"])["rows"]]


def test_pictures_come_one_per_page() -> None:
    sheet = typeset(shipped()["trk-layanan-data"], pictures=True)
    assert len(sheet.pages) == len(PdfReader(BytesIO(sheet.pdf)).pages) == 3
    assert all(page.startswith(b"\x89PNG") for page in sheet.pages)


def test_a_typesetter_that_fails_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(sop_sheet, "TEMPLATE", broken)
    with pytest.raises(RenderFailed, match="Lembar SOP gagal disusun"):
        typeset(shipped()["sby-penyebarluasan"])

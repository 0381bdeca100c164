"""Makes the Word templates that come with the workbench: ``python -m workbench.reporting.letter_templates``.

An office that wants another look copies one of them to ``data_dir/templates/letters`` and changes it in Word; the words
in double braces are filled in. A test holds the committed files to what this makes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from workbench.domain.letters import TemplateKind

FOLDER = Path(__file__).parent / "templates" / "letters"


def build(kind: TemplateKind) -> bytes:
    """One template as DOCX on F4."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.5), Cm(33)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(2.2)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(11)
    style.paragraph_format.space_after = Pt(4)

    centre = WD_ALIGN_PARAGRAPH.CENTER
    _line(document, "{{ head.government|upper }}", size=13, bold=True, align=centre)
    _line(document, "{{ head.office|upper }}", size=15, bold=True, align=centre)
    _line(document, "{{ head.address }}", size=9, align=centre)
    _rule(_line(document, "{{ head.contact }}", size=9, align=centre))
    _line(document, "{{ place }}, {{ date }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    facts = document.add_table(rows=0, cols=3)
    for name, value in (
        ("Nomor", "{{ number }}"),
        ("Sifat", "{{ nature }}"),
        ("Lampiran", "{{ enclosures }}"),
        ("Hal", "{{ subject }}"),
    ):
        cells = facts.add_row().cells
        for cell, text in zip(cells, (name, ":", value), strict=True):
            _fill(cell, text, bold=name == "Hal" and text == value)
    _fix_widths(facts, (2.2, 0.4, 13.9))
    document.add_paragraph()
    _line(document, "Yth. {{ recipient }}")
    _line(document, "di {{ recipient_place or 'Tempat' }}")
    document.add_paragraph()
    _line(document, "{%p for text in paragraphs %}")
    body = _line(document, "{{ text }}", align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    body.paragraph_format.first_line_indent = Cm(1)
    _line(document, "{%p endfor %}")
    _line(document, "")
    for text, bold in (("{{ signer_title }},", False), ("", False), ("", False), ("{{ signer_name }}", True)):
        _line(document, text, bold=bold, indent=9)
    _line(document, "{%p if signer_number %}")
    _line(document, "NIP {{ signer_number }}", indent=9)
    _line(document, "{%p endif %}")
    _line(document, "{%p if parafs %}")
    _line(document, "Paraf hierarki", size=9, bold=True)
    column = document.add_table(rows=1, cols=4)
    column.style = "Table Grid"
    for cell, text in zip(column.rows[0].cells, ("Jabatan", "Diparaf oleh", "Waktu", "Paraf"), strict=True):
        _fill(cell, text, size=8.5, bold=True)
    for texts in (
        ("{%tr for p in parafs %}", "", "", ""),
        ("{{ p.post }}", "{{ p.name }}", "{{ p.when }}", ""),
        ("{%tr endfor %}", "", "", ""),
    ):
        for cell, text in zip(column.add_row().cells, texts, strict=True):
            _fill(cell, text, size=8.5)
    _fix_widths(column, (5.5, 4.2, 4.2, 2.0))
    _line(document, "{%p endif %}")
    _line(document, "{%p if copies %}")
    _line(document, "Tembusan:", size=10).paragraph_format.space_before = Pt(8)
    _line(document, "{%p for name in copies %}")
    _line(document, "{{ loop.index }}. {{ name }}", size=10)
    _line(document, "{%p endfor %}")
    _line(document, "{%p endif %}")
    _line(section.footer, "{{ footer }}", size=8)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _line(
    place: Any, text: str, *, size: float = 11, bold: bool = False, align: Any = None, indent: float = 0
) -> Any:  # fmt: skip
    paragraph = place.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.left_indent = Cm(indent)
    return paragraph


def _fill(cell: Any, text: str, *, size: float = 11, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)


def _fix_widths(table: Any, widths: Sequence[float]) -> None:
    """Columns of these widths (cm), whatever stands in them."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _rule(paragraph: Any) -> None:
    """The line below a letterhead."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "double"), ("sz", "12"), ("space", "4"), ("color", "auto")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def write(folder: Path = FOLDER) -> list[Path]:
    """Write all templates into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in TemplateKind:
        path = folder / f"{kind.value}.docx"
        path.write_bytes(build(kind))
        written.append(path)
    return written


if __name__ == "__main__":
    write()

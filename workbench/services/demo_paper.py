"""One-page PDFs of the demo office's past: valid, small, the same bytes for the same words, marked *data contoh*.

Typesetting thousands of made-up papers would take longer than a visitor waits; these are written in microseconds. What
the workbench prints itself (letters, lembar disposisi, books) is typeset by ``reporting``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.domain.letters import Letterhead
from workbench.reporting.letter_sheets import LetterSheet

MARK = "DATA CONTOH - bukan dokumen resmi"
_LEFT, _RIGHT = 60, 535
_COLUMN = 92  # letters of 11 points that fit between the margins
_SIGNER = 330


@dataclass(frozen=True, slots=True)
class _Text:
    """Words at a place (points from the lower left corner)."""

    words: str
    size: int
    y: int
    x: int = _LEFT
    bold: bool = False

    def drawn(self) -> str:
        font = "F2" if self.bold else "F1"
        return f"BT /{font} {self.size} Tf {self.x} {self.y} Td ({_escaped(self.words)}) Tj ET\n"


def one_page(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one A4 page: a title, and these lines below it."""
    shown = [_Text(title, 16, 770, bold=True)]
    shown += [_Text(line, 11, 740 - 18 * row) for row, line in enumerate((*lines, "", MARK))]
    return _pdf("".join(text.drawn() for text in shown))


def letter_page(sheet: LetterSheet, *, signed: bool) -> bytes:
    """A letter on one page as it lies on the desk: letterhead, facts, text, signature where it was ``signed``."""
    shown = _head(sheet.head)
    facts = (("Nomor", sheet.number), ("Sifat", sheet.nature), ("Lampiran", sheet.enclosures), ("Hal", sheet.subject))
    y = 712
    shown.append(_Text(f"{sheet.place}, {sheet.date}" if sheet.date else f"{sheet.place},", 11, y, x=_SIGNER))
    for name, value in facts:
        for row, line in enumerate(textwrap.wrap(value, 46) or [""]):
            shown += [_Text(name if not row else "", 11, y), _Text(f": {line}" if not row else f"  {line}", 11, y, 125)]
            y -= 16
    y -= 14
    for line in (f"Yth. {sheet.recipient}", f"di {sheet.recipient_place or 'Tempat'}"):
        shown.append(_Text(line, 11, y))
        y -= 16
    for paragraph in sheet.paragraphs:
        y -= 10
        for line in textwrap.wrap(paragraph, _COLUMN):
            shown.append(_Text(line, 11, y))
            y -= 15
    y -= 18
    signature = "(tanda tangan contoh)" if signed else ""
    number = f"NIP {sheet.signer_number}" if sheet.signer_number else ""
    for line in (f"{sheet.signer_title},", "", signature, "", sheet.signer_name, number):
        shown.append(_Text(line, 11, y, x=_SIGNER, bold=line == sheet.signer_name))
        y -= 15
    y -= 10
    for paraf in sheet.parafs:
        words = f"Paraf {paraf.post}: {' '.join(filter(None, (paraf.name, paraf.when))) or '...'}"
        shown.append(_Text(words, 8, y))
        y -= 11
    for row, copy in enumerate(sheet.copies, start=1):
        shown.append(_Text(f"Tembusan {row}: {copy}", 9, y))
        y -= 12
    shown.append(_Text(f"{MARK}. {sheet.footer}"[:120], 8, 40))
    return _pdf(f"{_LEFT} 736 m {_RIGHT} 736 l 1.2 w S\n" + "".join(text.drawn() for text in shown))


def _head(head: Letterhead) -> list[_Text]:
    lines = [text for text in (head.government.upper(), head.office.upper()) if text]
    found = [_Text(text, 12, 790 - 16 * row, bold=True) for row, text in enumerate(lines)]
    below = " · ".join(filter(None, (head.address, head.contact)))
    return [*found, _Text(below[:110], 8, 790 - 16 * len(lines))]


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(drawn: str) -> bytes:
    body = drawn.encode("cp1252", "replace")
    fonts = b" ".join(
        b"/%s << /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % pair
        for pair in ((b"F1", b"Helvetica"), (b"F2", b"Helvetica-Bold"))
    )
    return _file(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << %s >> >> >>"
            % fonts,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
        )
    )


def _file(objects: Iterable[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table)
    return bytes(out)

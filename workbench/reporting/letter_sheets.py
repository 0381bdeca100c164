"""Papers of the agenda: the lembar disposisi on one page, and letters as PDF (Typst) and DOCX (docxtpl).

Typst runs in a child process that ends after each paper. Text is data and never markup: in Typst it comes from JSON, in
DOCX it is escaped. An office replaces a template by putting its own file of the same name under ``data_dir/templates``
(``disposisi.typ``, ``letter.typ``, ``letters/reply.docx``, ``letters/request.docx``). Papers are Indonesian, whoever
prints them, and carry no moment of printing, so that the same letter always gives the same PDF.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from workbench.domain.errors import RenderFailed
from workbench.domain.letters import Letterhead, TemplateKind
from workbench.i18n import _
from workbench.reporting import theme, typst_child
from workbench.settings import get_settings

TEMPLATES = Path(__file__).parent / "templates"
_COUNTING_PPI = 20.0
"""Pictures made only to count pages need not be sharp."""
_HALF, _FULL = (165, 215), (215, 330)
_ATTEMPTS = (
    (_HALF, 1.0), (_HALF, 0.93), (_HALF, 0.86), (_HALF, 0.8), (_FULL, 1.0), (_FULL, 0.9), (_FULL, 0.8),
)  # fmt: skip
"""Paper (mm) and size of type, tried until a sheet fits on one page: half folio, then a whole one. Smaller type could
not be read."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of a tick list."""

    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class ChainLine:
    """One disposition of the chain; the paraf box beside it stays empty for the pen."""

    date: str
    giver: str
    to: str
    words: str


@dataclass(frozen=True, slots=True)
class DispositionSheet:
    """All that a lembar disposisi prints, in the words it prints them."""

    head: Letterhead
    agenda: str
    sender: str
    letter_number: str
    letter_date: str
    received_on: str
    enclosures: str
    classification: str
    subject: str
    natures: tuple[Tick, ...]
    forwarded: tuple[Tick, ...]
    instructions: tuple[Tick, ...]
    note: str
    chain: tuple[ChainLine, ...]
    signer_title: str
    signer_name: str
    signer_number: str
    place_and_date: str


@dataclass(frozen=True, slots=True)
class ParafLine:
    """One place of the paraf hierarki: whose it is, and who gave it when (empty while nobody has)."""

    post: str
    name: str
    when: str


@dataclass(frozen=True, slots=True)
class LetterSheet:
    """All that a letter prints. ``number`` and ``date`` are empty until it is signed: the place is left blank."""

    head: Letterhead
    place: str
    number: str
    date: str
    nature: str
    enclosures: str
    subject: str
    recipient: str
    recipient_place: str
    paragraphs: tuple[str, ...]
    copies: tuple[str, ...]
    signer_title: str
    signer_name: str
    signer_number: str
    parafs: tuple[ParafLine, ...]
    footer: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF and a picture (PNG) of each of its pages."""

    pdf: bytes
    pages: tuple[bytes, ...]


def template(name: str) -> Path:
    """The office's own template where there is one, else ours."""
    own = get_settings().data_dir / "templates" / name
    return own if own.is_file() else TEMPLATES / name


def disposition_pdf(sheet: DispositionSheet, *, pictures: bool = False) -> Printed:
    """The sheet on exactly one page: half a folio where that holds it, else a whole one; else ``RenderFailed``."""
    return _typeset("disposisi.typ", asdict(sheet), one_page=True, pictures=pictures)


def letter_pdf(sheet: LetterSheet, *, pictures: bool = False) -> Printed:
    """The letter with letterhead and paraf column, for reading, initialling and signing."""
    return _typeset("letter.typ", asdict(sheet), one_page=False, pictures=pictures)


def letter_docx(sheet: LetterSheet, kind: TemplateKind) -> bytes:
    """The letter from the office's Word template; ``RenderFailed`` names a field the template asks for in vain."""
    path = template(f"letters/{kind.value}.docx")
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    out = io.BytesIO()
    try:
        document = DocxTemplate(str(path))
        document.render(docx_fields(sheet), environment, autoescape=True)
        document.save(out)
    except (TemplateError, OSError, KeyError, ValueError) as error:
        raise RenderFailed(
            _("Templat {name} tidak dapat diisi: {reason}").format(name=path.name, reason=str(error)[:200])
        ) from error
    return out.getvalue()


def docx_fields(sheet: LetterSheet) -> dict[str, Any]:
    """What a Word template may use, e.g. ``{{ subject }}`` or ``{%p for text in paragraphs %}``."""
    fields = asdict(sheet)
    fields["number"] = sheet.number or " " * 24
    fields["date"] = sheet.date or " " * 24
    return fields


# ---------------------------------------------------------------- Typst in a child process


def _typeset(name: str, data: Mapping[str, Any], *, one_page: bool, pictures: bool) -> Printed:
    with tempfile.TemporaryDirectory(prefix="letter-") as place:
        folder = Path(place)
        shutil.copyfile(template(name), folder / "main.typ")
        fonts = {"text": theme.TEXT_FONT, "heading": theme.HEADING_FONT}
        request = {"one_page": one_page, "pictures": pictures, "data": {**data, "fonts": fonts, "ink": theme.INK}}
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        typst_child.run(
            __name__, folder,
            too_slow=_("Surat tidak selesai disusun dalam satu menit. Coba lagi."),
            failed=_("Surat gagal disusun: {reason}"),
        )  # fmt: skip
        return Printed((folder / "paper.pdf").read_bytes(), typst_child.pictures_in(folder))


def _work(folder: Path) -> None:
    """Set the paper, smaller and smaller until it is one page where it must be; runs in the child."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    ppi = typst_child.PREVIEW_PPI if request["pictures"] else _COUNTING_PPI
    for paper, scale in _ATTEMPTS if request["one_page"] else [(_FULL, 1.0)]:
        data = {**request["data"], "scale": scale, "paper": paper}
        (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
        compiled = typst_child.compiler(folder, "main.typ")
        pages = typst_child.pictures(compiled, ppi=ppi)
        if len(pages) == 1 or not request["one_page"]:
            break
    else:
        raise SystemExit("isi terlalu panjang untuk satu lembar; singkatkan hal atau catatannya")
    typst_child.keep_pdf(compiled, folder / "paper.pdf")
    if request["pictures"]:
        typst_child.keep_pictures(pages, folder)


def _main(arguments: Sequence[str]) -> None:
    _work(Path(arguments[0]))


if __name__ == "__main__":
    _main(sys.argv[1:])

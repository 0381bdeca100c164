"""From ``book.json`` to pages: one Typst template, our own fonts only, warnings are errors, text is never code.

Call this in a process that ends afterwards: the compiler keeps some hundred megabytes for every new book.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst

from workbench.domain.errors import RenderFailed
from workbench.i18n import _
from workbench.reporting import theme
from workbench.reporting.assemble import Book
from workbench.reporting.edition import sha256_of
from workbench.reporting.words import WORDS

TEMPLATE = Path(__file__).parent / "templates" / "yearbook.typ"
_STANDARDS = ["ua-1"]
_PREVIEW_PPI = 64.0


@dataclass(frozen=True, slots=True)
class Production:
    """What the production note says: pairs of name and value, and the dataset versions used."""

    facts: Sequence[tuple[str, str]]
    versions: Sequence[tuple[str, str, str, str, str]]


def template_sha256() -> str:
    """The template's identity."""
    return sha256_of(TEMPLATE)


def fonts_sha256() -> str:
    """One hash over all vendored fonts, by name and content."""
    parts = [f"{path.name}:{sha256_of(path)}" for path in theme.font_files()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def typst_version() -> str:
    """The version of the typesetter."""
    return version("typst")


def typeset(book: Book, folder: Path, production: Production, *, draft: bool, timestamp: int) -> bytes:
    """The PDF (tagged, PDF/UA-1). ``timestamp`` in seconds comes from the edition: same input, same bytes.

    ``folder`` holds ``book.json`` and ``charts/``. ``RenderFailed`` when Typst reports an error or any warning.
    """
    return _run(book, folder, production, draft, timestamp, format="pdf", pdf_standards=_STANDARDS)[0]


def previews(book: Book, folder: Path, production: Production, *, draft: bool, timestamp: int) -> list[bytes]:
    """Every page as a small PNG, for the approval screen."""
    return _run(book, folder, production, draft, timestamp, format="png", ppi=_PREVIEW_PPI)


def _run(
    book: Book, folder: Path, production: Production, draft: bool, timestamp: int, **options: Any
) -> list[bytes]:  # fmt: skip
    page = theme.PAGE_SIZES[book.data["page_size"]]
    sheet = {
        "book": book.data,
        "words": WORDS,
        "palette": theme.palette(),
        "fonts": {"text": theme.TEXT_FONT, "heading": theme.HEADING_FONT},
        "page": asdict(page),
        "draft": draft,
        "production": {
            "facts": [list(fact) for fact in production.facts],
            "versions": [list(version) for version in production.versions],
        },
    }
    (folder / "print.json").write_text(json.dumps(sheet, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    main = folder / "yearbook.typ"
    main.write_bytes(TEMPLATE.read_bytes())
    try:
        output, warnings = typst.compile_with_warnings(
            str(main), root=str(folder), font_paths=[str(theme.FONT_DIR)], ignore_system_fonts=True,
            timestamp=timestamp, **options,
        )  # fmt: skip
    except typst.TypstError as error:
        raise RenderFailed(_("Tata letak gagal: {problem}").format(problem=_first_line(error))) from error
    if warnings:
        raise RenderFailed(_("Tata letak gagal: {problem}").format(problem=_first_line(warnings[0])))
    return [bytes(part) for part in output] if isinstance(output, list) else [bytes(output)]


def _first_line(problem: Any) -> str:
    """The message and, where Typst says so, the place in the template."""
    lines = str(getattr(problem, "diagnostic", None) or getattr(problem, "message", problem)).strip().splitlines()
    place = next((line.strip().rpartition("/")[2] for line in lines[1:2]), "")
    return f"{lines[0]} ({place})" if lines and place else (lines[0] if lines else type(problem).__name__)


def value_hashes(book: Mapping[str, Any]) -> list[dict[str, str]]:
    """For the manifest: each table with a hash over its values, so that drafts can be told apart by table."""
    found = []
    for block in book["blocks"]:
        if block["type"] == "table":
            values = [[cell["value"] for cell in row["cells"]] for row in block["rows"]]
            digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()
            found.append({"id": block["id"], "number": block["number"], "sha256": digest})
    return found

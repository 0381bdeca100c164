"""Which format a file really has, by its first bytes; its name only helps to say what is wrong."""

from __future__ import annotations

import re
from enum import StrEnum

from workbench.domain.errors import UnreadableFile
from workbench.i18n import _
from workbench.storage.sheets.refusals import no_table


class Format(StrEnum):
    """Formats that can hold a table."""

    ZIP = "zip"  # XLSX, XLSM, XLSB or ODS, told apart by their members
    OLE = "ole"  # XLS, or a workbook with a password
    HTML = "html"
    JSON = "json"
    TEXT = "text"


def sniff(head: bytes, name: str = "") -> Format:
    """The format of a file by its first bytes (64 kB are plenty). Raises UnreadableFile for what is no table."""
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise UnreadableFile(_("Berkas ini kosong; tidak ada isi untuk dibaca."))
    if head.startswith(b"PK\x03\x04"):
        return Format.ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Format.OLE
    for magic, what in (
        (b"%PDF", "PDF"),
        (b"\x89PNG", _("gambar PNG")),
        (b"\xff\xd8\xff", _("gambar JPEG")),
        (b"GIF8", _("gambar GIF")),
        (b"\x1f\x8b", _("arsip gzip")),
        (b"Rar!", _("arsip RAR")),
        (b"7z\xbc\xaf", _("arsip 7z")),
        (b"PAR1", "Parquet"),
        (b"{\\rtf", "RTF"),
        (b"MZ", _("program Windows")),
        (b"\x7fELF", _("program")),
    ):
        if head.startswith(magic):
            raise no_table(what)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Format.TEXT
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000].lower()
    if start.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<?xml")
    ) or (start.startswith(b"<") and b"<table" in head.lower()):
        return Format.HTML
    if (start.startswith((b"[", b"{")) and name.lower().endswith((".json", ".geojson"))) or start.startswith(
        (b"[{", b'{"', b"[\n", b"{\n")
    ):
        return Format.JSON
    if b"\x00" in head and _utf16(head) is None:
        raise UnreadableFile(_("Berkas ini bukan teks maupun lembar kerja yang dikenal (berisi byte NUL)."))
    return Format.TEXT


def is_spreadsheetml(data: bytes) -> bool:
    """Is this XML a workbook of 2003? Its pages in HTML name the same schema, but start otherwise."""
    head = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return b"urn:schemas-microsoft-com:office:spreadsheet" in head and bool(
        re.search(rb"<(?:ss:)?Workbook[\s>]", head) and not re.search(rb"<html[\s>]", head, re.I)
    )


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of plain text is zero."""
    sample = head[:4000]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample) / 2 and even < 0.02 * len(sample):
        return "utf-16-le"
    if even > 0.4 * len(sample) / 2 and odd < 0.02 * len(sample):
        return "utf-16-be"
    return None


utf16_without_mark = _utf16

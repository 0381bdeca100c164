"""Sentences that several formats share when a file cannot be read: what is wrong, and what to ask of its sender."""

from __future__ import annotations

from workbench.domain.errors import UnreadableFile
from workbench.i18n import _


def locked() -> UnreadableFile:
    """A workbook that asks for a password before it shows anything."""
    return UnreadableFile(
        _("Berkas ini terkunci kata sandi; minta pengirimnya menyimpan ulang tanpa kata sandi, lalu mengirimnya lagi.")
    )


def no_table(what: str) -> UnreadableFile:
    """A file whose content is ``what``: a letter, a picture, a program."""
    return UnreadableFile(
        _("Isi berkas ini {what}, bukan tabel. Kirim berkas aslinya dalam bentuk .xlsx, .xls, .ods atau .csv.").format(
            what=what
        )
    )

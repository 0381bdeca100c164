"""Why a value is missing or special: the word for it, and the sign that stands in its place in a table of text."""

from __future__ import annotations

from workbench.domain.reading.model import Flag
from workbench.i18n import N_

FLAG_WORDS = {
    Flag.NOT_AVAILABLE: N_("data tidak tersedia"),
    Flag.NIL_OR_NOT_APPLICABLE: N_("tertulis “-”, nol atau tidak berlaku"),
    Flag.SUPPRESSED: N_("dirahasiakan"),
    Flag.NOT_APPLICABLE: N_("tidak berlaku"),
    Flag.BLANK: N_("kosong"),
    Flag.NEGLIGIBLE: N_("dapat diabaikan"),
    Flag.PROVISIONAL: N_("angka sementara"),
    Flag.VERY_PROVISIONAL: N_("angka sangat sementara"),
    Flag.REVISED: N_("angka diperbaiki"),
    Flag.ESTIMATE: N_("angka perkiraan"),
    Flag.UNREADABLE: N_("tidak terbaca sebagai angka"),
}

FLAG_SIGNS = {
    Flag.NOT_AVAILABLE: "…",
    Flag.NIL_OR_NOT_APPLICABLE: "-",
    Flag.SUPPRESSED: "NA",
    Flag.NOT_APPLICABLE: "x",
    Flag.BLANK: "·",
    Flag.NEGLIGIBLE: "~0",
    Flag.PROVISIONAL: "*",
    Flag.VERY_PROVISIONAL: "**",
    Flag.REVISED: "r",
    Flag.ESTIMATE: "e",
    Flag.UNREADABLE: "?",
}

"""Why a value is missing or special, in words."""

from __future__ import annotations

from workbench.domain.reading.model import Flag
from workbench.i18n import N_

FLAG_WORDS = {
    Flag.NOT_AVAILABLE: N_("data tidak tersedia"),
    Flag.NIL_OR_NOT_APPLICABLE: N_("tanda “-”"),
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

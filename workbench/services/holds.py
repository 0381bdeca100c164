"""Why a case may be held, and for whom it waits: codes in the events, words on the screen.

The time held is booked on whom it waits for, never on the office. A text that is no code is shown as it was written.
"""

from __future__ import annotations

from workbench.i18n import N_, _

PARTIES = {
    "requester": N_("pemohon"),
    "opd": N_("OPD"),
    "bps": N_("BPS"),
    "other": N_("pihak luar lain"),
}
"""Who is waited for."""

REASONS = {
    "incomplete": N_("berkas atau data belum lengkap"),
    "clarification": N_("perlu penjelasan"),
    "data": N_("data belum dikirim"),
    "answer": N_("jawaban belum datang"),
    "event": N_("menunggu rapat atau rilis yang sudah dijadwalkan"),
    "other": N_("alasan lain, lihat catatan"),
}
"""What they still owe."""


def party_words(code: str) -> str:
    """Who is waited for, in the reader's language."""
    return _(PARTIES[code]) if code in PARTIES else code


def reason_words(code: str) -> str:
    """Why the case is held; nothing where the code only repeats who is waited for."""
    if code in REASONS:
        return _(REASONS[code])
    return "" if code in PARTIES else code

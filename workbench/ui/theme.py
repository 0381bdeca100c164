"""Colours and status words: always an icon, a word and a colour, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from workbench.i18n import N_, _

NAVY = "#12436D"
ORANGE = "#F46A25"
TEAL = "#28A197"
PLUM = "#801650"
GREY = "#3D3D3D"
AMBER = "#B86E00"
RED = "#A4261B"
SERIES = (NAVY, ORANGE, TEAL, PLUM, GREY, "#A285D1")

Colour = Literal["green", "orange", "red", "gray", "blue", "violet"]


@dataclass(frozen=True, slots=True)
class Status:
    """How a status looks: word, icon of Material Symbols, a plain sign for tables, Streamlit's colour name."""

    word: str
    icon: str
    sign: str
    colour: Colour


STATUSES: dict[str, Status] = {
    # clocks
    "on_time": Status(N_("tepat waktu"), "check_circle", "✓", "green"),
    "at_risk": Status(N_("mendekati batas"), "schedule", "◔", "orange"),
    "breached": Status(N_("lewat batas"), "error", "!", "red"),
    "waiting": Status(N_("menunggu pihak luar"), "hourglass_empty", "…", "gray"),
    "paused": Status(N_("dijeda"), "pause_circle", "‖", "gray"),
    "no_clock": Status(N_("tanpa batas waktu"), "remove", "–", "gray"),
    # cases
    "open": Status(N_("berjalan"), "play_circle", "▸", "blue"),
    "waiting_children": Status(N_("menunggu perangkat daerah"), "hourglass_empty", "…", "gray"),
    "closed": Status(N_("selesai"), "task_alt", "✓", "green"),
    "cancelled": Status(N_("dibatalkan"), "cancel", "×", "gray"),
    # submissions
    "received": Status(N_("diterima"), "inbox", "▸", "blue"),
    "checked": Status(N_("diperiksa"), "fact_check", "◔", "orange"),
    "unreadable": Status(N_("tidak terbaca"), "error", "!", "red"),
    "returned": Status(N_("dikembalikan"), "undo", "↩", "orange"),
    "accepted": Status(N_("disahkan"), "verified", "✓", "green"),
    # drafts and jobs
    "submitted": Status(N_("menunggu paraf"), "draw", "◔", "orange"),
    "approved": Status(N_("disetujui"), "verified", "✓", "green"),
    "released": Status(N_("terbit"), "public", "✓", "green"),
    "queued": Status(N_("antre"), "schedule", "…", "gray"),
    "running": Status(N_("sedang dikerjakan"), "sync", "◔", "blue"),
    "done": Status(N_("selesai"), "task_alt", "✓", "green"),
    "failed": Status(N_("gagal"), "error", "!", "red"),
    # findings
    "blocker": Status(N_("menghentikan"), "block", "!", "red"),
    "warning": Status(N_("perlu dilihat"), "warning", "◔", "orange"),
    "info": Status(N_("catatan"), "info", "▸", "blue"),
}


def status(key: str) -> Status:
    """The look of a status; one that is not registered is shown by its own name in grey."""
    return STATUSES.get(str(key), Status(str(key), "help", "?", "gray"))


def badge(key: str, *, detail: str = "") -> None:
    """Draw a status badge: icon, word, colour; ``detail`` follows the word ("lewat batas · 2 jam")."""
    look = status(key)
    st.badge(_text(look, detail), icon=f":material/{look.icon}:", color=look.colour)


def badge_text(key: str, *, detail: str = "") -> str:
    """The same badge as Markdown, for use inside a sentence."""
    look = status(key)
    words = _text(look, detail).replace("[", "(").replace("]", ")")
    return f":{look.colour}-badge[:material/{look.icon}: {words}]"


def words(key: str) -> str:
    """A status for a table cell: sign and word."""
    look = status(key)
    return f"{look.sign} {_(look.word)}"


def _text(look: Status, detail: str) -> str:
    return f"{_(look.word)} · {detail}" if detail else _(look.word)

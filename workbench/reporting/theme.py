"""One hand across app, book and infographics: colours, type and page sizes.

Text colours reach a contrast of 4.5 on white and on paper; orange and teal do not, and serve graphics only.
Series follow the UK Analysis Function order (neighbours differ by 3:1), at most six, never colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FONT_DIR = Path(__file__).parent / "fonts"
TEXT_FONT = "Inter"
HEADING_FONT = "Plus Jakarta Sans"

NAVY = "#12436D"
ORANGE = "#F46A25"
TEAL = "#28A197"
PLUM = "#801650"
GREY = "#3D3D3D"
LILAC = "#A285D1"
INK = "#1E2A35"
MUTED = "#56636F"
RULE = "#DCE3E8"
PALE = "#EEF3F7"
QUIET = "#B8C2CC"
PAPER = "#F5F2EC"
WHITE = "#FFFFFF"

SERIES = (NAVY, TEAL, PLUM, ORANGE, GREY, LILAC)
"""Colours of series, in order."""


def palette() -> dict[str, str]:
    """The colours by name, as the print template reads them."""
    return {
        "navy": NAVY, "orange": ORANGE, "teal": TEAL, "plum": PLUM, "grey": GREY, "ink": INK, "muted": MUTED,
        "rule": RULE, "pale": PALE, "quiet": QUIET, "paper": PAPER,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page in centimetres; ``inner`` is the margin at the spine."""

    width: float
    height: float
    inner: float
    outer: float
    top: float
    bottom: float

    @property
    def text_width(self) -> float:
        """Centimetres that a line of text or a table may take."""
        return self.width - self.inner - self.outer


PAGE_SIZES = {
    "b5": PageSize(17.6, 25.0, 2.3, 1.8, 2.4, 2.2),  # BPS: 17,6 × 25 cm
    "a4": PageSize(21.0, 29.7, 2.6, 2.2, 2.6, 2.4),
    "a5": PageSize(14.8, 21.0, 1.9, 1.5, 2.0, 1.9),
}
DEFAULT_PAGE_SIZE = "b5"


def font_files() -> list[Path]:
    """The vendored fonts, in a stable order; their hashes are part of a draft's identity."""
    return sorted(FONT_DIR.glob("*.ttf"))

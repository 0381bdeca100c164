"""Names that senders give their files, made fit to be shown."""

from __future__ import annotations

import re
import unicodedata

from workbench.i18n import _

_NAME_LENGTH = 120


def safe_name(name: str) -> str:
    """A file's name as a label: NFC, no control or direction marks, no folders, at most 120 characters.

    It is shown and never used as a path; the ending stays when the name is cut.
    """
    text = unicodedata.normalize("NFC", name)
    text = re.split(r"[\\/]", text)[-1]
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = " ".join(text.split()).strip(". ")
    if len(text) > _NAME_LENGTH:
        stem, dot, ending = text.rpartition(".")
        tail = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
        text = text[: _NAME_LENGTH - len(tail)] + tail
    return text or _("tanpa nama")

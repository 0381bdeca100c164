"""Messages that outlive a rerun, and errors said in words instead of tracebacks."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from workbench.domain.errors import WorkbenchError
from workbench.i18n import _

Kind = Literal["success", "info", "warning", "error"]
_FLASH = "_flash"
_ICONS = {
    "success": ":material/check_circle:",
    "info": ":material/info:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}

_log = logging.getLogger(__name__)


def flash(message: str, kind: Kind = "success") -> None:
    """Say this at the top of the page on the next run (callbacks act, the next run shows)."""
    st.session_state.setdefault(_FLASH, []).append((kind, message))


def show_flashes() -> None:
    """Draw the waiting messages and forget them; the frame calls this under the page's header."""
    for kind, message in st.session_state.pop(_FLASH, []):
        getattr(st, kind)(message, icon=_ICONS[kind])


@dataclass(slots=True)
class Outcome:
    """Did the block run to its end?"""

    ok: bool = False


def incident(error: BaseException) -> str:
    """Log an error nobody foresaw and give the number under which the log has it."""
    number = secrets.token_hex(4)
    _log.error("incident %s", number, exc_info=error)
    return number


def incident_words(number: str) -> str:
    """What the reader is told about an incident."""
    return _(
        "Terjadi kesalahan di sistem; yang sudah tersimpan tetap aman. "
        "Coba lagi, dan bila terulang sampaikan nomor kejadian {number} kepada administrator."
    ).format(number=number)


@contextmanager
def shown_errors(*, later: bool = False) -> Iterator[Outcome]:
    """Turn errors of the block into a sentence on the page; ``later`` flashes it (use this in callbacks).

    >>> with shown_errors() as outcome, writing() as session:  # doctest: +SKIP
    ...     track.decide(session, ...)
    >>> if outcome.ok:  # doctest: +SKIP
    ...     flash(_("Keputusan tercatat."))

    Streamlit's own stop and rerun pass through.
    """
    outcome = Outcome()
    try:
        yield outcome
        outcome.ok = True
    except WorkbenchError as error:
        _say(str(error), later=later)
    except Exception as error:
        _say(incident_words(incident(error)), later=later)


def _say(message: str, *, later: bool) -> None:
    if later:
        flash(message, "error")
    else:
        st.error(message, icon=_ICONS["error"])


def on_script_error(error: Exception) -> bool:
    """Streamlit's last resort for a page that failed: a sentence and an incident number, the rest in the log."""
    message = str(error) if isinstance(error, WorkbenchError) else incident_words(incident(error))
    st.error(message, icon=_ICONS["error"])
    return True

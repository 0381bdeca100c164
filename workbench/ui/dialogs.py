"""Dialogs whose title speaks the reader's language.

``st.dialog`` takes its title when a function is defined; in a module that is imported once, that is the language of
whoever came first. Here the title is translated each time the dialog opens.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

from workbench.i18n import _

P = ParamSpec("P")


def dialog(
    title: str,
    *,
    width: Literal["small", "medium", "large"] = "medium",
    on_dismiss: Literal["ignore", "rerun"] = "ignore",
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function a dialog; ``title`` is an ``N_`` word. Call the function in the run in which it shall open.

    ``on_dismiss="rerun"`` draws the page anew when the dialog is closed, for a page that shows what was done in it.
    """

    def wrap(body: Callable[P, None]) -> Callable[P, None]:
        @wraps(body)
        def opened(*args: P.args, **kwargs: P.kwargs) -> None:
            st.dialog(_(title), width=width, on_dismiss=on_dismiss)(body)(*args, **kwargs)

        return opened

    return wrap

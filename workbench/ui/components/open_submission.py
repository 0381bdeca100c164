"""The pages of Pemeriksaan work on one submission: the one the address names, or one that is chosen from a list."""

from __future__ import annotations

import streamlit as st

from workbench.services import collect
from workbench.services.collect import Submission
from workbench.ui import feedback, frame
from workbench.ui.components import checking, submission_list
from workbench.ui.resources import reading

_OPENABLE = ("received", "checked", "returned", "accepted")


def opened(title: str, purpose: str) -> Submission:
    """The submission of ``?kiriman=``, its check brought up to date. Without one the page is a list to choose from,
    under ``title`` and ``purpose``; where it cannot be opened a sentence says why. In both cases the page ends here.
    """
    number = st.query_params.get("kiriman", "")
    if not number.isdecimal():
        frame.header(title, purpose)
        submission_list.choose(statuses=_OPENABLE)
        st.stop()
    with feedback.shown_errors() as found, reading() as session:
        submission = collect.submission(session, int(number))
    if not found.ok or not checking.brought_up(submission.id):
        st.stop()
    return submission

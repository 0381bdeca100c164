"""The shelf of what is dear to make and never changes: sheets read from a file, submissions replayed under a recipe.

Every key holds the address of what it was made from (file, recipe, definition), so a change makes a new entry and
nothing has to be forgotten. Entries are shared between people and must not be altered.
"""

from __future__ import annotations

import streamlit as st
from sqlmodel import Session

from workbench.domain.reading.hints import REACH
from workbench.i18n import language
from workbench.services import guesses, recipe_desk, sheet_copies, sheet_view
from workbench.services.collect import Submission
from workbench.services.guesses import Guess
from workbench.services.sheet_view import ReadView, Window

_BLOCK = REACH  # rows fetched at once: the guarded process has to open the whole file for any of them


def window(file_sha256: str, file_name: str, sheet: str, first: int) -> Window:
    """``ROWS`` rows of a stored file's sheet from ``first`` on; raises ``UnreadableFile``."""
    start = first // _BLOCK * _BLOCK
    return sheet_view.cut(_block(file_sha256, file_name, sheet, start), first)


def waits_for_copy(file_sha256: str, file_name: str, sheet: str, first: int) -> bool:
    """Will a window have to wait until the sheet is copied? Only the first far page of a long sheet does."""
    return first >= _BLOCK and not sheet_copies.ready(file_sha256, file_name, sheet)


def top(file_sha256: str, file_name: str, sheet: str) -> Window:
    """The first rows of a sheet, those in which a row can be named for the reader; raises ``UnreadableFile``."""
    return _block(file_sha256, file_name, sheet, 0)


@st.cache_resource(max_entries=48, show_spinner=False)
def _block(file_sha256: str, file_name: str, sheet: str, start: int) -> Window:
    return sheet_view.window(file_sha256, file_name, sheet, start, _BLOCK)


def read_view(session: Session, submission: Submission) -> ReadView:
    """The submission as read and replayed under the dataset's newest recipe."""
    return _view(session, submission.id, *_address(session, submission))


def told(session: Session, submission: Submission) -> tuple[Guess, ...]:
    """What was taken for granted about it, in the reader's language."""
    return _told(session, submission, language(), *_address(session, submission))


def _address(session: Session, submission: Submission) -> tuple[str, str]:
    recipe = recipe_desk.recipe_of(session, dataset_id=submission.dataset_id)
    address = f"{submission.id}/{submission.file_sha256}/{submission.period}/{recipe.sha256}/{recipe.version}"
    return address, recipe_desk.definition_sha256(submission.dataset_id)


@st.cache_resource(max_entries=6, show_spinner=False)  # few: a large sheet is heavy, and its replay is shared
def _view(_session: Session, submission_id: int, address: str, definition_sha256: str) -> ReadView:
    del address, definition_sha256  # only the key
    return sheet_view.view(_session, submission_id=submission_id)


@st.cache_resource(max_entries=32, show_spinner=False)
def _told(
    _session: Session, _submission: Submission, spoken: str, address: str, definition_sha256: str
) -> tuple[Guess, ...]:
    del spoken, address, definition_sha256
    return guesses.guesses(read_view(_session, _submission))

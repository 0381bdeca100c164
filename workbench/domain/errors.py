"""Errors whose message may be shown to staff as it is: what happened, what stays safe, what to do next."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Base of all errors a user can cause. The message is one sentence in the user's language."""


class NotAllowed(WorkbenchError):
    """The person may not do this to this object now."""


class NotFound(WorkbenchError):
    """The thing asked for does not exist, or not for this person."""


class Refused(WorkbenchError):
    """The input or the moment does not allow the action; nothing was changed."""


class Stale(WorkbenchError):
    """Someone else acted first, or the object changed since it was shown; nothing was changed."""


class IllegalMove(Refused):
    """The SOP does not allow this event in this state."""


class BadDefinition(WorkbenchError):
    """A SOP, dataset or recipe file breaks a rule; the message names file and line."""


class OutsideCalendar(Refused):
    """A time lies beyond what the office's calendar has been filled for."""


class UnreadableFile(Refused):
    """An uploaded file cannot be read as a table; the file itself is kept."""


class RenderFailed(WorkbenchError):
    """A draft could not be rendered; the executed notebook and its log are kept."""

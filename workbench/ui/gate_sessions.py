"""What the gate asks the database about a session cookie."""

from __future__ import annotations

from workbench.services import people
from workbench.ui.gate import Identity
from workbench.ui.resources import reading, writing


class DatabaseSessions:
    """Live sessions of the tracker's database."""

    def look_up(self, token: str, *, touch: bool) -> Identity | None:
        """Whose live session this is; ``touch`` starts its idle time anew (at most once a minute)."""
        with reading() as session:
            found = people.signed_in(session, token)
        if found is None:
            return None
        if touch and found.wants_touch:
            with writing() as session:
                people.touch_session(session, token)
        return Identity(found.person.id, found.id8)

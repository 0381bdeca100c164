"""The first start of the demo office, made once and made whole: what an interrupted start left undone, the next does.

Accounts, the past and the main job are separate transactions. A mark in the office's settings, written with the
accounts, says how far it came; the application starts only when all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlmodel import Session

from workbench.domain.people import Role
from workbench.i18n import _
from workbench.services import demo_office, demo_past, demo_story, people
from workbench.storage import database
from workbench.storage import letters as settings_store

KEY = "demo_start"
Tell = Callable[[str], None]
WriteDown = Callable[[Session, Mapping[str, str]], str]


def wanted(session: Session) -> bool:
    """Is the workbench empty, or was the making of its demo office interrupted?"""
    return not people.anybody(session) or _is_begun(session)


def make(past: int, tell: Tell, write_down: WriteDown) -> str:
    """Make the demo office, or what is missing of it; returns the one-time token for the administrator's password.

    ``write_down`` gets new passwords inside the transaction that sets them, and returns that token. ``past`` counts
    only when the office is begun; an interrupted start goes on with the number it was begun with. ``Refused`` names
    what to do where an interrupted start cannot be finished.
    """
    with database.writing() as session:
        again = _is_begun(session)
        if again:
            past = int(settings_store.setting(session, KEY)["past"])
            token = _new_token(session)
        else:
            token = write_down(session, demo_office.seed_office(session).passwords)
            settings_store.set_setting(session, KEY, {"past": past, "done": False}, by=demo_office.ACTOR)
    tell(
        _("Penyiapan kantor contoh yang terputus dilanjutkan; satu atau dua menit.")
        if again
        else _("Menyiapkan kantor contoh; satu atau dua menit, sekali saja.")
    )
    with database.session() as session:
        played = not past or demo_past.is_whole(session)
    if not played:
        said: set[str] = set()

        def progress(_share: float, step: str) -> None:
            if step not in said:
                said.add(step)
                tell(f"  {step}")

        demo_past.play_past(cases=past, progress=progress)
    demo_story.play(lambda act, sentence: tell(f"  {act}/{demo_story.ACTS} {sentence}"), to_release=False, again=again)
    with database.writing() as session:
        settings_store.set_setting(session, KEY, {"past": past, "done": True}, by=demo_office.ACTOR)
    return token


def _is_begun(session: Session) -> bool:
    """Begun and not finished. An office of before this mark was kept has none, and was made whole."""
    return settings_store.setting(session, KEY).get("done") is False


def _new_token(session: Session) -> str:
    """A new link for the administrator: nobody knows the password the interrupted start gave them."""
    for profile in people.profiles(session):
        if Role.ADMINISTRATOR in profile.person.roles:
            return people.new_setup_token(session, profile.person.id, by=demo_office.ACTOR)
    return ""

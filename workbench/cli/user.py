"""`workbench user`: accounts from the command line; passwords are chosen by their owners through one-time links."""

from __future__ import annotations

import json
from datetime import datetime

import click

from workbench.domain.people import Capacity, Role
from workbench.i18n import _
from workbench.services import people
from workbench.settings import get_settings
from workbench.storage import database

ACTOR = "command-line"


@click.group()
def user() -> None:
    """Accounts: add, list, reset."""
    database.migrate()


def _link(token: str) -> str:
    return f"http://localhost:{get_settings().port}/atur-sandi/{token}"


def _tell(username: str, token: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"username": username, "link": _link(token)}))
    else:
        click.echo(_("Tautan sekali pakai untuk {username}: {link}").format(username=username, link=_link(token)))


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="Lane key of the post.")
@click.option("--opd", required=True, help="Code of the agency of the post.")
@click.option("--title", default="", help="Title of the post as in the letter.")
@click.option("--capacity", type=click.Choice([c.value for c in Capacity]), default=Capacity.DEFINITIVE.value)
@click.option("--letter", default="", help="Number of the letter; required for Plt and Plh.")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="First day; today by default.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; open by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(
    username: str,
    name: str,
    role: str,
    opd: str,
    title: str,
    capacity: str,
    letter: str,
    valid_from: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Add a person with a post; prints a one-time link to set the password."""
    with database.writing() as session:
        number = people.add_person(session, username=username, name=name, by=ACTOR)
        people.assign(
            session,
            person_id=number,
            role=Role(role),
            title=title,
            opd_code=opd,
            by=ACTOR,
            capacity=Capacity(capacity),
            valid_from=valid_from.date() if valid_from else None,
            valid_to=until.date() if until else None,
            letter_number=letter,
        )
        token = people.new_setup_token(session, number, by=ACTOR)
    _tell(username, token, as_json=as_json)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(as_json: bool) -> None:
    """All accounts with the posts held today."""
    with database.session() as session:
        found = people.profiles(session)
    rows = [
        {
            "username": profile.person.username,
            "name": profile.person.name,
            "active": profile.active,
            "has_password": profile.has_password,
            "posts": [
                {"role": post.role.value, "opd": post.opd_code, "title": post.title, "capacity": post.capacity.value}
                for post in profile.person.assignments
            ],
        }
        for profile in found
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for profile in found:
        posts = ", ".join(f"{post.role.value} {post.opd_code}" for post in profile.person.assignments) or "-"
        state = "" if profile.active and profile.has_password else "  (" + (
            _("belum ada kata sandi") if profile.active else _("ditutup")
        ) + ")"  # fmt: skip
        click.echo(f"{profile.person.username:<20} {profile.person.name:<32} {posts}{state}")


@user.command()
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reset(username: str, as_json: bool) -> None:
    """A new one-time link for a person; the present password works until the link is used."""
    with database.writing() as session:
        person = people.person_by_username(session, username)
        token = people.new_setup_token(session, person.id, by=ACTOR)
    _tell(person.username, token, as_json=as_json)

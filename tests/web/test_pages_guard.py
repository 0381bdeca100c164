"""Every page opened as a visitor and as every role: who is not meant meets a sentence, not the page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_helpers import as_user, make_office, open_app, texts
from workbench.domain.people import Role
from workbench.ui import navigation

PAGES = [pytest.param(spec, id=spec.file) for spec in navigation.registered()]
REFUSAL = "Halaman ini bukan untuk penugasan Anda"


@pytest.mark.parametrize("spec", PAGES)
def test_a_visitor_is_refused(sqlite_db: object, spec: navigation.PageSpec) -> None:
    at = AppTest.from_file(str(spec.path), default_timeout=30)
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == [
        "Anda belum masuk, atau sesi Anda sudah berakhir. Tidak ada yang berubah; silakan masuk lagi."
    ]
    assert not at.title and not at.button and not at.dataframe


@pytest.mark.parametrize("ident", ["", "abc", "999999:x", "-1:x", None])
def test_a_made_up_identity_is_refused(sqlite_db: object, ident: str | None) -> None:
    at = AppTest.from_file(str(navigation.page("track/home.py").path), default_timeout=30)
    at.user = {"ident": ident}
    at.run()
    assert not at.exception and len(at.error) == 1 and not at.title


@pytest.mark.parametrize("spec", PAGES)
def test_a_page_opens_for_its_roles_and_no_other(sqlite_db: object, spec: navigation.PageSpec) -> None:
    numbers = make_office()
    for role in Role:
        at = AppTest.from_file(str(spec.path), default_timeout=30)
        at.user = as_user(numbers[role])
        at.run()
        refused = any(error.value.startswith(REFUSAL) for error in at.error)
        assert refused is (role not in spec.roles), f"{spec.file} as {role}"


@pytest.mark.parametrize("spec", PAGES)
def test_a_page_runs_through_the_router_in_both_languages(sqlite_db: object, spec: navigation.PageSpec) -> None:
    numbers = make_office()
    role = Role.ADMINISTRATOR if Role.ADMINISTRATOR in spec.roles else sorted(spec.roles)[0]
    for language in ("id", "en"):
        at = open_app(numbers[role], spec.file, language=language)
        assert not at.exception, at.exception
        assert at.title, f"{spec.file} has no title in {language}"


def test_the_frame_says_who_i_am_and_in_what_capacity(sqlite_db: object) -> None:
    at = open_app(make_office()[Role.DIVISION_HEAD])
    assert "Nama division" in texts(at).replace("\\", "")
    assert "[Keluar](/keluar)" in texts(at)


def test_the_visitor_of_the_router_sees_the_way_in(sqlite_db: object) -> None:
    at = open_app(None)
    assert "(/masuk)" in texts(at) and not at.title

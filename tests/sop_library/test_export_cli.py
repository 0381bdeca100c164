"""`workbench sop export`, and the library's files behind the download route."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import Office
from tests.sop_library.library import shipped
from workbench.cli.sop import sop
from workbench.domain.bpmn import read_back
from workbench.domain.errors import NotFound, Refused
from workbench.services import downloads, sop_library
from workbench.storage import database


def run(*arguments: str) -> bytes:
    result = CliRunner().invoke(sop, ["export", *arguments], catch_exceptions=False, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout_bytes


def test_both_forms_are_written(tmp_path: Path) -> None:
    run("sby-penyebarluasan", "--bpmn", "-o", str(tmp_path / "a.bpmn"))
    assert read_back((tmp_path / "a.bpmn").read_bytes()).sop_id == "sby-penyebarluasan"
    said = run("sby-penyebarluasan", "--pdf", "--paper", "a4", "-o", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF") and b"ditulis ke" in said
    assert run("sby-penyebarluasan", "--bpmn", "-o", "-") == (tmp_path / "a.bpmn").read_bytes()


def test_wrong_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="workbench sop list"):
        run("tidak-ada", "--bpmn")
    with pytest.raises(Refused, match="tidak dapat ditulis"):
        run("sby-penyebarluasan", "--bpmn", "-o", str(tmp_path / "tiada" / "a.bpmn"))
    for flags in ([], ["--bpmn", "--pdf"]):
        assert CliRunner().invoke(sop, ["export", "sby-penyebarluasan", *flags]).exit_code == 2


def test_everybody_who_is_logged_in_may_have_a_sheet(sqlite_office: Office) -> None:
    version = shipped()["sby-penyebarluasan"]
    made = sop_library.make_sheet(version)
    with database.writing() as session:
        sop_library.keep_sheet(session, version, made)
    with database.session() as session:
        got = downloads.open_for(session, person=sqlite_office["dinkes"], sha256=made.pdf)
        assert (got.name, got.media_type) == ("SOP-sby-penyebarluasan-2024-11-07.pdf", "application/pdf")
        drawing = downloads.open_for(session, person=sqlite_office["dinkes"], sha256=made.bpmn)
        assert drawing.media_type == "application/xml" and drawing.name.endswith(".bpmn")

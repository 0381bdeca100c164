"""The same figures handed in for two datasets: told when the second one is checked, and again before it is accepted."""

import io

import openpyxl
import pytest

from workbench.domain.errors import Stale
from workbench.services import checks, demo_files, recipe_desk
from workbench.storage import database


def filled_with(form, other):
    """A form whose figures are those of another form, its rows from last to first."""
    book = openpyxl.load_workbook(io.BytesIO(form.content))
    source = openpyxl.load_workbook(io.BytesIO(other.content)).worksheets[0]
    sheet = book.worksheets[0]
    for row in range(7, 12):
        for column in range(3, 9):
            sheet.cell(row, column).value = source.cell(18 - row, column).value
    for column in range(3, 9):  # the total row is that of the other form, as the figures are
        sheet.cell(12, column).value = source.cell(12, column).value
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


@pytest.fixture
def two(office):
    """Facilities, and livestock filled in with the figures of facilities; both are checked."""
    facilities, livestock = (demo_files.workbook(name, "2025") for name in ("fasilitas-kesehatan", "populasi-ternak"))
    copied = filled_with(livestock, facilities)
    with database.writing() as session:
        recipe_desk.confirm_area(session, dataset_id="populasi-ternak", label="Kec. Banjasari", area_code="33.72.05",
                             by=office.person("statistisi"))  # fmt: skip
    return [
        office.check(office.send(facilities, "op.dinkes", idem="satu")),
        office.check(office.send(livestock, "op.dispangtan", idem="dua", content=copied)),
    ]


def twins(session, result):
    found = checks.findings_of(session, submission_id=result.submission_id)
    return [f for f in found if f.code == "identical_tables"]


def test_figures_accepted_for_another_dataset_are_a_warning(office, two):
    first, second = two
    with database.session() as session:
        assert not twins(session, second), "nothing is accepted yet that it could be a copy of"
    version = office.accept(first, idem="terima")
    with database.session() as session:
        assert checks.outdated(session, submission_id=second.submission_id), "others have accepted something since"
    office.check(second)
    with database.session() as session:
        (twin,) = twins(session, second)
        assert not checks.outdated(session, submission_id=second.submission_id)
    assert twin.open and "Fasilitas Kesehatan" in twin.message and "2025" in twin.message
    assert f"versi {version.version}" in twin.message


def test_what_became_a_copy_since_the_check_is_not_accepted(office, two):
    first, second = two
    with database.writing() as session:
        for finding in second.findings:
            if finding.open:
                checks.explain_finding(session, finding_id=finding.id, reason="uji", by=office.person("statistisi"))
    office.accept(first, idem="terima")
    with pytest.raises(Stale, match="temuan baru"):
        office.accept(second, idem="terima-2")


def test_other_figures_are_no_copy(office, two):
    first, _second = two
    office.accept(first, idem="terima")
    own = office.check(office.send(demo_files.workbook("populasi-ternak", "2024"), "op.dispangtan", idem="tiga"))
    with database.session() as session:
        assert not twins(session, own)

"""The list of cells an agency has to mend, as its workbook: complete, computing nothing, and for that agency only."""

import io

import openpyxl
import pytest

from workbench.domain.errors import NotFound
from workbench.services import acceptance, return_list
from workbench.storage import database


@pytest.fixture
def returned(office, health_workers):
    result = office.check(office.send(health_workers[0], "op.dinkes", idem="satu"))
    with database.session() as session, pytest.raises(NotFound):
        return_list.workbook(session, person=office.person("op.dinkes"), submission_id=result.submission_id)
    with database.writing() as session:
        cells = acceptance.cells_to_return(session, submission_id=result.submission_id)
        cells.append({"sheet": "Nakes", "cell": "C7", "message": "=HYPERLINK(1)", "proposed": 12.5})
        acceptance.return_to_opd(
            session, submission_id=result.submission_id, by=office.person("statistisi"), note="Jumlah tidak cocok.",
            cells=cells, idem="kembali",
        )  # fmt: skip
    return result.submission_id, cells


def test_every_cell_to_mend_stands_in_the_workbook_as_text(office, returned):
    number, cells = returned
    with database.session() as session:
        made = return_list.workbook(session, person=office.person("op.dinkes"), submission_id=number)
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    first = next(n for n, line in enumerate(lines) if line[0] == "Lembar")
    found = [(line[0], line[1], line[2]) for line in lines[first + 1 :]]
    assert found == [(c["sheet"] or None, c["cell"] or None, c["message"]) for c in cells]
    assert lines[-1][3] == "12,5" and all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert any("Jumlah tidak cocok." in str(line[0]) for line in lines[:first])
    assert made.name.startswith("perbaikan-tenaga-kesehatan-2025-") and made.name.endswith(".xlsx")


def test_the_list_is_for_the_agency_and_the_office(office, returned):
    number, _cells = returned
    with database.session() as session:
        assert return_list.workbook(session, person=office.person("kabid"), submission_id=number).content
        with pytest.raises(NotFound):
            return_list.workbook(session, person=office.person("op.disdik"), submission_id=number)
        with pytest.raises(NotFound):
            return_list.workbook(session, person=office.person("kabid"), submission_id=999_999)

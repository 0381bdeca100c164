"""Periksa: gates, findings and the two decisions on a submission."""

from __future__ import annotations

import pytest

from tests.app_helpers import texts
from tests.pages.conftest import Opener, click, person, said
from tests.pages.test_layout_told import KECAMATAN, form
from tests.process.conftest import Office
from workbench.domain.reading.model import Severity
from workbench.domain.recipe_steps import IgnoreRows
from workbench.services import checks, collect, demo_files, recipe_desk
from workbench.storage import database

PAGE = "process/validate.py"


def arrived(dataset: str, *, content: bytes | None = None, flawed: bool = False) -> int:
    """A file of a year nobody has sent yet, outside any case."""
    file = demo_files.workbook(dataset, "2026", flawed=flawed)
    with database.writing() as session:
        receipt = collect.receive(
            session, dataset_id=dataset, period="2026", by=person("statistisi"), file_name=file.name,
            content=content or file.content, idem=f"{dataset}-{flawed}",
        )  # fmt: skip
    return receipt.submission_id


def status(submission_id: int) -> str:
    with database.session() as session:
        return collect.submission(session, submission_id).status


def test_opening_checks_and_four_open_gates_let_it_be_accepted(demo_app: Opener) -> None:
    number = arrived("fasilitas-kesehatan")
    at = demo_app("statistisi", PAGE, kiriman=number)
    assert status(number) == "checked"
    assert texts(at).count("terbuka]") == 4
    at = click(at, "Sahkan")
    assert said(at)[0].startswith("Disahkan sebagai versi 1: 36 angka, SHA-256 ")
    assert status(number) == "accepted"
    assert "Sahkan" not in {button.label for button in at.button}, "what is decided is not decided again"


def test_wrong_totals_close_the_gate_and_say_which_cell(demo_app: Opener) -> None:
    number = arrived("tenaga-kesehatan", flawed=True)
    at = demo_app("statistisi", PAGE, kiriman=number)
    button = next(button for button in at.button if button.label == "Sahkan")
    assert button.disabled and "2 kesalahan" in texts(at)
    assert "selisih 90" in texts(at) and "E12" in texts(at)
    assert [b.label for b in at.button].count("Koreksi sel") == 2


def test_a_doubtful_spelling_is_asked_once_and_remembered(demo_app: Opener) -> None:
    number = arrived("populasi-ternak")
    at = demo_app("statistisi", PAGE, kiriman=number)
    assert status(number) == "checked"
    # The demo office confirmed this spelling when its first file came, so nobody is asked again.
    assert "Wilayah mana yang dimaksud" not in texts(at)
    assert "Banjasari" in texts(at)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04 rusak"])
def test_a_file_that_cannot_be_read_is_a_sentence_and_nothing_to_decide(demo_app: Opener, content: bytes) -> None:
    number = arrived("fasilitas-kesehatan", content=content or b" ")
    at = demo_app("statistisi", PAGE, kiriman=number)
    assert len(at.error) == 1 and at.error[0].value and "Traceback" not in at.error[0].value
    assert not {"Sahkan", "Kembalikan ke OPD"} & {button.label for button in at.button}
    assert f"/berkas/{submission_sha(number)}" in texts(at), "the bytes are kept and can be fetched"


def submission_sha(number: int) -> str:
    with database.session() as session:
        return collect.submission(session, number).file_sha256


def test_without_a_submission_one_is_chosen_from_the_list(demo_app: Opener) -> None:
    (listed,) = demo_app("statistisi", PAGE).dataframe
    assert "Disdukcapil" in set(listed.value["OPD"])
    assert len(demo_app("statistisi", PAGE, kiriman=99999).error) == 1


def test_a_recipe_changed_elsewhere_is_checked_when_the_page_opens(demo_app: Opener) -> None:
    """Two files of one dataset wait; what is saved while looking at one of them counts for the other as well."""
    number = arrived("fasilitas-kesehatan")
    demo_app("statistisi", PAGE, kiriman=number)
    with database.session() as session:
        before = checks.result_of(session, submission_id=number)
    with database.writing() as session:
        recipe = recipe_desk.recipe_of(session, dataset_id="fasilitas-kesehatan").recipe
        label = next(iter(checks.reading_of(session, submission_id=number).tables[0].observations)).row[-1]
        changed = recipe.with_step(IgnoreRows("abaikan", (label,), "bukan wilayah"))
        recipe_desk.save_recipe(session, recipe=changed, by=person("statistisi"), reason="uji")
    with database.session() as session:
        assert checks.outdated(session, submission_id=number)
    at = demo_app("statistisi", PAGE, kiriman=number)
    with database.session() as session:
        assert not checks.outdated(session, submission_id=number)
        after = checks.result_of(session, submission_id=number)
    assert after.rows < before.rows and not after.acceptable
    assert any(f.message in texts(at).replace("\\", "") for f in after.findings if f.open)


def test_who_explained_a_warning_is_named_in_full(demo_app: Opener) -> None:
    number = arrived("populasi-ternak", content=form("2026", KECAMATAN))  # its second header line is a warning
    demo_app("statistisi", PAGE, kiriman=number)
    with database.writing() as session:
        warned = next(f for f in checks.findings_of(session, submission_id=number) if f.severity is Severity.WARNING)
        checks.explain_finding(session, finding_id=warned.id, reason="surat OPD", by=person("statistisi"))
    said_so = texts(demo_app("statistisi", PAGE, kiriman=number))
    assert "surat OPD — Ratna Puspitasari" in said_so and "— statistisi" not in said_so


def at_case(dataset: str) -> tuple[Office, int, int]:
    """A file sent within a case that waits for a statistician to take it up: (hands, case, submission)."""
    names = ("kabid", "subkoor", "statistisi", "op.dinkes")
    hands = Office({name: person(name).id for name in names})
    _parent, children = hands.order(opds=["1.02.01"], dataset_id=dataset, period="2026")
    case = children["1.02.01"]
    receipt = hands.send(demo_files.workbook(dataset, "2026"), "op.dinkes", idem="kirim-2026", case_id=case)
    return hands, case, receipt.submission_id


def test_a_case_at_an_earlier_step_says_whose_turn_it_is_and_leads_there(demo_app: Opener) -> None:
    hands, case, number = at_case("fasilitas-kesehatan")
    at = demo_app("statistisi", PAGE, kiriman=number)
    assert "masih di langkah 4" in texts(at) and "Giliran: **" in texts(at)
    assert any(f"case={case}" in str(link.proto) for link in at.get("page_link"))
    assert all(b.disabled for b in at.button if b.label in ("Sahkan", "Kembalikan ke OPD"))
    hands.decide(case, "selesai", "statistisi", "langkah-4")
    at = demo_app("statistisi", PAGE, kiriman=number)
    assert "masih di langkah" not in texts(at)
    at = click(at, "Sahkan")
    assert said(at)[0].startswith("Disahkan sebagai versi ")
    assert hands.case(case)[0] == "closed", "the version has completed the step of the case"

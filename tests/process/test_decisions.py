"""Accept and return: on exactly what was seen, through the SOP's own steps, with every number traceable."""

import hashlib
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.errors import NotAllowed, Refused, Stale
from workbench.services import acceptance, checks, collect, demo_files, lineage, recipe_desk
from workbench.settings import get_settings
from workbench.storage import clean_store, database
from workbench.storage.tables import DatasetVersionRow


def test_the_whole_way_with_one_return(office_anywhere, health_workers):
    """Sent with a wrong total, returned with its cells, sent again, accepted: the case walks its SOP."""
    office = office_anywhere
    flawed, mended = health_workers
    parent, children = office.order(opds=["1.02.01"], dataset_id="tenaga-kesehatan")
    case = children["1.02.01"]
    first = office.send(flawed, "op.dinkes", idem="k1", case_id=case)
    assert first.case_moved and office.case(case) == ("open", "4")
    office.decide(case, "selesai", "statistisi", "k2")
    result = office.check(first)
    assert result.errors and not result.acceptable
    with pytest.raises(Refused, match="kesalahan"):
        office.accept(result, idem="k3")
    with database.writing() as session:
        cells = acceptance.cells_to_return(session, submission_id=first.submission_id)
        assert {c["cell"] for c in cells} >= {"E12", "H12"}
        for _twice in range(2):
            acceptance.return_to_opd(
                session, submission_id=first.submission_id, by=office.person("statistisi"),
                note="Jumlah perawat tidak sama dengan penjumlahan kecamatan.", cells=cells, idem="k4",
            )  # fmt: skip
    assert office.case(case) == ("open", "3")
    with database.session() as session:
        owed = collect.owed(session, person=office.person("op.dinkes"))
        assert [(o.status, o.due_at is not None) for o in owed] == [("returned", True)]
        assert owed[0].submission.returned_cells[0]["cell"] == cells[0]["cell"]
    second = office.send(mended, "op.dinkes", idem="k5", case_id=case)
    assert second.round == 2 and second.case_moved
    office.decide(case, "selesai", "statistisi", "k6")
    result = office.check(second)
    assert result.acceptable, [f.message for f in result.findings]
    version = office.accept(result, idem="k7")
    assert office.accept(result, idem="k7") == version
    assert office.case(case)[0] == "closed" and office.case(parent) == ("open", "6")
    with database.session() as session:
        assert collect.owed(session, person=office.person("op.dinkes")) == []
        row = session.get(DatasetVersionRow, version.id)
        table = clean_store.open_version(row.path, row.parquet_sha256)
        manifest = clean_store.manifest(row.path)
    assert table.num_rows == 36 and manifest["parquet_sha256"] == version.parquet_sha256 == result.sha256
    assert manifest["file_sha256"] == hashlib.sha256(mended.content).hexdigest()


@pytest.fixture
def checked(office, population):
    return office.check(office.send(population, "op.disdukcapil", idem="kirim"))


def test_a_number_is_followed_to_its_cell(office, population, checked):
    version = office.accept(checked, idem="a")
    with database.session() as session:
        found = lineage.trace(
            session, dataset_id=version.dataset_id, period="2025", version=version.version, obs_id=3
        )  # fmt: skip
    assert found.observation["area_name"] == "Pasar Kliwon" and found.cell == "C10"
    assert [s.do for s in found.steps][:3] == ["pick_table", "map_columns", "map_rows"]
    assert found.file_sha256 == hashlib.sha256(population.content).hexdigest()
    cells = lineage.row_of_file(found.file_sha256, found.sheet, found.cell, file_name=found.file_name)
    assert [c.text for c in cells][:2] == ["3", "Kec. Pasar Kliwon"]
    here = next(c for c in cells if c.here)
    assert (here.cell, here.text) == (found.cell, found.raw)


def test_a_version_is_immutable_and_verified(office, checked):
    version = office.accept(checked, idem="a")
    file = clean_store.version_file(version.path)
    assert pq.read_table(file).num_rows == 18 and file.stat().st_mode & 0o222 == 0
    file.chmod(0o600)
    body = bytearray(file.read_bytes())
    body[200] ^= 1
    file.write_bytes(body)
    with pytest.raises(Refused, match="rusak"):
        clean_store.open_version(version.path, version.parquet_sha256)


def test_what_was_seen_is_what_is_accepted(office, checked):
    with database.writing() as session:
        recipe_desk.correct_cell(
            session, submission_id=checked.submission_id, sheet="Penduduk", cell="C8", value=1.0,
            reason="uji", by=office.person("statistisi"),
        )  # fmt: skip
    with pytest.raises(Stale):
        office.accept(checked, idem="a")
    with pytest.raises(Stale):
        office.accept(checked, idem="b", seen="0" * 64)
    assert not (get_settings().data_dir / "clean").exists()


def test_only_walidata_decides(office, checked):
    with pytest.raises(NotAllowed):
        office.accept(checked, "op.disdukcapil", idem="a")


def test_a_case_not_at_its_step_refuses_and_nothing_is_written(office, population):
    _parent, children = office.order(opds=["2.12.01"], dataset_id="penduduk-jenis-kelamin")
    receipt = office.send(population, "op.disdukcapil", idem="a", case_id=children["2.12.01"])
    result = office.check(receipt)
    with pytest.raises(Refused, match="langkah 4"):
        office.accept(result, idem="b")
    with database.session() as session:
        assert acceptance.versions(session) == []
    assert not (get_settings().data_dir / "clean").exists()


def test_a_rolled_back_acceptance_leaves_no_version(office, checked, monkeypatch):
    """Killed after the files, before the commit: the number is free and the next acceptance takes its place."""
    with pytest.raises(RuntimeError), database.writing() as session:
        acceptance.accept(
            session, submission_id=checked.submission_id, by=office.person("statistisi"), idem="a",
            seen_sha256=checked.sha256,
        )  # fmt: skip
        raise RuntimeError("power cut")
    with database.session() as session:
        assert acceptance.versions(session) == []
    version = office.accept(checked, idem="b")
    assert version.version == 1 and clean_store.open_version(version.path, version.parquet_sha256).num_rows == 18


def test_two_deciders_one_winner(office, checked):
    office.accept(checked, "statistisi", idem="a")
    with pytest.raises(Stale, match=office.person("statistisi").name):
        office.accept(checked, "pengelola", idem="b")


def test_a_newer_file_takes_the_place_of_an_older_one(office, population, checked):
    office.send(population, "op.disdukcapil", idem="lagi", content=population.content + b" ")
    with pytest.raises(Refused, match="lebih baru"):
        office.accept(checked, idem="a")


# ---------------------------------------------------------------- recipe


def test_area_decided_once_fits_all_years(office):
    for year in ("2024", "2025"):
        receipt = office.send(demo_files.workbook("populasi-ternak", year), "op.dispangtan", idem=year)
        result = office.check(receipt)
        if year == "2024":
            assert [q.label for q in result.questions] == ["Kec. Banjasari"] and result.errors
            with database.writing() as session:
                for label, code in demo_files.SPELLINGS["populasi-ternak"].items():
                    recipe_desk.confirm_area(
                        session, dataset_id="populasi-ternak", label=label, area_code=code,
                        by=office.person("statistisi"),
                    )  # fmt: skip
            result = office.check(receipt)
        assert not result.questions and not result.errors, [f.message for f in result.findings]
        assert result.recipe_version == 1
        assert office.accept(result, idem=f"t{year}").version == 1


def test_preview_counts_changed_cells(office, checked):
    with database.session() as session:
        stored = recipe_desk.recipe_of(session, dataset_id="penduduk-jenis-kelamin")
        found = checks.reading_of(session, submission_id=checked.submission_id)
        cell = next(o for o in found.tables[0].observations if o.cell == "C8")
        recipe = stored.recipe.correct(
            sheet="Penduduk", cell="C8", expect=cell.raw, value=5.0, reason="uji", opd="2.12.01", period="2025"
        )
        seen = recipe_desk.preview(session, submission_id=checked.submission_id, recipe=recipe)
        assert recipe_desk.recipe_of(session, dataset_id="penduduk-jenis-kelamin") == stored
    assert [(c.cell, c.after["value"]) for c in seen.changed] == [("C8", 5.0)]
    assert (seen.errors_before, seen.errors_after) == (0, 2)  # no longer adds up, in row and column


def test_a_correction_is_written_into_the_value(office, health_workers):
    """Instead of a return, the statistician may correct the cell, with the agency's reason."""
    receipt = office.send(health_workers[0], "op.dinkes", idem="a")
    result = office.check(receipt)
    bad = next(f for f in result.findings if f.rule == "jumlah-wilayah")
    with database.writing() as session:
        recipe_desk.correct_cell(
            session, submission_id=receipt.submission_id, sheet=bad.sheet, cell=bad.cell, value=bad.proposed,
            reason="Dinkes, telepon 5 Januari", by=office.person("statistisi"),
        )  # fmt: skip
    result = office.check(receipt)
    assert result.acceptable, [f.message for f in result.findings]
    version = office.accept(result, idem="b")
    rows = clean_store.open_version(version.path, version.parquet_sha256).to_pylist()
    row = next(r for r in rows if r["cell"] == bad.cell)
    assert row["value"] == bad.proposed and row["raw"] != str(row["value"])
    assert any(name.startswith("koreksi") for name in json.loads(row["steps"]))
    again = office.check(office.send(health_workers[1], "op.dinkes", idem="c"))
    assert [f.code for f in again.findings if f.severity != "info"] == ["correction_already_fixed"]


def test_an_error_cannot_be_explained_away(office):
    file = demo_files.workbook("populasi-ternak", "2025")
    result = office.check(office.send(file, "op.dispangtan", idem="z"))
    error = next(f for f in result.findings if f.severity == "error")
    with database.writing() as session, pytest.raises(Refused, match="alasan saja"):
        checks.explain_finding(session, finding_id=error.id, reason="sudah benar", by=office.person("statistisi"))


def test_dash_is_decided_once(office):
    with database.writing() as session:
        stored = recipe_desk.decide_dash(
            session, dataset_id="populasi-ternak", meaning=SymbolMeaning.ZERO, by=office.person("statistisi"),
            reason="Dispangtan: tanda hubung berarti tidak ada ternak",
        )  # fmt: skip
    assert stored.version == 1


def test_last_year_is_watched(office):
    """Everything as last year: a warning, which needs a reason before it lets anything through."""
    old = demo_files.workbook("fasilitas-kesehatan", "2024")
    office.accept(office.check(office.send(old, "op.dinkes", idem="a")), idem="b")
    copy = _with_year(demo_files.workbook("fasilitas-kesehatan", "2024").content, "2024", "2025")
    result = office.check(office.send(old, "op.dinkes", idem="c", content=copy, period="2025"))
    assert [f.code for f in result.findings] == ["stale_copy"] and result.open_warnings == 1
    with pytest.raises(Refused, match="tanpa alasan"):
        office.accept(result, idem="d")
    with database.writing() as session:
        checks.explain_finding(
            session, finding_id=result.findings[0].id, reason="Tidak ada perubahan; surat Dinkes 5/2026.",
            by=office.person("statistisi"),
        )  # fmt: skip
    again = office.check(result)
    assert again.findings[0].reason and again.acceptable
    version = office.accept(again, idem="e")
    assert clean_store.manifest(version.path)["explained"][0]["rule"] == "salinan-tahun-lalu"


def _with_year(content, old, new):
    """The same workbook with another year in its texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item, source.read(item).replace(old.encode(), new.encode()))
    return out.getvalue()

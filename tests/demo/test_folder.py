"""`workbench demo --from DIR`: a folder of files nobody has asked for goes the whole way, and no file is lost."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from workbench import i18n
from workbench.services import acceptance, audit, checks, demo_folder, disseminate
from workbench.settings import get_settings
from workbench.storage import database, datasets, files

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "opd"
FEW = ("B04", "B05", "L02", "M06", "N04", "S03")


def _good(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[object]] = [
        ["Jumlah Kejadian Kebakaran Menurut Kelurahan di Kota Tegalan, 2024"],
        [],
        ["Kelurahan", "Rumah", "Pasar", "Jumlah"],
        ["Sumber", 3, 1, 4],
        ["Gilingan", 5, None, 5],
        ["Kestalan", 2, 2, 4],
        ["Setabelan", 7, 0, 7],
        ["Jumlah", 17, 3, 20],
    ]
    for row in rows:
        sheet.append(row)
    book.save(folder / "kebakaran.xlsx")


def _years(folder: Path) -> None:
    lines = ["Jenis Ternak,2022,2023", "Sapi,120,130", "Kambing,300,310", "Domba,75,64", "Kuda,4,3"]
    (folder / "Populasi Ternak Kabupaten Tegalan.csv").write_text("\n".join(lines), encoding="utf-8")


def _wrong(folder: Path) -> None:
    lines = ["Kecamatan,Laki-laki,Perempuan,Jumlah", "Utara,10,12,22", "Selatan,20,21,41", "Timur,30,33,36",
             "Barat,14,16,30", "Tengah,5,6,11"]  # fmt: skip
    (folder / "Kelahiran 2023.csv").write_text("\n".join(lines), encoding="utf-8")


def _unusable(folder: Path) -> None:
    (folder / "kosong.csv").write_bytes(b"")
    (folder / "rusak.xlsx").write_bytes(b"PK\x03\x04" + b"\x00\x17\x2a" * 300)
    (folder / "surat.xlsx").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n")
    shutil.copyfile(Path(__file__).parents[1] / "reading/files/terkunci.xlsx", folder / "terkunci.xlsx")


class _Played:
    """A finished run: the folder, its result, and what was told."""

    def __init__(self, folder: Path, result: dict[str, Any], told: list[tuple[int, str]]) -> None:
        self.folder, self.result, self.told = folder, result, told

    def file(self, start: str) -> dict[str, Any]:
        found: dict[str, Any] = next(i for i in self.result["inputs"] if i["file"].startswith(start))
        return found


def _play(root: Path, folder: Path) -> Iterator[_Played]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
            patch.delenv(name)
        patch.setenv("WORKBENCH_DATA_DIR", str(root / "var"))
        get_settings.cache_clear()
        database.dispose()
        i18n.set_language("id")
        database.migrate()
        told: list[tuple[int, str]] = []
        result = demo_folder.play(folder, lambda act, sentence: told.append((act, sentence)), default_year="2025")
        yield _Played(folder, result, told)
    database.dispose()
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Played]:
    """One run over a small made-up folder; the tests look at different sides of it."""
    root = tmp_path_factory.mktemp("folder")
    folder = root / "berkas"
    folder.mkdir()
    for make in (_good, _years, _wrong, _unusable):
        make(folder)
    yield from _play(root, folder)


def test_every_file_is_named_kept_and_receipted(played: _Played) -> None:
    by_name = {item["file"]: item for item in played.result["inputs"]}
    assert set(by_name) == {path.name for path in played.folder.iterdir()}
    for path in played.folder.iterdir():
        item, content = by_name[path.name], path.read_bytes()
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
        assert files.read(item["sha256"]) == content
        assert item["receipt"].startswith("TT-")
        assert any(path.name in sentence for act, sentence in played.told if act == 5)
    json.dumps(played.result)


@pytest.mark.parametrize(
    ("name", "word"), [("kosong", "kosong"), ("rusak", "rusak"), ("surat", "PDF"), ("terkunci", "sandi")]
)
def test_what_cannot_be_read_says_why(played: _Played, name: str, word: str) -> None:
    item = played.file(name)
    assert word.casefold() in item["refusal"].casefold()
    assert item["accepted"] == []


def test_a_definition_comes_from_the_labels(played: _Played) -> None:
    made = datasets.get(played.file("kebakaran")["accepted"][0]["dataset"])
    assert [i.label for i in made.indicators] == ["Rumah", "Pasar", "Jumlah"]
    assert [c.label for c in made.categories] == ["Sumber", "Gilingan", "Kestalan", "Setabelan"]
    assert datasets.path_of(made.id).is_relative_to(get_settings().data_dir)
    assert made.id in {d.id for d in datasets.all_datasets()}


def test_totals_stay_totals_and_missing_stays_missing(played: _Played) -> None:
    accepted = played.file("kebakaran")["accepted"]
    assert [a["period"] for a in accepted] == ["2024"]
    with database.session() as session:
        version = next(v for v in acceptance.versions(session) if v.id == accepted[0]["version_id"])
        rows = checks.rows_of(session, submission_id=version.submission_id).to_pylist()
    kinds = {(r["indicator"], r["category"]): r["kind"] for r in rows}
    assert kinds["rumah", None] == kinds["jumlah", "sumber"] == "total"
    assert kinds["rumah", "sumber"] == "data"
    hole = next(r for r in rows if (r["indicator"], r["category"]) == ("pasar", "gilingan"))
    assert hole["value"] is None and hole["flag"] == "blank"


def test_each_year_is_a_version_of_its_own(played: _Played) -> None:
    item = played.file("Populasi")
    assert [a["period"] for a in item["accepted"]] == ["2022", "2023"]
    assert len({a["dataset"] for a in item["accepted"]}) == 1 and len(set(item["receipts"])) == 2


def test_a_file_with_errors_goes_back_with_its_cells(played: _Played) -> None:
    item = played.file("Kelahiran")
    assert item["accepted"] == [] and item["findings"]["error"] == 1
    (back,) = item["returned"]
    assert "D4" in [cell["cell"] for cell in back["cells"]]
    assert "36" in back["why"] and "63" in back["why"]


def test_the_book_prints_as_filed_and_names_what_is_not_in_it(played: _Played) -> None:
    with database.session() as session:
        view = disseminate.draft(session, played.result["draft_id"])
        assert audit.verify(session).problems == ()
    book = json.loads(files.read(view.manifest["files"]["book"]))
    tables = {block["title"]: block for block in book["blocks"] if block["type"] == "table"}
    assert set(tables) == {
        "Jumlah Kejadian Kebakaran Menurut Kelurahan di Kota Tegalan, 2024",
        "Populasi Ternak Kabupaten Tegalan, 2022–2023",
    }
    fire = tables["Jumlah Kejadian Kebakaran Menurut Kelurahan di Kota Tegalan, 2024"]
    assert [c["text"] for c in fire["rows"][1]["cells"]] == ["5", "…", "5"]
    assert fire["rows"][-1]["kind"] == "total" and [c["text"] for c in fire["rows"][-1]["cells"]] == ["17", "3", "20"]
    assert any("Gilingan" in note for note in fire["notes"])
    assert all(cell["refs"] for row in fire["rows"] for cell in row["cells"])
    words = " ".join(p for block in book["blocks"] if block["type"] == "chapter" for p in block["intro"])
    for name in ("kosong.csv", "rusak.xlsx", "surat.xlsx", "terkunci.xlsx", "Kelahiran 2023.csv"):
        assert name in words
    assert not book["meta"]["sample"]
    assert Path(played.result["release"]).is_file()


@pytest.mark.real_files
@pytest.mark.skipif(not REAL.is_dir(), reason="the real OPD files are not beside this checkout")
def test_some_real_files_go_through(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("real")
    folder = root / "berkas"
    folder.mkdir()
    for path in REAL.iterdir():
        if path.name[:3] in FEW:
            (folder / path.name).write_bytes(path.read_bytes())
    for run in _play(root, folder):
        states = {
            i["file"][:3]: (len(i["accepted"]), len(i["returned"]), bool(i["refusal"])) for i in run.result["inputs"]
        }
        assert states["B05"] == (0, 0, True)
        assert states["S03"] == (0, 1, False)  # its own total says 1,939 where the sexes make 1,339
        assert states["L02"][0] == 3 and states["N04"][0] == 4 and states["M06"][0] == 3
        areas = datasets.get(run.file("N04")["accepted"][0]["dataset"])
        assert areas.expected_areas == ("33.72.01", "33.72.02")
        assert run.result["release"]

"""`workbench read` for people: a table that fits the terminal, addresses, marks, and one sentence for a mistake."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main
from workbench.cli.read import COLUMNS
from workbench.cli.read import read as command
from workbench.cli.read_view import worst_first
from workbench.domain.reading.model import Finding, Severity

FORM = """Penduduk Menurut Kecamatan, 2023;;;
Kecamatan;Laki-laki;Perempuan;Rasio
Laweyan;12.345;12.001;0,9721
Jebres;20.100;-;1,0311
Jumlah;32.445;12.001;1,0010
Sumber: Dinas Kependudukan;;;
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "penduduk.csv"
    path.write_text(FORM, encoding="utf-8")
    return path


def run(*arguments: object, width: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(command, [str(word) for word in arguments])


def line_of(shown: str, word: str) -> list[str]:
    return next(line for line in shown.splitlines() if word in line and line[:3].strip().isdigit()).split()


def test_values_stand_at_their_row_and_column_in_indonesian_form(form: Path) -> None:
    shown = run(form).stdout
    assert line_of(shown, "Laweyan") == ["3", "Laweyan", "12.345", "12.001", "0,97"]
    assert line_of(shown, "Jebres") == ["4", "Jebres", "20.100", "-", "1,03"]
    assert line_of(shown, "Jumlah") == ["5", "Σ", "Jumlah", "32.445", "12.001", "1,00"]
    assert ["B", "C", "D"] in [line.split()[-3:] for line in shown.splitlines()]
    assert "Sumber: Dinas Kependudukan" in shown.replace("\n", " ") and "Tahun: 2023" in shown
    assert "- tertulis “-”, nol atau tidak berlaku (1)" in " ".join(
        shown.split()
    )  # the mark is explained with its count
    assert "pecahan dibulatkan" in shown


def test_a_wide_table_is_continued_below_and_never_leaves_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "lebar.csv"
    heads = [f"Jenis tanaman {n}" for n in range(1, 16)]
    rows = [["Kecamatan", *heads], *([name, *[str(1000 + n) for n in range(15)]] for name in ("Laweyan", "Jebres"))]
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    shown = run(path).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert sum("Laweyan" in line for line in shown.splitlines()) > 1
    assert all(f"{1000 + n:,}".replace(",", ".") in shown for n in range(15))


def test_a_long_table_is_cut_with_the_count_of_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "panjang.csv"
    names = [f"Kelurahan {chr(65 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    path.write_text("Kelurahan;Penduduk;Rumah\n" + "\n".join(f"{name};{n + 7};{n}" for n, name in enumerate(names)))
    cut = run(path).stdout
    assert "20 baris lagi" in cut and names[39] in cut and names[40] not in cut
    assert names[59] in run(path, "--all").stdout


def test_findings_come_worst_first() -> None:
    order = [Severity.INFO, Severity.ERROR, Severity.WARNING, Severity.ERROR]
    listed = worst_first([Finding(f"f{n}", severity, "") for n, severity in enumerate(order)])
    assert [finding.code for finding in listed] == ["f1", "f3", "f2", "f0"]


def test_csv_is_tidy_and_tells_the_tables_apart(form: Path, tmp_path: Path) -> None:
    out = tmp_path / "keluar.csv"
    assert run(form, form, "--csv", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 18
    jebres = next(row for row in rows if row["cell"] == "C4")
    assert (jebres["value"], jebres["flag"], jebres["raw"]) == ("", "nil_or_not_applicable", "-")
    assert (jebres["row"], jebres["column"], jebres["kind"], jebres["table"]) == ("Jebres", "Perempuan", "data", "1")
    refused = run(form, "--csv", tmp_path / "tidak-ada" / "keluar.csv")
    assert "tidak dapat ditulis" in str(refused.exception)


def test_a_folder_or_a_missing_file_is_wrong_usage_said_in_one_sentence(form: Path, tmp_path: Path) -> None:
    folder = run(form, tmp_path)
    assert folder.exit_code == 2 and "adalah folder" in folder.stderr and folder.stdout == ""
    missing = run(tmp_path / "hilang.xlsx")
    assert missing.exit_code == 2 and missing.stderr.count("\n") == 1 and "tidak ditemukan" in missing.stderr


def test_the_shell_sees_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "kosong.xlsx"
    empty.write_bytes(b"")
    for arguments, code in (([empty], 1), ([tmp_path], 2), (["--help"], 0)):
        monkeypatch.setattr(sys, "argv", ["workbench", "read", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
